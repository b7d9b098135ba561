"""Find a policy, read it, and explain its mistakes with file, line and what was perhaps meant."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from nalyqor_tui.errors import PolicyError
from nalyqor_tui.policy import positions
from nalyqor_tui.policy.schema import (
    Alternative,
    ArgTest,
    Bands,
    Buried,
    Comparing,
    ConfirmationType,
    Ends,
    Event,
    Fact,
    FactFrom,
    Forbid,
    Limit,
    MistakeError,
    Need,
    On,
    PolicyFile,
    Results,
    Rule,
    RuleDocument,
    Table,
    Then,
    Visible,
)
from nalyqor_tui.trace.records import ToolResult

BESIDE = "nalyqor.toml"
_MAX_BYTES = 1 << 20
_TEXT = 10_000  # characters of a text that a pattern is tried on: a bound on its work


@dataclass(frozen=True)
class Policy:
    """A policy with the place where each of its statements stands."""

    path: str
    sha256: str
    file: PolicyFile
    positions: dict[positions.Path, int] = field(repr=False)

    @property
    def rules(self) -> list[Rule]:
        """The rules, in the order of the file."""
        return self.file.rule

    @property
    def name(self) -> str:
        """The policy's id, with its version where it has one."""
        return f"{self.file.id} {self.file.version}".strip()

    def line(self, *path: str | int) -> int | None:
        """Return the line of a statement, such as `("rule", 0, "need")`."""
        return positions.line_of(path, self.positions)

    def rule_line(self, rule: Rule, clause: str = "") -> int | None:
        """Return the line of a rule or of one of its clauses."""
        index = next(i for i, r in enumerate(self.rules) if r.id == rule.id)
        return self.line("rule", index, clause) if clause else self.line("rule", index)

    def matches(self, pattern: On | Then, tool: str | None) -> bool:
        """Say whether a choice is one of those that a pattern names, by glob, effect or kind; None is a reply."""
        if isinstance(pattern, On):
            if self.named(pattern.except_, tool):
                return False
            if pattern.kind is not None and (pattern.kind == "message") != (tool is None):
                return False
            if pattern.kind is not None and pattern.tool is None and pattern.effect is None:
                return True
        if tool is None:
            return False
        by_name = pattern.tool is None or self.named(pattern.tool, tool)
        return by_name and (pattern.effect is None or self.has_effect(tool, pattern.effect))

    def named(self, globs: Iterable[str], tool: str | None) -> bool:
        """Say whether one of the globs names a tool."""
        return tool is not None and any(fnmatchcase(tool, glob) for glob in globs)

    def status(self, record: ToolResult) -> str | None:
        """Return the status of a result: the recorded one, else what the policy's `[result]` makes of its text."""
        rules = self.file.result
        if record.status is not None or rules is None or not isinstance(record.result, str):
            return record.status
        return "error" if re.search(rules.error, record.result[:_TEXT]) else "ok"

    def has_effect(self, tool: str, effect: str) -> bool:
        """Say whether the policy counts a tool to an effect."""
        return self.named(self.file.effects.get(effect, ()), tool)

    def effects_of(self, tool: str) -> list[str]:
        """Name the effects of a tool."""
        return [effect for effect in self.file.effects if self.has_effect(tool, effect)]

    def governing(self, tool: str | None) -> list[Rule]:
        """Return the rules that govern a decision for this tool, whatever the context held."""
        return [rule for rule in self.rules if self.matches(rule.on, tool)]

    def confirmation(self, name: str) -> ConfirmationType | None:
        """Return a confirmation type by its name."""
        return self.file.confirmation.get(name)

    def document(self, name: str) -> str | None:
        """Return the text of a rule document where the policy carries it."""
        return next((d.text for d in self.file.document if d.id == name), None)

    def bands(self, measure: str) -> tuple[Bands, str] | None:
        """Return the bands of a measure and where they are declared; the shipped defaults stand in."""
        if measure in self.file.margin:
            return self.file.margin[measure], f"{Path(self.path).name}:{self.line('margin', measure)}"
        return None if self.path == defaults().path else defaults().bands(measure)

    @property
    def comparing(self) -> tuple[Comparing, str]:
        """What may be said of comparable margins, and where it is declared; the shipped defaults stand in."""
        if self.file.series is None:
            return defaults().comparing
        return self.file.series, f"{Path(self.path).name}:{self.line('series')}"


def load(path: Path) -> Policy:
    """Read a policy file; raise `PolicyError` with file, line and a suggestion."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PolicyError(
                "larger than 1 MiB: this is not a policy", path=path, remedy="give a TOML policy"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise PolicyError("no such policy file", path=path, remedy="check the name") from None
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise PolicyError(f"cannot be read: {what}", path=path, remedy="check the file") from None
    return parse(data, str(path))


def parse(data: bytes, path: str) -> Policy:
    """Make a policy of the bytes of a file that is called `path` in messages."""
    try:
        text = data.decode("utf-8")
        found = positions.lines(text)
        return Policy(
            path, hashlib.sha256(data).hexdigest(), PolicyFile.model_validate(tomllib.loads(text)), found
        )
    except UnicodeDecodeError as error:
        raise PolicyError(f"not UTF-8 at byte {error.start}", path=path, remedy="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"not TOML: {error}", path=path, remedy="mend the syntax there") from None
    except ValidationError as error:
        raise _explain(error, path, found) from None


def find(wanted: str | None, trace: Path) -> Policy | None:
    """Find the policy for a trace: `wanted` by path or shipped name, else nalyqor.toml beside or above it."""
    if wanted is not None:
        return _named(wanted)
    folder = trace.resolve().parent
    for place in (folder, *folder.parents):
        if (place / BESIDE).is_file():
            return load(place / BESIDE)
        if (place / ".git").exists():
            break  # a policy further up belongs to something else
    return None


def shipped() -> list[str]:
    """Name the policies that come with the program."""
    return sorted(
        item.name.removesuffix(".toml") for item in _builtin().iterdir() if item.name.endswith(".toml")
    )


@cache
def defaults() -> Policy:
    """Return the shipped defaults: what is said of margins, and nothing else."""
    return _shipped("defaults")


def _named(wanted: str) -> Policy:
    if Path(wanted).suffix == ".toml" or Path(wanted).exists():
        return load(Path(wanted))
    if wanted in shipped():
        return _shipped(wanted)
    hint = _meant(wanted, shipped())
    raise PolicyError(
        f"no policy `{wanted}`", remedy=hint or f"give a .toml file or one of: {', '.join(shipped())}"
    )


def _shipped(name: str) -> Policy:
    return parse((_builtin() / f"{name}.toml").read_bytes(), f"shipped:{name}.toml")


def _builtin() -> resources.abc.Traversable:
    return resources.files("nalyqor_tui.policy") / "builtin"


def _explain(error: ValidationError, path: str, found: dict[positions.Path, int]) -> PolicyError:
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, MistakeError):
        line = positions.line_of(cause.loc, found)
        return PolicyError(str(cause), path=path, line=line, remedy=_meant(cause.given, cause.known))
    loc = first["loc"]
    where = ".".join(str(part) for part in loc if not isinstance(part, int))
    if first["type"] == "extra_forbidden":
        what, remedy = f"`{where}` is not understood", _meant(str(loc[-1]), _fields(loc[:-1]))
    elif first["type"] == "missing":
        what, remedy = f"`{where}` is missing", "add it"
    else:
        message = first["msg"].removeprefix("Value error, ")
        what, remedy = f"`{where or 'policy'}`: {message[:1].lower()}{message[1:]}", ""
    return PolicyError(what, path=path, line=positions.line_of(loc, found), remedy=remedy)


def _meant(given: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"known: {', '.join(known)}" if known else ""


_TABLES: dict[str, type[Table]] = {
    "confirmation": ConfirmationType,
    "ends": Ends,
    "rule": Rule,
    "on": On,
    "need": Need,
    "before": Event,
    "since": Event,
    "visible": Visible,
    "buried": Buried,
    "forbid": Forbid,
    "after": Event,
    "limit": Limit,
    "then": Then,
    "any": Alternative,
    "fact": Fact,
    "from": FactFrom,
    "result": Results,
    "args": ArgTest,
    "document": RuleDocument,
    "margin": Bands,
    "series": Comparing,
}


def _fields(loc: tuple[str | int, ...]) -> list[str]:
    """Name the keys that the table at `loc` knows."""
    names = [str(part) for part in loc if not isinstance(part, int)]
    model = next((_TABLES[name] for name in reversed(names) if name in _TABLES), PolicyFile)
    return [f.alias or name for name, f in model.model_fields.items()]
