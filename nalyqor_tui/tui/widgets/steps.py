"""The list of turns and decisions: one row each, drawn only where it is in view."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nalyqor_tui.phrase import own
from nalyqor_tui.present import steps as listed
from nalyqor_tui.present.steps import Step
from nalyqor_tui.present.words import GLYPHS
from nalyqor_tui.tui.widgets.wrap import cells, fitted

_WIDE = 64  # cells from which the margin's size is shown beside its band
_SEEN = 500  # rows that are looked at
_CLOCK = 46  # and from which the clock is shown


class Steps(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows steps; the cursor rests on decisions and unparsed pieces, never on the heading of a turn."""

    COMPONENT_CLASSES = {
        "steps--turn", "steps--decision", "steps--cursor", "steps--bad", "steps--flawed", "steps--unproven",
        "steps--sound", "steps--dim", "steps--gap",
    }  # fmt: skip

    @dataclass
    class Moved(Message):
        """The cursor rests on another step."""

        step: Step

        def can_replace(self, message: Message) -> bool:
            """Only the last of several moves counts."""
            return isinstance(message, Steps.Moved)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "1 Decisions"
        self._steps: listed.Steps | None = None
        self._judged = False
        self._margins = False
        self._clocks = False
        self.cursor = 0

    def show_steps(self, steps: listed.Steps, *, judged: bool) -> None:
        """Show other steps; the cursor stays on the same record where that is still listed."""
        entry = self._steps[self.cursor].entry if self._steps else -1
        self._steps = steps
        self._judged = judged
        some = steps[:: max(1, len(steps) // _SEEN)]  # of a long list, enough to know which columns it needs
        self._margins = any(s.margin not in ("", "not recorded") for s in some)
        self._clocks = any(s.moment is not None for s in some)
        self.virtual_size = Size(self.size.width, len(steps))
        here = steps.row_at(entry) if entry >= 0 else None
        self.cursor = here if here is not None else steps.stops[0] if steps.stops else 0
        self.refresh()
        self.call_after_refresh(self._into_view)

    @property
    def rows(self) -> listed.Steps:
        """All steps, in order."""
        assert self._steps is not None
        return self._steps

    @property
    def current(self) -> Step | None:
        """The step under the cursor."""
        return self._steps[self.cursor] if self._steps else None

    @property
    def on_last(self) -> bool:
        """Whether the cursor rests on the last decision."""
        return not self._stops or self.cursor >= self._stops[-1]

    def go(self, index: int) -> None:
        """Put the cursor on a step."""
        if not self._steps:
            return
        self.cursor = max(0, min(len(self._steps) - 1, index))
        self._into_view()
        self.refresh()
        self.post_message(self.Moved(self._steps[self.cursor]))

    def move(self, by: int) -> bool:
        """Move the cursor by so many decisions; False at the end."""
        stops = self._stops
        if not stops:
            return False
        here = min(bisect_left(stops, self.cursor), len(stops) - 1)
        target = max(0, min(len(stops) - 1, here + by))
        self.go(stops[target])
        return target != here

    def turn(self, by: int) -> bool:
        """Move to the first decision of the next or the previous turn that has one."""
        steps = self._steps
        for at in self._from_here(by, around=False):
            if steps and at and steps.is_turn(at - 1):
                self.go(at)
                return True
        return False

    def find(self, test: Literal["problem", "noted"], by: int) -> bool:
        """Move to the next (1) or previous (-1) step of which `test` holds, around the end."""
        steps = self._steps
        found = next((at for at in self._from_here(by, around=True) if steps and steps.has(at, test)), None)
        if found is None:
            return False
        self.go(found)
        return True

    def _from_here(self, by: int, *, around: bool) -> Iterator[int]:
        """Yield the stops after the cursor or before it, the nearest first; then, `around` the end, all others."""
        stops = self._stops
        left, right = bisect_left(stops, self.cursor), bisect_right(stops, self.cursor)
        if by > 0:
            orders = [range(right, len(stops)), range(right)]
        else:
            orders = [range(left - 1, -1, -1), range(len(stops) - 1, left - 1, -1)]
        for order in orders if around else orders[:1]:
            yield from (stops[at] for at in order)

    def ends(self, last: bool) -> None:
        """Go to the first or the last decision."""
        if stops := self._stops:
            self.go(stops[-1 if last else 0])

    def render_line(self, y: int) -> Strip:
        """Draw one step."""
        base = self.rich_style  # worked out anew each time it is asked for
        at = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if self._steps is None or at >= len(self._steps):
            return Strip.blank(width, base)
        step = self._steps[at]
        here = at == self.cursor
        segments = self._turn(step, width) if step.kind == "turn" else self._step(step, width, here=here)
        strip = Strip(segments).adjust_cell_length(width, base).apply_style(base)
        if here and step.kind != "turn":
            strip = strip.apply_style(self._style("cursor"))
        return strip

    def on_resize(self) -> None:
        """Keep the cursor in view when the room for it changes."""
        self._into_view()

    def on_click(self, event: Click) -> None:
        """Go where the mouse was clicked; on a turn, to its first decision."""
        at = self.scroll_offset.y + event.y - 1
        if 0 <= at < len(self._steps or ()):
            after = bisect_left(self._stops, at)
            self.go(self._stops[after] if after < len(self._stops) else self.cursor)

    def _into_view(self) -> None:
        """Scroll to the cursor; the heading of a turn comes into view with its first decision."""
        top = self.cursor
        if top and self._steps is not None and self._steps.is_turn(top - 1):
            top -= 1
        self.scroll_to_region(Region(0, top, 1, self.cursor - top + 1), animate=False, force=True)

    @property
    def _stops(self) -> Sequence[int]:
        return () if self._steps is None else self._steps.stops

    def _turn(self, step: Step, width: int) -> list[Segment]:
        style = self._style("turn")
        number = f"{step.number:>4}  "
        return [Segment(number + fitted(step.what, width - len(number)), style)]

    def _step(self, step: Step, width: int, *, here: bool) -> list[Segment]:
        mark = "▸" if here else " "
        if step.kind == "unparsed":
            says = own(f"{mark}   ! unparsed  ") + step.what
            return [Segment(fitted(says, width), self._style("bad"))]
        word = step.grade.word if step.grade is not None else "not judged"
        head = [Segment(f"{mark}{step.number:>6} ", self._style("decision"))]
        graded = f"{GLYPHS[word]} {word:<10} " if self._judged else f"{GLYPHS[word]} "
        head.append(Segment(graded, self._style(word.split()[0] if word != "not judged" else "dim")))
        tail = self._tail(step, width)
        room = width - sum(cell_len(s.text) for s in (*head, *tail))
        return [*head, Segment(fitted(step.what, room), self._style("decision")), *tail]

    def _tail(self, step: Step, width: int) -> list[Segment]:
        out = [Segment(" ")]
        if self._margins:
            text = (
                step.margin
                if width >= _WIDE
                else step.margin_band or ("–" if step.margin == "not recorded" else "?")
            )
            band = "flawed" if step.margin_band in ("tie", "against") else "dim"
            out.append(Segment(cells(text, 18 if width >= _WIDE else 6), self._style(band)))
        if self._clocks and width >= _CLOCK:
            gap = step.moment is not None and step.moment.gap
            clock = step.moment.clock if step.moment else ""
            out.append(
                Segment(cells(("»" if gap else " ") + clock, 10), self._style("gap" if gap else "dim"))
            )
        out.append(Segment("✎" if step.noted else " ", self._style("turn")))
        return out

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"steps--{name}")
