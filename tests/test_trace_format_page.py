"""The published description of the trace format: its examples run, and its table is the models'."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import orjson

from nalyqor_tui.trace.records import Known, Unknown, Unparsed
from nalyqor_tui.trace.validate import KINDS, read

DOCS = Path(__file__).parent.parent / "docs" / "trace-format.md"


def block(marker: str) -> str:
    """The code block of the published description that follows a marker."""
    after = DOCS.read_text().split(f"<!-- {marker} -->", 1)[1]
    return after.split("```", 2)[1].split("\n", 1)[1]


def test_the_published_session_is_read_whole() -> None:
    records = [read(orjson.loads(line)) for line in block("example").splitlines()]
    assert len(records) == 12
    assert [r for r in records if isinstance(r, Unknown | Unparsed)] == []
    assert {r.kind for r in records} == KINDS - {"compaction"}


def test_the_published_table_names_every_kind_and_field() -> None:
    rows = [line.split("|")[1:] for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    table = {row[0].strip(" `"): row[2] for row in rows}
    assert table.keys() == KINDS
    everywhere = {"kind", "seq", "turn", "id", "ts", "conversation_id"}
    for model in get_args(Known):
        kind = get_args(model.model_fields["kind"].annotation)[0]
        fields = {field.alias or name for name, field in model.model_fields.items()} - everywhere
        assert fields <= set(re.findall(r"`(\w+)`", table[kind])), kind


class Library:
    """The smallest agent that the published example can drive."""

    def __init__(self) -> None:
        item = SimpleNamespace(id="m1", span=[0, 3])
        self.window, self._steps = [item], [{"tool": "look", "arguments": {}}, {"reply": "There."}]

    def search_rules(self, text: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(id="R-1", score=1.5)]

    def choose(self) -> SimpleNamespace:
        action = self._steps.pop(0)
        return SimpleNamespace(action=action, candidates=[{**action, "value": -0.1}])

    def run(self, tool: str, arguments: dict[str, object]) -> tuple[str, object]:
        return "ok", {"found": 1}

    def grade(self) -> str:
        return "pass"


def test_the_published_emitter_example_runs(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    scope: dict[str, Any] = {}
    exec(block("emitter"), scope)  # our own page, run so that it cannot rot
    scope["serve"](Library(), ["where is it?"], path)
    written = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [r["kind"] for r in written] == [
        "trace", "message", "retrieval", "context", "decision", "tool_call", "tool_result",
        "context", "decision", "message", "outcome", "end",
    ]  # fmt: skip
    assert [r for r in map(read, written) if isinstance(r, Unknown | Unparsed)] == []
