"""The examples of the page about the policy: what each of its tables tells of, played into a log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nalyqor_tui.trace.emit import TraceWriter


class Log:
    """Writes a small log: `turn` begins one, `call` chooses, calls and is answered, `agree` gets a yes."""

    def __init__(self, trace: TraceWriter) -> None:
        self.trace = trace

    def turn(self, times: int = 1) -> None:
        for _ in range(times):
            self.trace.message("user", "…")

    def agree(self, tool: str, **arguments: Any) -> None:
        asked = self.trace.proposal(tool, arguments)
        self.turn()
        covers = {"tool": tool, "arguments": arguments}
        self.trace.confirmation("given", type="change_ok", by="user", answers=asked, covers=covers)

    def call(self, tool: str, *, status: str = "ok", result: object = None, **arguments: Any) -> None:
        made = self.trace.decision({"tool": tool, "arguments": arguments})
        self.trace.tool_result(self.trace.tool_call(made, tool, arguments), status, result)

    def write(self, record: str, to: str = "A", *, status: str = "ok", agreed: bool = False) -> None:
        if agreed:
            self.agree("update_record", record_id=record, change=to)
        self.call("update_record", record_id=record, change=to, status=status)

    def tell(self, record: str) -> None:
        self.call("notify", record_id=record)


def in_turn(turn: int, to: str) -> Callable[[Log], None]:
    """A yes in turn 2 to change A, and a write in a later turn."""

    def play(log: Log) -> None:
        log.turn()
        log.agree("update_record", record_id="K-1", change="A")
        log.turn(turn - 2)
        log.write("K-1", to)

    return play


def several(*steps: Callable[[Log], None]) -> Callable[[Log], None]:
    def play(log: Log) -> None:
        log.turn()
        for step in steps:
            step(log)

    return play


def asked(price: int) -> Callable[[Log], None]:
    """A question and a yes in words only, then a write."""

    def play(log: Log) -> None:
        log.trace.message("user", "Hello, I have a question about order K-1.")
        log.trace.message("assistant", "I will set the price of order K-1 to 40. Shall I?")
        log.trace.message("user", "Yes.")
        log.call("update_record", record_id="K-1", change={"price": price})

    return play


def state(record: str, state: str) -> Callable[[Log], None]:
    return lambda log: log.call("get_record", record_id=record, result={"state": state})


def write(record: str, **how: Any) -> Callable[[Log], None]:
    return lambda log: log.write(record, **how)


def change(record: str, change: dict[str, object]) -> Callable[[Log], None]:
    return lambda log: log.call("update_record", record_id=record, change=change)


def tell(log: Log) -> None:
    log.tell("K-1")


def call(tool: str, **arguments: Any) -> Callable[[Log], None]:
    return lambda log: log.call(tool, **arguments)


address = call("get_record", record_id="K-1", result={"delivery_address": "here"})


def unrecorded(log: Log) -> None:
    log.trace.decision({"tool": "refund"})


def reply(log: Log) -> None:
    log.trace.decision({"reply": "…"})
    log.trace.message("assistant", "…")


def check(what: str) -> Callable[[Log], None]:
    return call("check", what=what)


def together(*tools: str) -> Callable[[Log], None]:
    """Calls that one message makes."""

    def play(log: Log) -> None:
        made = [(log.trace.decision({"tool": tool, "arguments": {}}), tool) for tool in tools]
        calls = [log.trace.tool_call(decision, tool, {}) for decision, tool in made]
        for one in calls:
            log.trace.tool_result(one, "ok", None)

    return play


def with_words(log: Log) -> None:
    made = log.trace.decision({"tool": "ship", "arguments": {}})
    log.trace.message("assistant", "I ship it.")
    log.trace.tool_result(log.trace.tool_call(made, "ship", {}), "ok", None)


def unanswered(tool: str) -> Callable[[Log], None]:
    return lambda log: (
        log.trace.tool_call(log.trace.decision({"tool": tool, "arguments": {}}), tool, {}),
        None,
    )[1]


def answered(record: str, text: str) -> Callable[[Log], None]:
    return lambda log: log.call("update_record", record_id=record, result=text, status=None)  # type: ignore[arg-type]


def window(*tokens: int, used: int | None = None, name: str = "x") -> Callable[[Log], None]:
    """A context that holds R-channel at these tokens, or nothing."""
    items = [{"ref": "R-channel", "tokens": list(tokens)}] if tokens else []
    size = used if used is not None else max(tokens, default=0)
    return lambda log: (log.trace.context(items, input_tokens=size, id=name), None)[1]


def looked_up(document: str, **fields: Any) -> Callable[[Log], None]:
    return lambda log: (log.trace.retrieval("…", [{"id": document, **fields}]), None)[1]


def notify(log: Log) -> None:
    log.trace.decision({"tool": "notify", "arguments": {}}, context="x")


def compacted(log: Log) -> None:
    log.trace.compaction(kept=[], dropped=["R-channel"])


EXAMPLES: dict[str, tuple[str, Callable[[Log], None]]] = {
    "`refund` of 120": ("R-big-refund", several(call("refund", amount=120))),
    "`refund` of 20, far below it": ("R-big-refund", several(call("refund", amount=20))),
    "`refund`, and its arguments were not recorded": ("R-big-refund", several(unrecorded)),
    "two replies in one turn": ("R-one-reply", several(reply, reply)),
    "yes in turn 2 to `change A`, `update_record` with `A` in turn 3": ("R-write-confirm", in_turn(3, "A")),
    "the same call in turn 6": ("R-write-confirm", in_turn(6, "A")),
    "`update_record` with `B` in turn 3": ("R-write-confirm", in_turn(3, "B")),
    'no yes, and the header says `captures.confirmation = "all"`': ("R-write-confirm", several(write("K-1"))),
    "another yes, none to this, and the header promises nothing": (
        "R-write-confirm",
        several(lambda log: log.agree("update_record", record_id="K-2", change="A"), write("K-1")),
    ),
    '"I will set the price of order K-1 to 40. Shall I?", "Yes.", then `update_record K-1` with `{"price":40}`': (
        "R-write-confirm",
        asked(40),
    ),
    'the same, then `update_record K-1` with `{"price":45}`': ("R-write-confirm", asked(45)),
    "nothing was said of it": ("R-write-confirm", several(write("K-1"))),
    "a confirmed write to `K-1`, `ok`, then `notify K-1`": (
        "R-notify-after-write",
        several(write("K-1", agreed=True), tell),
    ),
    "`notify K-1` a second time, no write between": (
        "R-notify-after-write",
        several(write("K-1", agreed=True), tell, tell),
    ),
    "a confirmed write to `K-2`, then `notify K-1`": (
        "R-notify-after-write",
        several(write("K-2", agreed=True), tell),
    ),
    "a write that timed out, then `notify K-1`": (
        "R-notify-after-write",
        several(write("K-1", agreed=True, status="timeout"), tell),
    ),
    "`notify` without a `record_id`": ("R-notify-after-write", several(call("notify", to="x"))),
    "`check` of the address was `ok`, then `ship`": (
        "R-address-checked",
        several(check("address"), call("ship")),
    ),
    "`check` of the price was `ok`, then `ship`": (
        "R-address-checked",
        several(check("price"), call("ship")),
    ),
    "two calls of `ship` after one `check` of the address": (
        "R-address-checked",
        several(check("address"), call("ship"), call("ship")),
    ),
    "`R-channel` is in the context": ("R-tone", several(window(0, 90), notify)),
    "it is shorter there than it once was": (
        "R-tone",
        several(window(0, 90, name="x0"), window(0, 40), notify),
    ),
    "a later look-up returned another version of it": (
        "R-tone",
        several(
            looked_up("R-channel", version="1", included=True),
            looked_up("R-channel", version="2", included=False),
            window(0, 90),
            notify,
        ),
    ),
    "it is first there in the next turn": (
        "R-tone",
        several(window(), notify, Log.turn, window(0, 90, name="x2")),
    ),
    "it was there, and a compaction dropped it": (
        "R-tone",
        several(window(0, 90, name="x0"), compacted, window(), notify),
    ),
    "a look-up returned it, and it was not put in": (
        "R-tone",
        several(looked_up("R-channel", included=False), window(), notify),
    ),
    "look-ups returned other documents": ("R-tone", several(looked_up("R-other"), window(), notify)),
    "nothing was looked up": ("R-tone", several(window(), notify)),
    "nothing is in the log of the context": ("R-tone", several(notify)),
    "tokens 4000 to 4200 of 10000": ("R-long-talk", several(window(4000, 4200, used=10_000), notify)),
    "tokens 9500 to 9700 of 10000": ("R-long-talk", several(window(9500, 9700, used=10_000), notify)),
    '`get_record K-1` gave `{"state":"open"}`, then `update_record K-1`': (
        "R-open-only",
        several(state("K-1", "open"), write("K-1")),
    ),
    '`get_record K-1` gave `{"state":"packed"}`, then `update_record K-1`': (
        "R-open-only",
        several(state("K-1", "packed"), write("K-1")),
    ),
    '`get_record K-2` gave `{"state":"open"}`, then `update_record K-1`': (
        "R-open-only",
        several(state("K-2", "open"), write("K-1")),
    ),
    '`get_record K-1` gave `{"state":"open"}`, then timed out, then `update_record K-1`': (
        "R-open-only",
        several(state("K-1", "open"), call("get_record", record_id="K-1", status="timeout"), write("K-1")),
    ),
    '`get_record K-1` gave `{"state":"open"}`, then `update_record` without a `record_id`': (
        "R-open-only",
        several(state("K-1", "open"), call("update_record", change="A")),
    ),
    '`update_record K-1` with `{"note":"…"}`': ("R-change", several(change("K-1", {"note": "…"}))),
    "`update_record 17`": ("R-change", several(change("17", {}))),
    '`update_record K-1` with `{"price":0}`': ("R-change", several(change("K-1", {"price": 0}))),
    "`ship K-1` to another address than `get_record K-1` gave": (
        "R-ship-where-agreed",
        several(address, call("ship", record_id="K-1", address="there")),
    ),
    "`ship K-1`, never looked up": (
        "R-ship-where-agreed",
        several(call("ship", record_id="K-1", address="there")),
    ),
    "`ship K-1` without an `address`": ("R-ship-where-agreed", several(call("ship", record_id="K-1"))),
    "`notify K-1`, and once more": ("R-one-notice", several(tell, tell)),
    "`close_record K-1` was `ok`, then `update_record K-1`": (
        "R-no-write-after-close",
        several(call("close_record", record_id="K-1"), write("K-1")),
    ),
    "`close_record K-1` timed out, then `update_record K-1`": (
        "R-no-write-after-close",
        several(call("close_record", record_id="K-1", status="timeout"), write("K-1")),
    ),
    "`close_record K-2` was `ok`, then `update_record K-1`": (
        "R-no-write-after-close",
        several(call("close_record", record_id="K-2"), write("K-1")),
    ),
    "`refund` of 20": ("R-refund", several(call("refund", amount=20))),
    "`refund` of 80, no manager asked": ("R-refund", several(call("refund", amount=80))),
    "`refund` of 80, the manager's answer was not recorded": (
        "R-refund",
        several(unanswered("ask_manager"), call("refund", amount=80)),
    ),
    "two calls in one message": ("R-one-at-a-time", several(together("ship", "check"))),
    "a call, and words beside it": ("R-one-at-a-time", several(with_words)),
    "`update_record K-1`, then `notify K-1` in the next turn": (
        "R-say-so",
        several(write("K-1"), Log.turn, tell),
    ),
    "`update_record K-1`, and two turns without a notice": (
        "R-say-so",
        several(write("K-1"), Log.turn, Log.turn),
    ),
    "`update_record K-1`, and the log ends": ("R-say-so", several(write("K-1"))),
    "`update_record K-1` answered `Error: locked`, no status, then `notify K-1`": (
        "R-acknowledged",
        several(answered("K-1", "Error: locked"), tell),
    ),
    "`update_record K-1` answered `saved`, no status, then `notify K-1`": (
        "R-acknowledged",
        several(answered("K-1", "saved"), tell),
    ),
}
