"""What is on the table: the trace, the policy, the notes, and a review of each session that was opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.policy.loader import Policy, find
from nalyqor_tui.present.across import Across
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.source import Spool
from nalyqor_tui.trace.store import Trace

PATIENCE = 0.05  # seconds that the first look at a decision may wait for the other sessions


@dataclass
class Case:
    """An opened trace with all that belongs to it; `policy_given` is what the command line said."""

    trace: Trace
    policy: Policy | None
    journal: Journal
    policy_given: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    stop: str = ""  # the condition that the reader stops at, in every session
    reviews: dict[int, Review] = field(default_factory=dict)
    following: bool = False  # whether the file is followed as it grows
    unfollowed: str = ""  # why it is followed in vain now, in a word or two of ours
    file: LineFile | None = None  # the trace line by line, if it was looked at so

    @cached_property
    def across(self) -> Across:
        """The sessions of the file side by side, without keeping a key waiting."""
        return Across(self.trace, PATIENCE)

    @property
    def path(self) -> Path:
        """The trace file."""
        return self.trace.path

    def review(self, index: int) -> Review:
        """Return the review of a session, with the notes as they stand now."""
        if index not in self.reviews:
            self.reviews[index] = Review(self.trace, index, self.policy, self.across)
            self.reviews[index].bind(self.journal.notes(), self.journal.hidden)
        return self.reviews[index]

    def lines(self, place: Place) -> LineFile:
        """Return the file that holds a place, line by line; raises TraceError where it is not there any more."""
        source = self.trace.source(place)
        if isinstance(source, Spool):
            return LineFile(source.descriptor(), source.path, watched=False)
        if self.file is None or self.file.path != source.path:
            self.file = LineFile(source.descriptor(), source.path)
        return self.file

    def renew(self, trace: Trace, reviews: dict[int, Review]) -> None:
        """Show another reading of the file, with the sessions of it that were judged already."""
        self.trace = trace
        self.__dict__.pop("across", None)
        self.reviews = reviews
        self.rebind()

    def reload(self) -> Phrase:
        """Read the policy again and judge anew; raises PolicyError and changes nothing where it is wrong."""
        policy = find(self.policy_given or None, self.path)
        changed = (policy.sha256 if policy else "") != (self.policy.sha256 if self.policy else "")
        self.policy = policy
        self.reviews.clear()
        if policy is None:
            return phrase("no policy was found: nalyqor.toml beside the trace, or --policy FILE")
        return phrase(
            "policy {name} read again: {what}",
            name=policy.name,
            what=own("changed" if changed else "the same"),
        )

    def rebind(self) -> None:
        """Take the notes anew after a change."""
        notes, hidden = self.journal.notes(), self.journal.hidden
        for review in list(self.reviews.values()):  # a thread that opens a session adds to them
            review.bind(notes, hidden)
