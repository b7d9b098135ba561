"""A presented value always carries its truth, and each truth can be made only from its own kind of source.

A row comes from one of four functions. Each asks for what only that truth has: a record, a place in a policy,
a rule of ours with its evidence, a person's note. There is no other way to make one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from nalyqor_tui.phrase import Phrase, own, phrase

if TYPE_CHECKING:  # a screen that shows only what lies in a file needs no policy and no notes
    from nalyqor_tui.derive.finding import Verdict
    from nalyqor_tui.notes.history import Note
    from nalyqor_tui.policy.loader import Policy

Tone = Literal["plain", "strong", "dim", "pass", "fail", "unknown", "remark"]


class Truth(StrEnum):
    """Who says it: the log, a policy, our computation, or a person."""

    OBSERVED = "observed"
    DECLARED = "declared"
    DERIVED = "derived"
    RECONSTRUCTED = "reconstructed"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: a rule, a place in a policy or a person, and the ordinals of the records behind it.

    `words.origin` writes it out with the records' own ids.
    """

    says: Phrase
    entries: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One presented value: `label` is ours, `value` keeps our words and data apart, `body` is long data.

    `indent` is the depth below the row before it. `bar` is a share from 0 to 1 to be drawn beside the value.
    """

    truth: Truth
    label: str
    value: Phrase
    origin: Origin
    tone: Tone = "plain"
    body: str = ""
    indent: int = 0
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of the program's own: it says what follows, and never holds a fact."""

    says: Phrase


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values of different truths in two columns under one label: believed beside policy."""

    label: Phrase
    left: Row
    right: Row


Line = Row | Heading | Pair


def observed(
    label: str,
    value: Phrase | str,
    at: int | Sequence[int],
    *,
    tone: Tone = "plain",
    body: str = "",
    indent: int = 0,
) -> Row:
    """Make a row of what the records `at` say."""
    entries = (at,) if isinstance(at, int) else tuple(at)
    return Row(Truth.OBSERVED, label, _phrase(value), Origin((), entries), tone, body, indent)


def absent(label: str, at: int, *, what: str = "not recorded") -> Row:
    """Make the row of something that the record `at` does not say."""
    return observed(label, own(what), at, tone="dim")


def declared(
    label: str, value: Phrase | str, policy: Policy, line: int | None, *, body: str = "", indent: int = 0
) -> Row:
    """Make a row of what a policy says at `line`."""
    name = policy.path.rsplit("/", 1)[-1]
    says = phrase("{file}:{line}", file=name, line=line) if line else phrase("{file}", file=name)
    return Row(Truth.DECLARED, label, _phrase(value), Origin(says), "plain", body, indent)


def derived(
    label: str,
    value: Phrase | str,
    rule: str,
    evidence: Sequence[int],
    *,
    tone: Tone = "plain",
    indent: int = 0,
) -> Row:
    """Make a row of what follows by a rule of ours, named, from the records in `evidence`."""
    return Row(Truth.DERIVED, label, _phrase(value), Origin(own(rule), tuple(evidence)), tone, "", indent)


def reconstructed(label: str, value: Phrase | str, note: Note, *, body: str = "", indent: int = 0) -> Row:
    """Make a row of what a person wrote."""
    says = phrase("{author}, {when}", author=note.author, when=note.edited or note.created)
    return Row(Truth.RECONSTRUCTED, label, _phrase(value), Origin(says, note=note.id), "plain", body, indent)


TONES: dict[Verdict, Tone] = {
    "pass": "pass",
    "fail": "fail",
    "unknown": "unknown",
    "n/a": "dim",
    "remark": "remark",
}


def flat(lines: Sequence[Line]) -> list[Row]:
    """Return the rows among lines, pairs taken apart."""
    out: list[Row] = []
    for line in lines:
        if isinstance(line, Pair):
            out += [line.left, line.right]
        elif isinstance(line, Row):
            out.append(line)
    return out


def _phrase(value: Phrase | str) -> Phrase:
    return (value,) if isinstance(value, str) else value
