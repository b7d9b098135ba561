"""Fields to type in, whose text reaches the terminal harmless, whatever was pasted or written into it.

What is edited must stay as it is, so that it cannot be put into its visible form first: it is made harmless
where it is drawn.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import Input, TextArea


class LineField(Input):
    """A line of text to be edited."""

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
