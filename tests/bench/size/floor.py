"""The smallest app that Textual can show: no program that uses it can be on the screen sooner."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Floor(App[None]):
    """One text."""

    def compose(self) -> ComposeResult:
        """Show it."""
        yield Static("FLOOR-IS-READY")


if __name__ == "__main__":
    Floor().run()
