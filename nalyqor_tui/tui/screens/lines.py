"""A file line by line, as it lies there: on the screen before anything else is known of it."""

from __future__ import annotations

from collections.abc import Callable

from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.present.lines import set_out, size_words, wanted_bytes
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.actions import bindings
from nalyqor_tui.tui.clipboard import copy
from nalyqor_tui.tui.screens.line_search import Searching
from nalyqor_tui.tui.screens.overlays import CopyMenu, full, help_screen
from nalyqor_tui.tui.widgets.bars import KeyBar
from nalyqor_tui.tui.widgets.prompt import Prompt

_IN_FULL = 1 << 18  # characters of a record that are laid out on the screen; the pager takes more
_PAGED = 16 << 20  # bytes of it that the pager gets


class LinesScreen(Searching):
    """Moves through the lines, and opens what belongs to them."""

    BINDINGS = bindings("lines")

    async def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """Do what the key does that was clicked."""
        await self.run_action(message.run)

    def on_rows_opened(self) -> None:
        """Show the record in full."""
        self.action_open()

    def on_line_list_opened(self) -> None:
        """Show the record in full."""
        self.action_open()

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """Do what was asked for."""
        self.view.focus()
        answers: dict[str, Callable[[str], None]] = {"goto": self.go_to, "search": self.search}
        answers[message.topic](message.text)

    def on_prompt_cancelled(self) -> None:
        """Give the focus back."""
        self.view.focus()

    def action_step(self, by: int) -> None:
        """Move by lines."""
        self.view.go(self.view.cursor + by)

    def action_row(self, by: int) -> None:
        """Move by lines, in the record by its rows."""
        if self.pane.has_focus:
            self.pane.move(by)
        else:
            self.action_step(by)

    def action_page(self, by: float) -> None:
        """Move by half a page."""
        if self.pane.has_focus:
            self.pane.page(by)
        else:
            self.action_step(int(by * self.view.size.height))

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last line."""
        if self.pane.has_focus:
            self.pane.ends(last)
        else:
            self.view.ends(last)

    def action_pane_by(self, by: int) -> None:
        """Focus the record, or the list again."""
        (self.view if self.pane.has_focus else self.pane).focus()

    def action_fold(self) -> None:
        """Fold or unfold the record."""
        self.pane.toggle()

    def action_goto(self) -> None:
        """Ask for a line."""
        self.ask("goto", "go to line")

    def go_to(self, text: str) -> None:
        """Go to a line by its number from 1; one that is not known yet is gone to as soon as it is."""
        digits = text.strip().replace(",", "")
        if not digits:
            return
        if not digits.isdecimal() or not digits.isascii() or not int(digits[:18]) > 0:
            self.tell(phrase("{text} is no number of a line", text=text), problem=True)
            return
        number = int(digits[:18]) - 1
        if number < len(self.file.lines):
            self.view.go_number(number)
        elif self.file.lines.done:
            self.no_such_line()
        elif self.file.lines.stopped.is_set():
            what = f"line {number + 1:,} is not counted, as the reading was stopped: D begins again"
            self.tell(own(what), problem=True)
        else:
            self.wanted = number
            self.show_title()

    def action_open(self) -> None:
        """Show the record in full."""
        if (spot := self.view.spot) is not None:
            data = self.file.read(spot.offset, wanted_bytes(spot.length))
            text = set_out(data)
            if len(text) > _IN_FULL or len(data) < spot.length:
                text = f"{text[:_IN_FULL]}\n\n(this is its beginning: o shows more in the pager)"
            self.app.push_screen(full(self._called(), text))

    def action_copy(self) -> None:
        """Ask for the form, and copy it."""
        if (spot := self.view.spot) is None:
            return
        data = self.file.read(spot.offset, wanted_bytes(spot.length))
        number = self.view.number
        place = f"{self.file.path}" + (f":{number + 1}" if number is not None else f" byte {spot.offset}")
        forms = {"value": data.decode("utf-8", "surrogateescape"), "path": place, "JSON": set_out(data)}

        def chosen(name: str | None) -> None:
            if name is not None:
                says = phrase("{name}: {way}", name=own(name), way=copy(forms[name]))
                says += (
                    own(" (only its beginning: it is long)")
                    if len(data) < spot.length and name != "path"
                    else ()
                )
                self.tell(says + outlets.secrets_of(forms[name]))

        self.app.push_screen(CopyMenu(forms), chosen)

    def action_pager(self) -> None:
        """Show the line as it lies in the file, in $PAGER."""
        if (spot := self.view.spot) is None:
            return
        text = self.file.read(spot.offset, min(spot.length, _PAGED)).decode("utf-8", "surrogateescape")
        if spot.length > _PAGED:
            text += f"\n\n(these are {_PAGED >> 20} MiB of {size_words(spot.length)})"
        if not outlets.page(self.app, self._called(), text):
            self.tell(own("no pager could be started: set $PAGER, or enter shows the record"), problem=True)

    def action_theme(self) -> None:
        """Change between dark and light."""
        outlets.next_theme(self.app)

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(help_screen("lines", "the lines of the file", self.keys))

    def action_leave(self) -> None:
        """Go back to where this was opened from, or leave."""
        self.stop_all()
        if len(self.app.screen_stack) > 2:
            self.dismiss(None)
        else:
            self.app.exit()

    def _called(self) -> str:
        number = self.view.number
        return f"{self.file.path.name} line {number + 1:,}" if number is not None else self.file.path.name
