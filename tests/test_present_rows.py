"""What the panes say of the incident: every value with its own truth, and nothing unrecorded as if it were zero."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from trace_samples import (
    ALL,
    SHARED,
    acted,
    call,
    decision,
    given,
    header,
    message,
    numbered,
    policy,
    result,
    write,
)

from nalyqor_tui.phrase import plain
from nalyqor_tui.policy.loader import Policy, load
from nalyqor_tui.present import confirmations, find, rules, sessions, steps, talk, window, words
from nalyqor_tui.present import decision as choice
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Line, Pair, Row, Truth, flat
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.store import Trace

EXAMPLES = SHARED / "examples"
OBSERVED, DECLARED, DERIVED = Truth.OBSERVED, Truth.DECLARED, Truth.DERIVED


def review(path: Path, *records: Any, under: Policy | None = None) -> Review:
    return Review(Trace(write(path, *records)), 0, under)


def of(tmp_path: Path, *records: Any, under: Policy | None = None, captures: Any = None) -> Review:
    return review(tmp_path / "t", *numbered([header(captures=captures or {}), *records]), under=under)


def said(lines: Sequence[Line]) -> list[str]:
    """Every row in a line, with its truth, and the headings."""
    out = []
    for line in lines:
        if isinstance(line, Heading):
            out.append(plain(line.says))
        elif isinstance(line, Pair):
            out += [f"{row.truth} {row.label} {plain(row.value)}" for row in (line.left, line.right)]
        else:
            out.append(f"{line.truth} {line.label} {plain(line.value)}")
    return out


def everything(shown: Review) -> list[str]:
    """All that the panes say of the last decision."""
    last = shown.session.decisions[-1]
    views = [choice.view, confirmations.view, rules.view, window.view, talk.around]
    return [line for view in views for line in said(view(shown, last))]


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the shared examples are not here")
class TestIncident:
    @pytest.fixture
    def incident(self) -> Review:
        return Review(Trace(EXAMPLES / "incident.jsonl"), 0, load(EXAMPLES / "support.toml"))

    @pytest.mark.parametrize(
        ("view", "truths"),
        [
            (choice.view, {"chosen": OBSERVED, "grade": DERIVED, "measure": OBSERVED, "other": OBSERVED,
                           "margin": DERIVED, "result": OBSERVED, "output": OBSERVED}),
            (confirmations.view, {"given": OBSERVED, "covers": OBSERVED, "believed": OBSERVED, "policy": DERIVED,
                                  "found": DERIVED}),
            (rules.view, {"rule": DECLARED, "in view": DERIVED, "look-up": OBSERVED}),
        ],
    )  # fmt: skip
    def test_every_row_has_the_truth_of_its_source(
        self, incident: Review, view: Any, truths: dict[str, Truth]
    ) -> None:
        for at in incident.session.decisions:
            rows = flat(view(incident, at))
            assert {row.label: row.truth for row in rows if row.label in truths} == truths
            assert all(row.truth is DERIVED for row in rows if row.label not in truths)

    def test_derived_rows_name_their_rule_and_their_records(self, incident: Review) -> None:
        for at in incident.session.decisions:
            for view in (choice.view, confirmations.view, rules.view, window.view, talk.around):
                for row in flat(view(incident, at)):
                    assert row.origin.entries or row.truth is DECLARED
                    assert row.origin.says or row.truth is OBSERVED
                    assert max(row.origin.entries, default=0) < len(incident.session.entries)

    def test_believed_and_policy_stand_side_by_side(self, incident: Review) -> None:
        pairs = [
            line
            for line in confirmations.view(incident, incident.session.decisions[0])
            if isinstance(line, Pair)
        ]
        assert said(pairs) == [
            "observed believed live (runtime), relied upon",
            "derived policy ended: expired in turn 6 (4 turns > 3) (at k1)",
        ]

    def test_the_rule_and_where_it_stands_and_that_it_was_missing(self, incident: Review) -> None:
        rows = rules.view(incident, incident.session.decisions[0])
        first = rows[0]
        assert isinstance(first, Row)
        assert plain(first.origin.says).startswith("support.toml:")
        assert any("not returned" in line and line.startswith("derived in view") for line in said(rows))
        assert said(rows)[-1] == "observed look-up “send update to partner”: R-tone 0.71, R-channel 0.69"

    def test_the_margin_with_its_unit(self, incident: Review) -> None:
        first, second = incident.session.decisions
        assert words.margin(incident.margin(first)) == "0.080 nat tie"
        assert words.margin(incident.margin(second)) == "19/20 votes clear"

    def test_the_session_is_a_latent_failure(self, incident: Review) -> None:
        row = sessions.session_row(incident)
        run = row.run
        assert (run.passed, row.problems, run.worst, run.latent, run.unparsed) == (True, 2, "bad", True, 0)


class TestNotRecorded:
    """A log that says almost nothing: the panes say so too."""

    def test_nothing_is_shown_as_zero(self, tmp_path: Path) -> None:
        bare = of(
            tmp_path, {"kind": "context", "id": "x", "items": [{"ref": "m"}]}, decision("t", context="x")
        )
        lines = everything(bare)
        assert "observed margin not recorded" in lines
        assert "observed result not recorded" in lines
        assert (
            "derived grade unknown: no policy (give --policy FILE, or put nalyqor.toml beside the trace)"
            in lines
        )
        assert "not recorded: this log holds no confirmation records" in lines
        assert "look-ups of rules: not recorded in this log" in lines
        assert "observed window tokens not recorded, limit not recorded, 1 item" in lines
        assert "observed document      ? m" in lines
        assert not any(" 0" in line for line in lines)

    @pytest.mark.parametrize(
        ("record", "line"),
        [
            ({"kind": "retrieval", "documents": []}, "observed look-up not recorded returned nothing"),
            ({"kind": "retrieval", "query": "", "documents": []}, "observed look-up “” returned nothing"),
            ({"kind": "compaction"}, "observed compaction tokens not recorded, what was dropped was not recorded"),
            ({"kind": "compaction", "dropped": [], "tokens_before": 9, "tokens_after": 0},
             "observed compaction 9 to 0 tokens, dropped nothing"),
            ({"kind": "confirmation", "op": "given"}, "observed confirmation  given by (not recorded): not recorded"),
            ({"kind": "confirmation", "op": "given", "by": "user", "covers": {"arguments": {"x": 1}}},
             "observed confirmation  given by user: (tool not recorded) x 1"),
            ({"kind": "context", "items": []}, "observed context 0 items, tokens not recorded"),
            ({"kind": "outcome"}, "observed outcome not recorded by (not recorded)"),
            ({"kind": "tool_result"}, "observed result status not recorded"),
            ({"kind": "weather", "sky": "blue"}, "observed unknown kind weather"),
            ({"kind": "message", "role": "✓ sound", "content": "x"}, "observed message ✓ sound"),
            ({"kind": "message", "role": 1}, "observed unparsed line 2: message: `role`: input should be a valid"
             " string (got a number)"),
        ],
    )  # fmt: skip
    def test_a_record_says_what_it_does_not_say(self, tmp_path: Path, record: Any, line: str) -> None:
        shown = of(tmp_path, record, decision())
        assert line in said(talk.around(shown, shown.session.decisions[0]))

    def test_an_unknown_kind_is_shown_as_it_is(self, tmp_path: Path) -> None:
        shown = review(tmp_path / "t", *numbered([header(), decision()]), {"kind": "weather", "sky": "blue"})
        (row,) = (
            r for r in flat(talk.around(shown, shown.session.decisions[0])) if r.label == "unknown kind"
        )
        assert row.body == '{\n  "kind": "weather",\n  "sky": "blue"\n}'

    @pytest.mark.parametrize(
        ("captures", "says"),
        [
            (ALL, "never given before"),
            ({}, "unknown: not in the log, which does not claim to record every confirmation"),
        ],
    )
    def test_a_belief_in_what_was_never_given(self, tmp_path: Path, captures: Any, says: str) -> None:
        believes = [{"confirmation": "cf9", "status": "live"}]
        shown = of(tmp_path, decision("t", believes=believes), captures=captures)
        assert said(confirmations.view(shown, shown.session.decisions[0])) == [
            "observed believed live",
            f"derived policy {says}",
        ]

    def test_estimates_are_marked_and_derived(self, tmp_path: Path) -> None:
        shown = of(tmp_path, message(content="x" * 40, id="m1"), decision())
        assert said(window.view(shown, shown.session.decisions[0])) == [
            "derived window ~10 tokens, limit not recorded, 1 item",
            "derived user    ~10 m1  " + "x" * 40,
        ]


class TestContextDifference:
    def test_since_the_decision_before_or_a_base_of_choice(self, tmp_path: Path) -> None:
        shown = of(
            tmp_path,
            *(r for n, refs in enumerate(["a", "ab", "bc"], start=1) for r in (
                {"kind": "context", "id": f"x{n}", "items": [{"ref": ref} for ref in refs]},
                decision("t", context=f"x{n}"),
            )),
        )  # fmt: skip
        first, _, last = shown.session.decisions
        assert said(window.diff(shown, last))[0] == "derived changed since 1.2: 1 added, 1 evicted"
        assert said(window.diff(shown, last, first))[0] == "derived changed since 1.1: 2 added, 1 evicted"
        assert said(window.diff(shown, last, last)) == ["derived changed since 1.3: nothing"]
        assert window.diff(shown, first) == []


class TestFind:
    @pytest.fixture
    def shown(self, tmp_path: Path) -> Review:
        under = policy('[[rule]]\nid = "R"\non = { tool = "b" }\nneed = { before = { tool = "a" } }\n')
        records = [
            message(content="Straße", id="m1", ts="2026-03-01T10:00:00Z"),
            decision("a", {"x": "needle"}, id="d1", ts="2026-03-01T10:00:05Z"),
            call("a", {"x": "needle"}, id="c1", decision="d1"),
            result(call="c1", id="r1", result={"found": "NEEDLE"}),
            message(turn=2),
            decision("b", turn=4, id="d2", ts="2026-03-01T14:32:10Z"),
            message("assistant", "bye", turn=4, reasoning="a hidden needle"),
            {"kind": "message", "turn": 5},
        ]
        return of(tmp_path, *records, under=under)

    @pytest.mark.parametrize(
        ("wanted", "decision"),
        [
            ("1.1", 0), ("4.1", 1), ("1", 0), ("4", 1), ("2", 1), ("3", 1), ("9", None), ("1.2", None),
            (":10:00", 0), ("10:00:05", 0), ("10:00:06", 1), (":14:32", 1), ("14:33", None), (" 4.1 ", 1),
            ("d2", 1), ("c1", 0), ("r1", 0), ("m1", 0), ("R", 1), ("zzz", None), ("", None),
            ("²", None), ("9" * 5000, None), ("٤", None),
        ],
    )  # fmt: skip
    def test_a_place_by_number_clock_record_or_rule(
        self, shown: Review, wanted: str, decision: int | None
    ) -> None:
        assert find.place(shown, wanted) == decision

    @pytest.mark.parametrize(
        ("text", "entries"),
        [("needle", [3, 4, 7]), ("NEEDLE", [3, 4, 7]), ("strasse", [1]), ("role", [8]), ("zzz", [])],
    )
    def test_text_in_all_that_was_said_and_done(self, shown: Review, text: str, entries: list[int]) -> None:
        assert list(find.hits(shown, text)) == entries

    @pytest.mark.parametrize(
        ("wanted", "numbers"),
        [
            ("", ["1", "1.1", "2", "4", "4.1", ""]),
            ("problem", [""]),
            ("unparsed", [""]),
            ("needle", ["1.1"]),
            ("sound", ["4.1"]),
            ("4. b", ["4.1"]),
            ("noted", []),
        ],
    )
    def test_a_filter_of_the_list(self, shown: Review, wanted: str, numbers: list[str]) -> None:
        assert [step.number for step in steps.steps(shown) if find.matches(step, wanted)] == numbers

    def test_a_record_belongs_to_its_decision_or_the_next(self, shown: Review) -> None:
        assert [find.owner(shown, entry) for entry in range(9)] == [0, 0, 0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("action", "width", "shown"),
    [
        ({"tool": "t"}, 60, "t"),
        ({"tool": "t", "arguments": {}}, 60, "t"),
        ({"tool": "t", "arguments": {"x": 1, "y": "z"}}, 60, "t x 1, y z"),
        ({"tool": "t", "arguments": "broken {"}, 60, "t broken {"),
        ({"tool": "t", "arguments": {"x": "a" * 50}}, 10, "t x aaaaaaaaa…"),
        ({"reply": "hi\nho"}, 60, "reply “hi ho”"),
        ({"reply": ""}, 60, "reply “”"),
        ({}, 60, "(tool not recorded)"),
    ],
)
def test_an_action_in_one_line(action: Any, width: int, shown: str) -> None:
    assert plain(words.action(rec.Action.model_validate(action), width)) == shown


def test_a_used_up_yes_is_seen_as_such(tmp_path: Path) -> None:
    under = policy('[confirmation.ok]\ncovers = ["tool"]\nends = { uses = 1 }\n')
    shown = of(tmp_path, given(), *acted("write"), decision("write"), under=under, captures=ALL)
    assert "derived policy ended: used up by 1.1 (at " in "\n".join(everything(shown))
