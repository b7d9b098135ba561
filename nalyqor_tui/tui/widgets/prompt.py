"""One line to ask for a text: search, filter, go-to, a file name."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from nalyqor_tui.tui.widgets.fields import LineField


class Prompt(Horizontal):
    """Asks at the foot of the screen; hidden while there is nothing to ask."""

    # tab must not leave the line: what is typed next would be taken for keys, and `a` writes a note
    BINDINGS = [
        Binding("escape", "cancel", "cancel", show=False),
        Binding("tab,shift+tab", "complete", "complete", show=False),
    ]

    @dataclass
    class Answered(Message):
        """The reader gave an answer to what was asked as `topic`."""

        topic: str
        text: str

    @dataclass
    class Cancelled(Message):
        """The reader gave none."""

        topic: str

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._topic = ""
        self.display = False

    def compose(self) -> ComposeResult:
        """Lay out the question and the line for the answer."""
        yield Static(id="prompt-label", markup=False)
        yield LineField(id="prompt-input", compact=True)

    def ask(self, topic: str, question: str, text: str = "", suggester: Suggester | None = None) -> None:
        """Ask `question` (words of ours) with `text` filled in; `suggester` offers how it could go on."""
        self._topic = topic
        self.display = True
        self.query_one("#prompt-label", Static).update(Content(f" {question}: "))
        field = self.query_one(LineField)
        field.suggester = suggester
        field.offer(text)
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the answer on."""
        event.stop()
        self.display = False
        self.post_message(self.Answered(self._topic, event.value))

    def action_complete(self) -> None:
        """Take what is offered, if anything is."""
        self.query_one(LineField).action_end()
        self.query_one(LineField).action_cursor_right()

    def action_cancel(self) -> None:
        """Go away without an answer."""
        self.display = False
        self.post_message(self.Cancelled(self._topic))
