"""The marks of the tracks: each a sign that can be told apart without colour, whose statement it is, and its records.

A confirmation has two lanes, and each has signs of its own, because one mark for both would hide which of the two
says so. The lane of the policy (DERIVED) is a line while the confirmation is live, and blank before and after.
The lane below it (OBSERVED) shows what the agent's own log says it took for live: the same line while nothing
speaks against it, and a hatch where the lane above is blank. The hatch adds no statement of its own: that the
agent believed is observed, that it was wrong is read off the lane above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present.rows import Tone, Truth

LaneKind = Literal["policy", "believed", "consent", "rule", "margin"]


@dataclass(frozen=True, slots=True)
class Sign:
    """What a mark says in a word, its glyph, and what fills the rest of a cell that is wider than one character.

    `brief` is the word in a legend that names the lane already.
    """

    word: str
    glyph: str
    fill: str = " "
    tone: Tone = "plain"
    brief: str = ""


BLANK = Sign("", " ")

GIVEN = Sign("given", "┣", "━", "pass")
LIVE = Sign("live", "━", "━", "pass")
USED = Sign("used", "╋", "━", "pass")
USED_UP = Sign("used up", "┫", " ", "pass")
GIVEN_USED = Sign("given and used", "╠", "━", "pass")
GIVEN_USED_UP = Sign("given and used up", "┃", " ", "pass")
ENDED_HERE = Sign("ended here", "†", " ", "fail")
ENDED = Sign("ended", " ", " ", "dim")
NEVER_VALID = Sign("never valid", "∅", " ", "fail")
POLICY_UNKNOWN = Sign("unknown", "?", " ", "unknown")

BELIEVED = Sign("believed live", "━", "━")
BELIEVED_EARLY = Sign("believed before it was given", "╱", "╱", "fail", "before it was given")
BELIEVED_LATE = Sign("believed after its end", "╱", "╱", "fail", "after its end")
BELIEVED_NEVER = Sign("believed, never valid", "╱", "╱", "fail", "never valid")
RELIED = Sign("relied upon", "●", "━", "strong")
RELIED_EARLY = Sign("relied upon before it was given", "◆", "╱", "fail")
RELIED_LATE = Sign("relied upon after its end", "◆", "╱", "fail")
RELIED_NEVER = Sign("relied upon, never valid", "◆", "╱", "fail")
NOT_BELIEVED = Sign("not believed live", "○", " ", "dim", "not live")
BELIEF_NOT_RECORDED = Sign("not recorded", "·", " ", "dim")

CONFIRMED = Sign("confirmed", "✓", " ", "pass")
MISMATCHED = Sign("mismatched", "≠", " ", "fail")
STALE = Sign("stale", "†", " ", "fail")
REQUESTED = Sign("requested, not confirmed", "○", " ", "fail")
NO_CONSENT = Sign("no consent", "∅", " ", "fail")
CONSENT_UNKNOWN = Sign("unknown", "?", " ", "unknown")

IN_VIEW = Sign("governs, in view", "■", " ", "pass", "in view")
TRUNCATED = Sign("governs, truncated", "◧", " ", "remark", "truncated")
BURIED = Sign("governs, buried", "▒", " ", "remark", "buried")
STALE_VERSION = Sign("governs, stale version", "◪", " ", "fail", "stale version")
MISSING = Sign("governs, missing", "□", " ", "fail", "missing")
VIEW_UNKNOWN = Sign("governs, view unknown", "?", " ", "unknown", "view unknown")
NOT_ASKED = Sign("governs, view not asked for", "─", " ", "dim", "view not asked for")
PERHAPS_GOVERNS = Sign("governs or not: unknown", "¿", " ", "unknown")

TIE = Sign("tie", "▁", " ", "fail")
NARROW = Sign("narrow", "▃", " ", "remark")
CLEAR = Sign("clear", "▇", " ", "plain")
AGAINST = Sign("against", "▼", " ", "fail")
UNRESOLVED = Sign("unresolved", "?", " ", "unknown")
NO_BAND = Sign("recorded, no band declared", "▪", " ", "plain")
CANNOT_BE_TOLD = Sign("cannot be told", "¿", " ", "unknown")
MARGIN_NOT_RECORDED = Sign("not recorded", "·", " ", "dim")

OBSERVED_WORDS: dict[Sign, str] = {
    **dict.fromkeys((BELIEVED_EARLY, BELIEVED_LATE, BELIEVED_NEVER), BELIEVED.word),
    **dict.fromkeys((RELIED_EARLY, RELIED_LATE, RELIED_NEVER), RELIED.word),
}
"""What the log alone says where a sign shows that the policy contradicts it."""

SIGNS: dict[LaneKind, tuple[Sign, ...]] = {
    "policy": (GIVEN, LIVE, USED, USED_UP, GIVEN_USED, GIVEN_USED_UP, ENDED_HERE, NEVER_VALID, POLICY_UNKNOWN),
    "believed": (BELIEVED, RELIED, BELIEVED_LATE, BELIEVED_NEVER, BELIEVED_EARLY, RELIED_LATE, RELIED_NEVER,
                 RELIED_EARLY, NOT_BELIEVED, BELIEF_NOT_RECORDED),
    "consent": (CONFIRMED, MISMATCHED, STALE, REQUESTED, NO_CONSENT, CONSENT_UNKNOWN),
    "rule": (IN_VIEW, TRUNCATED, BURIED, STALE_VERSION, MISSING, VIEW_UNKNOWN, NOT_ASKED, PERHAPS_GOVERNS),
    "margin": (TIE, NARROW, CLEAR, AGAINST, UNRESOLVED, NO_BAND, CANNOT_BE_TOLD, MARGIN_NOT_RECORDED),
}  # fmt: skip
"""The signs of each kind of lane, in the order of its legend; `ended` has none, because it is blank."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign in one column, with the ordinals of the records behind it."""

    sign: Sign = BLANK
    entries: tuple[int, ...] = ()


NOTHING = Mark()
ROLES: dict[LaneKind, str] = {
    "policy": "policy", "believed": "believed", "consent": "from talk", "rule": "", "margin": "margin",
}  # fmt: skip
"""The word behind the subject that tells a lane from its neighbour."""


@dataclass(frozen=True, slots=True)
class Column:
    """A place on the axis: a decision, or (`decision` is None) a turn, or the end of one, in which none was made.

    `at` is the ordinal of the record that the state is asked before.
    """

    turn: int
    number: str
    decision: int | None
    at: int


@dataclass(frozen=True)
class Lane:
    """One line: what it is about, whose statement it is, and a mark for each column, read when first wanted.

    `subject` is the id of a confirmation or a rule, the measure of a margin, or `consent`; `life` is the ordinal of the
    confirmation in the ledger, None where the log never gave it.
    """

    kind: LaneKind
    subject: str
    truth: Truth
    read: Callable[[], Iterable[Mark]] = field(repr=False)
    life: int | None = None

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """The marks, one for each column."""
        return tuple(self.read())

    @property
    def role(self) -> str:
        """The word behind the subject; empty for a rule."""
        return ROLES[self.kind]

    @property
    def label(self) -> Phrase:
        """What the line is about, in one phrase."""
        return phrase("{id} ", id=self.subject) + phrase(self.role) if self.role else (self.subject,)


@dataclass(frozen=True, slots=True)
class Tracks:
    """All lanes over one axis; `notes` say in words what has no lane."""

    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]
    notes: tuple[Phrase, ...]


def legend(lane: Lane) -> list[tuple[str, str]]:
    """Return the glyphs that occur in a lane, each with its words; signs that share a glyph share a place."""
    found = {mark.sign for mark in lane.marks}
    return explain(sign for sign in SIGNS[lane.kind] if sign in found)


def explain(signs: Iterable[Sign]) -> list[tuple[str, str]]:
    """Return each glyph with the words of all signs that it stands for, in order."""
    said: dict[str, list[str]] = {}
    for sign in signs:
        said.setdefault(sign.glyph, []).append(sign.brief or sign.word)
    return [(glyph, " / ".join(words)) for glyph, words in said.items()]
