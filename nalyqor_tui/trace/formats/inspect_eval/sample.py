"""One sample as a session: what the model was sent and chose, what was approved, what ran, how it was scored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nalyqor_tui.trace.formats.inspect_eval.approvals import Approvals
from nalyqor_tui.trace.formats.inspect_eval.models import Models
from nalyqor_tui.trace.formats.inspect_eval.parts import Parts
from nalyqor_tui.trace.formats.inspect_eval.scores import outcomes
from nalyqor_tui.trace.formats.inspect_eval.spans import Spans
from nalyqor_tui.trace.formats.inspect_eval.tools import Tools
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, stamp, txt, whole
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed, token
from nalyqor_tui.trace.records import Json

# Events that tell how the harness moves along: they are kept together at the end, not between the decisions.
_BESIDE = frozenset(
    {"span_begin", "span_end", "step", "state", "store", "sample_init", "anchor", "checkpoint", "branch"}
)
_APART = frozenset({"scores", "score", "output", "store", "error", "error_retries", "limit", "timelines"})


class Telling:
    """Writes the records of one sample; `log` is what the log says of the whole run."""

    def __init__(self, parts: Parts, log: dict[str, Any]) -> None:
        self.parts, self.log = parts, log
        self.scribe = Scribe()
        self.spans = Spans()
        self.approvals = Approvals(self.scribe)
        self.models = Models(parts, self.scribe, self.spans)
        self.tools = Tools(parts, self.scribe, self.models, self.approvals)
        self._scores = self._final_scores()
        self._running: dict[
            str, str
        ] = {}  # the calls whose tools run, by the ids of the spans that they run in
        self._beside: list[dict[str, Json]] = []

    def records(self, name: str) -> list[Placed]:
        """Return the records of the session called `name`."""
        value, place = self.parts.value, self.parts.place
        source = {**self.log, "sample": rest(value, _APART)}
        model = txt(at(self.log, "eval", "model"))
        self.scribe.header(place, name, request_model=model, ts=stamp(value.get("started_at")), source=source)
        self._events(self.parts.events)
        for late in list(self.models.late):
            self.models.settle(late)
        if not any(
            isinstance(event, dict) and event.get("event") == "model" for event, _ in self.parts.events
        ):
            self.models.conversation(self.parts.messages)
        else:
            self.models.remaining(self.parts.messages)
        self._rest(value, place)
        return self.scribe.records

    def _events(self, events: Iterable[tuple[Json, Place]], inside: str | None = None) -> None:
        for event, place in events:
            if not isinstance(event, dict) or txt(event.get("event")) is None:
                self.scribe.unparsed(place, "not an event: no kind", event)
            else:
                self._event(event, place, inside)

    def _event(self, event: dict[str, Any], place: Place, inside: str | None) -> None:
        kind = event["event"]
        self.spans.follow(event)
        if kind == "span_end" and (ended := self._running.pop(txt(event.get("id")) or "", None)) is not None:
            self.models.settle(ended)
        if kind == "model":
            self.models.read(event, place, inside)
        elif kind == "tool" and txt(event.get("function")):
            self._tool(event, place)
        elif (kind == "approval" and self.approvals.read(event, place)) or (
            kind == "score" and self._score(event, place)
        ):
            return
        elif kind == "compaction":
            self._compaction(event, place)
        elif kind in _BESIDE:
            self._beside.append(self.models.shortened(event))
        else:
            about = rest(event, ("event", "events", "timestamp"))
            self.scribe.keep(place, f"inspect:{kind}", about, ts=stamp(event.get("timestamp")))
            self._nested(event, place, txt(event.get("name")))

    def _tool(self, event: dict[str, Any], place: Place) -> None:
        """Write a call, what its tool began, and its result: in newer logs that comes at the end of a span."""
        self.tools.read(event, place)
        self._nested(event, place, event["function"])
        name, span = txt(event.get("id")), self.spans.of_tool(event)
        if name is not None and span is not None:
            self._running[span] = name
        elif name is not None:
            self.models.settle(name)

    def _nested(self, event: dict[str, Any], place: Place, inside: str | None) -> None:
        """Read the events that older logs keep inside the event of a tool or a subtask."""
        listed = enumerate(arr(event.get("events")))
        self._events(((one, place.below(f"/events/{index}")) for index, one in listed), inside)

    def _compaction(self, event: dict[str, Any], place: Place) -> None:
        known = ("event", "timestamp", "tokens_before", "tokens_after")
        before, after = whole(event.get("tokens_before")), whole(event.get("tokens_after"))
        ts, more = stamp(event.get("timestamp")), rest(event, known)
        self.scribe.record("compaction", place, tokens_before=before, tokens_after=after, ts=ts, source=more)

    def _final_scores(self) -> dict[str, Json]:
        value = self.parts.value
        found = dict(obj(value.get("scores")))
        if value.get("score") is not None:  # as the first versions had it
            found.setdefault("score", value["score"])
        return found

    def _score(self, event: dict[str, Any], place: Place) -> bool:
        """Write a final score where it was given; one on the way, or changed afterwards, is kept as an event."""
        if event.get("intermediate") is True:
            return False
        score = event.get("score")
        named = txt(event.get("scorer"))
        fits = [n for n, final in self._scores.items() if final == score and named in (None, n)]
        if not fits:
            return False
        del self._scores[fits[0]]
        more = rest(event, ("event", "timestamp", "score", "intermediate"))
        self._outcome(fits[0], score, place.below("/score"), more, stamp(event.get("timestamp")))
        return True

    def _outcome(self, name: str, score: Json, place: Place, more: dict[str, Any], ts: Json) -> None:
        for number, fields in enumerate(outcomes(name, score, self.parts.value, self.log)):
            about = {"event": more} if more and not number else {}
            self.scribe.record("outcome", place, ts=ts, **fields, **about)

    def _rest(self, value: dict[str, Any], place: Place) -> None:
        """Write what a sample says in the end, and what nothing else told."""
        for name, score in self._scores.items():
            self._outcome(name, score, self._place_of(name), {}, None)
        for key in ("error", "limit", "timelines"):
            if value.get(key) is not None:
                self.scribe.keep(place.below(f"/{key}"), f"inspect:{key}", value[key])
        for index, retry in enumerate(arr(value.get("error_retries"))):
            self.scribe.keep(place.below(f"/error_retries/{index}"), "inspect:error-retry", retry)
        if value.get("store"):
            self.scribe.keep(place.below("/store"), "inspect:store", value["store"])
        if value.get("output") is not None and not self.models.told(value["output"]):
            self.scribe.keep(place.below("/output"), "inspect:output", value["output"])
        if self.parts.loose:
            self.scribe.keep(place, "inspect:attachments", self.parts.loose)
        if self._beside:
            self.scribe.keep(place, "inspect:steps", self._beside)
        ended = "error" if value.get("error") else "limit" if value.get("limit") else "completed"
        self.scribe.record("end", place, status=ended, ts=stamp(value.get("completed_at")))

    def _place_of(self, name: str) -> Place:
        inside = name in obj(self.parts.value.get("scores"))
        return self.parts.place.below(f"/scores/{token(name)}" if inside else "/score")
