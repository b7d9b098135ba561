"""What judging a native file costs, step by step, in one process: `python -m tests.bench.size.phases FILE`.

Each step is a pass over the file that does all steps before it, too; its cost is what it takes longer than the one
before. Printed are seconds of processor time, as JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from nalyqor_tui.derive.corpus import sum_up
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.policy.loader import load
from nalyqor_tui.trace.records import Unparsed
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.trace.validate import read as record
from tests.bench.size.programs import POLICY
from tests.bench.size.work import decoded

BASE = "orjson over every line"
Figures = dict[str, float]


def phases(file: Path) -> Figures:
    """Return the seconds of each step by what is done in it, in their order, after what they are compared with."""
    trace, policy = Trace(file), load(POLICY)
    document, sessions = trace.parts[0].documents[0], range(len(trace.session_ids))
    places = [document.line(number) for number in range(len(document.lines))]

    def lines() -> None:
        for place in places:
            document.data(place)

    def values() -> None:
        for place in places:
            document.item(place)

    def records() -> None:
        for place in places:
            value, _ = document.item(place)
            _ = value if isinstance(value, Unparsed) else record(value)

    def built() -> None:
        for index in sessions:
            trace.read(index)

    def judged() -> None:
        for index in sessions:
            judge(trace.read(index), policy)

    def summed() -> None:
        for index in sessions:
            session = trace.read(index)
            sum_up(index, session, judge(session, policy))

    steps: dict[str, Callable[[], None]] = {
        "lines read": lines,
        "values decoded, and searched for doubled keys": values,
        "records checked": records,
        "sessions built of them": built,
        "decisions judged": judged,
        "the run summed up": summed,
    }
    gc.disable()  # as good as what the processes do that judge a large file
    records()  # what is imported or made once
    found, before = {BASE: _cost(lambda: decoded(file))}, 0.0
    for name, step in steps.items():
        took = _cost(step)
        found[name], before = max(0.0, took - before), took
    return found


def _cost(step: Callable[[], object]) -> float:
    start = time.process_time()
    step()
    return time.process_time() - start


if __name__ == "__main__":
    print(json.dumps(phases(Path(sys.argv[1]))))
