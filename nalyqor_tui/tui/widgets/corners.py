"""Output beside decisions in a few lines: how many sessions stand in each corner."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from nalyqor_tui.derive.corpus import OUTPUTS, WRONG
from nalyqor_tui.derive.grade import ORDER, Word

_LABEL = 16
_CELL = 10
_SHORT = {"not judged": "unjudged"}


class Corners(Widget):
    """A table of counts; hidden where there is nothing to count."""

    COMPONENT_CLASSES = {"corners--dim", "corners--fail"}

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: list[Strip] = []
        self.display = False

    def show_counts(self, corners: Mapping[tuple[str, Word], int]) -> None:
        """Show how many sessions there are by what the log says of the output and by their worst grade."""
        words = [word for word in ORDER if any(corners.get((output, word)) for output in OUTPUTS)]
        dim, fail = self._style("dim"), self._style("fail")
        head = " output, worst".ljust(_LABEL) + "".join(_SHORT.get(word, word).rjust(_CELL) for word in words)
        self._lines = [Strip([Segment(head, dim)])]
        for output in OUTPUTS:
            counts = [corners.get((output, word), 0) for word in words]
            if not any(counts):
                continue
            cells = [Segment(f" {output}".ljust(_LABEL), dim)]
            for word, count in zip(words, counts, strict=True):
                latent = output == "passed" and word in WRONG and count
                text = f"{count:,}" if count else "·"
                cells.append(
                    Segment(text.rjust(_CELL), fail if latent else self.rich_style if count else dim)
                )
            latent = sum(corners.get((output, word), 0) for word in WRONG) if output == "passed" else 0
            cells += [Segment(f"  {latent:,} latent", fail)] if latent else []
            self._lines.append(Strip(cells))
        self.display = any(corners.values())
        self.styles.height = len(self._lines)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the table."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return self._lines[y].adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"corners--{name}")
