"""A desk that serves customers, played by chance and logged by our own emitter: the generated native sessions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nalyqor_tui.trace.emit import PREFIXES, TraceWriter
from tests.bench.texts import Texts

_START = datetime(2026, 3, 12, 8, tzinfo=UTC)
_WINDOW = 40  # items that the context holds before a compaction takes the older half of them
_CAPTURES = {"confirmation": "all", "retrieval": "all", "context": "all", "margin": "all"}
_RULES = ("R-write-confirm", "R-read-first", "R-notify", "R-invoice")


@dataclass
class Book:
    """Numbers the records of a file, so that each has an id of its own, and says where the needle went."""

    number: int = 0
    sessions: int = 0
    turns: int = 0
    needle: str = ""
    """The rare text that the next message of a user is to hold; empty once it stands somewhere."""
    found: dict[str, object] = field(default_factory=dict)
    last_session: str = ""

    def next(self) -> str:
        """Count one more record and return its number, in seven digits."""
        self.number += 1
        return f"{self.number:07d}"

    def clock(self) -> datetime:
        """The time of the record that was numbered last: a second after the one before."""
        return _START + timedelta(seconds=self.number)

    def hide(self, text: str, session: str, turn: int) -> str:
        """Put the needle behind the number of a text, if it is still to be hidden."""
        if not self.needle:
            return text
        number, rest = text.split(" ", 1)
        self.found = {"record": f"{self.number:07d}", "session": session, "turn": turn}
        needle, self.needle = self.needle, ""
        return f"{number} {needle} {rest}"


class Desk:
    """One session: a customer who asks, is asked, agrees or not, and is told; a step is some records."""

    def __init__(self, path: Path, book: Book, texts: Texts, *, interleaved: bool = False) -> None:
        self._book, self._texts, self._chance = book, texts, texts.chance
        number = book.next()
        self.id = book.last_session = f"s{number}"
        book.sessions += 1
        self.log = TraceWriter(
            path,
            captures=_CAPTURES,
            clock=book.clock,
            interleaved=interleaved,
            trace_id=f"{int(number):032x}",
            conversation_id=self.id,
            agent_name="generated-desk",
            request_model="chance-1",
            context_limit=8000,
        )
        self._window: deque[tuple[str, int]] = deque()
        self._asked: tuple[str, dict[str, object]] | None = None
        self._order = ""
        self._turns = 0

    def greet(self) -> None:
        """Write the system prompt."""
        self._say("system", "Serve the customer by the rules.")

    def turn(self) -> Iterator[None]:
        """Play one turn; yield between its steps."""
        self._begin()
        agreed = self._asked is not None and self._chance.random() < 0.8
        message = self._say(
            "user", self._texts.said() if not agreed else "Yes, please. " + self._texts.said()
        )
        yield
        if agreed and self._asked is not None:
            yield from self._write(message, *self._asked)
        elif self._chance.random() < 0.6:
            yield from self._propose()
        else:
            self._look_up()
            self._reply(self._texts.said(), seen=self._context())
        yield

    def end(self) -> None:
        """Write how it came out, and that it is over."""
        grade = "pass" if self._chance.random() < 0.9 else "fail"
        self.log.outcome(grade, by="nightly eval", id=f"o{self._book.next()}")
        self.log.end(id=f"e{self._book.next()}")
        self.log.close()

    def small_talk(self) -> None:
        """Play a turn of a question and an answer, no more."""
        self._begin()
        self._say("user", self._texts.piece(40))
        self._reply(self._texts.piece(40), seen=None)

    def small_change(self) -> None:
        """Play a turn in which something is read or, one time in ten, changed unasked: little text, no context."""
        self._begin()
        self._say("user", self._texts.piece(60))
        self._order = self._some_order()
        tool = "get_record" if self._chance.random() < 0.9 else "update_record"
        self._call(tool, {"record_id": self._order}, [], {"state": "packing"}, seen=None)
        self._reply(self._texts.piece(60), seen=None)

    def _begin(self) -> None:
        self._turns += 1
        self._book.turns += 1

    def _some_order(self) -> str:
        return f"K-{int(self._chance.random() * 9000) + 1000}"

    def _propose(self) -> Iterator[None]:
        """Look the order up, and put a change to the customer; one in twenty is made without asking."""
        self._look_up()
        self._order = self._some_order()
        self._call("get_record", {"record_id": self._order}, [], self._record(), seen=self._context())
        yield
        change: dict[str, object] = {
            "record_id": self._order,
            "change": {"delivery_address": self._texts.piece(24)},
        }
        if self._chance.random() < 0.05:
            self._call("update_record", change, [], {"revision": self._book.number}, seen=self._context())
            self._reply("It is done.", seen=self._context())
            return
        self._reply("Shall I change it so?", seen=self._context())
        made = self.log.proposal(
            "update_record", change, text="Shall I change it so?", id=self._id("proposal")
        )
        self._keep(made, 60)
        self._asked = made, change

    def _write(self, message: str, proposal: str, change: dict[str, object]) -> Iterator[None]:
        """Take the yes down, make the change (one in twenty: another than agreed), and tell of it."""
        covers = {"tool": "update_record", "arguments": change}
        yes = self.log.confirmation(
            "given",
            answers=proposal,
            covers=covers,
            type="change_ok",
            by="user",
            evidence=[{"ref": message, "quote": "Yes, please."}],
            id=self._id("confirmation"),
        )
        if self._chance.random() < 0.05:
            change = {**change, "change": {"delivery_address": self._texts.piece(24)}}
        self._call("update_record", change, [yes], {"revision": self._book.number}, seen=self._context())
        yield
        if self._chance.random() < 0.5:
            notice = {"record_id": self._order, "text": self._texts.piece(80)}
            self._call("notify", notice, [], {"sent": True}, seen=self._context())
        self._reply("It is changed.", seen=self._context())
        self._asked = None

    def _look_up(self) -> None:
        documents = [
            {"id": rule, "score": round(9 * self._chance.random(), 3), "rank": rank, "included": rank < 4}
            for rank, rule in enumerate(_RULES, start=1)
        ]
        name = self._id("retrieval")
        self.log.retrieval(f"[{name[-7:]}] {self._texts.piece(60)}", documents, id=name)
        for rule in _RULES[:3]:
            if all(ref != rule for ref, _ in self._window):
                self._keep(rule, 30)

    def _reply(self, text: str, *, seen: str | None) -> None:
        name = self._id("decision")
        reply = f"[{name[-7:]}] {text}"
        self.log.decision(
            {"reply": reply}, context=seen, believes=[], margin=self._margin({"reply": reply}), id=name
        )
        self._say("assistant", reply)

    def _call(
        self,
        tool: str,
        arguments: Mapping[str, object],
        yeses: Sequence[str],
        result: object,
        *,
        seen: str | None,
    ) -> None:
        chosen = {"tool": tool, "arguments": arguments}
        made = self.log.decision(
            chosen,
            context=seen,
            believes=[{"confirmation": yes, "status": "live", "source": "runtime"} for yes in yeses],
            relied_on=yeses,
            margin=self._margin(chosen),
            id=self._id("decision"),
        )
        call = self.log.tool_call(made, tool, arguments, id=self._id("tool_call"))
        status = "ok" if self._chance.random() < 0.97 else "error"
        self.log.tool_result(call, status, result, id=self._id("tool_result"))
        self._keep(call, 200)

    def _record(self) -> dict[str, object]:
        return {"order": self._order, "state": "packing", "history": self._texts.returned()}

    def _margin(self, chosen: Mapping[str, object]) -> dict[str, object]:
        near = -0.05 - self._chance.random()
        others = [
            {"reply": self._texts.piece(50), "value": round(near - 0.02 - 3 * self._chance.random(), 4)}
        ]
        return {"measure": "logprob", "candidates": [{**chosen, "value": round(near, 4)}, *others]}

    def _say(self, role: str, text: str) -> str:
        name = self._id("message")
        text = text if role == "assistant" else f"[{name[-7:]}] {text}"
        if role == "user":
            text = self._book.hide(text, self.id, self._turns)
        self._keep(self.log.message(role, text, id=name), len(text) // 4)
        return name

    def _keep(self, ref: str, tokens: int) -> None:
        self._window.append((ref, tokens))

    def _context(self) -> str:
        if len(self._window) > _WINDOW:
            self._compact()
        items, at = [], 0
        for ref, tokens in self._window:
            items.append({"ref": ref, "tokens": [at, at + tokens]})
            at += tokens
        return self.log.context(items, input_tokens=at, id=self._id("context"))

    def _compact(self) -> None:
        gone = [self._window.popleft()[0] for _ in range(_WINDOW // 2)]
        name = self._id("compaction")
        self.log.compaction(
            kept=[ref for ref, _ in self._window], dropped=gone, summary=self._texts.said(), id=name
        )
        self._window.appendleft((name, 100))

    def _id(self, kind: str) -> str:
        return f"{PREFIXES.get(kind, kind[0])}{self._book.next()}"
