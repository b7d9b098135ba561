"""Cases to put on the screen, and a sitting before it: keys in, what is drawn out."""

from __future__ import annotations

import io
import json
import math
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from textual.events import AppBlur, AppFocus, Key, Paste
from textual.keys import _character_to_key
from textual.pilot import Pilot

from nalyqor_tui.notes.journal import Journal
from nalyqor_tui.notes.model import Body
from nalyqor_tui.policy.loader import find
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.case import Case
from nalyqor_tui.tui.screens.review import ReviewScreen
from nalyqor_tui.tui.widgets.rows import Rows

SAMPLES = Path(__file__).parent.parent / "sample_traces"
SMALL, LARGE = (80, 24), (160, 50)
BOTH = (SMALL, LARGE)
PATIENCE = 60  # seconds after which what is waited for will never come, on a busy machine either
HEADER = {"kind": "trace", "schema": "nalyqor.trace/1", "conversation_id": "s1", "agent_name": "a"}


def production(folder: Path, *, policy: bool = True) -> Path:
    """Lay the production sample, with its policy or without, into a folder of its own."""
    if policy:
        shutil.copy(SAMPLES / "nalyqor.toml", folder)
    return Path(shutil.copy(SAMPLES / "production.jsonl", folder))


def lines(folder: Path, *records: dict[str, Any] | str, name: str = "trace.jsonl") -> Path:
    """Write a native trace of these records; a `str` is a line as it stands."""
    path = folder / name
    written = (r if isinstance(r, str) else json.dumps(r) for r in (HEADER, *records))
    path.write_text("".join(f"{line}\n" for line in written), "utf-8")
    return path


def said(seq: int, turn: int, text: str, *, role: str = "user", **more: Any) -> dict[str, Any]:
    """Return a message."""
    return {
        "kind": "message",
        "seq": seq,
        "turn": turn,
        "id": f"m{seq}",
        "role": role,
        "content": text,
        **more,
    }


def replied(seq: int, turn: int, text: str) -> list[dict[str, Any]]:
    """Return a decision to reply, and the reply."""
    decision = {"kind": "decision", "seq": seq, "turn": turn, "id": f"d{seq}", "chosen": {"reply": text}}
    return [decision, said(seq + 1, turn, text, role="assistant")]


def chats(folder: Path, count: int = 3) -> Path:
    """Write runs as the chat family has them: a call and a reply each, of which every second one passed."""
    runs = []
    for number in range(count):
        call = {
            "id": "c",
            "type": "function",
            "function": {"name": "cancel", "arguments": f'{{"id": "R{number}"}}'},
        }
        talk = [
            {"role": "system", "content": "You help."},
            {"role": "user", "content": f"Cancel booking R{number}."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "name": "cancel", "content": "done"},
            {"role": "assistant", "content": f"Booking R{number} is cancelled."},
        ]
        runs.append({"task_id": number, "reward": float(number % 2), "traj": talk})
    path = folder / "runs.json"
    path.write_text(json.dumps(runs), "utf-8")
    return path


def broken(folder: Path) -> Path:
    """Write a native trace with two lines that cannot be read."""
    return lines(
        folder, said(1, 1, "hello"), *replied(2, 1, "good day"), '{"kind": "message", "seq', said(4, 2, "and now?"),
        *replied(5, 2, "now this"), "no JSON at all",
    )  # fmt: skip


def undecided(folder: Path) -> Path:
    """Write a native trace in which nothing was decided."""
    return lines(folder, said(1, 1, "is anybody there?"))


def opened(path: Path, *, author: str = "Ada", notes: Path | None = None) -> Case:
    """Open a trace as the command line would."""
    return Case(Trace(path), find(None, path), Journal.open(path, notes_path=notes, author=author))


def keys(*typed: str) -> list[Key]:
    """Return the events of keys; a single character is typed as itself."""
    typed = tuple(" " if key == "space" else key for key in typed)
    return [Key(_character_to_key(key), key) if len(key) == 1 else Key(key, None) for key in typed]


@dataclass
class Sitting:
    """A reader before the screen."""

    app: NalyqorApp
    pilot: Pilot[None]
    told: list[str]
    """What was said in passing, the latest last."""

    async def press(self, *typed: str) -> None:
        """Press keys one after the other, and wait for what they do."""
        for key in typed:
            await self.at_once(*keys(key))

    async def at_once(self, *events: AppBlur | AppFocus | Key | Paste) -> None:
        """Put keys into the program without waiting for any of them, then wait for what all of them do."""
        for event in events:
            self.app.post_message(event)
        await self.pilot.pause()
        while self.app._typed:
            await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type a text, fast."""
        await self.at_once(*keys(*("enter" if char == "\n" else char for char in text)))

    async def double_click(self, on: str | None, offset: tuple[int, int]) -> None:
        """Click twice on one place, which is a double click however long a busy machine takes between the two."""
        self.app.CLICK_CHAIN_TIME_THRESHOLD = math.inf  # type: ignore[misc]
        await self.pilot.click(on, offset=offset, times=2)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], object], *typed: str) -> None:
        """Wait for something to hold, and press keys meanwhile if any are named; fail where it does not come to."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"waited for in vain on this screen:\n{self.drawn()}"
            await self.press(*typed)
            await self.pilot.pause(0 if typed else 0.01)
        await self.pilot.pause()

    async def ask(self, key: str, text: str) -> None:
        """Open the prompt of a key, put a text into it, and answer with it."""
        await self.press(key)
        assert self.app.focused is not None
        assert self.app.focused.id == "prompt-input"
        self.app.focused.value = text  # type: ignore[attr-defined]
        await self.press("enter")

    async def go(self, spot: str) -> None:
        """Go to a spot by `:`."""
        await self.ask("colon", spot)

    def drawn(self) -> str:
        """Return the rows of characters on the screen, spaces at their ends cut off."""
        return drawn(self.app)

    @property
    def review(self) -> ReviewScreen:
        """The review screen, which must be on top."""
        assert isinstance(self.app.screen, ReviewScreen)
        return self.app.screen

    @property
    def at(self) -> str:
        """The number of the decision in view."""
        decision = self.review.decision
        return decision.number if decision is not None else ""

    @property
    def focus(self) -> str:
        """The id of the widget that has the focus."""
        return (self.app.focused.id or "") if self.app.focused is not None else ""

    @property
    def top(self) -> str:
        """The kind of screen that lies on top."""
        return type(self.app.screen).__name__

    def pane(self, name: str) -> Rows:
        """Return a pane."""
        return self.review.query_one(f"#{name}", Rows)

    def pane_text(self, name: str) -> str:
        """Return all that a pane holds, as it is drawn, whether it is scrolled into view or not."""
        return "\n".join(strip.text.rstrip() for _, strip in self.pane(name)._strips)

    def pane_in_view(self, name: str) -> str:
        """Return the lines of a pane that are in view."""
        pane = self.pane(name)
        return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))

    def step(self) -> str:
        """Return the row of the list that the cursor rests on, as it is drawn."""
        steps = self.review.steps
        return steps.render_line(steps.cursor - steps.scroll_offset.y).text.rstrip()


def drawn(app: NalyqorApp) -> str:
    """Return the rows of characters on a screen."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, record=True)
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))
    return "\n".join(row.rstrip() for row in console.export_text(styles=False).split("\n"))


@asynccontextmanager
async def sitting(
    path: Path | Case,
    size: tuple[int, int] = LARGE,
    *,
    at: str | None = None,
    session: int | None = None,
    author: str = "Ada",
    toasts: bool = False,
) -> AsyncIterator[Sitting]:
    """Open a trace on a screen of `size` columns and rows; `toasts` draws what is said in passing, too."""
    case = path if isinstance(path, Case) else opened(path, author=author)
    app = NalyqorApp(case, session=session, at=at)
    told: list[str] = []
    notify = app.notify

    def listen(message: str, **more: Any) -> None:
        told.append(message)
        notify(message, **more)

    app.notify = listen  # type: ignore[method-assign]
    async with app.run_test(size=size, notifications=toasts) as pilot:
        await pilot.pause()
        yield Sitting(app, pilot, told)


def a_note(path: Path, decision: str, body: Body, *, author: str = "Ada") -> None:
    """Put a note on the disk without a screen."""
    from nalyqor_tui.notes.anchor import anchor_at
    from nalyqor_tui.present.review import Review

    review = Review(Trace(path), 0, find(None, path))
    found = review.find(decision)
    assert found is not None
    Journal.open(path, author=author).create(anchor_at(review.place(found), review.identity()), body)
