"""The spans of a session as a tree, and the order in which what they tell happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nalyqor_tui.trace.formats.otel.span import Span

BEFORE, OPENS, ACTS, CLOSES = range(4)
"""The ranks of what is told at the same time: what ended, a frame that opens, what begins, a frame that closes."""


class Tree:
    """Which span stands below which, and when each began and ended."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = spans
        self._by_id = {span.id: span for span in spans if span.id}

    @property
    def outer(self) -> list[Span]:
        """The spans that are below none of the others, the earliest first."""
        found = [span for span in self.spans if span.parent not in self._by_id]
        return sorted(found or self.spans, key=lambda span: self.times(span)[0])

    def around(self, span: Span) -> Iterator[Span]:
        """Yield the spans that a span is below, from the nearest on."""
        seen = {span.id}
        while (outer := self._by_id.get(span.parent)) is not None and outer.id not in seen:
            seen.add(outer.id)
            yield outer
            span = outer

    def times(self, span: Span) -> tuple[int, int]:
        """Return when a span began and ended; where it does not say so, when the span around it did."""
        known = (each.start for each in (span, *self.around(span)) if each.start is not None)
        start = next(known, 0)
        return start, max(start, span.end or start)
