"""Conditions over decisions: what is read, what holds, what cannot be told, and how a mistake is explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_samples import acted, decision, message, numbered, opened, policy

from nalyqor_tui.policy.loader import find
from nalyqor_tui.present.query import QueryError, Vocabulary, complete, holds, parse, vocabulary
from nalyqor_tui.present.query.syntax import All, Compare, Flag, Not, RuleIs, Some
from nalyqor_tui.present.query.vocabulary import FIELDS, FLAGS, VALUES
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.store import Trace

SAMPLES = Path(__file__).parents[1] / "sample_traces"
WORDS = Vocabulary(rules=("R-1", "R-2"), effects=("write",), tools=("notify",), arguments=("amount",))


def review(name: str) -> Review:
    path = SAMPLES / f"{name}.jsonl"
    return Review(Trace(path), 0, find(None, path))


@pytest.fixture(scope="module")
def production() -> Review:
    return review("production")


def hits(of: Review, text: str) -> list[str]:
    node = parse(text, vocabulary(of.policy, [of.session]))
    return [d.number for d in of.session.decisions if holds(node, of, d)]


class TestSyntax:
    @pytest.mark.parametrize(
        ("text", "node"),
        [
            ("stale", Flag("stale")),
            ("write", Flag("write")),
            ("tool = notify", Compare("tool", "=", "notify")),
            ("tool=notify", Compare("tool", "=", "notify")),
            ("arg.amount >= 1.5", Compare("arg.amount", ">=", "1.5")),
            ('"two words"', Compare("text", "~", "two words")),
            ("'it''s'", None),
            ("margin tie", Compare("margin", "=", "tie")),
            ("margin < 0.1", Compare("margin", "<", "0.1")),
            ("rule R-1", RuleIs("R-1", "governs")),
            ("rule R-1 missing", RuleIs("R-1", "missing")),
            ("rule R-1 and stale", All((RuleIs("R-1", "governs"), Flag("stale")))),
            ("not stale", Not(Flag("stale"))),
            ('grade = "not judged"', Compare("grade", "=", "not judged")),
            ("stale or order and narrow", Some((Flag("stale"), All((Flag("order"), Flag("narrow")))))),
            ("(stale or order) and narrow", All((Some((Flag("stale"), Flag("order"))), Flag("narrow")))),
        ],
    )
    def test_is_read(self, text: str, node: Any) -> None:
        if node is None:
            with pytest.raises(QueryError):
                parse(text, WORDS)
        else:
            assert parse(text, WORDS) == node

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "column 1: a condition is missing here"),
            ("tol = x", "column 1: `tol` is no field and no word of a condition (did you mean `tool`?)"),
            ("stael", "did you mean `stale`?"),
            ("grade = bda", "column 9: `bda` is no value of grade (did you mean `bad`?)"),
            ("tool =", "column 7: a value is missing behind `=`"),
            ("tool = and", "column 8: a value is missing behind `=`"),
            ("tool", "`tool` needs a comparison"),
            ("turn > x", "column 8: `x` is no number"),
            ("stale stale", "column 7: `stale` follows without and, or"),
            ("(stale", "column 1: a bracket is not closed"),
            ("stale )", "column 7: `)` follows without"),
            ("rule R-3 missing", "column 6: `R-3` is no rule of the policy (did you mean `R-"),
            ("rule R-1 misssing", "did you mean `missing`?"),
            ("rule = R-1", "a rule is named without a comparison"),
            ("margin ti", "did you mean `tie`?"),
            ('"abc', "column 1: a text in quotes does not end"),
            ("a ! b", "column 3: `!` has no meaning here"),
        ],
    )
    def test_a_mistake_says_where_and_what_was_meant(self, text: str, says: str) -> None:
        with pytest.raises(QueryError) as caught:
            parse(text, WORDS)
        assert says in str(caught.value) and caught.value.exit_code == 2

    @given(
        st.lists(
            st.sampled_from(["stale", "and", "or", "not", "(", ")", "tool", "=", "x", "rule", "R-1", '"']),
            max_size=9,
        )
    )
    def test_any_text_is_read_or_refused(self, words: list[str]) -> None:
        try:
            parse(" ".join(words), WORDS)
        except QueryError as error:
            assert 1 <= error.column <= len(" ".join(words)) + 1 and error.remedy


class TestSamples:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("tool = notify and consent != confirmed", ["9.1"]),
            ("write and consent != confirmed", ["10.2"]),
            ("missing", ["9.1"]),
            ("margin tie", ["9.1"]),
            ("margin < 0.1", ["9.1"]),
            ("turn > 8 and grade = bad", ["9.1"]),
            ("latent and severity = high", ["9.1"]),
            ("rule R-write-confirm failed", ["10.2"]),
            ("rule R-notify-after-write missing", ["9.1"]),
            ("decision = 9.1 or decision = 10.2", ["9.1", "10.2"]),
            ("tool = not*", ["9.1"]),
            ("status = error", []),
        ],
    )
    def test_the_incident(self, production: Review, text: str, found: list[str]) -> None:
        assert hits(production, text) == found

    def test_the_run_that_passed_has_none_of_it(self) -> None:
        evaluated = review("eval")
        for text in ("tool = notify and consent != confirmed", "stale", "missing", "problem", "margin tie"):
            assert hits(evaluated, text) == []


class TestTelling:
    POLICY = (
        '[[rule]]\nid = "w"\non = { tool = "write" }\nneed = { confirmation = "ok" }\n[confirmation.ok]\n'
    )

    def told(self, tmp_path: Path, text: str, *records: Any, policed: bool = True) -> bool | None:
        trace = opened(tmp_path / "t", {"kind": "trace"}, *numbered(records))
        of = Review(trace, 0, policy(self.POLICY) if policed else None)
        return holds(parse(text, vocabulary(of.policy, [of.session])), of, of.session.decisions[-1])

    def test_what_was_not_recorded_cannot_be_told(self, tmp_path: Path) -> None:
        call = acted("write", {"amount": 5}, status=None)
        assert self.told(tmp_path, "status = ok", *call) is None
        assert self.told(tmp_path, "status != ok", *call) is None
        assert self.told(tmp_path, "status = unknown", *call) is True
        assert self.told(tmp_path, "margin clear", *call) is None
        assert self.told(tmp_path, "margin absent", *call) is True
        assert self.told(tmp_path, "output = failed", *call) is None
        assert self.told(tmp_path, "grade = bad", *call, policed=False) is None

    def test_what_does_not_apply_makes_nothing_true(self, tmp_path: Path) -> None:
        reply = decision()
        for text in (
            "tool = write",
            "tool != write",
            "arg.amount > 1",
            "arg.amount = 1",
            "consent != confirmed",
        ):
            assert self.told(tmp_path, text, message(), reply) is False

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("arg.amount > 4", True),
            ("arg.amount = 5", True),
            ("arg.amount = 5.0", True),
            ("arg.amount != 5", False),
            ("arg.to.city = Oslo", True),
            ("arg.to.street = x", False),
            ("arg.to ~ oslo", True),
            ('text ~ "OSLO"', True),
            ("note = none", True),
            ("noted", False),
        ],
    )
    def test_arguments_and_words(self, tmp_path: Path, text: str, told: bool) -> None:
        call = acted("write", {"amount": 5, "to": {"city": "Oslo"}})
        assert self.told(tmp_path, text, *call) is told


ATOMS = st.sampled_from(
    ["stale", "problem", "call", "margin tie", "status = ok", "turn > 5", "consent = stale", "missing"]
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: (
        inner.map("not ({})".format)
        | st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})")
    ),
    max_leaves=5,
)


@given(CONDITIONS, CONDITIONS)
def test_kleene(first: str, second: str) -> None:
    of = _PRODUCTION
    words = vocabulary(of.policy, [of.session])

    def told(text: str) -> list[bool | None]:
        return [holds(parse(text, words), of, d) for d in of.session.decisions]

    assert told(f"not (not ({first}))") == told(first)
    assert told(f"not (({first}) and ({second}))") == told(f"(not ({first})) or (not ({second}))")
    assert told(f"({first}) or ({second})") == told(f"({second}) or ({first})")
    assert told(f"({first}) and ({first})") == told(first)


_PRODUCTION = review("production")


class TestCompletion:
    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("gra", "grade"),
            ("grade = ba", "grade = bad"),
            ('grade = "not', None),
            ("rule ", "rule R-1"),
            ("rule R-1 mis", "rule R-1 missing"),
            ("tool = no", "tool = notify"),
            ("stale ", "stale and"),
            ("stale and wri", "stale and write"),
            ("margin ", "margin tie"),
            ("arg.", "arg.amount"),
            ("grade ==", None),
        ],
    )
    def test_offers_what_could_follow(self, text: str, first: str | None) -> None:
        assert next(iter(complete(text, WORDS)), None) == first

    def test_whatever_is_offered_for_a_field_can_be_read(self) -> None:
        for name in VALUES:
            for offered in complete(f"{name} = ", WORDS):
                parse(offered, WORDS)

    def test_everything_that_can_be_asked_is_explained(self) -> None:
        assert all(FIELDS.values()) and all(FLAGS.values())
