"""OpenInference (Arize Phoenix): a span kind, and messages and documents in numbered attributes."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages import Call, Result, Said, Status
from nalyqor_tui.trace.formats.otel.acts import Act, Frame, Heard, Lookup, Model, Talk, Tool, listen
from nalyqor_tui.trace.formats.otel.span import Span
from nalyqor_tui.trace.formats.pick import arr, decoded, first, num, obj, rest, txt, whole
from nalyqor_tui.trace.records import Json

KIND = "openinference.span.kind"
_INPUT, _OUTPUT = "input.value", "output.value"
_TYPES = ("input.mime_type", "output.mime_type")
_HEARD, _SAID, _CHOICES, _PROMPTS = "llm.input_messages", "llm.output_messages", "llm.choices", "llm.prompts"
_FOUND, _RANKED = "retrieval.documents", "reranker.output_documents"
_STATUSES: dict[Json, Status] = {"success": "ok", "error": "error"}


def read(span: Span) -> Act | None:
    """Say what a span stands for, or return None where it has no OpenInference kind."""
    named = kind(span)
    if named == "model":
        tools = span.gathered("llm.tools") if span.under("llm.tools") else None
        tools = [first(obj(tool), "tool") or tool for tool in arr(tools)] or None
        name = txt(span.attributes.get("llm.model_name"))
        return Model(_talk(span), name, tools, whole(span.attributes.get("llm.token_count.prompt")))
    if named == "tool":
        return _tool(span)
    if named in ("retriever", "reranker"):
        return _lookup(span, _RANKED if named == "reranker" else _FOUND)
    if named == "agent":
        name = txt(span.attributes.get("agent.name")) or span.name or None
        return Frame("agent", name, _task(span))
    return Frame(named) if named else None


def kind(span: Span) -> str | None:
    """Name what a span stands for: model, tool, agent or another word; None where it is not of ours."""
    named = (txt(span.attributes.get(KIND)) or "").lower()
    return "model" if named == "llm" or (not named and span.under(_HEARD)) else named or None


def _talk(span: Span) -> Talk:
    out = Talk()
    out.heard = _messages(span, out, _HEARD) or _prompts(span, out)
    out.said = _messages(span, out, _SAID) or _choices(span, out)
    if out.heard is None and txt(span.attributes.get(_INPUT)):
        out.heard = _sent(span, out)
    if out.said is None and txt(span.attributes.get(_OUTPUT)):
        out.said = _gave(span, out)
    return out


def _messages(span: Span, out: Talk, prefix: str) -> list[Heard] | None:
    """Put the messages under a prefix together, each where its first attribute stands."""
    if not (keys := span.under(prefix)):
        return None
    out.used.update(keys)
    heard: list[Heard] = []
    for index, message in enumerate(arr(span.gathered(prefix))):
        stem = f"{prefix}.{index}.message"
        contents = next((key for key in keys if key.startswith(f"{stem}.content")), stem)
        place = span.at(contents, f"{stem}.role", next((key for key in keys if key.startswith(stem)), prefix))
        heard += listen(out, [message], place)
    return heard


def _prompts(span: Span, out: Talk) -> list[Heard] | None:
    if not (keys := span.under(_PROMPTS)):
        return None
    out.used.update(keys)
    texts = [txt(obj(obj(each).get("prompt")).get("text")) for each in arr(span.gathered(_PROMPTS))]
    return [(Said("prompt", text), span.at(*keys)) for text in texts if text]


def _choices(span: Span, out: Talk) -> list[Heard] | None:
    if not (keys := span.under(_CHOICES)):
        return None
    out.used.update(keys)
    texts = [txt(obj(obj(each).get("completion")).get("text")) for each in arr(span.gathered(_CHOICES))]
    out.choices = len(texts) > 1
    return [(Said("assistant", text), span.at(*keys)) for text in texts if text]


def _sent(span: Span, out: Talk) -> list[Heard] | None:
    """Read the whole input of a model: messages, a request that holds them, or a prompt."""
    value = decoded(span.attributes[_INPUT])
    inner = decoded(value.get("messages")) if isinstance(value, dict) else value
    place = span.at(_INPUT)
    if isinstance(inner, list) and inner:
        trial = Talk()
        heard = listen(trial, inner, place)
        if heard and not trial.unread:
            if inner is value:
                out.used.update((_INPUT, _TYPES[0]))
            return heard
    if isinstance(value, str):
        out.used.update((_INPUT, _TYPES[0]))
        return [(Said("prompt", value), place)]
    return None


def _gave(span: Span, out: Talk) -> list[Heard] | None:
    """Read the whole output of a model: a text, a message, or a response that holds them."""
    value = decoded(span.attributes[_OUTPUT])
    place = span.at(_OUTPUT)
    listed = [first(obj(each), "message", "delta") or each for each in arr(obj(value).get("choices"))]
    trial = Talk()
    heard = listen(trial, listed or value, place)
    if heard and not trial.unread:
        out.choices = len(listed) > 1
        return heard
    text = value if isinstance(value, str) else txt(first(obj(value), "text", "output"))
    if text is None:
        return None
    out.used.update((_OUTPUT, _TYPES[1]))
    return [(Said("assistant", text, more=rest(value, ("text",))), place)]


def _task(span: Span) -> Talk:
    """Return what an agent was asked and what it answered, as they stand."""
    out = Talk()
    if span.attributes.get(_INPUT) not in (None, ""):
        out.used.update((_INPUT, _TYPES[0]))
        out.heard = [(Said("user", decoded(span.attributes[_INPUT])), span.at(_INPUT))]
    if span.attributes.get(_OUTPUT) not in (None, ""):
        out.used.update((_OUTPUT, _TYPES[1]))
        out.said = [(Said("assistant", decoded(span.attributes[_OUTPUT])), span.at(_OUTPUT))]
    return out


def _tool(span: Span) -> Tool:
    name = (
        txt(first(span.attributes, "tool.name", "tool_call.function.name"))
        or span.name
        or "a tool without a name"
    )
    given = first(span.attributes, "tool_call.function.arguments", _INPUT)
    came, more, status = decoded(span.attributes.get(_OUTPUT)), {}, None
    own = txt(first(span.attributes, "tool_call.id", "tool.id"))
    if (
        isinstance(came, dict) and txt(came.get("tool_call_id")) and "content" in came
    ):  # LangChain's ToolMessage
        own, status = txt(came["tool_call_id"]), _STATUSES.get(txt(came.get("status")))
        came, more = came["content"], rest(came, ("tool_call_id", "content"))
    used = {"tool.name", "tool.id", "tool_call.id", "tool_call.function.name", "tool_call.function.arguments",
            _INPUT, _OUTPUT, *_TYPES} & span.attributes.keys()  # fmt: skip
    if "tool_call.function.arguments" in used:
        used.discard(_INPUT)
    result = Result(came, own, name, status, more=more)
    return Tool(Call(name, decoded(given), own), result, used, _OUTPUT in span.attributes)


def _lookup(span: Span, prefix: str) -> Lookup:
    query = txt(first(span.attributes, "reranker.query", _INPUT))
    documents = [_document(obj(each)) for each in arr(span.gathered(prefix))] if span.under(prefix) else []
    used = {*span.under(prefix), *({"reranker.query", _INPUT, _TYPES[0]} & span.attributes.keys())}
    return Lookup(query, documents, used)


def _document(listed: dict[str, Any]) -> dict[str, Any]:
    """Return a document with its text under `text`, as other look-ups have it."""
    body = obj(listed.get("document")) or listed
    out = {**rest(body, ("content", "score")), "text": body.get("content"), "score": num(body.get("score"))}
    out["metadata"] = decoded(body.get("metadata"))
    return {key: value for key, value in out.items() if value is not None}
