"""Writes the records of one session while a foreign source is read, in the order in which things happened.

A decision stands before what it produced, so that the state before it is what the model was sent. A user's
message starts the next turn; a tool result never does. What the source holds and our records have no word
for goes into `source`, or into a record of a kind of its own (`keep`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nalyqor_tui.trace.formats.messages import Call, Result, Said, text, unwrapped
from nalyqor_tui.trace.parse import alike, dumps
from nalyqor_tui.trace.place import Place, Placed, Spread
from nalyqor_tui.trace.records import SCHEMA, Compaction, Json, Message, Proposal, ToolResult, Unparsed
from nalyqor_tui.trace.validate import read

Heard = tuple[Said, Place]


class Scribe:
    """Gathers the records of one session in `records`."""

    def __init__(self) -> None:
        self.records: list[Placed] = []
        self.turn = 1  # what stands before the first user message belongs to turn 1
        self._asked = 0
        self._seq = 0
        self._counts: dict[str, int] = {}
        self._heard: dict[bytes, list[str]] = {}  # the ids of the records of each message, as it was said

    def header(self, place: Place, name: str, **known: Json) -> None:
        """Begin the session; `known` are fields of the header, and `source` what else the log says of it."""
        self._add("trace", place, {"schema": SCHEMA, "conversation_id": name} | _given(known))

    def message(self, place: Place, said: Said, **known: Json) -> str:
        """Write what someone said and return the record's id; a user's message starts the next turn."""
        if said.role == "user":
            self._asked += 1
            self.turn = max(1, self._asked)
        body = {"role": said.role, "content": said.content, "source": said.more or None}
        name = self._record("message", place, body | {"reasoning": said.reasoning} | known)
        self._remember(said, name)
        return name

    def say(self, place: Place, said: Said, **known: Json) -> None:
        """Write a message with all that is in it: an assistant's is a step, results are results, the rest is said."""
        if said.role == "assistant":
            self.step(place, said, **known)
            return
        for index, result in enumerate(said.results):
            more = known if not index else {key: value for key, value in known.items() if key != "id"}
            self.result(place.below(result.pointer), result, **more)
        if said.spoke or not said.results:
            self.message(place, said, **known)
        self._unread(place, said)

    def step(self, place: Place | Spread, said: Said, **known: Json) -> list[str]:
        """Write one response of the model and return the ids of its decisions: one for each call, or a reply.

        `known` are fields of the decision: context, agent, parent, tools_offered, margin (of the first
        decision), source, id and ts; `message_id` is the id of the words. The calls whose numbers are in
        `held` did not go out with the response: `call` writes them when they do.
        """
        margin, base = known.pop("margin", None), known.pop("id", None) or self._name("decision")
        message_id, held = known.pop("message_id", None), known.pop("held", ())
        shared: dict[str, Json] = {key: known[key] for key in ("ts", "agent") if key in known}
        spoke = said.spoke or not (said.calls or said.unread)
        chosen: list[tuple[Json, str]] = [
            ({"tool": call.name, "arguments": call.arguments}, call.pointer) for call in said.calls
        ]
        if spoke and not said.calls:
            chosen = [({"reply": text(said.content)}, "")]
        names = []
        for index, (choice, pointer) in enumerate(chosen):
            name = f"{base}.{index + 1}" if index else base
            body = {"id": name, "chosen": choice, **known, "margin": None if index else margin}
            if index in held:  # what is known of a call that may never go out
                body["call"] = {"id": said.calls[index].id, **said.calls[index].more}
            if not (spoke or index) and said.more:  # there are no words that it could stand beside
                body["source"] = {**said.more, **(known.get("source") or {})}
            names.append(self._record("decision", place.below(pointer), body))
        refs = [self._words(place, said, message_id, shared)] if spoke else []
        for index, (call, decision) in enumerate(zip(said.calls, names, strict=False)):
            if index not in held:
                refs.append(self.call(place.below(call.pointer), call, decision=decision, **shared))
            elif not spoke:  # what stands for the response in a later context
                refs.append(decision)
        for result in said.results:  # of a tool that the model's own service ran
            self.result(place.below(result.pointer), result, **shared)
        self._unread(place, said)
        if not spoke:
            self._remember(said, *refs)
        return names

    def call(self, place: Place, call: Call, **known: Json) -> str:
        """Write a call as it went out; `decision` is the id of the decision that it carries out."""
        body = {"id": call.id, "name": call.name, "arguments": call.arguments, "source": call.more or None}
        return self._record("tool_call", place, body | known)

    def result(self, place: Place, result: Result, **known: Json) -> str:
        """Write what came back from a tool."""
        body = {"call": result.call, "status": result.status, "name": result.name, "result": result.value}
        name = self._record("tool_result", place, body | {"source": result.more or None} | known)
        self._remember(Said("tool", results=(result,)), name)
        return name

    def history(self, place: Place, said: Said, **known: Json) -> None:
        """Write a message that is only a part of the context: how it was chosen is not told, or told elsewhere."""
        if said.role == "assistant" or not said.results:
            content = said.content
            if said.calls:  # calls whose decisions were not logged stay what they are: a part of the message
                plain = unwrapped(content) if isinstance(content, list) else content
                content = {"content": plain, "calls": [_spoken(call) for call in said.calls]}
            body = Said(said.role, content, reasoning=said.reasoning, more=said.more)
            self._remember(said, self.message(place, body, **known))
            return
        refs = [self.result(place.below(result.pointer), result, **known) for result in said.results]
        if said.spoke:
            refs.append(self.message(place, said, **known))
        self._remember(said, *refs)

    def window(self, place: Place, heard: Iterable[Heard], **known: Json) -> str:
        """Write the context that a decision was made on, exactly as it was sent, and return its id.

        Messages that were written before are referred to, others are written first: each message of the
        conversation becomes one record, however often it was sent. `known` are input_tokens, id, ts.
        """
        refs = self.hear(heard, **{k: known[k] for k in ("ts",) if k in known})
        return self._record("context", place, {"items": [{"ref": ref} for ref in refs]} | known)

    def hear(self, heard: Iterable[Heard], **known: Json) -> list[str]:
        """Write those of the messages that were not written before, and return the ids of the records of all."""
        met: dict[bytes, int] = {}
        refs: list[str] = []
        for said, at in heard:
            key = known_by(said)
            nth = met.get(key, 0)
            met[key] = nth + 1
            if nth >= len(self._heard.get(key, ())):
                self.history(at, said, **known)
            refs.extend(self._heard[key][nth].split("\n"))
        return refs

    def held(self) -> list[str]:
        """Return the ids of what was said, asked and came back so far: what a context may hold."""
        kinds = (Message, ToolResult, Compaction, Proposal)
        return [r.id for r, _ in self.records if isinstance(r, kinds) and r.id is not None]

    def record(self, kind: str, place: Place, **fields: Json) -> str:
        """Write a record of another kind (confirmation, proposal, retrieval, compaction, outcome, end)."""
        return self._record(kind, place, fields)

    def keep(self, place: Place, kind: str, source: Json, **known: Json) -> str:
        """Keep what our records have no word for, whole; `kind` begins with the format's name and a colon."""
        return self._record(kind, place, {"source": source} | known)

    def unparsed(self, place: Place, problem: str, source: Json | Unparsed) -> None:
        """Show a piece of the source that could not be read."""
        broken = source if isinstance(source, Unparsed) else Unparsed(problem, dumps(source))
        self.records.append((broken, place))

    def _words(self, place: Place | Spread, said: Said, name: str | None, known: dict[str, Json]) -> str:
        body = {"role": said.role, "content": said.content, "reasoning": said.reasoning, "id": name}
        written = self._record("message", place.below(""), body | {"source": said.more or None} | known)
        self._remember(said, written)
        return written

    def _remember(self, said: Said, *refs: str) -> None:
        known = self._heard.setdefault(known_by(said), [])
        joined = "\n".join(refs)
        if not known or known[-1] != joined:
            known.append(joined)

    def _unread(self, place: Place | Spread, said: Said) -> None:
        for piece in said.unread:
            self.unparsed(place.below(piece.pointer), piece.problem, piece.value)

    def _name(self, kind: str) -> str:
        prefix = "kept " if ":" in kind else _PREFIXES.get(kind, kind[0])
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}{self._counts[prefix]}"

    def _record(self, kind: str, place: Place, body: dict[str, Any]) -> str:
        name = body.get("id") or self._name(kind)
        self._add(kind, place, _given(body) | {"id": name})
        return str(name)

    def _add(self, kind: str, place: Place, body: dict[str, Any]) -> None:
        self._seq += 1
        self.records.append((read({"kind": kind, "seq": self._seq, "turn": self.turn, **body}), place))


_PREFIXES = {
    "tool_call": "call ",
    "tool_result": "result ",
    "confirmation": "cf",
    "context": "x",
    "compaction": "k",
}


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Return what is known: a field that is None was not recorded, save where null is what was recorded."""
    return {key: value for key, value in fields.items() if value is not None or key in ("content", "result")}


def _spoken(call: Call) -> dict[str, Json]:
    return {"tool": call.name, "arguments": call.arguments, "id": call.id}


def known_by(said: Said) -> bytes:
    """Return what a message is known again by; ids and what is beside the words may differ when it is sent anew."""
    results: Sequence[Json] = [[r.call] if r.call else [None, r.value] for r in said.results]
    calls = [[call.name, call.arguments] for call in said.calls]
    content = said.content if isinstance(said.content, str) else text(said.content) if said.content else ""
    return alike([said.role, content, calls, results])
