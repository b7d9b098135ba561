"""Why: where a value came from, skipping copies, and that every link stands where it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_samples import ALL, Raw, acted, call, decision, message, session
from trace_samples import given as agreed

from nalyqor_tui.derive.consent.values import leaves
from nalyqor_tui.derive.context import window
from nalyqor_tui.derive.rebuilt import Talk
from nalyqor_tui.derive.replay import Replay
from nalyqor_tui.derive.why import Index, Trail, of_arguments, of_confirmation, of_rule, text_at
from nalyqor_tui.derive.why.match import hints, match
from nalyqor_tui.phrase import Words, plain
from nalyqor_tui.trace.session import Session


def trails(of: Session, number: str | None = None) -> dict[str, Trail]:
    """The trails of a decision, the last one unless told otherwise, by path."""
    wanted = of.decisions[-1] if number is None else next(d for d in of.decisions if d.number == number)
    return {t.path: t for t in of_arguments(Index(of), wanted)}


def only(of: Session) -> Trail:
    (trail,) = trails(of).values()
    return trail


def kinds(trail: Trail) -> list[str]:
    return [link.kind for link in trail.links]


def end(trail: Trail) -> str:
    return plain(trail.links[-1].says)


def looked_up(tool: str, arguments: Raw, found: Any) -> list[Raw]:
    made = acted(tool, arguments)
    return [*made[:2], {**made[2], "result": found}]


def holds(of: Session, trail: Trail, before: int) -> None:
    """Every quote really stands in the record that is named, and lies before the decision."""
    for link in trail.links:
        assert link.evidence
        if link.kind not in ("value", "end"):
            assert all(at <= before for at in link.evidence)
        if link.quote:
            assert link.entry is not None
            assert link.entry < before
            assert link.quote in text_at(of, link.entry, link.pointer, link.inner)


class TestSources:
    def test_the_users_words_end_the_chain(self) -> None:
        of = session(message(content="Send it to 21 Mill  Lane."), decision("send", {"to": "21 mill lane"}))
        trail = only(of)
        assert (trail.verdict, kinds(trail)) == ("grounded", ["value", "user", "end"])
        assert trail.links[1].quote == "21 Mill  Lane"
        assert end(trail) == "grounded: the user's words of turn 1"

    def test_an_invented_value_is_ungrounded(self) -> None:
        of = session(message(content="Send it."), decision("send", {"to": "21 Mill Lane"}))
        assert only(of).verdict == "ungrounded"
        assert end(only(of)) == "ungrounded: no earlier occurrence"

    def test_what_only_the_agent_said_is_a_copy_and_no_source(self) -> None:
        of = session(
            message(content="Send it."),
            decision(None),
            message("assistant", "To 21 Mill Lane?"),
            message(content="Yes."),
            *acted("check", {"to": "21 Mill Lane"}),
            decision("send", {"to": "21 Mill Lane"}),
        )
        trail = only(of)
        assert kinds(trail) == ["value", "copy", "end"]
        assert trail.links[1].evidence == (2, 5)
        assert end(trail) == "ungrounded: no earlier occurrence, only copies hold it"

    def test_a_result_that_gives_back_its_calls_argument_is_a_copy(self) -> None:
        of = session(
            *looked_up("check", {"id": "K-999"}, {"id": "K-999", "note": "ok"}),
            decision("send", {"id": "K-999"}),
        )
        assert only(of).verdict == "ungrounded"
        assert "gives back its call's argument" in plain(only(of).links[1].says)

    def test_a_result_is_followed_through_the_arguments_of_its_call(self) -> None:
        of = session(
            message(content="I am ida_7."),
            *looked_up("get_user", {"user": "ida_7"}, json.dumps({"orders": ["W-100"]})),
            *looked_up("get_order", {"order": "W-100"}, {"card": {"id": "card_5551"}}),
            decision("refund", {"to": "card_5551"}),
        )
        trail = only(of)
        assert kinds(trail) == ["value", "result", "value", "result", "value", "user", "end", "end", "end"]
        assert [link.depth for link in trail.links] == [0, 1, 2, 3, 4, 5, 5, 3, 1]
        assert trail.links[3].inner == "/orders/0"
        assert "get_user (1.1)" in plain(trail.links[3].says)
        holds(of, trail, of.decisions[-1].entry)

    def test_the_agent_that_had_it_first_is_named(self) -> None:
        of = session(
            decision(None), message("assistant", "To 21 Mill Lane?"), message(content="21 Mill Lane, yes."),
            decision("send", {"to": "21 Mill Lane"}),
        )  # fmt: skip
        assert only(of).verdict == "grounded"
        assert plain(only(of).links[2].says).startswith("the agent had it first: ")

    def test_a_document_is_a_source_only_where_nobody_else_says_it(self) -> None:
        rules = message("system", "The desk is at desk@example.org.")
        of = session(rules, message(content="Mail them."), decision("mail", {"to": "desk@example.org"}))
        assert kinds(only(of)) == ["value", "document", "end"]
        of = session(
            rules, message(content="Mail desk@example.org."), decision("mail", {"to": "desk@example.org"})
        )
        assert kinds(only(of)) == ["value", "user", "end"]

    def test_a_name_in_a_result_is_a_place_too(self) -> None:
        of = session(
            *looked_up("list", {}, {"cards": {"card_77": {"left": 5}}}), decision("pay", {"card": "card_77"})
        )
        assert only(of).links[1].inner == "/cards/card_77"
        holds(of, only(of), of.decisions[-1].entry)

    @pytest.mark.parametrize(
        ("record", "where"),
        [
            ([message(content="My card ending in 7334.")], "the user's words"),
            (looked_up("look", {}, {"cards": ["gift_7334"]}), "/cards/0 in the result of look"),
        ],
    )
    def test_an_id_made_of_a_number_is_ungrounded_and_the_number_is_shown(
        self, record: list[Raw], where: str
    ) -> None:
        of = session(*record, decision("pay", {"card": "credit_card_7334"}))
        trail = only(of)
        assert (trail.verdict, kinds(trail)) == ("ungrounded", ["value", "near", "end"])
        assert (trail.links[1].quote, trail.links[1].rule) == ("7334", "same number, another name")
        assert where in plain(trail.links[1].says)
        holds(of, trail, of.decisions[-1].entry)

    def test_what_is_not_in_the_log_is_said(self) -> None:
        of = session(message(content="Go."), decision("look", {}, id="d"), call("look", {}, decision="d"),
                     decision("send", {"to": "21 Mill Lane"}))  # fmt: skip
        assert (
            end(only(of))
            == "ungrounded: no earlier occurrence (1 pieces or results before it are not in the log)"
        )


@pytest.mark.parametrize(
    ("said", "value", "quote", "rule"),
    [
        ("On May 3, please.", "2024-05-03", "May 3", "same day"),
        ("On May 3, 2024.", "2024-05-03", "May 3", "same day"),
        ("It costs $1,200.00.", 1200, "$1,200.00", "same figure"),
        ("ORDER k-310 it is", "K-310", "k-310", "same words"),
        ("In basic economy", "basic_economy", "basic economy", "same words"),
        ("K-310", "K-310", "K-310", "same value"),
    ],
)
def test_other_spellings(said: str, value: Any, quote: str, rule: str) -> None:
    of = session(message(content=said), decision("act", {"x": value}))
    source = only(of).links[1]
    assert (source.kind, source.quote, source.rule) == ("user", quote, rule)


@pytest.mark.parametrize(
    ("said", "value"),
    [("On May 3, 2023.", "2024-05-03"), ("K-3101", "K-310"), ("1200.5", 1200), ("12000", 1200), ("", True)],
)
def test_what_is_not_the_same(said: str, value: Any) -> None:
    of = session(message(content=said), decision("act", {"x": value}))
    assert only(of).verdict == "ungrounded"


def test_a_long_value_is_found_whole_and_shown_cut() -> None:
    text = "Line of the letter.\n" * 5000
    of = session(
        message(content=f"Write: {text}"), decision("write", {"text": text.upper(), "other": text + "x"})
    )
    found = trails(of)
    assert (found["text"].verdict, found["other"].verdict) == ("grounded", "ungrounded")
    assert found["text"].links[1].quote == text
    assert len(plain(found["text"].says)) < 250


def test_gaps_of_many_spaces_and_dashes_are_not_tried_in_all_their_shares() -> None:
    value = "edit" + " - " * 40 + "end"
    of = session(
        message(content="edit" + " -" * 3000), message(content="EDIT end"), decision("act", {"x": value})
    )
    assert only(of).links[1].quote == "EDIT end"


class TestUsualValues:
    def test_a_value_that_stands_everywhere_is_not_placed(self) -> None:
        of = session(
            message(content="1 more, or 1 less"),
            *looked_up("look", {}, {"rank": 1}),
            decision("act", {"bags": 1}),
        )
        assert only(of).verdict == "ambiguous"
        assert end(only(of)) == "ambiguous: 2 earlier occurrences, too usual a value to be placed"

    def test_said_with_its_name_it_is_placed(self) -> None:
        of = session(
            message(content="With 1 bag, at 1."),
            *looked_up("look", {}, {"rank": 1}),
            decision("act", {"bags": 1}),
        )
        assert (only(of).verdict, only(of).links[1].rule) == ("grounded", "said with its name")
        of = session(message(content="Yes, insurance please."), decision("act", {"insurance": "yes"}))
        assert (only(of).verdict, only(of).links[1].quote) == ("grounded", "Yes, insurance please.")

    def test_a_word_in_many_results_is_the_users_only_if_the_user_said_it(self) -> None:
        many = [r for _ in range(5) for r in looked_up("look", {}, ["business"])]
        of = session(*many, decision("act", {"cabin": "business"}))
        assert only(of).verdict == "ambiguous"
        of = session(*many, message(content="In business."), decision("act", {"cabin": "business"}))
        assert kinds(only(of))[1] == "user"


class TestConfirmationsAndRules:
    def test_who_gave_it_is_not_recorded_in_words_of_ours(self) -> None:
        of = session(
            message(content="Yes."), agreed("write", {}, by=None), agreed("write", {}, id="cf2", by="?")
        )
        for name, told in (("cf1", Words("(not recorded)")), ("cf2", "?")):
            says = of_confirmation(Index(of), name, 3).says
            assert (says[-1], type(says[-1])) == (told, type(told))

    def test_a_confirmation_goes_back_to_its_words(self) -> None:
        of = session(
            message(content="To 9 Elm Road."),
            {
                "kind": "proposal",
                "id": "p",
                "tool": "write",
                "arguments": {"to": "9 Elm Road"},
                "text": "9 Elm Road?",
            },
            message(content="Yes.", id="m"),
            agreed("write", {"to": "9 Elm Road"}, answers="p", evidence=[{"ref": "m", "quote": "Yes."}]),
            decision("write", {"to": "9 Elm Road"}),
        )
        trail = of_confirmation(Index(of), "cf1", of.decisions[-1].entry)
        assert trail.verdict == "grounded"
        assert kinds(trail) == [
            "value",
            "proposal",
            "answer",
            "covers",
            "value",
            "user",
            "copy",
            "end",
            "end",
        ]
        holds(of, trail, of.decisions[-1].entry)

    def test_one_that_quotes_what_was_not_said_is_not_grounded(self) -> None:
        of = session(
            message(content="No.", id="m"),
            agreed(evidence=[{"ref": "m", "quote": "Yes."}]),
            decision("write"),
        )
        trail = of_confirmation(Index(of), "cf1", of.decisions[-1].entry)
        assert trail.verdict == "unknown"
        assert "where the words do not stand" in plain(trail.links[2].says)

    def test_one_that_was_never_given_is_ungrounded(self) -> None:
        assert of_confirmation(Index(session(decision("write"))), "cf1", 0).verdict == "ungrounded"

    def test_a_rule_goes_back_to_its_look_up_and_query(self) -> None:
        documents = [{"id": "R-1", "rank": 1, "text": "Ask first."}]
        of = session(
            message(content="May I?"), {"kind": "retrieval", "id": "r", "query": "May I?", "documents": documents},
            {"kind": "context", "id": "x", "items": [{"ref": "R-1"}]}, decision("write", context="x"),
            {"kind": "context", "id": "y", "items": []}, decision("write", context="y"), captures=ALL,
        )  # fmt: skip
        index, replay, talk = Index(of), Replay(of), Talk(of)
        first, second = (of_rule(index, "R-1", None, d, window(of, d, talk), replay.before(d.entry))
                         for d in of.decisions)  # fmt: skip
        assert (first.verdict, second.verdict) == ("grounded", "ungrounded")
        assert kinds(first) == ["value", "look-up", "value", "user", "end", "in view", "end"]
        assert plain(second.links[-2].says).startswith("evicted")
        holds(of, first, of.decisions[0].entry)


WORDS = st.sampled_from(
    ["K-310", "21 Mill Lane", "May 3", "2024-05-03", "yes", "1", "$40.00", "economy", "İ ß", "~a/b"]
)
VALUES = st.sampled_from(
    ["K-310", "21 mill lane", "2024-05-03", "yes", True, 1, 40, 40.0, "economy", "İ", "~a/b", None]
)
JSONS = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=6,
)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    out: list[Raw] = []
    for _ in range(draw(st.integers(1, 5))):
        text = " ".join(draw(st.lists(WORDS, max_size=3)))
        arguments = draw(st.dictionaries(st.sampled_from(["a", "bags", "~a/b"]), JSONS, max_size=2))
        what = draw(st.sampled_from(["user", "assistant", "system", "act", "look"]))
        if what == "act":
            out += acted("act", arguments)
        elif what == "look":
            found = draw(JSONS)
            out += looked_up("look", arguments, json.dumps(found) if draw(st.booleans()) else found)
        else:
            out.append(message(what, text))
    out.append(decision("act", draw(st.dictionaries(st.sampled_from(["a", "bags"]), JSONS, max_size=2))))
    return session(*out)


@settings(max_examples=150, deadline=None)
@given(sessions())
def test_every_link_stands_where_it_says_and_before_the_decision(of: Session) -> None:
    index = Index(of)
    for one in of.decisions:
        for trail in of_arguments(index, one):
            holds(of, trail, one.entry)
            last = trail.links[-1]
            assert (last.kind, last.verdict) == ("end", trail.verdict)
            if trail.verdict == "grounded":
                assert any(link.depth == 1 and link.quote and link.kind != "copy" for link in trail.links)


@settings(max_examples=150, deadline=None)
@given(sessions())
def test_no_place_is_lost_to_the_hints_by_which_places_are_looked_up(of: Session) -> None:
    index = Index(of)
    last = of.decisions[-1]
    for leaf in leaves(of.chosen(last).arguments):
        every = [m for p in index.places if p.entry < last.entry and (m := match(p, leaf, index.language))]
        quick = [m for p in index.before(last.entry, hints(leaf)) if (m := match(p, leaf, index.language))]
        assert quick == every
