"""The driver of the terminal: Textual's own, which paints over the first frame instead of clearing it away."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

from nalyqor_tui.tui import first


class TakingOver(LinuxDriver):
    """Takes the terminal from the first frame, if one stands there."""

    def write(self, data: str) -> None:
        """Write, but do not enter the alternate screen again when it starts: many terminals would clear it."""
        if data == first.ENTER and first.hand_over():
            return
        super().write(data)
