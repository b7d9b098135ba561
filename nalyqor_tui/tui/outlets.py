"""What leaves the screen: messages, full views, things to copy, the pager, a report."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from nalyqor_tui.errors import ExportError
from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present.rows import Row, flat
from nalyqor_tui.present.text import literal_lines, show

if TYPE_CHECKING:
    from textual.screen import Screen

    from nalyqor_tui.policy.loader import Policy
    from nalyqor_tui.present.review import Review
    from nalyqor_tui.report.redact.redaction import Redaction
    from nalyqor_tui.trace.session import Decision
    from nalyqor_tui.tui.case import Case

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PASSING = 1000  # characters that are said in passing; more would cover the screen, and be slow to lay out
THEMES = ("textual-dark", "textual-light")


def tell(screen: Screen[Any], says: Phrase, *, problem: bool = False) -> None:
    """Say something in passing, in the place of what was said before; a problem stays longer, a long text is cut."""
    screen.app.clear_notifications()
    shown = show(says)
    shown = shown if len(shown) <= _PASSING else f"{shown[:_PASSING]}… (+{len(shown) - _PASSING} characters)"
    severity = "error" if problem else "information"
    screen.notify(shown, markup=False, severity=severity, timeout=8 if problem else 3)  # type: ignore[arg-type]


def next_theme(app: App[Any]) -> None:
    """Change between dark and light."""
    app.theme = THEMES[1] if app.theme == THEMES[0] else THEMES[0]


def in_full(case: Case, review: Review, row: Row) -> str:
    """Write a row with its truth, its origin, its whole body, and the records behind it as they stand in the file."""
    from nalyqor_tui.present import words

    out = [f"{row.truth.value.upper()} · {row.label}", "".join(row.value), row.body]
    says = "".join(words.origin(review.session, row.origin))
    out.append(f"Source: {says}" if says else "")
    for at in dict.fromkeys(row.origin.entries):
        place = review.session.entries[at].place
        out.append(f"── {words.name(review.session, at)}, {place}\n{case.trace.raw(place)}")
    return "\n\n".join(part for part in out if part)


def command(case: Case, review: Review, decision: Decision) -> str:
    """Write the command that opens this spot on a colleague's machine."""
    parts = ["nalyqor-tui", case.path.name]
    if case.policy_given:
        parts += ["--policy", case.policy_given]
    if len(case.trace.session_ids) > 1:
        parts += ["--session", review.session.id]
    return shlex.join([*parts, "--at", decision.number])


def forms(case: Case, review: Review, decision: Decision, row: Row | None) -> dict[str, str]:
    """Return what can be copied of a row, or of the decision where no row is chosen, by name.

    These forms are what the reader sees; `reported` gives the parts of a report.
    """
    from nalyqor_tui.present import words

    at = row.origin.entries[0] if row is not None and row.origin.entries else decision.entry
    entry = review.session.entries[at]
    value = (
        "".join(row.value) or row.body if row is not None else "".join(words.title(review.session, decision))
    )
    line = f":{entry.place.line}" if entry.place.line is not None else ""
    return {
        "command": command(case, review, decision),
        "value": value,
        "path": f"{case.path}{line}{' ' + entry.place.pointer if entry.place.pointer else ''}",
        "id": words.name(review.session, at),
        "JSON": case.trace.raw(entry.place),
    }


REPORTED = {
    "card": "the decision card, as Markdown and without secrets",
    "Markdown": "the decision as in a report, without secrets",
}
"""The parts of a report that can be copied, and what each is. They are written when one is wanted: that takes longer,
as the whole session is searched for secrets."""


def reported(review: Review, decision: Decision, name: str) -> str:
    """Write a part of a report that REPORTED names; it is without secrets, as the report is."""
    from nalyqor_tui.present import card
    from nalyqor_tui.report import markdown

    redaction = take_out()
    redaction.learn([review])
    if name == "card":
        return "\n".join(markdown.rows(review, flat(card.view(review, decision)), redaction)) + "\n"
    return "\n".join(markdown.decision(review, decision, redaction)) + "\n"


def write_report(case: Case, review: Review, name: str) -> Phrase:
    """Write the Markdown report of a session and say where; never over another file."""
    from nalyqor_tui.report import markdown
    from nalyqor_tui.report.selection import Selection

    redaction = take_out()
    says = write_new(name, markdown.render([review], Selection(), redaction))
    return says + (phrase("; redacted: ") + redaction.says() if redaction.vault.secrets else ())


def take_out(policy: Policy | None = None) -> Redaction:
    """Return what takes the secrets out of a report: the rules, and the patterns of one's own and of the policy."""
    from nalyqor_tui.report.redact import config
    from nalyqor_tui.report.redact.redaction import Redaction

    redaction = Redaction(config.patterns())
    redaction.heed(policy)
    return redaction


def write_new(name: str, lines: Iterable[str]) -> Phrase:
    """Write lines to a file that is not there yet and say where; raises ExportError."""
    path = Path(name).expanduser()
    text = "\n".join(lines) + "\n"
    try:
        with os.fdopen(os.open(path, _NEW, 0o600), "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except FileExistsError:
        raise ExportError("is there already", path=path, remedy="give another name") from None
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise ExportError(f"could not be written: {what}", path=path, remedy="give another place") from None
    return phrase("report written to {path}", path=str(path.absolute()))


def secrets_in(review: Review, text: str) -> Phrase:
    """Say of a text that is copied whole what a report would have taken out of it; nothing where that is nothing."""
    redaction = take_out()
    redaction.learn([review])
    return _taken_by(redaction, text)


def secrets_of(text: str) -> Phrase:
    """Say the same of a text of which no session is known."""
    return _taken_by(take_out(), text)


def _taken_by(redaction: Redaction, text: str) -> Phrase:
    from nalyqor_tui.report.redact.redaction import MARKER

    found = sorted(set(MARKER.findall(redaction.text(text))) - set(MARKER.findall(text)))
    return (
        phrase("; it is whole: a report would take out {what}", what=own(", ".join(found))) if found else ()
    )


def leave(screen: Screen[Any]) -> None:
    """Go back to the screen below, or leave the program where there is none."""
    if len(screen.app.screen_stack) > 2:
        screen.app.pop_screen()
    else:
        screen.app.exit()


def page(app: App[Any], title: str, text: str) -> bool:
    """Show a text in $PAGER, in its visible form, as a pager, too, may act on it; False if none is to be had."""
    data = "\n".join([*literal_lines(title), "", *literal_lines(text)]).encode("utf-8", "replace")
    with app.suspend(), _deaf_to_ctrl_c():
        for pager in (_pager(), ["less", "-Pq goes back"], ["more"]):
            if pager:
                try:
                    # LESSSECURE: no key of less may write a file or start a program.
                    subprocess.run(pager, input=data, check=False, env={**os.environ, "LESSSECURE": "1"})
                except OSError:
                    continue
                return True
    return False


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Leave ctrl+c to the program that has the terminal meanwhile: it is meant for that one."""
    was = signal.signal(signal.SIGINT, lambda *_: None)  # an ignored signal would be ignored there, too
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, was)


def _pager() -> list[str]:
    """Return $PAGER as words; none where it is not set, or is no line that a shell would take."""
    try:
        return shlex.split(os.environ.get("PAGER", ""))
    except ValueError:
        return []
