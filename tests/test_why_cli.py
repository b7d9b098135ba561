"""`nalyqor-tui why`: the chain in lines, and what cannot be asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from trace_samples import SHARED, decision, message, numbered, write

from nalyqor_tui import cli
from nalyqor_tui.notes.model import Body, Evidence
from nalyqor_tui.policy.loader import find
from nalyqor_tui.present import asking, confirmations, why
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.present.why import Subject
from nalyqor_tui.trace.store import Trace

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_traces" / "production.jsonl"
AIRLINE = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"


def asked(capsys: pytest.CaptureFixture[str], *args: str | Path) -> str:
    assert cli.main(["why", *map(str, args)]) == 0
    return capsys.readouterr().out


def sample() -> Review:
    return Review(Trace(SAMPLE), 0, find(None, SAMPLE))


def test_the_address_of_the_last_write_ends_at_the_users_words_of_turn_5(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for path in ("change.delivery_address", "/change/delivery_address", "change"):
        shown = asked(capsys, SAMPLE, "--at", "10.2", "--arg", path)
        assert shown.endswith("ends (origin of a value from m10): grounded: the user's words of turn 5\n")


def test_the_page_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    block = (ROOT / "docs" / "why.md").read_text().split("<!-- why -->\n```text\n$ ", 1)[1].split("```", 1)[0]
    command, shown = block.split("\n", 1)
    name, *args = command.split()[1:]
    assert name == "why"
    assert asked(capsys, ROOT / args[0], *args[1:]) == shown


def test_an_invented_value_is_ungrounded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = numbered([message(content="Send it."), decision("send", {"to": "21 \x1b[31mMill"})])
    shown = asked(capsys, write(tmp_path / "t.jsonl", *made), "--at", "1.1")
    assert shown.splitlines()[-1].endswith("ungrounded: no earlier occurrence")
    assert "\x1b" not in shown


def test_a_confirmation_and_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    shown = asked(capsys, SAMPLE, "--at", "9.1", "--confirmation", "cf1")
    assert (
        "answer (origin of a confirmation from m4, cf1): answered “Yes, that is right.” by user in turn 2"
        in shown
    )
    shown = asked(capsys, SAMPLE, "--at", "9.1", "--rule", "R-write-confirm")
    assert shown.splitlines()[1].startswith("DECLARED       rule (nalyqor.toml:")
    assert "evicted: was in the context, then dropped by a compaction" in shown


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (
            ["--at", "10.2", "--arg", "adress"],
            "10.2 has no argument adress (it has record_id, change.delivery_address)",
        ),
        (["--at", "10.2", "--rule", "R-none"], "10.2 has no rule R-none"),
        (["--at", "10.2", "--confirmation", "cf9"], "10.2 has no confirmation cf9"),
        (["--at", "99"], "nothing here is called `99`"),
    ],
)
def test_what_cannot_be_asked_is_said(args: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["why", str(SAMPLE), *args]) == 2
    assert says in capsys.readouterr().err


def test_a_reply_has_nothing_to_ask_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert "REMARK         9.2 is a reply: it has no arguments to ask about" in asked(
        capsys, SAMPLE, "--at", "9.2"
    )


def test_every_row_is_derived_and_goes_to_a_record() -> None:
    review = sample()
    for one in review.session.decisions:
        for kind in ("argument", "confirmation"):
            for trail in why.trails(review, one, Subject(kind)):
                for row in why.rows(trail):
                    assert row.truth is Truth.DERIVED
                    assert row.origin.entries


def test_the_draft_of_a_note_cites_the_words_and_is_no_reconstruction() -> None:
    review = sample()
    decision = review.find("10.2")
    assert decision is not None
    found = why.trails(review, decision, Subject("argument", "change"))
    body = why.draft(review, decision, found)
    assert body.kind == "hypothesis"
    assert body.text.startswith('why: change.delivery_address "21 Mill Lane" of 10.2\n  user: “21 Mill Lane”')
    assert body.evidence[0] == Evidence(
        truth="observed", ref="m10", quote="21 Mill Lane", pointer="/content", line=37
    )
    assert [e.truth for e in body.evidence] == ["observed", "derived"]
    mine = Body(kind="question", text="Mine.", tags=("t",), evidence=body.evidence[:1])
    after = why.draft(review, decision, found, mine)
    assert (after.kind, after.tags, after.evidence) == ("question", ("t",), body.evidence)
    assert after.text == f"Mine.\n\n{body.text}"


def test_a_pointer_counts_from_0_and_a_path_from_1() -> None:
    given = {"a": [{"7": "x"}, {"7": "y"}], "b/c": 1}
    assert [why.dotted(name, given) for name in ("/a/1/7", "/b~1c", "a.2.7", "/none/3")] == [
        "a.2.7", "b/c", "a.2.7", "none.3",
    ]  # fmt: skip


TALK = """
nalyqor_policy = "1"
id = "p"
[confirmation.yes]
by = ["user"]
answers = "proposal"
covers = ["tool", "*"]
[[rule]]
id = "ask"
on = { tool = "cancel_*" }
need = { confirmation = "yes" }
"""


def talked(folder: Path) -> Path:
    """Write a talk in which a cancellation was proposed and agreed to."""
    (folder / "nalyqor.toml").write_text(TALK)
    return write(folder / "t.jsonl", *numbered([
        message(content="Please cancel order #W1234."),
        message("assistant", "I will cancel order #W1234. Shall I go ahead?"),
        message(content="Yes, please."),
        decision("cancel_order", {"order_id": "#W1234"}, turn=2),
    ]))  # fmt: skip


def test_what_was_read_from_the_talk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = asked(capsys, talked(tmp_path), "--at", "2.1", "--confirmation")
    assert (
        "proposal (consent from text from record 1): “I will cancel order #W1234. Shall I go ahead?” in turn 1"
        in shown
    )
    assert "user (same words from record 0): “#W1234” in the user's words of turn 1" in shown
    assert "grounded: confirmed" in shown.splitlines()[-1]


def test_what_the_rows_of_the_talk_ask_about(tmp_path: Path) -> None:
    path = talked(tmp_path)
    review = Review(Trace(path), 0, find(None, path))
    one = review.session.decisions[-1]
    shown = confirmations.view(review, one)
    asks = {
        row.label: asking.subject(review, one, "confirmations", shown[: n + 1]) for n, row in enumerate(shown)
    }
    assert asks["argument"] == Subject("argument", "order_id")
    assert asks["proposed"] == asks["consent"] == Subject("confirmation")
    assert (
        asking.subject(review, one, "notes", shown) == asking.subject(review, one, "rules", []) == Subject()
    )


@pytest.mark.skipif(not AIRLINE.exists(), reason="the shared traces are not here")
def test_a_card_that_nobody_gave_is_found_in_real_runs(capsys: pytest.CaptureFixture[str]) -> None:
    shown = asked(capsys, AIRLINE, "--policy", "airline", "--session", "task 26 trial 0", "--at", "6.1")
    ends = [line for line in shown.splitlines() if re.match(r"DERIVED {10}ends", line)]
    assert [line.rsplit(": ", 2)[-2].split()[-1] for line in ends].count("ungrounded") == 1
    assert ends[-1].endswith("ungrounded: no earlier occurrence")
    assert "another name: “7334” in the user's words of turn 6" in shown
