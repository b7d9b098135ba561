"""The page about the policy: its pieces make one policy, and every example in its tables comes out as it says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from policy_examples import EXAMPLES, Log

from nalyqor_tui.derive.judge import judge
from nalyqor_tui.policy import schema
from nalyqor_tui.policy.loader import Policy, builtin, find, parse
from nalyqor_tui.policy.rules import Rule
from nalyqor_tui.policy.values import Table
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


def test_every_example_of_the_page_is_tried() -> None:
    assert [row[0] for row in rows("the log says")] == list(EXAMPLES)


@pytest.mark.parametrize("row", rows("the log says"), ids=lambda row: row[0])
def test_an_example_comes_out_as_the_page_says(row: list[str], tmp_path: Path) -> None:
    rule, play = EXAMPLES[row[0]]
    silent = ("log of the context", "promises nothing", "Shall I", "the same, then", "nothing was said")
    captures = {} if any(words in row[0] for words in silent) else ALL
    with TraceWriter(tmp_path / "run.jsonl", captures=captures) as trace:
        play(Log(trace))
    piece = next(block for block in BLOCKS if f'"{rule}"' in block)
    policy = parse((FRAME + CONFIRMATION + piece).encode(), "policy.md")
    judgement = judge(Trace(tmp_path / "run.jsonl").session(0), policy)
    found = [
        f for of in judgement.findings for f in of if f.area in ("rule", "visible") and f.subject == rule
    ]
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
    for table in every(Table):
        fields |= {field.alias or name for name, field in table.model_fields.items()}
    known = set(re.findall(r"[\w]+", "".join(re.findall(r"`[^`\n]+`|```.*?```", PAGE, re.DOTALL))))
    assert fields - known == set()


def test_the_bands_of_the_page_are_the_shipped_ones() -> None:
    shipped = find("defaults", ROOT / "any.jsonl")
    assert shipped is not None
    page: Policy = parse("\n".join(BLOCKS).encode(), "policy.md")
    assert page.file.margin == shipped.file.margin
    assert page.file.series == shipped.file.series


def every(table: type[Table]) -> list[type[Table]]:
    """The tables of the language."""
    return [one for child in table.__subclasses__() for one in (child, *every(child))]


class TestFromText:
    TEXT = (ROOT / "docs" / "policy-from-text.md").read_text()

    def test_its_file_is_the_shipped_one(self) -> None:
        block = self.TEXT.split("<!-- airline -->", 1)[1].split("```", 2)[1].split("\n", 1)[1]
        assert block == builtin("airline")

    def test_its_constructs_are_used_in_the_file(self) -> None:
        policy = parse(builtin("airline").encode(), "airline.toml")
        used = {check for rule in policy.rules for check in rule.model_fields_set}
        assert {"need", "limit", "args", "any", "check"} <= used
        assert {clause for clause in Rule.model_fields if f"`{clause}" in self.TEXT} <= used
