"""One session under review: what is observed, declared, derived and reconstructed of it, each from its own room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nalyqor_tui.derive import series as like
from nalyqor_tui.derive.context import Window, window
from nalyqor_tui.derive.judge import Judgement, judge, reading
from nalyqor_tui.derive.log import Log
from nalyqor_tui.derive.margin import Reading
from nalyqor_tui.derive.rebuilt import Talk
from nalyqor_tui.derive.replay import State
from nalyqor_tui.derive.trials import case_of
from nalyqor_tui.notes.anchor import Binding, Place, Places, resolve
from nalyqor_tui.notes.history import Note
from nalyqor_tui.notes.model import Anchor, TraceIdentity
from nalyqor_tui.policy.loader import Policy, defaults
from nalyqor_tui.present.across import Across
from nalyqor_tui.present.clock import Moment, Moments
from nalyqor_tui.present.words import text_of
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Session
from nalyqor_tui.trace.store import Trace

if TYPE_CHECKING:
    from nalyqor_tui.derive.why import Index
    from nalyqor_tui.present.query.vocabulary import Vocabulary


def identity(trace: Trace) -> TraceIdentity:
    """Return a trace file as a note is bound to it."""
    return TraceIdentity(name=trace.name, sha256=trace.sha256(), bytes=trace.size)


_NUMBER = re.compile(r"(-?[0-9]{1,4000})(?:\.([0-9]{1,9}))?")
_WINDOWS = 4  # context windows that are kept


@dataclass(frozen=True, slots=True)
class BoundNote:
    """A note with the place that it was found to belong to; `decision` is None for an orphan."""

    note: Note
    binding: Binding
    decision: int | None


@dataclass(frozen=True, slots=True)
class Shifted:
    """How a series stands against the `n` margins of its kind in the other sessions; None where that is no measure."""

    n: int
    shift: like.Shift | None


class Review:
    """What the views ask; everything is worked out when it is first wanted."""

    def __init__(self, trace: Trace, index: int, policy: Policy | None, across: Across | None = None) -> None:
        """`across` is shared by the reviews of a file, so that its other sessions are read only once."""
        self.trace = trace
        self.across = across or Across(trace)
        self.index = index
        self.policy = policy
        self.session: Session = trace.session(index)
        self.notes: list[BoundNote] = []
        self._windows: dict[int, Window] = {}
        self._shifts: dict[like.Kind, Shifted] = {}
        self.hidden = 0
        self.ready = False  # whether all that its views ask for was worked out ahead
        self.words: Vocabulary | None = None  # that conditions can be made of, once somebody asked

    @cached_property
    def judgement(self) -> Judgement:
        """All that is derived from the log and the policy."""
        return judge(self.session, self.policy)

    @cached_property
    def log(self) -> Log:
        """What the records are asked for again and again."""
        return Log(self.session)

    @cached_property
    def talk(self) -> Talk:
        """What the windows show that were not recorded."""
        return Talk(self.session)

    @cached_property
    def origins(self) -> Index:
        """Every place where a value stands, for the question where one came from."""
        from nalyqor_tui.derive.why import Index

        return Index(self.session)

    @cached_property
    def moments(self) -> Sequence[Moment | None]:
        """When each decision was made."""
        return Moments(self.session)

    def state(self, decision: Decision) -> State:
        """Return the state just before a decision."""
        return self.judgement.replay.before(decision.entry)

    def window(self, decision: Decision) -> Window:
        """Return the context window of a decision; the last few are kept, as each is held against the one before."""
        if decision.index not in self._windows:
            if len(self._windows) >= _WINDOWS:
                del self._windows[next(iter(self._windows))]
            self._windows[decision.index] = window(self.session, decision, self.talk)
        return self._windows[decision.index]

    def margin(self, decision: Decision) -> Reading | None:
        """Return the margin of a decision, None where none was recorded."""
        return reading(self.session, decision, self.policy)

    @cached_property
    def series(self) -> dict[like.Kind, like.Series]:
        """The recorded margins of the session, sorted into those that can be compared."""
        return like.collect(self.session)

    def shift(self, kind: like.Kind) -> Shifted | None:
        """Hold a series against those of the other sessions; None while these are still being read."""
        if kind not in self._shifts:
            if (sessions := self.across.sessions()) is None:
                return None
            others, (declared, _) = sessions.others(kind, self.index), (self.policy or defaults()).comparing
            count = sum(len(values) for values in others.values())
            self._shifts[kind] = Shifted(count, like.shift(self.series[kind], others, declared))
        return self._shifts[kind]

    @cached_property
    def case(self) -> str | None:
        """The case that the session ran, None where its outcomes name none or more than one."""
        case = case_of(self.session)
        return case.name if case else None

    def find(self, number: str) -> Decision | None:
        """Find a decision by its number, or the first one of a turn."""
        if (meant := _NUMBER.fullmatch(number)) is None:
            return None
        wanted, nth = int(meant[1]), int(meant[2] or 1)
        made = next((turn.decisions for turn in self.session.turns if turn.number == wanted), ())
        return self.session.decisions[made[nth - 1]] if 0 < nth <= len(made) else None

    def notes_at(self, decision: Decision) -> list[BoundNote]:
        """Return the notes that belong to a decision, retracted ones too."""
        return [note for note in self.notes if note.decision == decision.index]

    def bind(self, notes: list[Note], hidden: int = 0) -> None:
        """Take the notes of the sidecar and find the place of each that belongs to this session.

        `hidden` is how many notes of the whole file the reader, who reads blind, is not shown.
        """
        self.hidden = hidden
        sha256 = self.trace.sha256() if notes else ""
        bound = [(note, self._resolve(note.anchor, sha256)) for note in notes]
        self.notes = [BoundNote(n, b, self._decision(b)) for n, b in bound if b is not None]

    def _resolve(self, anchor: Anchor, sha256: str) -> Binding | None:
        """Find the place of a note; None for one of another session.

        A note whose session is nowhere in the file is shown in every session, rather than in none.
        """
        if anchor.session in ("", self.session.id) or self.across.alone:
            return resolve(anchor, self._places, sha256)
        if anchor.session in self.across.names:
            return None
        return Binding("orphaned", None, f"its session {anchor.session} is not in the trace any more")

    def place(self, decision: Decision) -> Place:
        """Return where a decision stands, for a note to be bound to."""
        return self._places_by_entry[decision.entry]

    def identity(self) -> TraceIdentity:
        """Return the file as a note is bound to it."""
        return identity(self.trace)

    def _decision(self, binding: Binding) -> int | None:
        if binding.place is None:
            return None
        found = next((d for d in self.session.decisions if d.number == binding.place.decision), None)
        return found.index if found else None

    @cached_property
    def _places(self) -> Places:
        return Places(self._places_by_entry.values())

    @cached_property
    def _places_by_entry(self) -> dict[int, Place]:
        seen: dict[str, int] = {}
        out: dict[int, Place] = {}
        for decision in self.session.decisions:
            entry = self.session.entries[decision.entry]
            sha256 = self.trace.record_sha256(entry.place)
            ordinal = seen.get(sha256, 0)
            seen[sha256] = ordinal + 1
            out[decision.entry] = Place(
                session=self.session.id,
                turn=decision.turn,
                decision=decision.number,
                record=entry.record.id,
                line=entry.place.line,
                offset=entry.place.offset,
                pointer=entry.place.pointer,
                sha256=sha256,
                ordinal=ordinal,
                text=self._text(decision),
            )
        return out

    def _text(self, decision: Decision) -> str:
        record = self.session.record(decision.entry if decision.text is None else decision.text)
        return text_of(record.content) if isinstance(record, rec.Message) else ""
