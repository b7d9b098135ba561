"""Score the consent read out of talk against labels: `python -m tests.bench.consent LABELS TRACE POLICY`.

A label is a JSON line with `session` (index in the trace), `message_index` and `label`; `disputed` is left
out. Positive is "not covered": everything but confirmed. The halves are split by `task_id` (all runs of one
task in the same half), else by session. With `--half A`, only that half is scored, and `--errors` lists what
it gets wrong. A write that no rule of the policy governs is left out of the scores and counted. Where a label
has `proposal_index` or `confirmation_index` (messages, counted from 0), it is told how often the quoted
proposal and answer are these.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nalyqor_tui.derive.consent import Consent, Quote, consents
from nalyqor_tui.phrase import plain
from nalyqor_tui.policy.loader import load
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Decision, Session
from nalyqor_tui.trace.store import Trace

CLASSES = ("confirmed", "mismatched", "stale", "requested", "none", "unknown")
_YES = ("yes", "yeah", "sure", "ok", "please proceed", "go ahead", "confirm")
_ASKS = ("confirm", "proceed", "would you like", "shall i")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled write with what was read, and what the plain rule says."""

    label: dict[str, Any]
    consent: Consent | None
    baseline: bool
    proposal_right: bool | None = None
    answer_right: bool | None = None

    @property
    def half(self) -> str:
        """A or B, the same for all runs of one task."""
        key = (
            f"task {self.label['task_id']}" if "task_id" in self.label else f"session {self.label['session']}"
        )
        return "AB"[hashlib.sha256(key.encode()).digest()[-1] % 2]

    @property
    def governed(self) -> bool:
        """Whether a rule of the policy asks for a confirmation of this write."""
        return self.consent is not None

    @property
    def cls(self) -> str:
        """The class that was read; a write that no rule of the policy governs has none."""
        return self.consent.cls if self.consent else "not judged"


def rows(labels: Path, trace: Path, policy: Path) -> tuple[list[Row], float]:
    """Read the labelled writes, and how long the reading of all sessions took, in seconds."""
    declared, opened = load(policy), Trace(trace)
    sessions = [opened.session(i) for i in range(len(opened.session_ids))]
    started = time.perf_counter()
    found = [consents(session, declared) for session in sessions]
    took = time.perf_counter() - started
    out = []
    for line in labels.read_text("utf-8").splitlines():
        label = json.loads(line)
        if label["label"] == "disputed":
            continue
        session = sessions[label["session"]]
        decision = _decision(session, label)
        read = found[label["session"]].get(decision.index)
        right = (
            _is_labelled(session, label.get("proposal_index"), read.proposal if read else None),
            _is_labelled(session, label.get("confirmation_index"), read.answer if read else None),
        )
        out.append(Row(label, read, baseline(session, decision), *right))
    return out, took


def _is_labelled(session: Session, index: int | None, quote: Quote | None) -> bool | None:
    """Say whether the words quoted stand in the labelled message; None where the label names no message."""
    if index is None:
        return None
    return quote is not None and session.by_id.get(f"m{index}") == quote.entry


def baseline(session: Session, decision: Decision) -> bool:
    """The plain rule: the last user message says yes, and the agent's message before it asks."""
    said = [
        e.record for e in session.entries[: decision.entry]
        if isinstance(e.record, rec.Message) and e.record.role in ("user", "assistant") and e.record.content
    ]  # fmt: skip
    while said and said[-1].role == "assistant":
        said.pop()
    if len(said) < 2 or said[-2].role != "assistant":
        return False
    answer, asked = str(said[-1].content).lower(), str(said[-2].content).lower()
    return any(word in answer for word in _YES) and any(word in asked for word in _ASKS)


def scores(pairs: list[tuple[bool, bool]]) -> str:
    """Return precision, recall and F1 of (predicted, labelled) pairs."""
    tp = sum(p and y for p, y in pairs)
    precision = tp / max(1, sum(p for p, _ in pairs))
    recall = tp / max(1, sum(y for _, y in pairs))
    f1 = 2 * precision * recall / (precision + recall) if tp else 0.0
    counted = f"(n {len(pairs)}, not covered {sum(y for _, y in pairs)})"
    return f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  {counted}"


def report(name: str, listed: list[Row]) -> str:
    """Return the scores of some rows with their confusion table (labels down, classes read across)."""
    ungoverned = sum(not r.governed for r in listed)
    listed = [r for r in listed if r.governed]
    pairs = [(r.cls != "confirmed", r.label["label"] != "confirmed") for r in listed]
    plainly = [(not r.baseline, r.label["label"] != "confirmed") for r in listed]
    counts = Counter((r.label["label"], r.cls) for r in listed)
    lines = [f"== {name}", f"consent   {scores(pairs)}", f"baseline  {scores(plainly)}"]
    lines.append(
        f"quotes    proposal {_share([r.proposal_right for r in listed])}  "
        f"answer {_share([r.answer_right for r in listed])}"
    )
    lines += [f"left out  {ungoverned} that the policy does not govern", ""]
    lines.append(f"{'label':12}" + "".join(f"{c:>12}" for c in CLASSES))
    lines += [
        f"{label:12}" + "".join(f"{counts[label, c] or '.':>12}" for c in CLASSES)
        for label in CLASSES
        if any(counts[label, c] for c in CLASSES)
    ]
    return "\n".join(lines) + "\n"


def _share(right: list[bool | None]) -> str:
    """Return how many of the quotes that a label names are the labelled ones."""
    named = [one for one in right if one is not None]
    return f"{sum(named)} of {len(named)} as labelled"


def errors(listed: list[Row]) -> str:
    """Return the rows on which the reading and the label part, each with the reason that was read."""
    wrong = [r for r in listed if r.governed and (r.cls != "confirmed") != (r.label["label"] != "confirmed")]
    return "\n".join(
        f"session {r.label['session']} message {r.label['message_index']} {r.label['tool']}: labelled "
        f"{r.label['label']}, read {r.cls}: {plain(r.consent.says) if r.consent else ''}"
        for r in wrong
    )


def main(arguments: list[str]) -> str:
    """Return the whole report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.consent", description=__doc__)
    for name in ("labels", "trace", "policy"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--half", choices=("A", "B"))
    parser.add_argument("--errors", action="store_true")
    given = parser.parse_args(arguments)
    listed, took = rows(given.labels, given.trace, given.policy)
    halves = {half: [r for r in listed if r.half == half] for half in "AB"}
    shown = {given.half: halves[given.half]} if given.half else {"all": listed, **halves}
    out = [report(name if name == "all" else f"half {name}", some) for name, some in shown.items()]
    if given.errors:
        out.append(errors(shown[given.half] if given.half else listed) + "\n")
    return "\n".join(out) + f"\nread in {took:.2f} s"


def _decision(session: Session, label: dict[str, Any]) -> Decision:
    entry = session.by_id[f"d{label['message_index']}"]
    return next(d for d in session.decisions if d.entry == entry)


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]) + "\n")
