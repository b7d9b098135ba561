"""What every report starts with: the file, the policy, what the format can tell, and what is shown of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nalyqor_tui import __version__
from nalyqor_tui.errors import ExportError
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present import notes
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.present.words import once
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.formats.base import Fidelity
from nalyqor_tui.trace.session import Decision


@dataclass(frozen=True, slots=True)
class Shown:
    """A session in a report, with the decisions of it that are shown."""

    review: Review
    decisions: list[Decision]


@dataclass(frozen=True, slots=True)
class Report:
    """All sessions that were looked at, and those of them that are shown."""

    reviews: list[Review]
    sessions: list[Shown]
    selection: Selection
    redaction: Redaction

    @property
    def first(self) -> Review:
        """Any session stands for the file and the policy: they are the same for all."""
        return self.reviews[0]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the head; `truth` tells whose text the data in it is."""

    label: str
    says: Phrase
    truth: Truth = Truth.OBSERVED


def gather(reviews: Iterable[Review], selection: Selection, redaction: Redaction | None = None) -> Report:
    """Choose what is shown, and find the secrets in it; a session is left out when a condition leaves nothing of it."""
    seen = list(reviews)
    if not seen:
        raise ExportError("there is no session to report", remedy="give one that the trace holds")
    shown = [Shown(review, selection.decisions(review)) for review in seen]
    redaction = redaction or Redaction()
    redaction.learn(seen)
    return Report(seen, [s for s in shown if s.decisions or selection.everything], selection, redaction)


def facts(report: Report) -> list[Fact]:
    """Return the head of a report, without secrets."""
    review = report.first
    trace = review.trace
    told = [
        Fact("trace", phrase("{name}", name=trace.name)),
        Fact("sha256", phrase("{sha256}", sha256=trace.sha256())),
        Fact("bytes", phrase("{size}", size=trace.size)),
        Fact("format", own(trace.format_title)),
        *(Fact("warning", warning) for warning in once(trace.warnings)),
        Fact("the format tells", _fidelity(trace.fidelity)),
        *_policy(review),
        Fact("shown", _counts(report)),
        Fact("selection", report.selection.says() + _unjudged(report)),
        *([Fact("notes", notes.hidden(review.hidden))] if review.hidden else []),
        Fact("redacted", report.redaction.says()),
        Fact("written by", own(f"nalyqor-tui {__version__}")),
    ]
    return [replace(fact, says=report.redaction.phrase(fact.says)) for fact in told]


def _fidelity(can: Fidelity) -> Phrase:
    told = {"context": can.context, "confirmations": can.confirmations, "look-ups": can.retrieval,
            "margins": can.margin}  # fmt: skip
    if len(set(told.values())) == 1:
        return own(f"{', '.join(told)}: {can.context}")
    return join("; ", [own(f"{what}: {how}") for what, how in told.items()])


def _policy(review: Review) -> list[Fact]:
    policy = review.policy
    if policy is None:
        return [Fact("policy", phrase("none: give --policy FILE, or put nalyqor.toml beside the trace"))]
    return [
        Fact("policy", phrase("{name}", name=policy.name), Truth.DECLARED),
        Fact("policy file", phrase("{file}", file=policy.path.rsplit("/", 1)[-1]), Truth.DECLARED),
        Fact("policy sha256", phrase("{sha256}", sha256=policy.sha256)),
    ]


def _counts(report: Report) -> Phrase:
    decisions = sum(len(shown.decisions) for shown in report.sessions)
    return phrase(
        "{s} of {sessions} sessions, {d} of {decisions} decisions",
        s=len(report.sessions),
        sessions=len(report.reviews),
        d=decisions,
        decisions=sum(len(review.session.decisions) for review in report.reviews),
    )


def _unjudged(report: Report) -> Phrase:
    if report.selection.problems and report.first.policy is None:
        return phrase(" (nothing could be graded without a policy)")
    return ()
