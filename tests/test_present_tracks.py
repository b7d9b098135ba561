"""The tracks: which mark stands where, whose statement it is, and how the axis holds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given as each
from hypothesis import strategies as st
from rich.cells import cell_len
from tracks_samples import (
    ALL,
    POLICY,
    called,
    chose,
    close,
    drawn,
    ended,
    given,
    incident,
    lane,
    reviewed,
    said,
    window,
    words,
)

from nalyqor_tui.policy.loader import find
from nalyqor_tui.present import axis, columns, marks
from nalyqor_tui.present.marks import Column, Sign
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.present.track_rows import behind, lane_rows, title
from nalyqor_tui.present.tracks import tracks
from nalyqor_tui.trace.store import Trace

SAMPLES = Path(__file__).parent.parent / "sample_traces"


def told(review: Review) -> list[str]:
    return [f"{row.truth}: {''.join(row.value)}" for row in lane_rows(tracks(review))]


def shown(review: Review, label: str, number: str) -> list[str]:
    """Return what stands behind a mark, each row with its truth."""
    found = tracks(review)
    at = [column.number for column in found.columns].index(number)
    rows = behind(review, found, lane(found, label), at)
    return [f"{row.truth} {row.label}: {''.join(row.value)}" for row in rows]


class TestIncident:
    def test_the_axis_has_a_column_for_each_decision_and_for_the_turn_of_the_yes(
        self, tmp_path: Path
    ) -> None:
        found = tracks(incident(tmp_path))
        assert [c.number for c in found.columns] == ["1.1", "2", "3.1", "6.1", "6.2", "9.1", "10.1"]
        assert [c.decision for c in found.columns] == [0, None, 1, 2, 3, 4, 5]

    def test_the_lanes_are_exactly_these(self, tmp_path: Path) -> None:
        found = tracks(incident(tmp_path))
        labels = ["c1 policy", "c1 believed", "R-confirm", "R-tell", "logprob margin"]
        assert ["".join(one.label) for one in found.lanes] == labels
        assert words(found, "c1 policy") == ["", "given", "live", "ended here", "ended", "ended", "ended"]
        late = "believed after its end"
        assert words(found, "c1 believed") == [
            "", "", "believed live", late, late, "relied upon after its end", "not recorded",
        ]  # fmt: skip
        assert words(found, "R-confirm") == [*[""] * 6, "governs, view not asked for"]
        assert words(found, "R-tell") == [*[""] * 5, "governs, missing", ""]
        assert words(found, "logprob margin") == [
            "not recorded", "", *["not recorded"] * 3, "tie", "not recorded",
        ]  # fmt: skip

    def test_the_line_looks_like_it(self, tmp_path: Path) -> None:
        found = tracks(incident(tmp_path))
        every = range(len(found.columns))
        assert axis.numbers(found.columns, 2) == "1 2 3 6   9 10"
        assert axis.line(lane(found, "c1 policy"), every, 2) == "  ┣━━━†       "
        assert axis.line(lane(found, "c1 believed"), every, 2) == "    ━━╱╱╱╱◆╱· "
        assert axis.line(lane(found, "R-tell"), every, 2) == "          □   "

    def test_every_mark_names_its_records(self, tmp_path: Path) -> None:
        review = incident(tmp_path)
        found = tracks(review)

        def names(label: str, at: int) -> list[str | None]:
            return [review.session.record(e).id for e in lane(found, label).marks[at].entries]

        assert names("c1 policy", 1) == ["c1"]
        assert names("c1 policy", 3) == ["c1", "m6"]
        assert names("c1 believed", 5) == ["d9"]
        assert names("R-tell", 5) == ["x9", "d9"]
        for one in found.lanes:
            assert all(bool(mark.entries) == bool(mark.sign.word) for mark in one.marks)

    def test_the_truths_are_never_merged(self, tmp_path: Path) -> None:
        review = incident(tmp_path)
        for one in tracks(review).lanes:
            assert one.truth is (Truth.OBSERVED if one.kind == "believed" else Truth.DERIVED)
        assert told(review)[:3] == [
            "derived: c1 policy: given 2; live 3.1; ended here 6.1; ended 6.2 to 10.1",
            "observed: c1 believed: believed live 3.1 to 6.2; relied upon 9.1; not recorded 10.1",
            "derived: c1 believed: believed after its end 6.1 to 6.2; relied upon after its end 9.1",
        ]
        assert shown(review, "c1 believed", "9.1") == [
            "observed given: c1 ok given in turn 2 by user",
            "derived policy: ended: expired in turn 6 (4 turns > 3) (at m6)",
            "observed believed: live (runtime), relied upon",
            "derived found: stale-relied-upon: fail: 7 turns > 3, ended in turn 6",
            "derived found: scope-tool: fail: agreed move, done tell",
        ]

    def test_the_mark_under_the_cursor_is_said_in_words(self, tmp_path: Path) -> None:
        found = tracks(incident(tmp_path))
        believed, told_rule = lane(found, "c1 believed"), lane(found, "R-tell")
        assert "".join(title(found, believed, 5)) == "9.1 · c1 believed · relied upon after its end"
        assert "".join(title(found, believed, 1)) == "2 · c1 believed · no decision was made here"
        assert "".join(title(found, told_rule, 0)) == "1.1 · R-tell · does not govern"


def test_the_sample_says_given_at_2_dead_since_6_relied_upon_at_9() -> None:
    path = SAMPLES / "production.jsonl"
    review = Review(Trace(path), 0, find(None, path))
    assert told(review)[:3] == [
        "derived: cf1 policy: given 2.1; live 2.2 to 5.2; ended here 6.1; ended 6.2 to 10.3",
        "observed: cf1 believed: believed live 2.1 to 8.2; relied upon 9.1; believed live 9.2 to 10.1; "
        "relied upon 10.2; not believed live 10.3",
        "derived: cf1 believed: believed after its end 6.1 to 8.2; relied upon after its end 9.1; "
        "believed after its end 9.2 to 10.1; relied upon after its end 10.2",
    ]
    assert "derived: R-notify-after-write: governs, missing 9.1" in told(review)
    assert "derived: logprob margin: clear 1.1 to 8.2; tie 9.1; clear 9.2 to 10.3" in told(review)


class TestPolicyLane:
    def test_a_call_that_uses_it_up_is_marked_at_its_decision(self, tmp_path: Path) -> None:
        found = drawn(tmp_path, given(1), chose(1, "d1"), chose(1, "d2", "move", live="c1", relied="c1"),
                      *called(1, "d2"), said(2), chose(2, "d3"))  # fmt: skip
        assert words(found, "c1 policy") == ["given", "used up", "ended"]
        assert words(found, "c1 believed") == ["not recorded", "relied upon", "not recorded"]

    def test_given_and_used_up_at_one_decision_shows_both(self, tmp_path: Path) -> None:
        found = drawn(
            tmp_path, given(1), chose(1, "d1", "move", relied="c1"), *called(1, "d1"), chose(1, "d2")
        )
        assert words(found, "c1 policy") == ["given and used up", "ended"]

    def test_a_use_that_leaves_some_is_no_end(self, tmp_path: Path) -> None:
        found = drawn(tmp_path, given(1), chose(1, "d1", "move"), *called(1, "d1"), chose(1, "d2", "move"),
                      *called(1, "d2"), chose(1, "d3"), policy=POLICY.replace("uses = 1", "uses = 3"))  # fmt: skip
        assert words(found, "c1 policy") == ["given and used", "used", "live"]

    def test_an_end_after_the_last_decision_of_a_turn_stands_in_that_turn(self, tmp_path: Path) -> None:
        found = drawn(tmp_path, given(1), chose(1, "d1"), ended(1), said(2), chose(2, "d2"))
        assert [c.number for c in found.columns] == ["1.1", "1", "2.1"]
        assert words(found, "c1 policy") == ["given", "ended here", "ended"]

    def test_an_end_in_a_later_turn_is_not_marked_before_it(self, tmp_path: Path) -> None:
        found = drawn(tmp_path, said(1), given(1), said(4), said(5), chose(5, "d5"))
        assert [c.number for c in found.columns] == ["1", "4", "5.1"]
        assert words(found, "c1 policy") == ["given", "live", "ended here"]

    def test_what_expires_at_the_decisions_own_record_is_marked_once(self, tmp_path: Path) -> None:
        found = drawn(tmp_path, given(1), chose(1, "d1"), chose(5, "d5", live="c1"), chose(5, "d6"))
        assert words(found, "c1 policy") == ["given", "ended here", "ended"]
        assert words(found, "c1 believed")[1] == "believed after its end"

    def test_one_that_was_never_valid_is_hatched_below(self, tmp_path: Path) -> None:
        found = drawn(tmp_path, given(1, by="agent"), chose(1, "d1", live="c1"), chose(1, "d2", relied="c1"))
        assert words(found, "c1 policy") == ["never valid"] * 2
        assert words(found, "c1 believed") == ["believed, never valid", "relied upon, never valid"]

    def test_an_unknown_one_contradicts_nothing(self, tmp_path: Path) -> None:
        found = drawn(
            tmp_path, given(1), chose(1, "d1", live="c1", relied="c1"), chose(9, "d9", live="c1"), policy=None
        )
        assert words(found, "c1 policy") == ["unknown"] * 2
        assert words(found, "c1 believed") == ["relied upon", "believed live"]


class TestBelievedLane:
    def test_what_is_believed_before_it_was_given_is_hatched(self, tmp_path: Path) -> None:
        found = drawn(
            tmp_path, chose(1, "d1", live="c1"), chose(1, "d2", relied="c1"), given(1), chose(1, "d3")
        )
        assert words(found, "c1 believed") == [
            "believed before it was given", "relied upon before it was given", "not recorded",
        ]  # fmt: skip
        assert words(found, "c1 policy") == ["", "", "given"]

    @pytest.mark.parametrize(
        ("captures", "policy", "belief"),
        [
            (ALL, "never valid", "believed, never valid"),
            ({**ALL, "confirmation": "some"}, "unknown", "believed live"),
        ],
    )
    def test_one_that_the_log_never_gave_is_wrong_only_where_the_log_is_complete(
        self, tmp_path: Path, captures: dict[str, str], policy: str, belief: str
    ) -> None:
        found = drawn(tmp_path, chose(1, "d1"), chose(1, "d2", live="ghost"), captures=captures)
        assert words(found, "ghost policy") == ["", policy]
        assert words(found, "ghost believed") == ["", belief]

    def test_another_status_than_live_is_no_belief(self, tmp_path: Path) -> None:
        used = [{"confirmation": "c1", "status": "used"}]
        found = drawn(tmp_path, given(1), chose(1, "d1") | {"believes": used})
        assert words(found, "c1 believed") == ["not believed live"]

    def test_an_id_that_is_given_again_means_the_latest(self, tmp_path: Path) -> None:
        found = drawn(
            tmp_path,
            given(1),
            chose(1, "d1", live="c1"),
            ended(2),
            given(2, to="C"),
            chose(2, "d2", live="c1"),
        )
        believed = [[m.sign.word for m in one.marks] for one in found.lanes if one.kind == "believed"]
        assert believed == [["believed live", ""], ["", "believed live"]]


class TestRulesAndMargins:
    def test_in_view_shortened_buried_and_unknown_are_different_marks(self, tmp_path: Path) -> None:
        policy = POLICY.replace("required = true }\nseverity", 'required = true, '
                                "buried = { from = 0.1, to = 0.8, min_tokens = 100 } }\nseverity")  # fmt: skip
        found = drawn(
            tmp_path,
            window(1, "x1", ("m", 0, 900), ("D-tell", 900, 1000), used=1000), chose(1, "d1", "tell", context="x1"),
            window(1, "x2", ("D-tell", 300, 400), ("m", 400, 1000), used=1000), chose(1, "d2", "tell", context="x2"),
            window(1, "x3", ("m", 0, 900), ("D-tell", 900, 950), used=950), chose(1, "d3", "tell", context="x3"),
            chose(1, "d4", "tell"), policy=policy,
        )  # fmt: skip
        assert words(found, "R-tell") == [
            "governs, in view", "governs, buried", "governs, truncated", "governs, view unknown",
        ]  # fmt: skip

    def test_where_it_cannot_be_told_whether_a_rule_governs_it_says_so(self, tmp_path: Path) -> None:
        policy = POLICY.replace(
            'on = { tool = "tell" }', 'on = { tool = "tell", args = { to = { eq = "B" } } }'
        )
        silent = chose(1, "d1", "tell") | {"chosen": {"tool": "tell"}}
        found = drawn(tmp_path, silent, chose(1, "d2", "tell"), policy=policy)
        assert words(found, "R-tell") == ["governs or not: unknown", "governs, view unknown"]

    def test_each_measure_has_its_own_line_and_none_is_made_up(self, tmp_path: Path) -> None:
        margins = [
            close("logprob", -0.1, -2),
            close("votes", 19, 1, 20),
            None,
            close("score", 3, 1),
            close("votes", 9, 1),
        ]
        found = drawn(tmp_path, *(chose(1, f"d{n}", margin=m) for n, m in enumerate(margins)))
        assert words(found, "logprob margin") == ["clear", "", "not recorded", "", ""]
        assert words(found, "votes margin") == ["", "clear", "not recorded", "", "cannot be told"]
        assert words(found, "score margin") == ["", "", "not recorded", "recorded, no band declared", ""]

    def test_the_reading_stands_behind_its_mark(self, tmp_path: Path) -> None:
        review = reviewed(tmp_path, chose(1, "d1", margin=close("logprob", -0.65, -0.73)), chose(1, "d2"))
        assert shown(review, "logprob margin", "1.1") == [
            "derived margin: logprob 0.080 nat: tie (shipped:defaults.toml:5)"
        ]
        assert shown(review, "logprob margin", "1.2") == ["observed margin: not recorded"]


class TestNotes:
    def test_what_has_no_line_is_said_in_words(self, tmp_path: Path) -> None:
        some = {**ALL, "confirmation": "some"}
        notes = ["".join(note) for note in drawn(tmp_path, said(1), captures=some, policy=None).notes]
        assert notes == [
            "no decisions in this session: nothing here chose a tool or gave a reply",
            "confirmations: not recorded in this log",
            "rules: which govern is unknown: no policy (give --policy FILE)",
            "margins: not recorded in this log",
        ]

    def test_a_complete_log_without_any_says_that_none_was_given(self, tmp_path: Path) -> None:
        notes = ["".join(note) for note in drawn(tmp_path, chose(1, "d1", "tell")).notes]
        assert notes[0] == "confirmations: none was given (the log records them all)"
        assert notes[1] == "rules that govern no decision here: R-confirm, R-idle"

    def test_without_a_policy_the_length_of_a_life_is_unknown(self, tmp_path: Path) -> None:
        notes = ["".join(note) for note in drawn(tmp_path, given(1), chose(1, "d1"), policy=None).notes]
        assert notes[0] == "how long a confirmation was live is unknown: no policy (give --policy FILE)"

    def test_consent_out_of_talk_has_a_line_where_no_records_decide(self, tmp_path: Path) -> None:
        ask = {"kind": "message", "turn": 1, "id": "a1", "role": "assistant",
               "content": "I will move it to B. Shall I proceed?"}  # fmt: skip
        yes = {"kind": "message", "turn": 2, "id": "m2", "role": "user", "content": "Yes, please do."}
        none = dict.fromkeys(ALL, "none")
        review = reviewed(
            tmp_path, said(1), ask, yes, chose(2, "d1", "move"), *called(2, "d1"), captures=none
        )
        found = tracks(review)
        consent = review.judgement.consents[0]
        assert [m.sign.word for m in lane(found, "consent from talk").marks if m.sign.word] == [consent.cls]
        assert (
            "".join(found.notes[0]) == "confirmations: not recorded in this log; consent was read out of talk"
        )
        assert shown(review, "consent from talk", "2.1")[0].startswith(f"derived consent: {consent.cls}: ")


class TestSigns:
    def test_they_can_be_told_apart_without_colour(self) -> None:
        for kind, signs in marks.SIGNS.items():
            shared: dict[str, list[Sign]] = {}
            for sign in signs:
                shared.setdefault(sign.glyph, []).append(sign)
            several = {glyph: len(found) for glyph, found in shared.items() if len(found) > 1}
            assert several == ({"╱": 3, "◆": 3} if kind == "believed" else {})
            assert len({sign.word for sign in signs}) == len(signs)

    def test_each_glyph_takes_one_cell_and_says_something(self) -> None:
        for signs in marks.SIGNS.values():
            for sign in signs:
                assert cell_len(sign.glyph) == cell_len(sign.fill) == 1
                assert sign.word and sign.glyph != " "

    def test_a_hatch_has_its_observed_words(self) -> None:
        assert set(marks.OBSERVED_WORDS) == {s for s in marks.SIGNS["believed"] if s.glyph in "╱◆"}
        assert set(marks.OBSERVED_WORDS.values()) == {"believed live", "relied upon"}


turns = st.lists(st.integers(1, 1200), max_size=80).map(sorted)


class TestAxis:
    @each(turns=turns, width=st.integers(1, 3))
    def test_a_number_stands_over_the_first_column_of_its_turn(self, turns: list[int], width: int) -> None:
        columns = [Column(turn, f"{turn}.1", n, n) for n, turn in enumerate(turns)]
        line = axis.numbers(columns, width)
        assert len(line) == len(columns) * width
        firsts = {n * width: str(turn) for n, turn in enumerate(turns) if n == 0 or turns[n - 1] != turn}
        starts = [n for n, c in enumerate(line) if c != " " and (n == 0 or line[n - 1] == " ")]
        for start in starts:
            assert line[start:].split(" ")[0] == firsts[start]

    @each(count=st.integers(1, 500), room=st.integers(1, 150), at=st.integers(0, 499))
    def test_what_is_shown_fits_and_holds_the_cursor(self, count: int, room: int, at: int) -> None:
        at = min(at, count - 1)
        width = axis.fit(count, room)
        found = axis.around(at, count, room, width)
        assert at in found
        assert len(found) * width <= max(room, width)
        assert len(found) == count or (len(found) + 1) * width > room

    @each(count=st.integers(0, 500), room=st.integers(1, 150))
    def test_the_parts_are_the_whole_in_order(self, count: int, room: int) -> None:
        assert [n for part in axis.parts(count, room, axis.fit(count, room)) for n in part] == list(
            range(count)
        )

    @each(text=st.text(alphabet=st.sampled_from("abc日本e\u0301…|"), max_size=30), width=st.integers(1, 20))
    def test_a_label_takes_its_width_exactly(self, text: str, width: int) -> None:
        assert cell_len(columns.padded(text, width)) == width
