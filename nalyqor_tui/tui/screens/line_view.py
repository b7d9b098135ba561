"""What the screen of lines shows: the list, the record under its cursor, and what is going on meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Final

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Resize
from textual.screen import Screen
from textual.timer import Timer

from nalyqor_tui.errors import TraceError
from nalyqor_tui.phrase import Phrase, Words, own, phrase
from nalyqor_tui.present.lines import record_rows, size_words, wanted_bytes
from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.trace.index.near import Spot
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import foot
from nalyqor_tui.tui.opening import Opened, Opening
from nalyqor_tui.tui.widgets.bars import Bar, KeyBar
from nalyqor_tui.tui.widgets.lines import LineList, head
from nalyqor_tui.tui.widgets.prompt import Prompt
from nalyqor_tui.tui.widgets.rows import Rows
from nalyqor_tui.tui.widgets.titles import Piece

_TICK: Final = 0.1  # seconds between two looks at what goes on in the background


class LineView(Screen[int | None]):
    """Shows the lines of a file while they are found and while the trace is opened; gives back an offset, or None."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (140, "-wide")]
    AUTO_FOCUS = "#lines"

    def __init__(
        self,
        file: LineFile,
        keys: Mapping[str, str],
        opening: Opening | None = None,
        at: int | None = None,
        *,
        follow: bool = False,
    ) -> None:
        """Show `file`, from the line that holds the byte `at` on; `opening` opens the trace meanwhile."""
        super().__init__()
        self.file = file
        self.keys = keys
        self.opening = opening
        self.failed: Opening | None = None
        self.changed = False  # whether the lines are others than when the opening began
        self.wanted: int | None = None
        self.warning: Phrase = ()
        self._at = at
        self.following = follow
        self._shown: tuple[int | None, Spot | None] = (None, None)  # the line whose record is shown
        self._ticking: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the list and the record."""
        yield Bar(id="title")
        yield Bar(id="warning")
        yield Bar(id="head")
        with Container(id="body"):
            yield LineList(self.file, id="lines")
            yield Rows("Record", id="record", fold=200)
        yield Prompt(id="prompt")
        yield KeyBar(foot("lines", self.keys), id="keys")

    def on_mount(self) -> None:
        """Show the first lines, and look ten times a second at what is found."""
        self.warn(())
        self._ticking = self.set_interval(_TICK, self.tick)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self.opening is not None:  # not before, as what it imports would keep the first lines waiting
            self.opening.begin()
        if self._at is not None:
            self.view.go_to(self._at)
        else:
            self.view.ends(False)
        self.tick()

    @property
    def view(self) -> LineList:
        """The list of lines."""
        return self.query_one("#lines", LineList)

    @property
    def pane(self) -> Rows:
        """The record under the cursor."""
        return self.query_one("#record", Rows)

    def on_resize(self, event: Resize) -> None:
        """Name the columns, which are as wide as there is room."""
        self.call_after_refresh(self._name_columns)

    def on_line_list_moved(self) -> None:
        """Show the record under the cursor."""
        self.wanted = None
        self.show_record()
        self.show_title()

    def show_record(self) -> None:
        """Show the record under the cursor of the list, or its beginning."""
        self._shown = (self.view.number, spot := self.view.spot)
        if spot is None:
            self.pane.show_lines([])
            return
        data = self.file.read(spot.offset, wanted_bytes(spot.length))
        self.pane.show_lines(record_rows(data, spot.length, self.view.number, spot.offset))

    def show_title(self) -> None:
        """Say where the reader is, and what is going on."""
        lines = self.file.lines
        so_far = "" if lines.done and self.file.spill is None else " so far"
        number = self.view.number
        where = f"line {number + 1:,} of " if number is not None else ""
        here = f"{where}{len(lines):,}{'' if where else ' lines'}{so_far}"
        short = own(f"line {number + 1:,}") if number is not None else own(here)
        left = [
            Piece((self.file.name,), 3, names=True),
            Piece(own(here), 4, (short,), spare=3),
            Piece(own(size_words(lines.size)), 2, spare=1),
        ]
        self.query_one("#title", Bar).show_title(
            left,
            [Piece(says, 5, (_without_esc(says),) if at else ()) for at, says in enumerate(self.state())],
        )

    def state(self) -> list[Phrase]:
        """Say what is going on in the background, each thing in a phrase."""
        lines = self.file.lines
        out: list[Phrase] = []
        if self.wanted is not None:
            out.append(own(f"going to line {self.wanted + 1:,} when counted, esc cancels"))
        if self.file.spill is not None:
            out.append(own(f"unpacking {self.file.spill.share:.0%}, esc stops"))
        elif lines.stopped.is_set() and not lines.done:
            out.append(own(f"stopped at {lines.progress:.0%}, D begins again"))
        elif not lines.done:
            out.append(own(f"reading {lines.progress:.0%}, esc stops"))
        elif self.opening is not None and not self.opening.over:
            out.append(own("stopping") if self.opening.ending else self.opening.says + own(", esc stops"))
        elif self.opening is not None and self.opening.stopped:
            out.append(own("stopped at ") + self.opening.says + own(", D reads on"))
        elif self.opening is not None and self.opening.opened is not None:
            out.append(own("the decisions are ready: D"))
        return out

    def tick(self) -> None:
        """Take in what was found since the last look."""
        self._unpack()
        self.view.take_in()
        if self.wanted is not None and self.wanted < len(self.file.lines):
            self.view.go_number(self.wanted)
        elif self.wanted is not None and self.file.lines.done:
            self.no_such_line()
        elif (self.view.number, self.view.spot) != self._shown:
            self.show_record()
        self.show_title()
        if self.opening is not None and self.opening.over and not self.opening.given_up:
            self.take_over(self.opening)

    def _unpack(self) -> None:
        """Take in the lines of what was unpacked, for a part of the time until the next look."""
        until = monotonic() + _TICK / 4
        while self.file.spill is not None and self.file.lines.done and monotonic() < until:
            if self.file.look() != "grown":
                self.file.spill = None if self.file.spill.over else self.file.spill
                return
            if self.file.lines.offsets:
                self.view.forget(self.file.lines.offsets[-1])
            self.file.grow()

    def take_over(self, opening: Opening) -> None:
        """Go on to the decisions if the reader has touched no key yet; say what is wrong where they cannot be shown."""
        app = self.app
        if opening.error is not None:
            self.opening, self.failed, self.file.spill = None, opening, None
            app.failure = app.failure or opening.error  # type: ignore[attr-defined]
            if not isinstance(opening.error, TraceError):
                app.exit()
            self.warn(
                phrase("{why}", why=opening.error.what) if isinstance(opening.error, TraceError) else ()
            )
        elif opening.opened is not None and not opening.given_up:
            opening.given_up = app.show_case(opening.opened)  # type: ignore[attr-defined]

    def no_such_line(self) -> None:
        """Say that the file has fewer lines."""
        self.wanted = None
        self.tell(own(f"there is no such line: the file has {len(self.file.lines):,}"), problem=True)

    def stop_reading(self) -> None:
        """Stop finding lines, and do not wait for the decisions; what is known stays, and what was unpacked is read."""
        if self.file.spill is not None:
            self.file.spill.stop()
            return
        if not self.file.lines.done:
            self.file.lines.stop()
            if self.opening is not None:
                self.opening.given_up = True
        elif self.opening is not None:
            self.opening.stop()

    def action_decisions(self) -> None:
        """Go to the decisions; where the reading was stopped, read on."""
        opening, lines = self.opening, self.file.lines
        if lines.stopped.is_set() and not lines.done:
            self._read_on()
        elif opening is not None and opening.stopped:
            self.opening = opening.again(keep=not self.changed)
            self.changed = False
            self.opening.begin()
        elif opening is not None and opening.opened is not None and self._outdated(opening.opened):
            self.changed = False
            self.opening = opening.again()
            self.opening.begin()
            self.tell(own("the file has changed: its decisions are found anew"))
        elif opening is not None and opening.opened is not None:
            self.app.show_case(opening.opened, wanted=self.view.spot.offset if self.view.spot else 0)  # type: ignore[attr-defined]
        elif opening is not None:
            self.tell(own("the decisions are not known yet: the title says how far the reading is"))
        elif len(self.app.screen_stack) > 2:
            self.dismiss(self.view.spot.offset if self.view.spot is not None else None)
        else:  # nothing lies under these lines: what they are of is no trace
            self.tell(
                own("there are no decisions here: this file could not be read as a trace"), problem=True
            )

    def _outdated(self, opened: Opened) -> bool:
        """Whether lines came or went since a case was opened, which does not follow the file itself."""
        return self.changed and not opened.case.following

    def _read_on(self) -> None:
        """Read the lines anew, and stay where the reader is."""
        offset = self.view.spot.offset if self.view.spot is not None else 0
        if not self.file.again():
            self.tell(own("the file is not there any more"), problem=True)
            return
        if self.opening is not None:
            self.opening = self.opening.again()
            self.opening.begin()
        self.view.go_to(offset)

    def warn(self, says: Phrase) -> None:
        """Say at the head of the screen what is wrong with the file; nothing where that is nothing."""
        self.warning = says
        bar = self.query_one("#warning", Bar)
        bar.display = bool(says)
        bar.show_text(phrase("! {what}", what=says) if says else ())

    def ask(self, topic: str, question: str, text: str = "") -> None:
        """Ask at the foot of the screen."""
        self.app.clear_notifications()
        self.query_one("#prompt", Prompt).ask(topic, question, text)

    def tell(self, says: Phrase, *, problem: bool = False) -> None:
        """Say something in passing."""
        outlets.tell(self, says, problem=problem)

    def _name_columns(self) -> None:
        self.query_one("#head", Bar).show_text(own(head(self.view.scrollable_content_region.width)))


def _without_esc(says: Phrase) -> Phrase:
    """Leave out that esc stops it: where something else goes on, esc stops that first."""
    *before, last = says
    return (*before, *own(last.removesuffix(", esc stops"))) if isinstance(last, Words) else says
