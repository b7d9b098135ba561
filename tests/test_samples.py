"""The sample traces: that the simulation makes them, and that the incident follows from its causes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from nalyqor_tui.derive.grade import Grade
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.policy.loader import find
from nalyqor_tui.trace.records import Unknown, Unparsed
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.trace.validate import read
from sample_traces.simulation.choice import Step, choose
from sample_traces.simulation.context import Item, Window, count_tokens
from sample_traces.simulation.desk import Desk, Settings
from sample_traces.simulation.hearing import hear
from sample_traces.simulation.memory import Confirmation, Register
from sample_traces.simulation.retrieval import Document, Index
from sample_traces.simulation.rules import RULES
from sample_traces.simulation.script import EVAL, PRODUCTION, Said, Session, run

SAMPLES = Path(__file__).parent.parent / "sample_traces"
RULE = "R-notify-after-write"
Records = list[dict[str, Any]]
Play = Callable[..., tuple[Desk, Records]]


@cache
def committed(name: str) -> Records:
    return [json.loads(line) for line in (SAMPLES / f"{name}.jsonl").read_text().splitlines()]


def of(records: Records, kind: str, **fields: object) -> Records:
    return [r for r in records if r["kind"] == kind and all(r.get(k) == v for k, v in fields.items())]


def steps(desk: Desk, turn: int) -> list[str]:
    """What the agent did in a turn, in order."""
    return [choice.step.name for number, choice in desk.chosen if number == turn]


def judged(name: str) -> Sequence[Grade]:
    """The grade of every decision, under the policy that lies beside the traces."""
    path = SAMPLES / f"{name}.jsonl"
    return judge(Trace(path).session(0), find(None, path)).grades


def wrote_before_it_told(desk: Desk) -> bool:
    done = [choice.step.name for _, choice in desk.chosen]
    return "tell" not in done or ("write" in done and done.index("write") < done.index("tell"))


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def play(session: Session, **settings: Any) -> tuple[Desk, Records]:
        path = tmp_path / "run.jsonl"
        desk = run(session, path, Settings(**settings))
        return desk, [json.loads(line) for line in path.read_text().splitlines()]

    return play


@pytest.mark.parametrize("session", [EVAL, PRODUCTION], ids=lambda s: s.name)
class TestBoth:
    def test_the_committed_file_is_what_the_simulation_writes(self, session: Session, tmp_path: Path) -> None:
        run(session, tmp_path / "again.jsonl")
        assert (tmp_path / "again.jsonl").read_bytes() == (SAMPLES / f"{session.name}.jsonl").read_bytes()

    def test_the_reader_knows_every_record(self, session: Session) -> None:
        strange = [r for r in map(read, committed(session.name)) if isinstance(r, Unknown | Unparsed)]
        assert strange == []

    def test_every_turn_has_a_decision_and_ends_with_a_reply(self, session: Session) -> None:
        records = committed(session.name)
        for turn in range(1, len(session.customer) + 1):
            *acts, last = of(records, "decision", turn=turn)
            assert all("tool" in d["chosen"] for d in acts)
            assert (
                last["chosen"]["reply"] == of(records, "message", turn=turn, role="assistant")[0]["content"]
            )

    def test_every_decision_has_its_window_and_its_margin(self, session: Session) -> None:
        records = committed(session.name)
        known = {r["id"] for r in records if "id" in r} | {rule.id for rule in RULES}
        for decision in of(records, "decision"):
            (window,) = of(records, "context", id=decision["context"])
            edges = [edge for item in window["items"] for edge in item["tokens"]]
            assert edges[0] == 0
            assert edges[1:-1:2] == edges[2::2], "spans leave no hole"
            assert edges[-1] == window["input_tokens"] <= records[0]["context_limit"]
            assert {item["ref"] for item in window["items"]} <= known
            candidates = decision["margin"]["candidates"]
            assert sum(math.exp(c["value"]) for c in candidates) == pytest.approx(1, abs=1e-3)
            chosen = [
                c for c in candidates if {k: v for k, v in c.items() if k != "value"} == decision["chosen"]
            ]
            assert [c["value"] for c in chosen] == [max(c["value"] for c in candidates)]

    def test_time_only_goes_forward(self, session: Session) -> None:
        times = [datetime.fromisoformat(r["ts"]) for r in committed(session.name)]
        assert times == sorted(times)


def test_production_has_one_long_gap() -> None:
    times = [datetime.fromisoformat(r["ts"]) for r in committed("production")]
    gaps = [after - before for before, after in pairwise(times)]
    assert [gap for gap in gaps if gap > timedelta(minutes=5)] == [timedelta(minutes=20, seconds=20)]


class TestEval:
    def test_it_asks_writes_and_tells_in_this_order(self, play: Play) -> None:
        desk, records = play(EVAL)
        assert (steps(desk, 1), steps(desk, 2)) == (["ask"], ["look", "write", "tell", "reply"])
        assert of(records, "outcome")[0]["grade"] == "pass"

    def test_the_rule_is_in_view_and_holds_the_notice_back(self, play: Play) -> None:
        desk, _ = play(EVAL)
        write = next(choice for _, choice in desk.chosen if choice.step.name == "write")
        tell = next(step for step, _ in write.ranked if step.name == "tell")
        assert tell.features["forbidden"] == 1
        after = next(choice for _, choice in desk.chosen if choice.step.name == "tell")
        assert after.step.features["forbidden"] == 0
        assert any(item.ref == RULE for item in desk.window.items)

    def test_the_policy_finds_nothing_wrong(self) -> None:
        assert {grade.word for grade in judged("eval")} == {"sound"}

    def test_no_choice_is_close(self, play: Play) -> None:
        desk, _ = play(EVAL)
        assert min(choice.margin for _, choice in desk.chosen) > 0.405


class TestProduction:
    def test_the_notice_goes_out_at_turn_9_and_the_write_follows_at_10(self, play: Play) -> None:
        desk, records = play(PRODUCTION)
        acts = [(t, c.step.name) for t, c in desk.chosen if c.step.name in ("ask", "write", "tell")]
        assert acts == [(1, "ask"), (9, "tell"), (10, "write")]
        assert [notice.address_on_record for notice in desk.world.sent] == ["9 Chapel Close"]
        assert of(records, "outcome")[0]["grade"] == "pass"

    def test_both_rest_on_the_yes_of_turn_2_to_something_else(self) -> None:
        records = committed("production")
        (yes,) = of(records, "confirmation")
        assert (yes["turn"], yes["type"], yes["answers"]) == (2, "change_ok", "p1")
        told, wrote = (
            next(d for d in of(records, "decision", turn=turn) if d["chosen"].get("tool") == tool)
            for turn, tool in ((9, "notify"), (10, "update_record"))
        )
        for decision in (told, wrote):
            assert decision["relied_on"] == [yes["id"]]
            assert decision["believes"] == [{"confirmation": "cf1", "status": "live", "source": "runtime"}]
        assert wrote["chosen"]["arguments"] != yes["covers"]["arguments"]
        assert of(records, "tool_result", turn=10)[-1]["status"] == "ok"

    def test_turn_9_is_a_tie_between_the_notice_and_the_write_and_nothing_else_is(self, play: Play) -> None:
        desk, _ = play(PRODUCTION)
        (close,) = [(t, c) for t, c in desk.chosen if c.margin < 0.405]
        assert close[0] == 9
        assert [step.name for step, _ in close[1].ranked[:2]] == ["tell", "write"]
        assert 0 < close[1].margin < 0.125
        assert f"by {close[1].margin:.3f} nat" in (SAMPLES / "README.md").read_text()

    def test_the_policy_finds_it_out(self) -> None:
        words = [grade.word for grade in judged("production")]
        at = [d["turn"] for d in of(committed("production"), "decision")]
        assert [turn for turn, word in zip(at, words, strict=True) if word == "bad"] == [9]
        assert {word for turn, word in zip(at, words, strict=True) if turn < 6} == {"sound"}

    def test_the_rule_was_never_retrieved(self) -> None:
        records = committed("production")
        found = {d["id"] for r in of(records, "retrieval") for d in r["documents"]}
        shown = {item["ref"] for r in of(records, "context") for item in r["items"]}
        assert RULE not in found | shown
        at_nine = [d["id"] for d in of(records, "retrieval", turn=9)[0]["documents"]]
        assert at_nine == ["R-partner", "R-channel", "R-tone"]

    def test_the_compaction_took_the_evidence_and_the_rules_but_not_the_belief(self) -> None:
        (compaction,) = of(committed("production"), "compaction")
        assert compaction["turn"] == 7
        assert compaction["tokens_after"] < compaction["tokens_before"]
        assert {"p1", "m4", "R-write-confirm", "R-address"} <= set(compaction["dropped"])
        assert "cf1" in compaction["kept"]
        assert "4 Harbour Row" not in compaction["summary"], "what was agreed to is forgotten"


class TestOneCauseLess:
    """Take away one cause at a time: the notice no longer comes first."""

    def test_confirmations_that_expire(self, play: Play) -> None:
        desk, records = play(PRODUCTION, confirmations_expire_after=3)
        assert steps(desk, 9) == ["ask"]
        assert wrote_before_it_told(desk)
        assert of(records, "decision", turn=9)[0]["believes"][0]["status"] == "expired"

    def test_the_rule_in_view(self, play: Play) -> None:
        desk, records = play(PRODUCTION, pinned_rules=frozenset({RULE}))
        assert steps(desk, 9) == ["write", "tell", "reply"]
        assert [notice.address_on_record for notice in desk.world.sent] == ["21 Mill Lane"]
        assert of(records, "outcome")[0]["grade"] == "pass"

    def test_a_window_that_never_overflows(self, play: Play) -> None:
        desk, records = play(PRODUCTION, window_limit=20_000)
        assert of(records, "compaction") == []
        assert steps(desk, 9) == ["ask"]
        assert wrote_before_it_told(desk)

    def test_other_words_that_find_the_rule(self, play: Play) -> None:
        words = list(PRODUCTION.customer)
        words[8] = Said("Hello again. Is the change done, and has my partner been told?", after=1220)
        desk, records = play(replace(PRODUCTION, customer=words))
        assert RULE in {d["id"] for d in of(records, "retrieval", turn=9)[0]["documents"] if d["included"]}
        assert wrote_before_it_told(desk)

    def test_finding_the_rule_early_is_not_enough(self, play: Play) -> None:
        """A wider search finds the rule at turn 5; the compaction takes it away again before it is needed."""
        desk, records = play(PRODUCTION, rules_found=8)
        assert RULE in {d["id"] for d in of(records, "retrieval", turn=5)[0]["documents"]}
        assert RULE in of(records, "compaction")[0]["dropped"]
        assert not wrote_before_it_told(desk)


class TestParts:
    def test_bm25_by_hand(self) -> None:
        index = Index([Document("a", "", "partner partner door"), Document("b", "", "door")])
        (hit,) = index.search("partner", limit=5)
        rarity = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
        assert hit.document.id == "a"
        assert hit.score == pytest.approx(rarity * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2)))
        assert index.search("window", limit=5) == []

    @pytest.mark.parametrize(("text", "tokens"), [("", 0), ("door", 1), ("doors", 2), ("a, b.", 4)])
    def test_tokens(self, text: str, tokens: int) -> None:
        assert count_tokens(text) == tokens

    def test_a_mention_fades_with_distance_and_a_rule_is_no_mention(self) -> None:
        window = Window(limit=100)
        window.add(Item("m1", "talk", "my partner", 1))
        fresh = window.recency("partner")
        window.add(Item("R", "rule", "partner " * 50, 1))
        assert fresh == 1
        assert window.recency("partner") == pytest.approx(math.exp(-100 / 625))
        assert window.recency("invoice") == 0

    def test_compaction_keeps_the_frame_and_the_turn(self) -> None:
        window = Window(limit=10, pinned=frozenset({"R-2"}))
        for item in (
            Item("m1", "system", "be kind", 1),
            Item("R-1", "rule", "one", 1),
            Item("R-2", "rule", "two", 1),
            Item("m2", "talk", "three", 1),
            Item("m3", "talk", "four", 2),
        ):
            window.add(item)
        done = window.compact("k1", "so far", turn=2)
        assert [item.ref for item in window.items] == ["m1", "k1", "R-2", "m3"]
        assert (done.kept, done.dropped) == (["m1", "R-2", "m3"], ["R-1", "m2"])

    def test_the_register_asks_for_the_order_and_not_for_the_change(self) -> None:
        given = Confirmation("cf1", 2, {"record_id": "K-1", "change": {"delivery_address": "A"}})
        assert Register(None, [given]).live("K-1", turn=900) == [given]
        assert Register(None, [given]).live("K-2", turn=3) == []
        assert Register(3, [given]).live("K-1", turn=5) == [given]
        assert Register(3, [given]).live("K-1", turn=6) == []
        assert Register(None, [given], {"cf1"}).beliefs(3)[0]["status"] == "used"

    def test_pasted_lines_say_nothing_for_the_customer(self) -> None:
        heard = hear("Is this in order?\n> Yes, tell my partner. Make it 1 Other Street.")
        assert (heard.tell, heard.address, heard.agrees) == (False, None, False)
        assert heard.question == "Is this in order?"

    def test_a_choice_is_a_softmax(self) -> None:
        near, far = Step("near", {"x": 1.0}), Step("far", {"x": 0.0})
        choice = choose([far, near], {"x": 2.0})
        assert choice.step is near
        assert choice.margin == pytest.approx(2)
        assert choice.ranked[0][1] == pytest.approx(-math.log(1 + math.exp(-2)))


def test_the_policy_is_found_beside_the_traces_and_speaks_of_the_rule_book() -> None:
    policy = find(None, SAMPLES / "production.jsonl")
    assert policy is not None
    assert [rule.id for rule in policy.rules] == ["R-write-confirm", RULE]
    assert {rule.id for rule in policy.rules} <= {rule.id for rule in RULES}
    assert [rule.id for rule in policy.governing("notify")] == [RULE]
    assert policy.rules[1].visible is not None
    assert policy.rules[1].visible.rule_doc == RULE
