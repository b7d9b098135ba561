"""Two runs held against each other: the alignment, the two markers, what the runs have in common."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trace_samples import ALL, SHARED, acted, decision, header, message, numbered, result
from trace_samples import given as yes
from trace_samples import session as logged

from nalyqor_tui.derive import align as module
from nalyqor_tui.derive.align import COSTS, Match, align, target
from nalyqor_tui.derive.compare import compare, deciding
from nalyqor_tui.derive.context import window
from nalyqor_tui.derive.grade import Word
from nalyqor_tui.derive.inputs import given as fed
from nalyqor_tui.derive.rebuilt import Talk
from nalyqor_tui.derive.windows import context_difference
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.session import Session
from nalyqor_tui.trace.store import Trace

AIRLINE = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"
LONG = "one two three four five six seven eight"
CHOICES = [
    ("read", {"id": 1}),
    ("read", {"id": 2}),
    ("write", {"id": 1, "n": 1}),
    ("write", {"id": 1, "n": 2}),
    (None, {}),
]


def chose(*numbers: int) -> Session:
    """A run of decisions out of CHOICES, with replies that all say the same."""
    return logged(*(decision(*CHOICES[number]) for number in numbers))


def cost(rows: tuple[Match, ...]) -> int:
    return sum(COSTS[row.likeness] for row in rows)


def likenesses(a: Session, b: Session) -> list[str]:
    return [row.likeness for row in align(a, b).rows]


class TestAlign:
    @pytest.mark.parametrize(
        ("a", "b", "likeness"),
        [
            (decision("t", {"id": 1, "n": 1}), decision("t", {"n": 1.0, "id": 1}), "same"),
            (decision("t", {"id": 1, "n": 1}), decision("t", {"id": 1, "n": 2}), "arguments"),
            (decision("t", {"n": 1}), decision("t", {"n": 2}), "arguments"),
            (decision("t", {"id": 1}), decision("t", {"id": 2}), "target"),
            (decision("t", {"id": 1}), decision("u", {"id": 1}), "choice"),
            (decision("t"), decision(), "choice"),
            (decision("t", {"a": 1, "why": LONG}), decision("t", {"a": 1, "why": f"{LONG} now"}), "words"),
            (decision("t", {"a": 1, "why": LONG}), decision("t", {"a": 2, "why": f"{LONG} now"}), "arguments"),
            (decision("t", {"to": "4 Harbour Row"}), decision("t", {"to": "21 Mill Lane"}), "arguments"),
            (decision(), decision(), "same"),
            (decision(chosen={"reply": "a"}), decision(chosen={"reply": "b"}), "words"),
        ],
    )  # fmt: skip
    def test_two_decisions(self, a: dict[str, Any], b: dict[str, Any], likeness: str) -> None:
        assert likenesses(logged(a), logged(b)) == [likeness]

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            ({"note": "x", "record_id": 7}, ("record_id", 7)), ({"id": 1}, ("id", 1)),
            ({"filePath": "a"}, ("filePath", "a")),
            ({"reservation_id": 1, "payment_id": 2}, ("reservation_id", 1)), ({"paid": 1, "grid": 2, "idea": 3}, None),
            ({}, None), ("text", None),
        ],
    )  # fmt: skip
    def test_the_target_is_the_first_argument_that_names_a_thing(self, arguments: Any, named: object) -> None:
        assert target(rec.Action(tool="t", arguments=arguments)) == named

    def test_a_call_made_later_is_put_beside_its_like(self) -> None:
        assert likenesses(chose(0, 2), chose(0, 4, 1, 2)) == ["same", "only b", "only b", "same"]

    def test_one_without_decisions(self) -> None:
        assert likenesses(chose(), chose(0, 4)) == ["only b", "only b"]
        assert likenesses(chose(), chose()) == []

    @given(st.lists(st.integers(0, 4), max_size=7), st.lists(st.integers(0, 4), max_size=7))
    @settings(max_examples=60, deadline=None)
    def test_laws(self, one: list[int], other: list[int]) -> None:
        a, b = chose(*one), chose(*other)
        rows = align(a, b).rows
        assert [row.a for row in rows if row.a is not None] == list(range(len(one))), (
            "each decision once, in order"
        )
        assert [row.b for row in rows if row.b is not None] == list(range(len(other)))
        assert cost(rows) == least(a, b), "no alignment costs less"
        assert cost(align(b, a).rows) == cost(rows)
        assert {row.likeness for row in align(a, a).rows} <= {"same"}

    @given(st.lists(st.integers(0, 4), max_size=12), st.lists(st.integers(0, 4), max_size=12))
    @settings(max_examples=40, deadline=None)
    def test_runs_too_long_for_all_pairs_keep_every_decision(self, one: list[int], other: list[int]) -> None:
        a, b = chose(*one), chose(*other)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "MOST", 20)
            found = align(a, b)
        assert [row.a for row in found.rows if row.a is not None] == list(range(len(one)))
        assert [row.b for row in found.rows if row.b is not None] == list(range(len(other)))
        assert found.whole or len(one) * len(other) > 20


def least(a: Session, b: Session) -> int:
    """The least cost of an alignment by plain recursion over all of them."""

    def rest(i: int, j: int) -> int:
        if i == len(a.decisions) or j == len(b.decisions):
            return 2 * (len(a.decisions) - i + len(b.decisions) - j)
        pair = align(logged_one(a, i), logged_one(b, j)).rows
        both = COSTS[pair[0].likeness] if len(pair) == 1 else 3
        return min(both + rest(i + 1, j + 1), 2 + rest(i + 1, j), 2 + rest(i, j + 1))

    import functools

    rest = functools.cache(rest)  # type: ignore[assignment]
    return rest(0, 0)


def logged_one(of: Session, at: int) -> Session:
    chosen = of.chosen(of.decisions[at])
    return logged({"kind": "decision", "chosen": chosen.model_dump(exclude_none=True)})


def talk(*records: Any) -> Session:
    return logged(
        *(r for part in records for r in (part if isinstance(part, list) else [part])), captures=ALL
    )


ASKED = message(content="Move K-1, please.")
READ = acted("read", {"id": 1})


class TestMarkers:
    def test_nothing_differs(self) -> None:
        a = talk(ASKED, READ, decision())
        found = compare(a, talk(ASKED, READ, decision()))
        assert (found.input, found.decision, found.words, found.course) == (None, None, None, "neither")
        assert {"user words", "tool result"} <= found.kinds

    def test_a_tool_that_answers_otherwise_comes_before_the_choice_that_follows(self) -> None:
        def made(state: str, then: Any) -> Session:
            return talk(ASKED, [*READ[:2], {**READ[2], "result": {"state": state}}], then)

        found = compare(made("open", acted("write", {"id": 1})), made("packing", decision()))
        assert found.input is not None
        assert (found.input.kind, found.input.before, found.decision) == ("tool result", 1, 1)
        assert found.course == "input first"

    def test_another_choice_on_the_same_input_is_no_effect(self) -> None:
        a = talk(ASKED, READ, acted("write", {"id": 1}))
        b = talk(ASKED, READ, decision(), message(content="Well?", turn=2), decision(turn=2))
        found = compare(a, b)
        assert found.decision == 1
        assert found.course == "decision first"

    def test_an_input_that_changes_nothing(self) -> None:
        found = compare(talk(ASKED, READ), talk(message(content="Move K-1."), READ))
        assert (found.course, found.decision) == ("input only", None)
        assert found.input is not None
        assert found.input.before == 0

    def test_only_the_choice_differs(self) -> None:
        found = compare(talk(ASKED, decision("t")), talk(ASKED, decision("u")))
        assert (found.course, found.input, found.decision) == ("decision only", None, 0)

    def test_other_words_of_the_agent_come_before_the_answer_to_them(self) -> None:
        def made(says: str, answer: str) -> Session:
            first = [decision(chosen={"reply": says}), message("assistant", says)]
            return talk(ASKED, first, message(content=answer, turn=2), decision(None, turn=2))

        found = compare(made("To where?", "Home."), made("Where to?", "To my office."))
        assert (found.words, found.words_first, found.decision) == (0, True, None)
        assert found.input is not None
        assert found.input.before == 1

    def test_each_kind_has_its_own_first_difference(self) -> None:
        a = talk(message(content="one"), decision("t"), result(result=1))
        b = talk(message(content="two"), decision("t"), result(result=2))
        assert [(m.kind, m.before) for m in compare(a, b).inputs] == [("user words", 0), ("tool result", 1)]

    def test_answers_to_calls_made_together_may_come_in_any_order(self) -> None:
        one, two = acted("read", {"id": 1}), acted("read", {"id": 2})
        first, second = {**one[2], "result": 1}, {**two[2], "result": 2}
        a = talk(ASKED, one[:2], two[:2], first, second)
        b = talk(ASKED, one[:2], two[:2], second, first)
        assert compare(a, b).input is None
        c = compare(a, talk(ASKED, one[:2], two[:2], {**second, "result": 3}, first))
        assert c.input is not None
        assert (c.input.a and c.input.a.decision, c.input.b and c.input.b.decision) == (1, 1)

    def test_a_window_that_one_log_left_out_does_not_shift_the_others(self) -> None:
        def made(*windows: str | None) -> Session:
            shown = [{"kind": "context", "items": [{"ref": w}]} if w else None for w in windows]
            return talk(ASKED, *(r for w in shown for r in ([w] if w else []) + [decision("t")]))

        assert compare(made("R-1", "R-2", "R-3"), made("R-1", None, "R-3")).inputs[0].b is None
        found = compare(made("R-1", "R-2", "R-3"), made("R-1", "R-2", "R-4")).input
        assert found is not None
        assert found.before == 2

    def test_a_piece_that_is_missing_from_a_log_that_claims_nothing_is_no_difference(self) -> None:
        def made(*states: str | None) -> Session:
            held = ({"believes": [{"confirmation": "c", "status": s}]} if s else {} for s in states)
            return logged(ASKED, *(decision("t", **more) for more in held))

        assert compare(made("live", "live"), made("live", None)).input is None
        assert compare(made("live", "live"), made(None, "used")).inputs[0].before == 1
        assert compare(talk(ASKED, READ), talk(ASKED, READ[:2])).input is None

    def test_what_was_in_view_of_another_choice_was_given_for_it(self) -> None:
        def made(ref: str, *then: Any) -> Session:
            return talk(ASKED, {"kind": "context", "items": [{"ref": ref}]}, *then)

        for then in ([decision("u")], [decision(), decision("t")]):
            found = compare(made("R-1", decision("t")), made("R-2", *then))
            assert (found.decision, found.course) == (0, "input first")
            assert found.input is not None
            assert found.input.kind == "documents in view"

    def test_a_run_that_was_given_no_more(self) -> None:
        found = compare(talk(ASKED, decision()), talk(ASKED, decision(), message(content="And?", turn=2)))
        assert found.input is not None
        assert (found.input.a, found.input.before) == (None, 1)

    def test_ids_times_and_places_are_no_input(self) -> None:
        def made(name: str, ts: float) -> Session:
            shown = {
                "kind": "context",
                "id": f"x{name}",
                "items": [{"ref": f"m{name}", "tokens": [0, 4]}, {"ref": "R-1"}],
            }
            agreed = yes("t", {"id": 1}, id=f"cf{name}")
            holds = [{"confirmation": f"cf{name}", "status": "live"}]
            return talk(
                {**ASKED, "id": f"m{name}", "ts": ts},
                agreed,
                shown,
                decision("t", id=f"d{name}", believes=holds),
            )

        assert compare(made("1", 1.0), made("2", 99.0)).input is None

    @pytest.mark.parametrize(
        ("kind", "one", "other"),
        [
            ("retrieved documents", {"kind": "retrieval", "documents": [{"id": "R-1"}]},
             {"kind": "retrieval", "documents": []}),
            ("confirmation", yes(), yes(op="declined")),
            ("documents in view", {"kind": "context", "items": [{"ref": "R-1"}]},
             {"kind": "context", "items": [{"ref": "R-2"}]}),
            ("context", {"kind": "context", "items": [{"ref": "R", "tokens": [0, 9]}]},
             {"kind": "context", "items": [{"ref": "R", "tokens": [0, 5]}]}),
            ("compaction", {"kind": "compaction", "dropped": ["R-1"]}, {"kind": "compaction", "dropped": ["R-2"]}),
            ("instructions", message("system", "a"), message("system", "b")),
        ],
    )  # fmt: skip
    def test_kinds(self, kind: str, one: dict[str, Any], other: dict[str, Any]) -> None:
        found = compare(talk(ASKED, one, decision()), talk(ASKED, other, decision()))
        assert {m.kind for m in found.inputs} - {"context"} == {kind} - {"context"}
        assert found.input is not None
        assert found.input.before == 0

    def test_what_a_decision_record_holds_was_given_for_it(self) -> None:
        live, used = ([{"confirmation": "cf1", "status": status}] for status in ("live", "used"))
        found = compare(talk(ASKED, decision("t", believes=live)), talk(ASKED, decision("u", believes=used)))
        assert found.input is not None
        assert (found.input.kind, found.course) == ("confirmation state", "input first")

    def test_a_kind_that_one_log_is_silent_about_is_left_out(self) -> None:
        look = {"kind": "retrieval", "documents": [{"id": "R-1"}]}
        full, silent = talk(ASKED, look, decision()), logged(ASKED, decision())
        found = compare(full, silent)
        assert (found.left_out, found.input) == ((("retrieved documents", "b"),), None)
        said = compare(full, talk(ASKED, decision()))
        assert (said.left_out, said.input and said.input.kind) == ((), "retrieved documents")

    def test_a_compaction_that_names_itself_ends(self) -> None:
        assert len(list(fed(talk({"kind": "compaction", "id": "k", "dropped": ["k"]})))) == 1


class TestKinship:
    def test_runs_with_nothing_in_common_are_unrelated(self) -> None:
        a, b = talk(ASKED, acted("read", {"id": 1})), talk(message(content="Hi"), acted("read", {"id": 2}))
        assert compare(a, b).kinship.unrelated
        assert not compare(a, talk(message(content="Hi"), acted("read", {"id": 1}))).kinship.unrelated
        assert not compare(a, talk(ASKED, decision())).kinship.unrelated

    def test_what_the_headers_say(self) -> None:
        def made(**fields: str) -> Session:
            from nalyqor_tui.trace.build import build
            from nalyqor_tui.trace.place import Place
            from nalyqor_tui.trace.validate import read

            raw = [header(**fields), *numbered([ASKED, decision()])]
            return build("s", [(read(r), Place(n, 0, 0)) for n, r in enumerate(raw)])

        kin = compare(
            made(agent_name="x", request_model="m1"), made(agent_name="x", request_model="m2")
        ).kinship
        assert (kin.agent, kin.version, kin.model, kin.case) == (True, None, False, None)

    def test_the_same_call_at_another_place_is_named(self) -> None:
        write, tell = acted("write", {"id": 1}), acted("tell", {"id": 1})
        found = compare(talk(ASKED, write, tell), talk(ASKED, tell, write))
        lone = [row for row in found.rows if row.likeness.startswith("only")]
        assert len(lone) == 2
        assert set(found.elsewhere) == {("a", row.a) if row.a is not None else ("b", row.b) for row in lone}


@pytest.mark.parametrize(
    ("one", "other", "row"),
    [
        (("sound", "sound"), ("sound", "bad"), 1),
        (("flawed", "sound"), ("sound", "bad"), 1),
        (("bad", "sound"), ("bad", "flawed"), 1),
        (("not judged", "not judged"), ("not judged", "not judged"), None),
    ],
)
def test_the_deciding_row_is_the_worst_that_the_other_run_made_better(
    one: tuple[Word, ...], other: tuple[Word, ...], row: int | None
) -> None:
    a = talk(acted("read", {"id": 1}), acted("write", {"id": 1}))
    assert deciding(compare(a, a), one, other) == row


def test_windows_are_compared_by_what_their_items_say() -> None:
    def made(name: str, size: int, more: str) -> Session:
        items = [{"ref": f"m{name}", "tokens": [0, size]}, {"ref": more, "tokens": [size, size + 2]}]
        context = {"kind": "context", "id": "x", "items": items}
        return talk({**ASKED, "id": f"m{name}"}, context, decision(context="x"))

    a, b = made("1", 9, "R-1"), made("2", 5, "R-2")
    one, two = (window(s, s.decisions[0], Talk(s)) for s in (a, b))
    found = [(d.change, d.a and d.a.ref, d.b and d.b.ref) for d in context_difference(a, one, b, two)]
    assert found == [("truncated", "m1", "m2"), ("added", None, "R-2"), ("evicted", "R-1", None)]
    assert context_difference(a, one, a, one) == []


@pytest.mark.skipif(not AIRLINE.exists(), reason="needs the shared traces")
def test_real_trials_part_at_a_choice_and_are_never_unrelated() -> None:
    trace = Trace(AIRLINE)
    for one, other in pairwise(range(1, 100, 25)):
        found = compare(trace.session(one), trace.session(other))
        assert found.kinship.case is True
        assert found.decision is not None
        assert all(row.likeness in ("same", "words") for row in found.rows[: found.decision])
        assert found.left_out == ()
