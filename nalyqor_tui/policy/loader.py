"""Find a policy, read it, and explain its mistakes with file, line and what was perhaps meant."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

from nalyqor_tui.errors import PolicyError
from nalyqor_tui.policy import positions
from nalyqor_tui.policy.mistakes import meant, read
from nalyqor_tui.policy.rules import On, Rule, Then
from nalyqor_tui.policy.schema import Bands, Comparing, ConfirmationType, PolicyFile
from nalyqor_tui.trace.records import ToolResult

BESIDE = "nalyqor.toml"
_MAX_BYTES = 1 << 20
_KEPT = 4096  # answers that are kept of whether a pattern names a tool
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
        known, asked = self._lines, (rule.id, clause)
        if asked not in known:
            index = next(i for i, r in enumerate(self.rules) if r.id == rule.id)
            known[asked] = self.line("rule", index, clause) if clause else self.line("rule", index)
        return known[asked]

    @cached_property
    def _lines(self) -> dict[tuple[str, str], int | None]:
        """The lines of rules and of their clauses that were asked for."""
        return {}

    def matches(self, pattern: On | Then, tool: str | None) -> bool:
        """Say whether a choice is one of those that a pattern names, by glob, effect or kind; None is a reply."""
        known = self._matched.get((id(pattern), tool))
        if known is None or known[0] is not pattern:
            if len(self._matched) >= _KEPT:
                self._matched.clear()
            known = self._matched[id(pattern), tool] = (pattern, self._matches(pattern, tool))
        return known[1]

    @cached_property
    def _matched(self) -> dict[tuple[int, str | None], tuple[On | Then, bool]]:
        """What was asked of patterns and tools: a log has few tools, and asks of each again and again."""
        return {}

    def _matches(self, pattern: On | Then, tool: str | None) -> bool:
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
        if measure in self._bands:
            return self._bands[measure]
        return None if self.path == defaults().path else defaults().bands(measure)

    @cached_property
    def _bands(self) -> dict[str, tuple[Bands, str]]:
        name = Path(self.path).name
        return {
            measure: (bands, f"{name}:{self.line('margin', measure)}")
            for measure, bands in self.file.margin.items()
        }

    @property
    def comparing(self) -> tuple[Comparing, str]:
        """What may be said of comparable margins, and where it is declared; the shipped defaults stand in."""
        if self.file.series is None:
            return defaults().comparing
        return self.file.series, f"{Path(self.path).name}:{self.line('series')}"


def load(path: Path) -> Policy:
    """Read a policy file; raise `PolicyError` with file, line and a suggestion."""
    return parse(contents(path), str(path))


def contents(path: Path) -> bytes:
    """Read the bytes of a policy file; raise `PolicyError` when that cannot be done."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PolicyError(
                "larger than 1 MiB: this is not a policy", path=path, remedy="give a TOML policy"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise PolicyError("no such policy file", path=path, remedy="check the name") from None
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise PolicyError(f"cannot be read: {what}", path=path, remedy="check the file") from None


def parse(data: bytes, path: str) -> Policy:
    """Make a policy of the bytes of a file that is called `path` in messages; raise its first mistake."""
    policy, mistakes = examine(data, path)
    if policy is not None:
        return policy
    first, others = mistakes[0], len(mistakes) - 1
    if others:
        more = f"{others} more: nalyqor-tui policy check"
        first.remedy = f"{first.remedy}; {more}" if first.remedy else more
    raise first


def examine(data: bytes, path: str) -> tuple[Policy | None, list[PolicyError]]:
    """Make a policy of the bytes of a file, or tell every mistake in it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [PolicyError(f"not UTF-8 at byte {error.start}", path=path, remedy="save it as UTF-8")]
    found = positions.lines(text)
    file, mistakes = read(text, path, found)
    return (None if file is None else Policy(path, hashlib.sha256(data).hexdigest(), file, found)), mistakes


def find(wanted: str | None, trace: Path) -> Policy | None:
    """Find the policy for a trace: `wanted` by path or shipped name, else nalyqor.toml in, beside or above it.

    `none` asks for no policy, whatever lies there.
    """
    if wanted == "none":
        return None
    if wanted is not None:
        return named(wanted)
    folder = trace.resolve() if trace.is_dir() else trace.resolve().parent
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


def named(wanted: str) -> Policy:
    """Return a policy by the path of its file or its shipped name; raise `PolicyError` where it is neither."""
    if _is_file(wanted):
        return load(Path(wanted))
    return _shipped(wanted)


def check(wanted: str) -> tuple[Policy | None, list[PolicyError]]:
    """Read a policy as `named` does, but return every mistake in it."""
    if _is_file(wanted):
        return examine(contents(Path(wanted)), wanted)
    return _shipped(wanted), []


def _is_file(wanted: str) -> bool:
    return Path(wanted).suffix == ".toml" or Path(wanted).exists()


def builtin(name: str) -> str:
    """Return the text of a policy that comes with the program; raise `PolicyError` where there is none such."""
    if name not in shipped():
        raise PolicyError(f"no policy `{name}`", remedy=meant(name, [*shipped(), "a .toml file"]))
    return (_builtin() / f"{name}.toml").read_text("utf-8")


def _shipped(name: str) -> Policy:
    return parse(builtin(name).encode(), f"shipped:{name}.toml")


def _builtin() -> resources.abc.Traversable:
    return resources.files("nalyqor_tui.policy") / "builtin"
