"""The Vercel AI SDK: `ai.*` attributes, a span around all steps, one for each call of the model and each tool."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages import Call, Piece, Result, Said
from nalyqor_tui.trace.formats.messages.vercel import read_call
from nalyqor_tui.trace.formats.otel.acts import Act, Frame, Heard, Model, Talk, Tool, listen
from nalyqor_tui.trace.formats.otel.span import Span
from nalyqor_tui.trace.formats.pick import arr, decoded, first, txt, whole
from nalyqor_tui.trace.records import Json

_STEPS = (".doGenerate", ".doStream")
_WHOLES = ("ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject")
_TEXT, _CALLS, _THOUGHT = ("response.text", "response.object"), "response.toolCalls", "response.reasoning"
_TOKENS = ("ai.usage.promptTokens", "ai.usage.inputTokens", "gen_ai.usage.input_tokens")


def operation(span: Span) -> str:
    """Return the operation of the SDK that a span is of, empty where it is of none."""
    name = txt(span.attributes.get("ai.operationId")) or (span.name if span.name.startswith("ai.") else "")
    return name if any(key.startswith("ai.") for key in span.attributes) else ""


def kind(span: Span) -> str | None:
    """Name what a span stands for: model, tool, agent or another word; None where it is not of ours."""
    name = operation(span)
    if name == "ai.toolCall":
        return "tool"
    if name.startswith("ai.embed"):
        return "embedding"
    return "model" if name.endswith(_STEPS) else "agent" if name in _WHOLES else name or None


def read(span: Span) -> Act | None:
    """Say what a span stands for, or return None where it is not of this SDK."""
    named = kind(span)
    if named == "tool":
        return _tool(span)
    if named == "model":
        model = txt(first(span.attributes, "ai.response.model", "ai.model.id"))
        tools = [decoded(tool) for tool in arr(span.attributes.get("ai.prompt.tools"))] or None
        return Model(_talk(span), model, tools, whole(first(span.attributes, *_TOKENS)))
    if named == "agent":
        function = txt(span.attributes.get("ai.telemetry.functionId"))
        return Frame("agent", function, _whole_talk(span), model=True)
    return Frame(named) if named else None


def _talk(span: Span) -> Talk:
    out = Talk()
    for key in ("ai.prompt.messages", "ai.prompt"):
        if span.attributes.get(key) is not None:
            out.used.add(key)
            out.heard = listen(out, span.attributes[key], span.at(key), role="user")
            break
    out.said = _said(span, out)
    return out


def _whole_talk(span: Span) -> Talk:
    """Return what all steps together were sent and gave: `ai.prompt` is what the function was called with."""
    out = Talk()
    prompt = decoded(span.attributes.get("ai.prompt"))
    if isinstance(prompt, dict):
        out.used.add("ai.prompt")
        place = span.at("ai.prompt")
        heard: list[Heard] = []
        if prompt.get("system"):
            heard.append((Said("system", prompt["system"]), place))
        for key in ("messages", "prompt"):
            if prompt.get(key):
                heard += listen(out, prompt[key], place, role="user")
        out.heard = heard or None
    out.said = _said(span, out)
    return out


def _said(span: Span, out: Talk) -> list[Heard] | None:
    """Put the response together: its text or object, its thoughts, its calls (`ai.result` as it was)."""
    for stem in ("ai.", "ai.result."):
        names = [(stem + name).replace("result.response", "result") for name in (*_TEXT, _THOUGHT, _CALLS)]
        if keys := [name for name in names if span.attributes.get(name) not in (None, "")]:
            break
    else:
        return None
    out.used.update(keys)
    held: dict[str, Any] = {key.rpartition(".")[2]: span.attributes[key] for key in keys}
    calls: list[Call] = []
    unread: list[Piece] = []
    for listed in arr(decoded(held.get("toolCalls"))):
        call = read_call(listed, "")
        calls.append(call) if isinstance(call, Call) else unread.append(call)
    content = first(held, "text", "object")
    said = Said(
        "assistant", content, tuple(calls), reasoning=_text(held.get("reasoning")), unread=tuple(unread)
    )
    return [(said, span.at(*keys))]


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _tool(span: Span) -> Tool:
    name = txt(span.attributes.get("ai.toolCall.name")) or "a tool without a name"
    own = txt(span.attributes.get("ai.toolCall.id"))
    given, came = (first(span.attributes, *keys) for keys in (
        ("ai.toolCall.args", "ai.toolCall.input"), ("ai.toolCall.result", "ai.toolCall.output")))  # fmt: skip
    parts = ("name", "id", "args", "input", "result", "output")
    used = {key for part in parts if (key := f"ai.toolCall.{part}") in span.attributes}
    return Tool(Call(name, decoded(given), own), Result(decoded(came), own, name), used, came is not None)
