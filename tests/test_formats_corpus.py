"""Every file of the shared traces: named right or refused by name, readable as lines, as a report, and natively."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from format_laws import check_places, counts
from markdown_it import MarkdownIt
from trace_samples import SHARED

from nalyqor_tui.errors import TraceError
from nalyqor_tui.present.across import Across
from nalyqor_tui.present.review import Review
from nalyqor_tui.report import markdown, native, plain
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.store import Trace

TRACES = SHARED / "traces"
LARGE = 150_000  # bytes of a file of which only the beginning is rendered

# What the files of a folder are read as; where files of a folder differ, by the beginning of their name.
READ = {
    "atif": "atif",
    "claude-code": "claude-code",
    "codex-rollout": "codex",
    "inspect-eval": "inspect",
    "inspect-json": "inspect",
    "langfuse-api-trace": "langfuse",
    "langfuse-ui-export": "langfuse",
    "langgraph-checkpoint": "langgraph",
    "langsmith-run": "langsmith",
    "mini-swe-agent": "mini-swe-agent",
    "mlflow-trace": "mlflow",
    "openai-agents-runstate": "openai-agents-state",
    "openai-agents-trace/refund_agents_sdk": "openai-agents-trace",
    "openai-agents-trace": "openai-agents-state",
    "openai-messages-jsonl": "chat",
    "openhands-sdk-v1/events": "openhands",
    "openhands-sdk-v1": "completions",
    "openhands-v0": "openhands",
    "otel-genai-spans": "otel",
    "other-agents/hermes": "chat",
    "otlp-genai": "otel",
    "otlp-openinference": "otel",
    "swe-agent-traj": "swe-agent",
    "tau-bench/airline_gpt": "chat",
    "tau2-bench": "tau2",
    "vercel-ai-sdk-spans": "otel",
}
# What is recognised and not read, and what is no trace at all.
REFUSED = {
    "INDEX.md": "not JSON",
    "tau-bench/LICENSE": "not JSON",
    "tau-bench/airline_policy.md": "not JSON",
    "openai-logprobs": "a cassette of recorded HTTP, which is recognised but not read",
    "otlp-nongenai": "of a program that is no agent, which is recognised but not read",
    "other-agents": "which is recognised but not read",
}


def files() -> list[str]:
    return [path.relative_to(TRACES).as_posix() for path in sorted(TRACES.rglob("*")) if path.is_file()]


def expected(name: str, table: dict[str, str]) -> str | None:
    """Return what a table says of a file, by the longest beginning of its name."""
    fits = [start for start in table if name.startswith(start)]
    return table[max(fits, key=len)] if fits else None


def reviews(trace: Trace, most: int) -> Iterator[Review]:
    across = Across(trace)
    for index in range(min(most, len(trace.session_ids))):
        yield Review(trace, index, None, across)


@pytest.mark.skipif(not TRACES.exists(), reason="the shared traces are not here")
@pytest.mark.parametrize("name", files() if TRACES.exists() else [])
def test_a_shared_trace(name: str, tmp_path: Path) -> None:
    path = TRACES / name
    read = expected(name, READ)
    if path.stat().st_size == 0 or read is None:
        with pytest.raises(TraceError) as caught:
            Trace(path)
        says = expected(name, REFUSED) if path.stat().st_size else "the file is empty"
        assert says is not None and says in caught.value.what and caught.value.remedy
        return
    trace = Trace(path)
    assert read == trace.parts[0].format.NAME
    assert trace.claims[0].score > max((claim.score for claim in trace.claims[1:]), default=0)
    small = path.stat().st_size <= LARGE
    if small:
        check_places(trace)
    selection = Selection(turns=None if small else (1, 2))
    lines = list(plain.render(reviews(trace, 3), selection))
    assert not any(char in line for line in lines for char in "\x1b\x00\r")
    text = "\n".join(markdown.render(reviews(trace, 2), selection))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    assert sum(token.type == "table_open" for token in tokens) == text.count("\n| --- |")
    _natively(trace, tmp_path / "native.jsonl")


def _natively(trace: Trace, path: Path) -> None:
    """Write a trace in the native format, and read back as many decisions, calls, results and approvals."""
    left = native.Left()
    every = range(len(trace.session_ids))
    path.write_text("".join(f"{line}\n" for line in native.render(trace, every, left)), "utf-8")
    again = counts(Trace(path)) if left.sessions else None
    before = counts(trace)
    assert again is None or {**again, "unparsed": 0} == {**before, "unparsed": 0}
    assert left.unparsed == before["unparsed"]


@pytest.mark.skipif(not TRACES.exists(), reason="the shared traces are not here")
def test_the_folder_of_all_of_them_opens_as_a_set_of_sessions() -> None:
    trace = Trace(TRACES)
    assert len(trace.session_ids) > 300
    assert {skipped.name for skipped in trace.skipped} >= {"INDEX.md", "tau-bench/LICENSE"}
    assert sum(len(part.documents) for part in trace.parts) + len(trace.skipped) >= 208
