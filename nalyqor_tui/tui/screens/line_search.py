"""Searching the lines of a file by its bytes, while keys are pressed."""

from __future__ import annotations

from typing import Final

from textual.timer import Timer

from nalyqor_tui.phrase import Phrase, own, phrase
from nalyqor_tui.present.text import middle
from nalyqor_tui.trace.index.search import Search
from nalyqor_tui.tui.screens.line_follow import Following

_SOON: Final = 0.02  # seconds between two looks for a hit that is waited for
_NEEDLE: Final = 20  # characters of what is searched that the title shows


class Searching(Following):
    """The actions that look for a text."""

    search_of: Search | None = None
    _from = 0
    _left = 0  # where the reader was when the hit was asked for
    _going: int = 0  # the direction in which a hit is waited for: 1, -1, or 0 for none
    _waiting: Timer | None = None

    def action_search(self) -> None:
        """Ask what to search."""
        self.ask("search", "search the file", self.search_of.text if self.search_of is not None else "")

    def search(self, text: str) -> None:
        """Search the whole file from the line under the cursor on, and go to the first hit as soon as it is found."""
        self._end_search()
        spot = self.view.spot
        if text and spot is not None:  # first of all, as what is drawn next takes its time
            self.search_of = Search(self.file.fd, self.file.lines.size, text, 0 if spot.cut else spot.offset)
            self.search_of.begin()
        self.pane.highlight(text)
        if self.search_of is not None and spot is not None:
            self._seek(1, spot.offset)
            self.show_title()

    def action_search_next(self, by: int) -> None:
        """Go to the next line that holds the text."""
        spot = self.view.spot
        if self.search_of is None:
            self.action_search()
        elif spot is not None:
            self._seek(by, spot.offset + spot.length if by > 0 else spot.offset)

    def _seek(self, by: int, offset: int) -> None:
        """Go to a hit after or before an offset, now or when it is found."""
        search = self.search_of
        assert search is not None
        done = search.done  # before it is asked, as it may come to its end in between
        hit = search.next(offset) if by > 0 else search.previous(offset)
        if hit is None:
            self._from, self._going = offset, 0 if done or search.stopped else by
            self._left = self.view.spot.offset if self.view.spot is not None else 0
            if done:
                self.tell(phrase("“{text}” does not stand in this file", text=search.text))
            elif search.stopped:
                self.tell(own("the search was stopped: / searches again"))
            else:
                self._wait_on()
            return
        self._going = 0
        self.view.go_to(hit)
        wrapped = hit < offset if by > 0 else hit >= offset
        number = search.ordinal(hit)
        if number is not None:
            self.tell(
                own(f"hit {number:,} of {len(search):,}" + (" (from the other end)" if wrapped else ""))
            )

    def _wait_on(self) -> None:
        if self._waiting is None:
            self._waiting = self.set_timer(_SOON, self._await_hit)

    def _await_hit(self) -> None:
        """Go to the hit that was waited for."""
        self._waiting = None
        self._left_alone()
        if self._going and self.search_of is not None:
            self._seek(self._going, self._from)

    def on_line_list_moved(self) -> None:
        """Show the record under the cursor; who moves on waits for no hit any more."""
        super().on_line_list_moved()
        self._left_alone()

    def _left_alone(self) -> None:
        """Wait for no hit any more where the reader has moved on."""
        if self.view.spot is not None and self.view.spot.offset != self._left:
            self._going = 0

    def state(self) -> list[Phrase]:
        """Say how the search stands, before all else."""
        search = self.search_of
        if search is None:
            return super().state()
        found = own(f"{len(search):,} line{'' if len(search) == 1 else 's'}")
        if not search.done:
            found += own(
                f" so far, stopped at {search.progress:.0%}"
                if search.stopped
                else f" so far, {search.progress:.0%}, esc stops"
            )
        text = middle(search.text, _NEEDLE)
        return [phrase("“{text}”: {found}", text=text, found=found), *super().state()]

    def action_back(self) -> None:
        """Stop what runs: the search first; then take the search back."""
        if self.pane.has_focus:
            self.view.focus()
        elif self.wanted is not None:
            self.wanted = None
        elif self.search_of is not None and not (self.search_of.done or self.search_of.stopped):
            self.search_of.stop()
        elif self.search_of is not None:
            self.search("")
        else:
            self.stop_reading()
        self._going = 0
        self.show_title()

    def stop_all(self) -> None:
        """Stop the search, too."""
        self._end_search()

    def _end_search(self) -> None:
        if self.search_of is not None:
            self.search_of.stop()
        self.search_of = None
        self._going = 0
