"""What the mouse has selected in a widget that draws line by line."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget


def selected(widget: Widget, strip: Strip, at: int) -> Strip:
    """Return line `at` of a widget as it is drawn, with what is selected of it marked."""
    selection = widget.text_selection
    span = selection.get_span(at) if selection is not None else None
    if span is None:
        return strip
    start, end = span
    end = strip.cell_length if end == -1 else end
    style = widget.screen.get_component_rich_style("screen--selection")
    before, inside, after = (strip.crop(0, start), strip.crop(start, end), strip.crop(end))
    return Strip.join([before, inside.apply_style(style), after])
