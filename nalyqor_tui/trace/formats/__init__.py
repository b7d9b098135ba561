"""The formats that can be read, one module each; a file is recognised by its content, never by its name.

A module is imported when it is first asked about a file: most files are certain after a few.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import cast

from nalyqor_tui.trace.formats import plugins
from nalyqor_tui.trace.formats.base import Format

MODULES = (
    "native",
    "claude_code",
    "codex",
    "kimi",
    "chat",
    "openhands",
    "swe_agent",
    "atif",
    "tau2",
    "mini_swe",
    "agentdojo",
    "completions",
    "inspect_eval",
    "agents_state",
    "agents_trace",
    "langfuse",
    "langsmith",
    "mlflow",
    "langgraph",
    "otel",
)
"""The modules of our formats, in the order in which they are asked; the first of two that are as sure wins."""


def ours() -> Iterator[Format]:
    """Yield our own formats."""
    for name in MODULES:
        yield cast(Format, import_module(f"{__name__}.{name}"))


def formats() -> Iterator[Format]:
    """Yield our formats and those that other packages bring."""
    yield from ours()
    for plugin in plugins.load()[0]:
        yield cast(Format, plugin)


def failures() -> tuple[str, ...]:
    """Say which formats of other packages could not be loaded, and why."""
    return plugins.load()[1]
