"""The versions of a note that stand in conflict, side by side: take one, or write another from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalScroll, Vertical
from textual.content import Content
from textual.screen import ModalScreen

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.present.notes import Version
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.tui.widgets.rows import Rows

_TITLE = 200  # characters of a title; no screen has room for more


@dataclass(frozen=True, slots=True)
class Choice:
    """The version that was chosen, and whether it is taken as it is or to write another from."""

    version: Version
    how: Literal["take", "write"]


class _Columns(HorizontalScroll, can_focus=False, inherit_bindings=False):
    """A row of columns without keys of its own: the arrows choose a version."""


class ConflictScreen(ModalScreen[Choice | None]):
    """Shows a column for each version; gives back what was chosen, None to leave the conflict as it is."""

    BINDINGS = [
        Binding("escape,q,w", "dismiss(None)", "leave it open"),
        Binding("right,l,tab", "column(1)", "next version", show=False),
        Binding("left,h,shift+tab", "column(-1)", "version before", show=False),
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("ctrl+d,pagedown", "page(0.5)", "page down", show=False),
        Binding("ctrl+u,pageup", "page(-0.5)", "page up", show=False),
        Binding("enter", "choose('take')", "take this version"),
        Binding("a", "choose('write')", "write another from it"),
    ]

    def __init__(self, where: str, versions: list[Version]) -> None:
        """Show `versions`; `where` is the decision that the note is about."""
        super().__init__()
        self._where = where
        self._versions = versions
        self._at = 0

    def compose(self) -> ComposeResult:
        """Lay out a column for each version."""
        with Vertical(id="conflict") as box:
            box.border_title = Content(
                f"{len(self._versions)} versions of the note at {literal(self._where, _TITLE)}"
            )
            box.border_subtitle = (
                "← → choose · enter takes it · a writes another from it · esc leaves it open"
            )
            with _Columns(id="versions"):
                for number in range(len(self._versions)):
                    yield Rows("", id=f"version-{number}")

    def on_mount(self) -> None:
        """Fill the columns."""
        for number, version in enumerate(self._versions):
            self._column(number).border_title = Content(show(_title(number, version), _TITLE))
        self.action_column(0)
        self.call_after_refresh(self._fill)

    def action_column(self, by: int) -> None:
        """Go to the next version or the one before."""
        self._at = (self._at + by) % len(self._versions)
        self._column(self._at).focus()

    def action_move(self, by: int) -> None:
        """Move by rows."""
        self._column(self._at).move(by)

    def action_page(self, by: float) -> None:
        """Scroll."""
        self._column(self._at).page(by)

    def action_choose(self, how: Literal["take", "write"]) -> None:
        """Give the version back that has the focus."""
        self.dismiss(Choice(self._versions[self._at], how))

    def on_descendant_focus(self) -> None:
        """Follow a click of the mouse."""
        focused = self.focused
        if focused is not None and focused.id is not None and focused.id.startswith("version-"):
            self._at = int(focused.id.removeprefix("version-"))

    def _fill(self) -> None:
        for number, version in enumerate(self._versions):
            self._column(number).show_lines(version.lines)

    def _column(self, number: int) -> Rows:
        return self.query_one(f"#version-{number}", Rows)


def _title(number: int, version: Version) -> Phrase:
    return phrase("{n} of {author}", n=number + 1, author=version.record.author)
