"""In which file of a folder a session is: told where it is known, never guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nalyqor_tui.trace import folder
from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats import atif
from nalyqor_tui.trace.formats.base import Reading, SessionDraft
from nalyqor_tui.trace.source import Source
from nalyqor_tui.trace.store import Trace


def files(trace: Trace) -> list[tuple[str, str]]:
    """Return each session with its file."""
    return [(name, trace.file(index)) for index, name in enumerate(trace.session_ids)]


def test_trajectories_of_one_run_in_several_files(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        value = {
            "schema_version": "ATIF-v1.6",
            "session_id": "s1",
            "agent": {"name": "desk", "version": "1"},
            "steps": [{"step_id": 1, "source": "user", "message": f"I am {name}."}],
        }
        (tmp_path / name).write_text(json.dumps(value))
    trace = Trace(tmp_path)
    assert len(trace.parts) == 1 and trace.format_title.startswith("a folder: ATIF")
    assert files(trace) == [("s1", "a.json"), ("s1 #2", "b.json")]
    assert "I am b.json." in str(trace.session(1).record(1))


def test_calls_of_conversations_in_several_files(tmp_path: Path) -> None:
    def call(*said: str) -> str:
        roles = ("user", "assistant")
        sent = [{"role": roles[n % 2], "content": text} for n, text in enumerate(said[:-1])]
        answer = {"index": 0, "message": {"role": "assistant", "content": said[-1]}, "finish_reason": "stop"}
        response = {"object": "chat.completion", "model": "m-1", "choices": [answer]}
        return json.dumps({"custom_id": "x", "request": {"messages": sent}, "response": response}) + "\n"

    (tmp_path / "a.jsonl").write_text(call("one", "yes") + call("two", "yes"))
    (tmp_path / "b.jsonl").write_text(call("one", "yes", "more", "sure") + call("three", "yes"))
    trace = Trace(tmp_path)
    assert len(trace.parts) == 1, "the first conversation goes on in the second file"
    assert [file for _, file in files(trace)] == ["", "a.jsonl", "b.jsonl"]


def part(folder_of: Path, loads: dict[str, Any], *names: str) -> folder.Part:
    """Return files with sessions that are loaded so."""
    for name in names:
        (folder_of / name).write_text("{}")
    documents = tuple(Document(Source(folder_of / name), name=name) for name in names)
    return folder.Part(atif, Reading([SessionDraft(name, load) for name, load in loads.items()]), documents)


@pytest.mark.parametrize("count", [1, 2])
def test_where_nothing_says_which_of_several_files_none_is_named(tmp_path: Path, count: int) -> None:
    united = part(tmp_path, {"s": list, "s #2": list}, *("a", "b")[:count])
    alone = part(tmp_path, {"s": list}, "c")
    known = {2: "c"} if count == 2 else {0: "a", 1: "a", 2: "c"}
    assert folder.shared([united, alone]) == known
    assert folder.shared([alone]) == {}
