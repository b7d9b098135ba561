"""Every clause of a rule: what passes, what fails, and what nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest
from clause_samples import did, looked, rule, says, tell, verdicts
from trace_samples import ALL, Raw, call, decision, findings, given, message, session

from nalyqor_tui.derive.judge import judge

OPEN = looked("a", "open")
FACT = 'need = { fact = "state", eq = "open" }'


@pytest.mark.parametrize(
    ("clause", "records", "arguments", "expected"),
    [
        (FACT, OPEN, None, "pass"),
        (FACT, looked("a", "shut"), None, "fail"),
        (FACT, [], None, "unknown"),
        (FACT, looked("b", "open"), None, "unknown"),
        (FACT, [*OPEN, *looked("a", "shut")], None, "fail"),
        (FACT, [*looked("a", "shut"), *OPEN], None, "pass"),
        (FACT, looked("a", "open", status="error"), None, "unknown"),
        (FACT, [*OPEN, *looked("a", "shut", status="error")], None, "pass"),
        (FACT, [*OPEN, *looked("a", "shut", status="timeout")], None, "unknown"),
        (FACT, [*OPEN, *did("look", {"id": "a"}, ...)], None, "unknown"),
        (FACT, [*OPEN, *did("look", {"id": "a"}, {"other": 1})], None, "pass"),
        (FACT, did("look", {"id": "a"}, '{"state": "open"}'), None, "pass"),
        (FACT, did("look", {"id": "a"}, "no JSON"), None, "unknown"),
        (FACT, did("look", {}, {"id": "a", "state": "open"}), None, "pass"),
        (FACT, [*OPEN, *did("look", {}, {"state": "shut"})], None, "unknown"),
        (FACT, OPEN, {}, "pass"),
        (FACT, [*OPEN, *looked("b", "open")], {}, "pass"),
        (FACT, [*OPEN, *looked("b", "shut")], {}, "unknown"),
        (FACT, [*OPEN, *looked("b", "shut"), *looked("b", "open")], {}, "pass"),
        (FACT, [*did("look", {}, {"state": "shut"}), *did("look", {}, {"state": "open"})], {}, "unknown"),
        ('need = { fact = "state", ne = "open" }', OPEN, None, "fail"),
        ('need = { fact = "state", ne = "open" }', [], None, "unknown"),
        ('need = { fact = "state", in = ["open", "held"] }', OPEN, None, "pass"),
        ('need = { fact = "state", in = ["held"] }', OPEN, None, "fail"),
        ('need = { fact = "state", eq = 1 }', looked("a", 1.0), None, "pass"),
        ('need = { fact = "state", eq = 1 }', looked("a", True), None, "fail"),
        ('need = { fact = "state", eq = false }', looked("a", False), None, "pass"),
    ],
)
def test_need_fact(clause: str, records: list[Raw], arguments: Any, expected: str) -> None:
    assert verdicts(rule(clause), *records, tell(arguments)) == [expected]


def test_a_fact_that_is_not_known_says_why() -> None:
    assert says(rule(FACT), tell()) == "state was not seen"
    assert "for this one" in says(rule(FACT), *looked("b", "open"), tell())
    different = [*OPEN, *looked("b", "shut")]
    assert "names no id to tell by" in says(rule(FACT), *different, tell({}))


def test_a_fact_may_come_from_several_tools_and_the_latest_wins() -> None:
    tables = '[[fact]]\nname = "state"\nkey = ["id"]\nfrom = { tool = ["look", "set_*"], at = "/state" }\n'
    under = rule(FACT, tables=tables)
    assert verdicts(under, *OPEN, *did("set_it", {"id": "a"}, {"state": "shut"}), tell()) == ["fail"]


@pytest.mark.parametrize(
    ("test", "value", "expected"),
    [
        ('eq = "x"', "x", "pass"),
        ('eq = "x"', "y", "fail"),
        ("eq = 1", 1.0, "pass"),
        ("eq = 1", True, "fail"),
        ("eq = { a = [1] }", {"a": [1]}, "pass"),
        ("eq = { a = [1] }", {"a": [True]}, "fail"),
        ('ne = "x"', "y", "pass"),
        ('ne = "x"', "x", "fail"),
        ("in = [1, 2]", 2, "pass"),
        ("in = [1, 2]", 3, "fail"),
        ("in = [1, 2]", True, "fail"),
        ("lt = 5", 4.9, "pass"),
        ("lt = 5", 5, "fail"),
        ("lt = 5", "4", "unknown"),
        ("gt = 5", 6, "pass"),
        ("gt = 5", 5, "fail"),
        ("gt = 0", True, "unknown"),
        ("gt = 0", None, "unknown"),
        ('matches = "^a"', "ab", "pass"),
        ('matches = "^a"', "ba", "fail"),
        ('matches = "^a"', 1, "unknown"),
        ('matches = "b$"', "a" * 20_000 + "b", "unknown"),
        ("max_len = 2", "ab", "pass"),
        ("max_len = 2", [1, 2, 3], "fail"),
        ("max_len = 2", {"a": 1}, "pass"),
        ("max_len = 2", 123, "unknown"),
        ("exists = true", None, "pass"),
        ("exists = false", "x", "fail"),
        ('eq = "x", max_len = 5', "x", "pass"),
        ("gt = 1, lt = 3", 4, "fail"),
        ('same_as_fact = "state"', "open", "pass"),
        ('same_as_fact = "state"', "shut", "fail"),
    ],
)
def test_args(test: str, value: Any, expected: str) -> None:
    under = rule(f"args = {{ v = {{ {test} }} }}")
    assert verdicts(under, *OPEN, tell({"id": "a", "v": value})) == [expected]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("exists = true", ["fail"]),
        ("exists = false", ["pass"]),
        ('eq = "x"', []),
        ('ne = "x"', []),
        ("max_len = 2", []),
        ('same_as_fact = "state"', []),
    ],
)
def test_an_argument_that_was_not_given_is_not_tested(test: str, expected: list[str]) -> None:
    assert verdicts(rule(f"args = {{ v = {{ {test} }} }}"), *OPEN, tell()) == expected


@pytest.mark.parametrize("test", ["exists = true", "exists = false", 'eq = "x"', 'ne = "x"'])
def test_arguments_that_were_not_recorded_cannot_be_told(test: str) -> None:
    unrecorded = {"kind": "decision", "turn": 1, "chosen": {"tool": "tell"}}
    assert verdicts(rule(f"args = {{ v = {{ {test} }} }}"), *OPEN, unrecorded) == ["unknown"]


def test_one_argument_that_fails_is_enough_and_one_unknown_is_no_pass() -> None:
    under = rule("args = { a = { lt = 5 }, b = { lt = 5 } }")
    assert verdicts(under, tell({"a": 1, "b": 9})) == ["fail"]
    assert verdicts(under, tell({"a": "1", "b": 9})) == ["fail"]
    assert verdicts(under, tell({"a": "1", "b": 1})) == ["unknown"]
    assert verdicts(under, tell({"a": 1, "b": 1})) == ["pass"]


def test_an_argument_is_named_by_a_pointer_too() -> None:
    under = rule('args = { "/to/0/name" = { eq = "x" } }')
    assert verdicts(under, tell({"to": [{"name": "x"}]})) == ["pass"]
    assert verdicts(under, tell({"to": [{"name": "y"}]})) == ["fail"]
    assert verdicts(under, tell({"to": []})) == []


def test_a_fact_that_was_not_seen_leaves_the_argument_unknown() -> None:
    under = rule('args = { v = { same_as_fact = "state" } }')
    assert verdicts(under, tell({"id": "a", "v": "open"})) == ["unknown"]


USER = message("user", "and?", turn=2)


@pytest.mark.parametrize(
    ("limit", "records", "expected"),
    [
        ("max = 1", [], "pass"),
        ("max = 1", did("tell"), "fail"),
        ("max = 0", [], "fail"),
        ("max = 2", did("tell"), "pass"),
        ("max = 1", did("write"), "pass"),
        ('max = 1, per = "turn"', [*did("tell"), USER], "pass"),
        ('max = 1, per = "turn"', [USER, *did("tell", turn=2)], "fail"),
        ('max = 1, per = "message"', did("tell", turn=2), "pass"),
        ('max = 1, per = "message"', [tell(turn=2)], "fail"),
        ('max = 1, per = "message"', [tell(turn=2, context="x1")], "pass"),
        ('max = 1, same = ["id"]', did("tell", {"id": "a"}), "fail"),
        ('max = 1, same = ["id"]', did("tell", {"id": "b"}), "pass"),
        ('max = 1, same = ["id"]', did("tell", {"other": "a"}), "unknown"),
        ('max = 1, same = ["id"]', [*did("tell", {"id": "a"}), *did("tell", {"other": 1})], "fail"),
    ],
)
def test_limit(limit: str, records: list[Raw], expected: str) -> None:
    assert verdicts(rule(f"limit = {{ {limit} }}"), *records, tell(turn=2)) == [expected]


def test_a_call_that_lacks_the_argument_cannot_be_counted() -> None:
    assert verdicts(rule('limit = { max = 1, same = ["id"] }'), tell({"other": 1})) == ["unknown"]


@pytest.mark.parametrize(
    ("text", "expected"), [("I tell them now.", "fail"), ("", "pass"), ("  \n", "pass"), (None, "pass")]
)
def test_nothing_is_said_beside_a_call_that_stands_alone(text: str | None, expected: str) -> None:
    said = [] if text is None else [message("assistant", text)]
    made = [tell(id="d1"), *said, call("tell", decision="d1")]
    assert verdicts(rule("limit = { max = 1, alone = true }"), *made) == [expected]


def test_a_call_that_a_rule_perhaps_governs_counts_perhaps() -> None:
    on = '{ tool = "tell", args = { v = { same_as_fact = "state" } } }'
    under = rule("limit = { max = 1 }", on)
    perhaps = did("tell", {"id": "never looked at", "v": 1})
    assert verdicts(under, *perhaps, *OPEN, tell({"id": "a", "v": "open"})) == ["unknown"]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "pass"),
        (did("write", {"id": "a", "n": 1}), "fail"),
        (did("write", {"id": "a", "n": 2}), "pass"),
        (did("write", {"id": "b", "n": 1}), "pass"),
        (did("write", {"id": "a"}), "pass"),
        (did("write", {"n": 1}), "unknown"),
        (did("write", {"id": "a", "n": 1}, status="error"), "pass"),
        (did("write", {"id": "a", "n": 1}, status="timeout"), "unknown"),
        (did("write", {"id": "a", "n": 1}, ...), "unknown"),
        ([decision("write", {"id": "a", "n": 1})], "unknown"),
        ([decision("write", {"id": "a", "n": 2})], "pass"),
    ],
)
def test_forbid_after_a_call_with_such_arguments(records: list[Raw], expected: str) -> None:
    under = rule(
        'forbid = { after = { effect = "write", args = { n = { eq = 1 } }, status = "ok" }, same = ["id"] }'
    )
    assert verdicts(under, *records, tell()) == [expected]


def test_a_reply_can_be_what_comes_before() -> None:
    under = rule('forbid = { after = { kind = "message" } }')
    assert verdicts(under, tell()) == ["pass"]
    assert verdicts(under, decision(), message("assistant", "done"), tell()) == ["fail"]
    assert verdicts(rule('need = { before = { kind = "message" } }'), decision(), tell()) == ["pass"]


@pytest.mark.parametrize(
    ("command", "expected"), [("run the tests", "pass"), ("list", "fail"), (None, "fail"), (..., "unknown")]
)
def test_an_earlier_call_is_told_by_its_arguments_too(command: Any, expected: str) -> None:
    under = rule('need = { before = { tool = "sh", args = { cmd = { matches = "tests" } } } }')
    ran = did("sh", {} if command in (None, ...) else {"cmd": command})
    if command is ...:
        ran[0]["chosen"].pop("arguments")
        ran[1].pop("arguments")
    assert verdicts(under, *ran, tell()) == [expected]


def test_a_timeout_is_not_forgotten_for_a_later_error() -> None:
    under = rule('need = { before = { tool = "write", status = "ok" } }')
    assert verdicts(under, *did("write", status="timeout"), *did("write", status="error"), tell()) == [
        "unknown"
    ]


def test_two_in_parallel_use_one_act_up() -> None:
    under = rule('need = { before = { tool = "write", status = "ok" }, each = true }')
    first = tell(id="d1")
    calls = [call("tell", id="c1", decision="d1"), call("tell", id="c2", decision="d2")]
    session_ = session(*did("write"), first, tell(id="d2"), *calls, captures=ALL)
    found = [[f.verdict for f in findings(session_, under, number)] for number in ("1.2", "1.3")]
    assert found == [["pass"], ["fail"]]


@pytest.mark.parametrize(
    ("choices", "records", "arguments", "expected"),
    [
        ('{ fact = "state", eq = "open" }, { args = { n = { eq = 1 } } }', OPEN, None, "pass"),
        ('{ fact = "state", eq = "shut" }, { args = { n = { eq = 1 } } }', OPEN, {"id": "a", "n": 1}, "pass"),
        ('{ fact = "state", eq = "shut" }, { args = { n = { eq = 1 } } }', OPEN, {"id": "a", "n": 2}, "fail"),
        ('{ fact = "state", eq = "shut" }, { args = { n = { eq = 1 } } }', OPEN, None, "fail"),
        ('{ fact = "state", eq = "shut" }, { args = { n = { eq = 1 } } }', [], {"id": "a", "n": 2}, "unknown"),
        ('{ fact = "state", eq = "open", args = { n = { eq = 1 } } }', OPEN, {"id": "a", "n": 1}, "pass"),
        ('{ fact = "state", eq = "open", args = { n = { eq = 1 } } }', OPEN, {"id": "a", "n": 2}, "fail"),
        ('{ fact = "state", eq = "open", args = { n = { eq = 1 } } }', [], {"id": "a", "n": 1}, "unknown"),
        ('{ before = { tool = "write" } }, { fact = "state", eq = "open" }', did("write"), None, "pass"),
        ('{ before = { tool = "write" } }, { fact = "state", eq = "open" }', [], None, "unknown"),
        ('{ before = { tool = "write" } }, { fact = "state", eq = "shut" }', OPEN, None, "fail"),
    ],
)  # fmt: skip
def test_any(choices: str, records: list[Raw], arguments: Any, expected: str) -> None:
    assert verdicts(rule(f"any = [{choices}]"), *records, tell(arguments)) == [expected]


def test_none_of_any_says_each() -> None:
    under = rule('any = [{ fact = "state", eq = "shut" }, { args = { n = { eq = 1 } } }]')
    assert says(under, *OPEN, tell()) == 'none holds: state is "open"; n is not given'


THEN = 'then = { tool = "write", within_turns = 1 }'
THEN_OK = 'then = { effect = "write", status = "ok", within_turns = 1 }'
THEN_WORDS = 'then = { message = "TOLD", within_turns = 1 }'
LATER = [message("user", "well?", turn=3)]
TOLD = did("tell", {"id": "a"})


@pytest.mark.parametrize(
    ("clause", "records", "expected"),
    [
        (THEN, [*TOLD, *did("write", turn=2), *LATER], "pass"),
        (THEN, [*TOLD, *did("write", turn=2, status="error"), *LATER], "pass"),
        (THEN, [*TOLD, *did("write", {}, ..., turn=2), *LATER], "pass"),
        (THEN, [*TOLD, decision("write", turn=2), *LATER], "unknown"),
        (THEN, [*did("write"), *TOLD, *LATER], "fail"),
        (THEN, [*TOLD, *LATER, *did("write", turn=3)], "fail"),
        (THEN, TOLD, "unknown"),
        (THEN, [*TOLD, {"kind": "end", "turn": 1}], "unknown"),
        (THEN_OK, [*TOLD, *did("write", turn=2), *LATER], "pass"),
        (THEN_OK, [*TOLD, *did("write", turn=2, status="error"), *LATER], "fail"),
        (THEN_OK, [*TOLD, *did("write", turn=2, status="timeout"), *LATER], "unknown"),
        (THEN_OK, [*TOLD, *did("write", turn=2, status=None), *LATER], "unknown"),
        (THEN_OK, [*TOLD, *did("write", {}, ..., turn=2), *LATER], "unknown"),
        (THEN_WORDS, [*TOLD, message("assistant", "They are TOLD.", turn=2), *LATER], "pass"),
        (THEN_WORDS, [*TOLD, message("assistant", [{"text": "TOLD"}], turn=2), *LATER], "pass"),
        (THEN_WORDS, [*TOLD, message("user", "TOLD?", turn=2), *LATER], "fail"),
        (THEN_WORDS, [*TOLD, message("assistant", "TOLD", turn=3)], "fail"),
    ],
)
def test_then(clause: str, records: list[Raw], expected: str) -> None:
    of = session(message("user", "go"), *records, captures=ALL)
    told = next(d for d in of.decisions if of.chosen(d).tool == "tell")
    found = judge(of, rule(clause)).findings[told.index]
    assert [f.verdict for f in found] == [expected]


def test_a_call_does_not_follow_itself() -> None:
    under = rule('then = { tool = "tell", within_turns = 0 }')
    of = session(*did("tell"), *did("tell"), *LATER, captures=ALL)
    assert [[f.verdict for f in found] for found in judge(of, under).findings] == [["pass"], ["fail"]]


def test_a_reply_does_not_follow_itself() -> None:
    under = rule('then = { message = "done", within_turns = 0 }', '{ kind = "message" }')
    of = session(decision(), message("assistant", "done"), *LATER, captures=ALL)
    assert [f.verdict for f in findings(of, under)] == ["fail"]


def test_manual_is_always_for_the_reader() -> None:
    assert verdicts(rule('check = "manual"'), *OPEN, tell()) == ["unknown"]


@pytest.mark.parametrize(
    ("on", "arguments", "expected"),
    [
        ('{ tool = "tell", args = { v = { same_as_fact = "state" } } }', {"id": "a", "v": "open"}, ["fail"]),
        ('{ tool = "tell", args = { v = { same_as_fact = "state" } } }', {"id": "a", "v": "shut"}, []),
        ('{ tool = "tell", args = { v = { same_as_fact = "state" } } }', {"id": "b", "v": "open"}, ["unknown"]),
        ('{ tool = "tell", args = { v = { same_as_fact = "state" } } }', {"id": "a"}, []),
        ('{ tool = "tell", args = { v = { exists = false } } }', {"id": "a"}, ["fail"]),
        ('{ tool = "tell", args = { v = { exists = false } } }', {"id": "a", "v": 1}, []),
        ('{ tool = "t*", except = "tell" }', {"id": "a"}, []),
        ('{ tool = "t*" }', {"id": "a"}, ["fail"]),
        ('{ kind = "tool" }', {"id": "a"}, ["fail"]),
        ('{ kind = "message" }', {"id": "a"}, []),
        ('{ effect = "write" }', {"id": "a"}, []),
    ],
)  # fmt: skip
def test_what_a_rule_governs(on: str, arguments: Any, expected: list[str]) -> None:
    under = rule("limit = { max = 0 }", on)
    assert verdicts(under, *OPEN, tell(arguments)) == expected


def test_without_the_arguments_nobody_knows_whether_it_governs() -> None:
    under = rule("limit = { max = 0 }", '{ tool = "tell", args = { v = { eq = 1 } } }')
    unrecorded = {"kind": "decision", "turn": 1, "chosen": {"tool": "tell"}}
    of = session(unrecorded, captures=ALL)
    assert [(f.check, f.verdict) for f in findings(of, under)] == [("on", "unknown")]


def test_a_rule_may_govern_replies() -> None:
    under = rule('limit = { max = 1, per = "session" }', '{ kind = "message" }')
    reply = [decision(), message("assistant", "done")]
    assert verdicts(under, *reply) == ["pass"]
    assert verdicts(under, *reply, *reply) == ["fail"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("Error: no", "fail"), ("fine", "pass"), ("An Error", "pass"), ({"x": 1}, "unknown")],
)
def test_results_without_a_status_are_read_as_the_policy_says(answer: Any, expected: str) -> None:
    under = rule(
        'need = { before = { tool = "write", status = "ok" } }', tables='[result]\nerror = "^Error"\n'
    )
    assert verdicts(under, *did("write", {}, answer, status=None), tell()) == [expected]


def test_a_recorded_status_is_not_read_again() -> None:
    under = rule(
        'need = { before = { tool = "write", status = "ok" } }', tables='[result]\nerror = "^Error"\n'
    )
    assert verdicts(under, *did("write", {}, "Error: no"), tell()) == ["pass"]


@pytest.mark.parametrize(
    ("answers", "asked", "expected"),
    [
        ("elicitation", {"kind": "confirmation", "op": "requested"}, "pass"),
        ("elicitation", {"kind": "proposal", "tool": "tell"}, "fail"),
        ("proposal", {"kind": "confirmation", "op": "requested"}, "fail"),
        ("proposal", {"kind": "proposal", "tool": "tell"}, "pass"),
        ("any", None, "pass"),
    ],
)
def test_what_a_confirmation_answers(answers: str, asked: Raw | None, expected: str) -> None:
    under = rule('need = { confirmation = "ok" }', tables=f'[confirmation.ok]\nanswers = "{answers}"\n')
    before = [] if asked is None else [{"turn": 1, "id": "q", **asked}]
    yes = given("tell", {"id": "a"}, answers=None if asked is None else "q")
    assert verdicts(under, *before, yes, tell()) == [expected]


class TestVisible:
    RULE = rule(
        'visible = { rule_doc = "D", required = true, buried = { from = 0.2, to = 0.8, min_tokens = 50 } }'
    )
    PLAIN = rule('visible = { rule_doc = "D", required = true }')

    @staticmethod
    def shown(name: str, *items: tuple[str, int, int], turn: int = 1, **fields: Any) -> Raw:
        body = [{"ref": ref, "tokens": [a, b]} for ref, a, b in items]
        end = max((b for _, _, b in items), default=0)
        return {"kind": "context", "turn": turn, "id": name, "input_tokens": end, "items": body, **fields}

    @staticmethod
    def retrieved(version: str | None, *, included: bool = True, name: str = "D") -> Raw:
        document = {"id": name, "included": included, **({"version": version} if version else {})}
        return {"kind": "retrieval", "turn": 1, "documents": [document]}

    def seen(self, under: Any, *records: Raw, after: tuple[Raw, ...] = ()) -> tuple[str, str]:
        of = session(*records, tell(context="x"), *after, captures=ALL)
        (found,) = findings(of, under)
        return found.check, found.verdict

    def test_a_shorter_span_than_before_is_truncated(self) -> None:
        whole, cut = self.shown("x0", ("D", 0, 90)), self.shown("x", ("D", 0, 40))
        assert self.seen(self.PLAIN, whole, cut) == ("truncated", "unknown")
        assert self.seen(self.PLAIN, cut | {"id": "x0"}, whole | {"id": "x"}) == ("in_context", "pass")

    def test_it_is_late_where_it_comes_into_view_only_after(self) -> None:
        later = self.shown("x2", ("D", 0, 9), turn=2)
        assert self.seen(self.PLAIN, self.shown("x"), after=(later,)) == ("late", "fail")
        assert self.seen(self.PLAIN, self.shown("x")) == ("not_queried", "fail")

    @pytest.mark.parametrize(
        ("span", "word"),
        [
            ((50, 100), "buried"),
            ((0, 50), "in_context"),  # it begins before a fifth of the window
            ((100, 170), "in_context"),  # it ends after four fifths
            ((140, 156), "in_context"),  # less than 50 tokens before the end
        ],
    )
    def test_it_is_buried_where_the_policy_says_so(self, span: tuple[int, int], word: str) -> None:
        context = self.shown("x", ("D", *span), ("m", span[1], 200))
        assert self.seen(self.RULE, context) == (word, "fail" if word == "buried" else "pass")
        assert self.seen(self.PLAIN, context) == ("in_context", "pass")

    def test_where_it_stands_is_unknown_without_its_span(self) -> None:
        context = {"kind": "context", "turn": 1, "id": "x", "items": [{"ref": "D"}]}
        assert self.seen(self.RULE, context) == ("unknown", "unknown")

    def test_another_version_that_was_looked_up_since_makes_it_stale(self) -> None:
        context = self.shown("x", ("D", 0, 9))
        old, new = self.retrieved("v1"), self.retrieved("v2", included=False)
        assert self.seen(self.PLAIN, old, new, context) == ("stale_version", "fail")
        assert self.seen(self.PLAIN, old, old | {"id": "r"}, context) == ("in_context", "pass")
        assert self.seen(self.PLAIN, old, self.retrieved("v2"), context) == ("in_context", "pass")
        assert self.seen(self.PLAIN, self.retrieved(None), new, context) == ("in_context", "pass")
        assert self.seen(self.PLAIN, new, old, context) == ("in_context", "pass")

    def test_after_a_compaction_it_is_asked_for_only_then(self) -> None:
        under = rule('visible = { rule_doc = "D", required = true, after = "compaction" }')
        context, compacted = self.shown("x"), {"kind": "compaction", "turn": 1, "dropped": ["D"]}
        assert verdicts(under, context, tell(context="x")) == []
        assert verdicts(under, compacted, context, tell(context="x")) == ["fail"]
        assert verdicts(under, tell(), captures={}) == ["unknown"]
