"""Every format is asked about every file: whatever a file holds, none of them may stumble over it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nalyqor_tui.trace.document import Sample
from nalyqor_tui.trace.formats import formats
from nalyqor_tui.trace.formats.known import KNOWN

KEYS = [
    "type",
    "role",
    "content",
    "messages",
    "id",
    "kind",
    "trace",
    "traces",
    "observations",
    "traceId",
    "startTime",
    "timestamp",
    "data",
    "meta",
    "info",
    "spans",
    "run_type",
    "trace_id",
    "dotted_order",
    "values",
    "config",
    "configurable",
    "checkpoint_id",
    "metadata",
    "payload",
    "sessionId",
    "uuid",
    "version",
]
WORDS = ["", "x", "GENERATION", "user", "message", "trace", "chain", "2026-01-02T03:04:05Z"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)


@given(st.lists(JSON, min_size=1, max_size=3), st.booleans(), st.binary(max_size=20))
def test_no_file_breaks_a_score(values: list[Any], whole: bool, head: bytes) -> None:
    sample = Sample(values[:1] if whole else values, whole, head)
    for claim in (*formats(), *KNOWN):
        score = claim.score(sample)
        assert 0 <= score <= 1, claim
