"""The lines of a rollout, written as records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nalyqor_tui.trace.document import Document, Item
from nalyqor_tui.trace.formats.codex.approvals import Approvals
from nalyqor_tui.trace.formats.codex.twins import Twins
from nalyqor_tui.trace.formats.messages import Call, Result, Said, joined, responses, text
from nalyqor_tui.trace.formats.pick import arr, at, first, obj, rest, txt, without
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.formats.waiting import Waiting
from nalyqor_tui.trace.place import Place, Placed, Spread
from nalyqor_tui.trace.records import Json

_ENDS = frozenset(
    {"token_count", "task_started", "task_complete", "turn_aborted", "user_message", "turn.completed"}
)


@dataclass(frozen=True, slots=True)
class Load:
    """Reads the records of a rollout."""

    document: Document
    items: Callable[[Document], Iterator[Item]]
    name: str

    def __call__(self) -> Iterable[Placed]:
        pieces = list(self.items(self.document))
        writer = Writer(self.name, pieces)
        writer.write(pieces)
        return writer.scribe.records


def about_session(value: dict[str, Json]) -> dict[str, Any]:
    """Return what a line says of the session, in any of the forms; empty where it is about something else."""
    if value.get("type") == "session_meta":
        meta = obj(value.get("payload"))
        return {**obj(meta.get("meta")), **rest(meta, ("meta",))}
    if "type" in value:
        return {}
    return obj(value["session"]) if "session" in value else value if "instructions" in value else {}


class Writer:
    """Writes lines in the order of the file; the items of one response of the model become one step."""

    def __init__(self, name: str, pieces: Sequence[Item]) -> None:
        self.scribe = Scribe()
        self.name = name
        self.twins = Twins(pieces)
        self.approvals = Approvals(self.scribe, pieces)
        self.waiting = Waiting(self.scribe, self.approvals.undecided)
        self.open: list[tuple[Said, Place]] = []
        self.stamp: str | None = None
        self.model = next((m for value, _ in pieces if (m := _model(value))), None)
        self.began = False
        self.typed: Counter[str] = Counter()  # what the user said so far: only that may be said again

    def write(self, pieces: Sequence[Item]) -> None:
        """Write the lines."""
        if not any(isinstance(value, dict) and about_session(value) for value, _ in pieces):
            self.scribe.header(
                pieces[0].place if pieces else Place(1, 0, 0), self.name, request_model=self.model
            )
            self.began = True
        for number, (value, place) in enumerate(pieces):
            if not isinstance(value, dict):
                self.scribe.unparsed(place, "a line is an object", value)
            elif about_session(value):
                self._session(value, place)
            elif "payload" in value:
                self._line(number, value, place)
            else:
                self._item(number, value, place, first(value, "timestamp", "created_at"), {})
        self._close()
        self.waiting.end()

    def _session(self, value: dict[str, Any], place: Place) -> None:
        about = about_session(value)
        self._close()
        if self.began:
            self.scribe.keep(
                place, "codex:session_meta", value.get("payload"), ts=txt(value.get("timestamp"))
            )
            return
        self.began = True
        told = about.get("base_instructions", about.get("instructions"))
        words = told if isinstance(told, str) else txt(at(told, "text"))
        self.scribe.header(
            place,
            self.name,
            agent_name=txt(first(about, "agent_nickname", "agent_role")),
            agent_version=txt(about.get("cli_version")),
            request_model=self.model,
            ts=txt(value.get("timestamp")),
            source=rest(about, ("base_instructions", "instructions") if words or told is None else ()),
        )
        if words:
            key = "base_instructions" if "base_instructions" in about else "instructions"
            inside = "/text" if isinstance(told, dict) else ""
            base = "/payload" if "payload" in value else "/session" if "session" in value else ""
            base += "/meta" if "meta" in obj(value.get("payload")) else ""
            more = rest(told, ("text",)) if isinstance(told, dict) else {}
            self.scribe.message(place.below(f"{base}/{key}{inside}"), Said("system", words, more=more))

    def _line(self, number: int, value: dict[str, Any], place: Place) -> None:
        """Write a line that holds its item, its event or its settings as a payload."""
        kind, stamp = txt(value.get("type")) or "line", txt(value.get("timestamp"))
        payload = value.get("payload")
        beside = rest(value, ("type", "timestamp", "payload"))
        inner = place.below("/payload")
        if not isinstance(payload, dict):
            self.scribe.keep(place, f"codex:{kind}", rest(value, ("type", "timestamp")), ts=stamp)
        elif kind == "response_item":
            self._item(number, payload, inner, stamp, beside)
        elif kind == "event_msg":
            self._event(number, payload, inner, stamp, beside)
        elif kind == "compacted":
            self._compacted(payload, inner, stamp, beside)
        else:
            self._close()
            if kind == "world_state":
                payload = self._state(payload, inner, stamp)
            self.scribe.keep(inner, f"codex:{kind}", {**payload, **beside}, ts=stamp)

    def _item(
        self, number: int, item: dict[str, Any], place: Place, stamp: Json, beside: dict[str, Any]
    ) -> None:
        """Write an item: the model's own wait until its response is complete."""
        ts = txt(stamp)
        said = _first_form(item) or responses.read(item)
        if item.get("type") == "agent_message" and said is None:
            content = item.get("content")
            said = Said("agent", content, more=rest(item, ("type", "content")))
        if said is None:
            self._close()
            kind = txt(item.get("type")) or txt(item.get("record_type")) or "line"
            self.scribe.keep(place, f"codex:{kind}", {**item, **beside}, ts=ts)
            return
        said = replace(said, more={**said.more, **beside, **self.twins.beside(number)})
        if said.role == "assistant":
            self.stamp = self.stamp or ts
            self.open.append((said, place))
            return
        self._close()
        if said.results:
            for result in said.results:
                self._result(replace(result, more={**result.more, **said.more}), place, ts)
            return
        role = (
            "harness"
            if said.role == "user" and not self.twins.typed(number, text(said.content))
            else said.role
        )
        self._say(place, replace(said, role=role), ts)

    def _say(self, place: Place, said: Said, ts: str | None) -> None:
        if said.role == "user":
            self.typed[text(said.content)] += 1
        self.scribe.message(place, said, ts=ts)

    def _result(self, result: Result, place: Place, ts: str | None) -> None:
        name = self.approvals.name(result.call)
        status = result.status or self.approvals.status(result.call)
        instead: dict[str, Json] = {}
        if not self.approvals.refused(result, place, name):
            self.waiting.go(result.call)
        elif answers := self.waiting.never(
            result.call
        ):  # no call went out: what came back answers the decision
            instead = {"call": answers, "call_id": result.call}
        self.scribe.result(place, replace(result, status=status), id=name, ts=ts, **instead)

    def _close(self) -> None:
        """Write the response whose items have come."""
        pieces, self.open = self.open, []
        if not pieces:
            return
        ts, self.stamp = self.stamp, None
        said = joined([one for one, _ in pieces])
        places = [place for _, place in pieces]
        spoken = next((n for n, (one, _) in enumerate(pieces) if one.content), 0)
        for call in said.calls:
            self.approvals.made(call)
        if said.spoke or said.calls or said.unread:
            self.waiting.step(Spread(places, places[spoken]), said, ts=ts)
        else:  # thoughts that are sealed, and nothing that came of them
            self.scribe.keep(places[0], "codex:reasoning", said.more, ts=ts)

    def _event(
        self, number: int, event: dict[str, Any], place: Place, ts: str | None, beside: dict[str, Any]
    ) -> None:
        kind = txt(event.get("type")) or "event"
        if self.twins.told(number):
            return
        if kind in _ENDS:
            self._close()
        if kind == "user_message" and isinstance(event.get("message"), str):
            said = Said("user", event["message"], more={**rest(event, ("type", "message")), **beside})
            self._say(place, said, ts)
            return
        if kind in ("guardian_assessment", "web_search_end"):
            self._close()
        if kind == "web_search_end":
            self._search(event, place, ts)
        decided = self.approvals.guardian(event, place, ts) if kind == "guardian_assessment" else None
        self.scribe.keep(place, f"codex:{kind}", {**rest(event, ("type",)), **beside}, ts=ts)
        if decided == "given":
            self.waiting.go(txt(event.get("target_item_id")))

    def _search(self, event: dict[str, Any], place: Place, ts: str | None) -> None:
        """Write a look-up, where its results were logged."""
        documents = [
            {"id": name, "rank": rank + 1, **rest(found, ("id", "rank"))}
            for rank, found in enumerate(map(obj, arr(event.get("results"))))
            if (name := txt(first(found, "url", "ref_id")))
        ]
        if documents:
            self.scribe.record("retrieval", place, query=txt(event.get("query")), documents=documents, ts=ts)

    def _compacted(
        self, payload: dict[str, Any], place: Place, ts: str | None, beside: dict[str, Any]
    ) -> None:
        """Write a compaction: what was said before and is not in the history that replaces it was dropped."""
        self._close()
        before = self.scribe.held()
        heard = []
        typed = self.typed.copy()
        listed = payload.get("replacement_history")
        for index, item in enumerate(arr(listed)):
            said = responses.read(item)
            at_ = place.below(f"/replacement_history/{index}")
            if said is None:
                self.scribe.keep(at_, "codex:item", item)
            else:
                words = text(said.content)
                again = said.role != "user" or typed[words] > 0
                typed[words] -= 1
                heard.append((said if again else replace(said, role="harness"), at_))
        kept = set(self.scribe.hear(heard))
        body: dict[str, Json] = {
            "kept": [n for n in before if n in kept],
            "dropped": [n for n in before if n not in kept],
        }
        if not isinstance(listed, list):
            body = {}
        more = {**rest(payload, ("message", "replacement_history")), **beside}
        summary = txt(payload.get("message"))
        self.scribe.record("compaction", place, **body, summary=summary, source=more or None, ts=ts)

    def _state(self, payload: dict[str, Any], place: Place, ts: str | None) -> dict[str, Any]:
        """Write the instructions of the project, which the program puts before the model; return the rest."""
        told = txt(at(payload, "state", "agents_md", "text"))
        if not told:
            return payload
        self.scribe.message(place.below("/state/agents_md/text"), Said("harness", told), ts=ts)
        return without(payload, "state", "agents_md", "text")


def _first_form(item: dict[str, Any]) -> Said | None:
    """Take an item apart as some early versions wrote it: times under `created_at`, results that name their tool."""
    kind = item.get("type")
    if kind == "function_result":
        more = rest(item, ("type", "name", "result", "created_at"))
        return Said("tool", results=(Result(item.get("result"), None, txt(item.get("name")), more=more),))
    name = txt(at(item, "function", "name"))
    if kind == "function_call" and name:
        more = rest(item, ("type", "function", "arguments", "created_at"))
        return Said("assistant", calls=(Call(name, item.get("arguments"), more=more),))
    if "created_at" in item and isinstance(item.get("role"), str) and kind is None:
        known = "message" if "message" in item else "content"
        return Said(item["role"], item.get(known), more=rest(item, ("role", known, "created_at")))
    return None


def _model(value: Json) -> str | None:
    payload = obj(value).get("payload")
    return (
        txt(at(payload, "model"))
        if obj(value).get("type") == "turn_context"
        else txt(obj(value).get("model"))
    )
