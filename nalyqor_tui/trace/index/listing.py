"""What a list of the lines of a file holds: all that are known by their number, or some around an offset.

While the lines of a large file are still being found, its end and whatever a search leads to can be looked at:
those lines have no numbers yet, and are numbered from the end where that is in view.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from nalyqor_tui.trace.index.file import LineFile
from nalyqor_tui.trace.index.lines import Lines
from nalyqor_tui.trace.index.near import Spot, after, before, start_of

_STEP: Final = 200  # lines that are found at a time around an offset


class Listing:
    """The rows of such a list, from 0; a row stands for another line after `to`, `end`, `start` or `settle`."""

    def __init__(self, file: LineFile) -> None:
        self._file = file
        self._near: list[Spot] | None = None

    @property
    def lines(self) -> Lines:
        """The lines of the file that are known."""
        return self._file.lines

    def __len__(self) -> int:
        return len(self.lines) if self._near is None else len(self._near)

    @property
    def numbered(self) -> bool:
        """Whether the rows are the lines by their number."""
        return self._near is None

    @property
    def at_end(self) -> bool:
        """Whether the last row is the last line of the file."""
        if self._near is None:
            return self.lines.done
        last = self._near[-1]
        return last.offset + last.length + 1 >= self.lines.size

    def spot(self, row: int) -> Spot:
        """Return where the line of a row lies."""
        if self._near is not None:
            return self._near[row]
        return Spot(*self.lines.span(row))

    def number(self, row: int) -> int | None:
        """Return the number of the line of a row, from 0; None where it is not known yet."""
        if self._near is None:
            return row
        if not self._near[0].offset and not any(spot.cut for spot in self._near[:row]):
            return row
        return self._known(self._near[row].offset)

    def from_end(self, row: int) -> int | None:
        """Return how many lines come after a row; None where that is not known."""
        return len(self) - 1 - row if self.at_end else None

    def start(self) -> int:
        """List the lines by number; return the row of the first."""
        self._near = None
        if not len(self.lines) and not self.lines.done:  # they are being found: the first can be read at once
            self._near = after(self._file.fd, 0, self.lines.size, _STEP) or None
        return 0

    def end(self) -> int:
        """List the last lines; return the row of the last of all."""
        if self.lines.done:
            self._near = None
        else:
            self._near = before(self._file.fd, self.lines.size, _STEP) or None
        return max(0, len(self) - 1)

    def to(self, offset: int) -> int:
        """List the lines around the one that holds the byte at `offset`; return its row."""
        known = self._known(offset)
        if known is not None:
            self._near = None
            return known
        begin = start_of(self._file.fd, offset)
        above = before(self._file.fd, begin, _STEP) if begin else []
        self._near = [*above, *after(self._file.fd, begin, self.lines.size, _STEP)] or None
        return len(above)

    def extend(self, row: int, room: int) -> int:
        """Find more lines where `row` is within `room` of an end of what is listed; return how many came before."""
        if self._near is None:
            return 0
        last = self._near[-1]
        following = last.offset + last.length + (not last.cut)
        if row + room >= len(self._near) and following < self.lines.size:
            self._near += after(self._file.fd, following, self.lines.size, _STEP)
        first = self._near[0].offset
        if row - room >= 0 or not first:
            return 0
        above = before(self._file.fd, first, _STEP)
        self._near[:0] = above
        return len(above)

    def settle(self, row: int) -> int | None:
        """List the lines by number if the line of a row has one by now; return its row then."""
        if self._near is None or not self._near:
            return None
        known = self._known(self._near[row].offset)
        if known is not None:
            self._near = None
        return known

    def _known(self, offset: int) -> int | None:
        """Return the number of the line that holds a byte; of the last known one only once all are known."""
        offsets, count = self.lines.offsets, len(self.lines)
        if not count or (offset >= offsets[count - 1] and not self.lines.done):
            return None
        return max(0, bisect_right(offsets, offset, 0, count) - 1)
