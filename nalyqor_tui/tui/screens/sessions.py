"""The sessions of a file: what each log says of its output, beside what was found of its decisions."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.app import ComposeResult
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import get_current_worker

from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.steps import SessionRow, session_row
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings, foot
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.screens.overlays import help_screen, info_screen
from nalyqor_tui.tui.screens.review import ReviewScreen
from nalyqor_tui.tui.widgets.bars import Bar, KeyBar
from nalyqor_tui.tui.widgets.prompt import Prompt
from nalyqor_tui.tui.widgets.wrap import cells

_BATCH = 0.1  # seconds of reading between two updates of the list
_WIDE = 110  # cells from which names and outcomes have room for more than their beginning


def columns(width: int) -> tuple[int, int]:
    """Return the cells for the name of a session and for its outcome: what was found must stay in view."""
    return (30, 24) if width >= _WIDE else (18, 17)


def head(width: int) -> str:
    """Write the names of the columns."""
    name, outcome = columns(width)
    return f"{'session':<{name}} {'turns':>6} {'decisions':>9}  {'output (observed)':<{outcome}} problems (derived)"


class SessionList(ScrollView, can_focus=True, inherit_bindings=False):
    """One row a session; sessions that were not read yet show their id."""

    COMPONENT_CLASSES = {"sessionlist--cursor", "sessionlist--pass", "sessionlist--fail", "sessionlist--dim"}

    class Chosen(Message):
        """The reader wants to open the session under the cursor."""

    def __init__(self, ids: list[str], *, judged: bool, id: str) -> None:
        super().__init__(id=id)
        self.ids = ids
        self.judged = judged
        self.rows: dict[int, SessionRow] = {}
        self.listed = list(range(len(ids)))
        self.cursor = 0

    def on_mount(self) -> None:
        """Size the list."""
        self.virtual_size = Size(80, len(self.listed))

    def show_only(self, listed: list[int]) -> None:
        """List only these sessions."""
        self.listed = listed
        self.virtual_size = Size(80, len(listed))
        self.go(0)

    @property
    def current(self) -> int | None:
        """The session under the cursor."""
        return self.listed[self.cursor] if self.listed else None

    def go(self, to: int) -> None:
        """Put the cursor on a row."""
        self.cursor = max(0, min(len(self.listed) - 1, to))
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Choose with the mouse; a second click opens."""
        self.go(self.scroll_offset.y + event.y)
        if event.chain == 2:
            self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        """Draw one session."""
        at = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if at >= len(self.listed):
            return Strip.blank(width, self.rich_style)
        index = self.listed[at]
        row = self.rows.get(index)
        segments = (
            self._row(row, width)
            if row
            else [Segment(" " + cells(literal(self.ids[index]), columns(width)[0]), self._style("dim"))]
        )
        strip = Strip(segments).adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)
        return strip.apply_style(self._style("cursor")) if at == self.cursor else strip

    def _row(self, row: SessionRow, width: int) -> list[Segment]:
        name, outcome = columns(width)
        tone = {True: "pass", False: "fail", None: "dim"}[row.passed]
        glyph = {True: "✓ ", False: "✗ ", None: "  "}[row.passed]
        start = f" {cells(literal(row.id), name)} {row.turns:>6} {row.decisions:>9}  "
        out = [
            Segment(start, self.rich_style),
            Segment(cells(glyph + show(row.outcome), outcome) + " ", self._style(tone)),
        ]
        if row.latent:
            word = "LATENT FAILURE:" if self.size.width >= _WIDE else "LATENT"
            out.append(Segment(f"{word} {row.problems} ({row.kind})", self._style("fail")))
        elif row.problems:
            out.append(Segment(f"{row.problems} ({row.kind})", self._style("fail")))
        elif self.judged:
            out.append(Segment(f"0 ({row.kind})", self.rich_style))
        else:
            out.append(Segment("unknown: no policy", self._style("dim")))
        if row.unparsed:
            out.append(Segment(f", {row.unparsed} unparsed", self._style("fail")))
        return out

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"sessionlist--{name}")


class SessionsScreen(Screen[None]):
    """Lists the sessions; reads them in the background."""

    BINDINGS = bindings("sessions")
    AUTO_FOCUS = "#sessions"

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case
        self._needle = ""
        self._worst_first = case.policy is not None

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield Bar(id="title")
        yield Bar(id="warning")
        yield Bar(id="head")
        yield SessionList(self.case.trace.session_ids, judged=self.case.policy is not None, id="sessions")
        yield Prompt(id="prompt")
        yield KeyBar(foot("sessions", self.case.keys), id="keys")

    def on_mount(self) -> None:
        """Start reading."""
        self.query_one("#warning", Bar).show_warnings(self.case.trace.warnings)
        self._title(0)
        self._read()

    def on_resize(self) -> None:
        """Name the columns, which are as wide as there is room."""
        self.query_one("#head", Bar).show_text(own(head(self.size.width)))

    @property
    def list(self) -> SessionList:
        """The list of sessions."""
        return self.query_one("#sessions", SessionList)

    @work(thread=True, exclusive=True, exit_on_error=True)
    def _read(self) -> None:
        """Sum up every session, away from the keys; show what is known ten times a second."""
        worker = get_current_worker()
        found: dict[int, SessionRow] = {}
        last = monotonic()
        for row in self._rows():
            if worker.is_cancelled:
                return
            found[row.index] = row
            if monotonic() - last > _BATCH:
                self.app.call_from_thread(self._show, found)
                found, last = {}, monotonic()
        self.app.call_from_thread(self._show, found)
        self.app.call_from_thread(self._arrange)

    def _rows(self) -> Iterator[SessionRow]:
        for index in range(len(self.case.trace.session_ids)):
            yield session_row(Review(self.case.trace, index, self.case.policy))

    def _show(self, found: dict[int, SessionRow]) -> None:
        self.list.rows.update(found)
        self.list.refresh()
        self._title(len(self.list.rows))

    def _arrange(self) -> None:
        """List the sessions that fit, the worst first where that is wanted; the cursor stays with its session."""
        low, ids, rows = self._needle.casefold(), self.case.trace.session_ids, self.list.rows
        texts = ((n, f"{name} {show(rows[n].outcome) if n in rows else ''}") for n, name in enumerate(ids))
        listed = [n for n, text in texts if low in text.casefold()]
        if self._worst_first:
            listed.sort(key=lambda n: rows[n].rank if n in rows else (9,))
        current = self.list.current if self.list.cursor else None
        self.list.show_only(listed)
        if current in listed:
            self.list.go(listed.index(current))

    def _title(self, read: int) -> None:
        count = len(self.case.trace.session_ids)
        left = phrase("{file} · {n} sessions", file=self.case.trace.name, n=count)
        left += phrase(" · reading {read} of {count}", read=read, count=count) if read < count else ()
        rows = self.list.rows.values()
        latent = sum(row.latent for row in rows)
        left += phrase(" · {n} latent failures", n=latent) if latent else ()
        policy = self.case.policy
        right = phrase("policy {name}", name=policy.name) if policy else phrase("no policy: --policy FILE")
        self.query_one("#title", Bar).show_text(left, right)

    async def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """Do what the key does that was clicked."""
        await self.run_action(message.run)

    def on_session_list_chosen(self) -> None:
        """Open on a double click."""
        self.action_open()

    def action_step(self, by: int) -> None:
        """Move."""
        self.list.go(self.list.cursor + by)

    def action_row(self, by: int) -> None:
        """Move."""
        self.action_step(by)

    def action_page(self, by: float) -> None:
        """Move by half a page."""
        self.action_step(int(by * self.list.size.height))

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last session."""
        self.list.go(len(self.list.listed) - 1 if last else 0)

    def action_find(self, test: str, by: int) -> None:
        """Go to the next session with a problem."""
        rows, listed = self.list.rows, self.list.listed
        here, every = self.list.cursor, range(len(listed))
        after = [i for i in every if i > here] + [i for i in every if i <= here]
        before = [i for i in reversed(every) if i < here] + [i for i in reversed(every) if i >= here]
        for at in after if by > 0 else before:
            row = rows.get(listed[at])
            if row is not None and (row.problems or row.unparsed):
                self.list.go(at)
                return
        what = (
            "no session with a problem"
            if self.case.policy
            else "nothing can be judged without a policy: --policy FILE"
        )
        outlets.tell(self, phrase(what))

    def action_search(self) -> None:
        """Ask which sessions to list."""
        self.query_one("#prompt", Prompt).ask(
            "search", "list sessions whose id or outcome holds", self._needle
        )

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """List those that fit."""
        self._needle = message.text.strip()
        self._arrange()
        self.list.focus()

    def on_prompt_cancelled(self) -> None:
        """Give the focus back."""
        self.list.focus()

    def action_open(self) -> None:
        """Open the session under the cursor."""
        if (index := self.list.current) is not None:
            self.app.push_screen(ReviewScreen(self.case, index))

    def action_order(self) -> None:
        """Change between the worst first and the order of the file."""
        self._worst_first = not self._worst_first
        self._arrange()
        says = "the worst first" if self._worst_first else "in the order of the file"
        outlets.tell(self, own(says))

    def action_reload(self) -> None:
        """Judge all sessions anew by the policy as it is now."""
        try:
            says = self.case.reload()
        except NalyqorError as error:
            outlets.tell(self, phrase("the policy stays as it was: {why}", why=str(error)), problem=True)
            return
        self.list.rows.clear()
        self.list.judged = self.case.policy is not None
        outlets.tell(self, says)
        self._read()

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(help_screen("sessions", "the list of sessions", self.case.keys))

    def action_info(self) -> None:
        """Show what the trace was recognised as."""
        self.app.push_screen(info_screen(self.case.trace))

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_back(self) -> None:
        """List all sessions again."""
        if self._needle:
            self._needle = ""
            self._arrange()

    def action_leave(self) -> None:
        """Leave."""
        self.app.exit()
