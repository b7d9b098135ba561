"""A fixture for pytest that fails a test on an unsound decision; the package's entry point makes it known.

def test_the_agent_decides_soundly(sound_decisions):
    sound_decisions("runs/run.jsonl", policy="support")
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path

import pytest

SoundDecisions = Callable[..., None]


@pytest.fixture
def sound_decisions() -> SoundDecisions:
    """Return a function that fails where a condition holds of a decision of a trace."""
    return _assert_sound


def _assert_sound(
    *traces: str | PathLike[str], policy: str | None = None, fail_on: str = "problem", strict: bool = False
) -> None:
    """Fail where `fail_on` holds of a decision, and where it cannot be told of any (`strict`: of one)."""
    __tracebackhide__ = True
    from nalyqor_tui.policy.loader import find
    from nalyqor_tui.report.check import check, lines
    from nalyqor_tui.trace.store import Trace

    paths = [Path(trace) for trace in traces]
    found = check(map(Trace, paths), find(policy, paths[0]), fail_on)
    if found.hits:
        pytest.fail("\n".join(lines(found)), pytrace=False)
    if not found.judged or (strict and found.unknown):
        pytest.fail(
            f"cannot be told of {len(found.unknown)} of {found.decisions} decisions: {fail_on}", pytrace=False
        )
