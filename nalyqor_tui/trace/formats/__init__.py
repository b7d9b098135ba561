"""The formats that can be read, one module each; a file is recognised by its content, never by its name."""

from __future__ import annotations

from typing import cast

from nalyqor_tui.trace.formats import (
    agentdojo,
    agents_state,
    agents_trace,
    atif,
    chat,
    claude_code,
    codex,
    completions,
    inspect_eval,
    kimi,
    langfuse,
    langgraph,
    langsmith,
    mini_swe,
    mlflow,
    native,
    openhands,
    otel,
    plugins,
    swe_agent,
    tau2,
)
from nalyqor_tui.trace.formats.base import Format

FORMATS: tuple[Format, ...] = (
    cast(Format, native),
    cast(Format, claude_code),
    cast(Format, codex),
    cast(Format, kimi),
    cast(Format, chat),
    cast(Format, openhands),
    cast(Format, swe_agent),
    cast(Format, atif),
    cast(Format, tau2),
    cast(Format, mini_swe),
    cast(Format, agentdojo),
    cast(Format, completions),
    cast(Format, inspect_eval),
    cast(Format, agents_state),
    cast(Format, agents_trace),
    cast(Format, langfuse),
    cast(Format, langsmith),
    cast(Format, mlflow),
    cast(Format, langgraph),
    cast(Format, otel),
)


def formats() -> tuple[Format, ...]:
    """Return our formats and those that other packages bring."""
    return (*FORMATS, *(cast(Format, plugin) for plugin in plugins.load()[0]))


def failures() -> tuple[str, ...]:
    """Say which formats of other packages could not be loaded, and why."""
    return plugins.load()[1]
