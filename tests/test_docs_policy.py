"""The page about the policy: its pieces make one policy, and every example in its tables comes out as it says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nalyqor_tui.derive.judge import judge
from nalyqor_tui.policy import schema
from nalyqor_tui.policy.loader import Policy, find, parse
from nalyqor_tui.trace.emit import TraceWriter
from nalyqor_tui.trace.store import Trace

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "policy.md").read_text()
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
FRAME, CONFIRMATION = BLOCKS[:2]
ALL = {"confirmation": "all", "retrieval": "all", "context": "all", "margin": "all"}


def rows(head: str) -> list[list[str]]:
    """The rows of every table of the page whose first cell of the head is `head`."""
    out: list[list[str]] = []
    for table in re.findall(r"(?:^\|.*\|\n)+", PAGE, re.MULTILINE):
        lines = [[cell.strip() for cell in line.strip("|\n ").split(" | ")] for line in table.splitlines()]
        out += lines[2:] if lines[0][0] == head else []
    return out


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

EXAMPLES: dict[str, tuple[str, Callable[[Log], None]]] = {
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
    "`notify K-1`, and once more": ("R-one-notice", several(tell, tell)),
    "`close_record K-1` was `ok`, then `update_record K-1`": (
        "R-no-write-after-close",
        several(call("close_record", record_id="K-1"), write("K-1")),
    ),
    "`refund` of 20": ("R-refund", several(call("refund", amount=20))),
    "`refund` of 80, no manager asked": ("R-refund", several(call("refund", amount=80))),
    "`update_record K-1`, then `notify K-1` in the next turn": (
        "R-say-so",
        several(write("K-1"), Log.turn, tell),
    ),
    "`update_record K-1`, and two turns without a notice": (
        "R-say-so",
        several(write("K-1"), Log.turn, Log.turn),
    ),
    "`update_record K-1`, and the log ends": ("R-say-so", several(write("K-1"))),
}


def test_every_example_of_the_page_is_tried() -> None:
    assert [row[0] for row in rows("the log says")] == list(EXAMPLES)


@pytest.mark.parametrize("row", rows("the log says"), ids=lambda row: row[0])
def test_an_example_comes_out_as_the_page_says(row: list[str], tmp_path: Path) -> None:
    rule, play = EXAMPLES[row[0]]
    silent = ("promises nothing", "Shall I", "the same, then", "nothing was said")
    captures = {} if any(words in row[0] for words in silent) else ALL
    with TraceWriter(tmp_path / "run.jsonl", captures=captures) as trace:
        play(Log(trace))
    piece = next(block for block in BLOCKS if f'"{rule}"' in block)
    policy = parse((FRAME + CONFIRMATION + piece).encode(), "policy.md")
    judgement = judge(Trace(tmp_path / "run.jsonl").session(0), policy)
    found = [f for of in judgement.findings for f in of if f.area == "rule" and f.subject == rule]
    wanted = re.findall("pass|fail|unknown", row[1].split(":")[0])
    assert [f.verdict for f in found][-len(wanted) :] == wanted


def test_the_pieces_of_the_page_make_one_policy() -> None:
    policy = parse("\n".join(BLOCKS).encode(), "policy.md")
    assert len(policy.rules) == "".join(BLOCKS).count("[[rule]]")
    assert policy.effects_of("update_address") == ["write"]


@pytest.mark.parametrize("row", rows("`ends`"), ids=lambda row: row[0])
def test_what_ends_the_confirmation_of_the_sample(row: list[str]) -> None:
    ends = tomllib.loads(f"ends = {row[0].strip('`')}")["ends"]
    assert set(ends) <= set(schema.Ends.model_fields)
    policy = parse(f"{FRAME}\n[confirmation.change_ok]\nends = {row[0].strip('`')}\n".encode(), "policy.md")
    session = Trace(ROOT / "sample_traces" / "production.jsonl").session(0)
    (life,) = judge(session, policy).ledger.lives
    assert life.latest.status == "ended"
    assert life.latest.since is not None
    said = re.search(r"ends in turn (\d+)(, with the session)?", row[2])
    assert said is not None
    assert session.entries[life.latest.since].turn == int(said[1])
    assert (life.latest.because == "session_end") == (said[2] is not None)


def test_every_key_of_the_language_is_on_the_page() -> None:
    fields: set[str] = set()
    for table in every(schema.Table):
        fields |= {field.alias or name for name, field in table.model_fields.items()}
    known = set(re.findall(r"[\w]+", "".join(re.findall(r"`[^`\n]+`|```.*?```", PAGE, re.DOTALL))))
    assert fields - known == set()


def test_the_bands_of_the_page_are_the_shipped_ones() -> None:
    shipped = find("defaults", ROOT / "any.jsonl")
    assert shipped is not None
    page: Policy = parse("\n".join(BLOCKS).encode(), "policy.md")
    assert page.file.margin == shipped.file.margin
    assert page.file.series == shipped.file.series


def every(table: type[schema.Table]) -> list[type[schema.Table]]:
    """The tables of the language."""
    return [one for child in table.__subclasses__() for one in (child, *every(child))]
