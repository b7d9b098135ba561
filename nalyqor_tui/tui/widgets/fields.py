"""Fields to type in, whose text reaches the terminal harmless, whatever was pasted or written into it.

What is edited must stay as it is, so that it cannot be put into its visible form first: it is made harmless
where it is drawn.
"""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import Input, TextArea
from textual.widgets.input import Selection


class LineField(Input):
    """A line of text to be edited."""

    def __init__(self, value: str | None = None, **options: Any) -> None:
        super().__init__(value, select_on_focus=False, **options)
        self._offered: Selection | None = None

    def offer(self, text: str) -> None:
        """Fill in a text that gives way to what is typed: it is selected, though not by the reader."""
        self.value = text
        self.select_all()
        self._offered = self.selection

    @property
    def selected_text(self) -> str:
        """What the reader has selected."""
        return "" if self.selection is self._offered else super().selected_text

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        return harmless(super().render_line(y))


class TextField(TextArea):
    """A text to be edited."""

    def render_line(self, y: int) -> Strip:
        """Draw a line of it."""
        return harmless(super().render_line(y))


def harmless(strip: Strip) -> Strip:
    """Put a picture in place of each character that a terminal would act upon or a reader could not see."""
    if strip.text.isprintable():
        return strip
    segments = [Segment("".join(map(_picture, text)), style, control) for text, style, control in strip]
    return Strip(segments).adjust_cell_length(strip.cell_length)


def _picture(char: str) -> str:
    if char.isprintable():
        return char
    if char < " ":
        return chr(0x2400 + ord(char))
    return "␡" if char == "\x7f" else "\ufffd"
