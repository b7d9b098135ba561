"""The request and the response in one logged exchange, of whichever service and whoever wrapped them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.logprobs import Answer, tokens
from nalyqor_tui.trace.formats.messages import Said, anthropic, joined, responses
from nalyqor_tui.trace.formats.pick import arr, at, decoded, first, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Heard
from nalyqor_tui.trace.place import Place, Spread
from nalyqor_tui.trace.records import Json

_RESPONSES = ("response", "completion", "output", "response_body")
_REQUESTS = ("request", "req", "input", "body", "request_body", "kwargs")
_WITHIN = ("", "/body", "/data")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a response: what was said, where it stands, what else the service says of it."""

    said: Said
    place: Place | Spread
    logprobs: Json
    more: dict[str, Any]

    @property
    def answer(self) -> Answer:
        """The answer as its tokens tell it."""
        return Answer(self.said, tokens(self.logprobs))


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request (empty where none was logged) with its response, and the pointers to both."""

    request: dict[str, Any]
    request_at: str
    response: dict[str, Any]
    response_at: str
    around: dict[str, Any]

    @property
    def asked(self) -> bool:
        """Whether the log holds what the model was sent."""
        return bool(self._sent())

    def heard(self, place: Place) -> list[Heard]:
        """Return what the model was sent, message by message; `place` is that of the exchange."""
        out = []
        for key, value in self._sent():
            where = place.below(f"{self.request_at}/{key}")
            if isinstance(value, str):
                role = "user" if key in ("input", "prompt") else "system"
                out.append((Said(role, value), where))
            elif key in ("system", "instructions"):
                out.append((Said("system", messages.unwrapped(arr(value))), where))
            else:
                out += _spoken(arr(value), where)
        return out

    def _sent(self) -> list[tuple[str, Json]]:
        listed = "raw_messages" if isinstance(self.request.get("raw_messages"), list) else "messages"
        keys = ("system", "instructions", listed, "input", "prompt")
        sent = [(key, self.request[key]) for key in keys if isinstance(self.request.get(key), str | list)]
        return [(key, value) for key, value in sent if value and not (key == "input" and _is_request(value))]

    def choices(self, place: Place) -> list[Choice]:
        """Return the answers of the response, in their order."""
        at_response = place.below(self.response_at)
        if isinstance(self.response.get("output"), list):
            return _items(self.response["output"], at_response.below("/output"))
        if isinstance(self.response.get("content"), list):
            said = anthropic.read_blocks("assistant", self.response["content"], "/content", {})
            return [Choice(said, at_response, None, {})]
        listed = enumerate(arr(self.response.get("choices")))
        return [_choice(obj(each), at_response.below(f"/choices/{index}")) for index, each in listed]

    def settings(self) -> dict[str, Any]:
        """Return what else was asked of the service, and what the log says around both."""
        sent = {key for key, _ in self._sent()} | {"tools", "functions"}
        return {**self.around, **rest(self.request, sent)}

    def told(self) -> dict[str, Any]:
        """Return what else the service says of its response."""
        return rest(self.response, ("choices", "output", "content", "role"))

    @property
    def offered(self) -> list[Json]:
        """The tools that could have been called, as they were described."""
        return arr(self.request.get("tools")) or arr(self.request.get("functions"))


def names(offered: Sequence[Json]) -> list[str]:
    """Return the names of tools as services describe them."""
    found = (first(obj(tool.get("function")) if isinstance(tool, dict) and "function" in tool else tool, "name", "type")
             for tool in offered)  # fmt: skip
    return [name for name in found if isinstance(name, str)]


def exchange(value: Json) -> Exchange | None:
    """Find a response in a logged value, and the request that it answers; None where there is no response."""
    if not isinstance(value, dict):
        return None
    if is_response(value):
        return Exchange({}, "", value, "", {})
    for key in _RESPONSES:
        for inner in _WITHIN:
            found = _within(value, key, inner)
            if isinstance(found, dict) and is_response(found):
                around = _without(value, key, inner)
                return _answered(around, found, f"/{key}{inner}")
    return None


def _answered(around: dict[str, Any], response: dict[str, Any], where: str) -> Exchange:
    for key in _REQUESTS:
        for inner in _WITHIN:
            found = _within(around, key, inner)
            if _is_request(found):
                return Exchange(obj(found), f"/{key}{inner}", response, where, _without(around, key, inner))
    if _is_request(around):
        return Exchange(around, "", response, where, {})
    return Exchange({}, "", response, where, around)


def _within(value: dict[str, Any], key: str, inner: str) -> Json:
    found = at(value, key, inner[1:]) if inner else value.get(key)
    return decoded(found) if isinstance(found, str) else found


def _without(value: dict[str, Any], key: str, inner: str) -> dict[str, Any]:
    """Return what stands around a part of a value."""
    beside = rest(value.get(key), (inner[1:],)) if inner else {}
    return rest(value, (key,)) | ({key: beside} if beside else {})


def is_response(value: dict[str, Json]) -> bool:
    """Tell whether a value is what a service answered: of chat, bare, Responses or Anthropic's messages."""
    if isinstance(value.get("choices"), list):
        choices = value["choices"]
        return bool(choices) and all(
            isinstance(c, dict) and ("message" in c or "text" in c) for c in choices[:3]
        )
    if value.get("object") == "response":
        return isinstance(value.get("output"), list)
    return value.get("type") == "message" and value.get("role") == "assistant" and "stop_reason" in value


def _is_request(value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("messages"), list) or any(
        isinstance(value.get(key), str | list) for key in ("input", "prompt", "instructions")
    )


def _spoken(listed: list[Json], place: Place) -> list[Heard]:
    """Return messages or items; items that one response consists of are one."""
    out: list[Heard] = []
    pieces: list[Said] = []
    began = place
    for index, value in enumerate(listed):
        where = place.below(f"/{index}")
        item = responses.read(value) if responses.is_item(value) else None
        if item is not None and item.role == "assistant":
            began = began if pieces else where
            pieces.append(item)
            continue
        if pieces:
            out.append((joined(pieces), began))
            pieces = []
        said = item or messages.read(value)
        out.append((said or Said("unknown", value), where))
    return [*out, (joined(pieces), began)] if pieces else out


def _items(listed: list[Json], place: Place) -> list[Choice]:
    said, places, logprobs, more = [], [], [], {}
    for index, value in enumerate(listed):
        item = responses.read(value)
        places.append(place.below(f"/{index}"))
        said.append(item or Said("assistant", value))
        for part in arr(obj(value).get("content")):
            logprobs += arr(obj(part).get("logprobs"))
    if logprobs:
        more["logprobs"] = logprobs
    words = next((p for s, p in zip(said, places, strict=True) if s.content), place)
    return [Choice(joined(said), Spread(places, words), logprobs or None, more)] if said else []


def _choice(value: dict[str, Json], place: Place) -> Choice:
    logprobs = value.get("logprobs")
    more = {key: part for key, part in value.items() if key not in ("message", "text", "index") and part}
    message = value.get("message")
    if isinstance(message, dict):
        said = messages.read({"role": "assistant", **message})
        return Choice(said or Said("assistant"), place.below("/message"), logprobs, more)
    return Choice(Said("assistant", txt(value.get("text"))), place, logprobs, more)
