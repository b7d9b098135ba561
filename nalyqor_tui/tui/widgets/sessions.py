"""The list of sessions: what each log says of its output, beside what was found of its decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nalyqor_tui.phrase import own
from nalyqor_tui.present.sessions import MANY, SessionRow, SessionRows
from nalyqor_tui.present.text import literal
from nalyqor_tui.tui.widgets.wrap import both_ends, cells, fitted

_WIDE = 110  # cells from which names and outcomes have room for more than their beginning
_FOUND = 121  # cells that all else needs, until there are some for how a session begins
_SAYS = 18  # and the least that are of any use for that
_NONE = "no session fits: esc lists all; L, then / searches the text of the file"
_END = 500  # characters of a name that are looked at, from its beginning and from its end


def columns(width: int, sessions: int) -> tuple[int, int, int]:
    """Return the cells for the name of a session, for how it begins and for its outcome.

    What was found must stay in view; how a session begins is told where there is room, and not of very many.
    """
    if width < _WIDE:
        return 18, 0, 17
    says = width - _FOUND
    return 30, says if says >= _SAYS and sessions <= MANY else 0, 24


def head(width: int, sessions: int) -> str:
    """Write the names of the columns."""
    name, says, outcome = columns(width, sessions)
    begins = f"  {cells('begins (observed)', says)}" if says else ""
    counts = f"{'turns':>7} {'decisions':>9}"
    return f"{'session':<{name}}{begins} {counts}  {'output (observed)':<{outcome}} problems (derived)"


def name_cells(name: str, file: str, width: int) -> tuple[str, str]:
    """Write a name and the file after it, in `width` cells together; of a long one only both ends are looked at."""
    shown = literal(name if len(name) <= 2 * _END else name[:_END] + name[-_END:])
    if not file:
        return both_ends(shown, width), ""
    beside = f" · {literal(file)}"
    room = max(width - cell_len(shown), width // 2 + 1)
    beside = beside if cell_len(beside) <= room else both_ends(beside, room)
    left = width - cell_len(beside)
    shown = shown if cell_len(shown) <= left else both_ends(shown, left).rstrip(" ")
    return shown, cells(beside, width - cell_len(shown))


class SessionList(ScrollView, can_focus=True, inherit_bindings=False):
    """One row a session; sessions that were not read yet show their id."""

    COMPONENT_CLASSES = {f"sessionlist--{name}" for name in ("cursor", "pass", "fail", "dim", "file")}

    class Chosen(Message):
        """The reader wants to open the session under the cursor."""

    def __init__(self, ids: Sequence[str], file: Callable[[int], str], *, judged: bool, id: str) -> None:
        """List the sessions with these `ids`; `file` tells in which file of a folder one is, where that is needed."""
        super().__init__(id=id)
        self.ids = ids
        self._file = file
        self.judged = judged
        self.rows = SessionRows(ids)
        self.listed: Sequence[int] = range(len(ids))
        self.cursor = 0
        self.marked: int | None = None

    @property
    def head(self) -> str:
        """The names of the columns, as wide as they are, from the second cell on: a bar leaves the first one empty."""
        return head(self.scrollable_content_region.width, len(self.ids))

    def on_mount(self) -> None:
        """Size the list."""
        self.virtual_size = Size(80, len(self.listed))

    def show_only(self, listed: Sequence[int]) -> None:
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

    def go_to(self, session: int) -> None:
        """Put the cursor on a session, if it is listed."""
        if session in self.listed:
            self.go(self.listed.index(session))

    def on_click(self, event: Click) -> None:
        """Choose with the mouse; a second click opens."""
        self.go(self.scroll_offset.y + event.y)
        if event.chain == 2:
            self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        """Draw one session."""
        at = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        base = self.rich_style  # worked out anew each time it is asked for
        if not self.listed and y == 0 and self.ids:
            says = Strip([Segment(_NONE, self._style("dim"))])
            return says.adjust_cell_length(width, base).apply_style(base)
        if at >= len(self.listed):
            return Strip.blank(width, base)
        index = self.listed[at]
        row = self.rows.get(index)
        segments = (
            self._row(row, width, base)
            if row
            else self._named(index, columns(width, len(self.ids))[0], self._style("dim"))
        )
        strip = Strip(segments).adjust_cell_length(width, base).apply_style(base)
        return strip.apply_style(self._style("cursor")) if at == self.cursor else strip

    def _row(self, row: SessionRow, width: int, base: Style) -> list[Segment]:
        name, says, outcome = columns(width, len(self.ids))
        tone = {True: "pass", False: "fail", None: "dim"}[row.run.passed]
        glyph = {True: "✓ ", False: "✗ ", None: "  "}[row.run.passed]
        run = row.run
        out = [
            *self._named(run.index, name, base),
            *([Segment(f"  {fitted(row.begins, says)}", self._style("dim"))] if says else []),
            Segment(f" {run.turns:>7,} {len(run.decisions):>9,}  ", base),
            Segment(fitted(own(glyph) + row.outcome, outcome) + " ", self._style(tone)),
        ]
        if row.latent:
            word = "LATENT FAILURE:" if self.size.width >= _WIDE else "LATENT"
            out.append(Segment(f"{word} {row.problems:,} ({row.kind})", self._style("fail")))
        elif row.problems:
            out.append(Segment(f"{row.problems:,} ({row.kind})", self._style("fail")))
        elif self.judged:
            out.append(Segment(f"0 ({row.kind})", base))
        else:
            out.append(Segment("unknown: no policy", self._style("dim")))
        if row.run.unparsed:
            out.append(Segment(f", {row.run.unparsed:,} unparsed", self._style("fail")))
        return out

    def _named(self, index: int, width: int, style: Style) -> list[Segment]:
        """Write the sign of the marked session, the id and, in a style of its own, the file."""
        name, file = name_cells(self.ids[index], self._file(index), width)
        sign = "●" if index == self.marked else " "
        return [Segment(sign + name, style), *([Segment(file, self._style("file"))] if file else [])]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"sessionlist--{name}")
