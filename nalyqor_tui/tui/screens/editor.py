"""Write down why: the editor of a note. Leaving it saves; a draft is kept while one types."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nalyqor_tui.notes.model import SUGGESTED_TAGS, Body, Claim, Evidence, Kind, Status
from nalyqor_tui.present.text import literal
from nalyqor_tui.present.words import cut
from nalyqor_tui.tui.widgets.choices import OneOf, SomeOf
from nalyqor_tui.tui.widgets.fields import LineField, TextField

KINDS: tuple[Kind, ...] = ("reconstruction", "hypothesis", "question", "mark")
STATUSES: tuple[Status, ...] = ("asserted", "supported", "contradicted")
_CLAIM = re.compile(r"(asserted|supported|contradicted)\s*:\s*(.*)\Z", re.S)
_CITED = re.compile(r"\[(\d+)\]")
_TITLE = 200  # characters of a title; no screen has room for more
_ROW = 200  # characters of what is cited that the list of evidence shows
_DRAFT_EVERY = 2.0  # seconds; what a crash can take at the most


@dataclass(frozen=True, slots=True)
class Offer:
    """A row of the screen that may be taken as evidence, with how it reads."""

    evidence: Evidence
    says: str


class Editor(ModalScreen[Body | None]):
    """Edits the body of a note; gives it back when it is left, None when nothing was written."""

    BINDINGS = [
        Binding("escape", "save", "save and close", priority=True),
        Binding("ctrl+s", "save", "save and close", show=False, priority=True),
        Binding("ctrl+q", "keep_draft", "close, keep the draft", priority=True),
    ]

    def __init__(
        self,
        title: str,
        body: Body | None,
        offers: list[Offer],
        keep: Callable[[Body], bool],
        *,
        drafted: bool,
        hint: str = "",
    ) -> None:
        """Edit `body` (None for a new note); `keep` stores a draft; `drafted` says that `body` is one.

        `hint` is said above a text that is nobody's yet: it is kept as a draft from the start.
        """
        super().__init__()
        self._title = title
        self._body = body or Body(kind="reconstruction")
        self._offers = _with_cited(offers, self._body)
        self._keep = keep
        self._kept = None if hint else self._body
        self._hint = "A draft from an earlier session: esc saves it as the note." if drafted else hint

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        with Vertical(id="editor") as box:
            box.border_title = Content(f"Note on {literal(self._title, _TITLE)}")
            box.border_subtitle = "esc saves and closes · tab next field · ctrl+q keeps a draft"
            if self._hint:
                yield Static(Content(self._hint), id="drafted", markup=False)
            yield OneOf(KINDS, self._body.kind, id="kind")
            yield TextField(
                self._body.text, id="text", compact=True, placeholder="Why did the choice come out as it did?"
            )
            with VerticalScroll(id="more", can_focus=False):
                yield LineField(", ".join(self._body.tags), id="tags", compact=True,
                            placeholder=f"tags: {', '.join(SUGGESTED_TAGS[:4])} …")  # fmt: skip
                yield Static(
                    "Claims, one a line: supported: the rule was not in view [1]",
                    classes="hint",
                    markup=False,
                )
                yield TextField(_written(self._body.claims), id="claims", compact=True)
                yield Static("Evidence on the screen: space takes it; [n] cites the n-th in order", classes="hint",
                             markup=False)  # fmt: skip
                yield self._choices()
            yield Static(id="problem", markup=False)

    def _choices(self) -> SomeOf:
        cited = set(self._body.evidence)
        rows = [f"[{n + 1}] {offer.says}" for n, offer in enumerate(self._offers)]
        return SomeOf(rows, [n for n, o in enumerate(self._offers) if o.evidence in cited], id="evidence")

    def on_mount(self) -> None:
        """Start in the text; keep a draft at intervals."""
        self.query_one("#text", TextField).focus()
        self.set_interval(_DRAFT_EVERY, self.keep_draft)

    def action_save(self) -> None:
        """Give the note back; a claim that cites what was not taken is said first."""
        body = self._read()
        if isinstance(body, str):
            self.query_one("#problem", Static).update(Content(body))
            self.query_one("#claims").focus()
            return
        empty = not body.text.strip() and not body.tags and not body.claims and body.kind != "mark"
        self.dismiss(None if empty else body)

    def action_keep_draft(self) -> None:
        """Close without a note; the draft waits for the next time."""
        self.keep_draft()
        self.dismiss(None)

    def keep_draft(self) -> bool:
        """Keep what was typed since the last time, be it right or not; say whether all of it is kept."""
        body = self._read(drafting=True)
        if not isinstance(body, str) and body != self._kept and self._keep(body):
            self._kept = body
        return body == self._kept

    def _read(self, *, drafting: bool = False) -> Body | str:
        """Return the body as it stands, or what is wrong with it; for a draft nothing is wrong."""
        chosen = self.query_one("#evidence", SomeOf).taken
        claims = []
        for line in self.query_one("#claims", TextField).text.splitlines():
            if line.strip():
                claim = _claim(line.strip(), chosen, drafting=drafting)
                if isinstance(claim, str):
                    return claim
                claims.append(claim)
        tags = [tag.strip() for tag in self.query_one("#tags", LineField).value.split(",")]
        return Body(
            kind=self.query_one("#kind", OneOf).chosen,
            text=self.query_one("#text", TextField).text,
            tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
            evidence=tuple(self._offers[n].evidence for n in chosen),
            claims=tuple(claims),
        )


def _claim(line: str, chosen: list[int], *, drafting: bool = False) -> Claim | str:
    """Read `status: text [1] [2]`; the numbers are those of the list on the screen.

    A draft keeps a number that is not taken as `[?]`: by the time it is read again the list has another order.
    """
    match = _CLAIM.match(line)
    status: Status = match[1] if match else "asserted"  # type: ignore[assignment]
    text = match[2] if match else line
    cited = []
    for number in map(int, _CITED.findall(text)):
        if number - 1 in chosen:
            cited.append(chosen.index(number - 1))
            text = text.replace(f"[{number}]", "")
        elif drafting:
            text = text.replace(f"[{number}]", "[?]")
        else:
            return f"A claim cites [{number}], which is not taken as evidence below: take it, or drop the number."
    return Claim(text=text.strip(), status=status, evidence=tuple(cited))


def _written(claims: tuple[Claim, ...]) -> str:
    """Write claims as lines; the evidence of a note stands first in the list, so its numbers hold."""
    return "\n".join(f"{c.status}: {c.text}{''.join(f' [{i + 1}]' for i in c.evidence)}" for c in claims)


def _with_cited(offers: list[Offer], body: Body) -> list[Offer]:
    """Put what the note cites already in front of what the screen offers."""
    cited = [
        Offer(e, f"{e.truth} {literal(cut(e.ref, _ROW))} {literal(cut(e.quote, _ROW))}")
        for e in body.evidence
    ]
    return cited + [offer for offer in offers if offer.evidence not in body.evidence]
