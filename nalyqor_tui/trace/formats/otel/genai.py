"""The GenAI conventions of OpenTelemetry, as they are: messages in attributes, on the span or in one event."""

from __future__ import annotations

from nalyqor_tui.trace.formats.messages import Call, Result, genai
from nalyqor_tui.trace.formats.otel import legacy
from nalyqor_tui.trace.formats.otel.acts import OTHER, Act, Frame, Heard, Lookup, Model, Talk, Tool, listen
from nalyqor_tui.trace.formats.otel.span import Span
from nalyqor_tui.trace.formats.pick import arr, decoded, first, num, obj, txt, whole
from nalyqor_tui.trace.records import Json

DETAILS = "gen_ai.client.inference.operation.details"
"""The event that holds what a span may hold, too."""

_MODEL = frozenset({"chat", "generate_content", "text_completion", "completion", "call_llm", "responses"})
_TOOL = frozenset({"execute_tool"})
_LOOKUP = frozenset({"retrieval", "search_memory"})
_AGENT = frozenset({"invoke_agent", "create_agent", "invoke_workflow", "workflow", "agent"})
_INPUT, _OUTPUT, _SYSTEM = "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"
_NAME, _ID = "gen_ai.tool.name", "gen_ai.tool.call.id"
_ARGUMENTS = ("gen_ai.tool.call.arguments", "tool_arguments", "gcp.vertex.agent.tool_call_args",
              "traceloop.entity.input")  # fmt: skip
_RESULT = (
    "gen_ai.tool.call.result",
    "tool_response",
    "gcp.vertex.agent.tool_response",
    "traceloop.entity.output",
)
_QUERY = ("gen_ai.retrieval.query.text", "gen_ai.retrieval.query")
_DOCUMENTS = ("gen_ai.retrieval.documents", "gen_ai.memory.search.results")


def read(span: Span) -> Act | None:
    """Say what a span stands for, or return None where it has none of the conventions' attributes."""
    named = kind(span)
    if named == "model":
        name = txt(first(span.attributes, "gen_ai.response.model", "gen_ai.request.model"))
        tools = first(span.attributes, "gen_ai.tool.definitions", "gen_ai.request.tools")
        tools = legacy.tools(span) if tools is None else tools
        used = first(span.attributes, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
        return Model(talk(span), name, tools, whole(used))
    if named == "tool":
        return _tool(span)
    if named == "lookup":
        return _lookup(span)
    if named == "agent":
        name = txt(
            first(span.attributes, "gen_ai.agent.name", "gen_ai.workflow.name", "traceloop.entity.name")
        )
        return Frame("agent", name, talk(span))
    return Frame(named) if named else None


def talk(span: Span) -> Talk:
    """Return what a model or an agent was sent and gave, from the attributes or, as it was, from elsewhere."""
    out = Talk()
    heard: list[Heard] = []
    if (system := span.attributes.get(_SYSTEM)) is not None:
        out.used.add(_SYSTEM)
        parts = decoded(system)
        listed = parts if isinstance(parts, list) else [parts]
        said = genai.read_parts("system", [_part(part) for part in listed], "", {})
        heard.append((said, span.at(_SYSTEM)))
    if span.attributes.get(_INPUT) is not None:
        out.used.add(_INPUT)
        heard += listen(out, span.attributes[_INPUT], span.at(_INPUT), role="user")
        out.heard = heard
    if span.attributes.get(_OUTPUT) is not None:
        out.used.add(_OUTPUT)
        out.said = listen(out, span.attributes[_OUTPUT], span.at(_OUTPUT), role="assistant")
        reasons = arr(span.attributes.get("gen_ai.response.finish_reasons"))
        asked = whole(span.attributes.get("gen_ai.request.choice.count")) or len(reasons)
        out.choices = 1 < len(out.said) <= asked
    if out.heard is None and out.said is None:
        out = legacy.talk(span)
        out.heard = heard + out.heard if out.heard is not None else heard or None
        out.used |= {_SYSTEM} & span.attributes.keys()
    return out


def kind(span: Span) -> str | None:
    """Name what a span stands for: model, tool, lookup, agent or another word; None where it is not of ours."""
    operation = txt(span.attributes.get("gen_ai.operation.name")) or txt(
        span.attributes.get("llm.request.type")
    )
    for names, word in ((_MODEL, "model"), (_TOOL, "tool"), (_LOOKUP, "lookup"), (_AGENT, "agent")):
        if operation in names:
            return word
    if operation is not None:
        return "model" if operation not in ("embeddings", "embedding") and span.under(_OUTPUT) else operation
    entity = txt(span.attributes.get("traceloop.span.kind"))
    if entity is not None:
        return {"tool": "tool", "agent": "agent", "workflow": "agent"}.get(entity, entity)
    if _NAME in span.attributes:
        return "tool"
    if span.attributes.keys() & {"gen_ai.request.model", "gen_ai.response.model", _OUTPUT} or legacy.captured(
        span
    ):
        return "model"
    if "gen_ai.agent.name" in span.attributes:
        return "agent"
    return OTHER if any(key.startswith(("gen_ai.", "traceloop.")) for key in span.attributes) else None


def _part(part: Json) -> Json:
    return {"type": "text", "content": part} if isinstance(part, str) else part


def _tool(span: Span) -> Tool:
    name = txt(first(span.attributes, _NAME, "traceloop.entity.name"))
    name = name or span.name.removeprefix("execute_tool ") or "a tool without a name"
    given = next((key for key in _ARGUMENTS if span.attributes.get(key) is not None), None)
    came = next((key for key in _RESULT if span.attributes.get(key) is not None), None)
    arguments = decoded(span.attributes[given]) if given else legacy.arguments(span)
    result = decoded(span.attributes[came]) if came else legacy.result(span)
    own = txt(span.attributes.get(_ID))
    used = {key for key in (_NAME, _ID, given, came) if key and key in span.attributes}
    paused, ident = _waiting(result)
    call = Call(name, arguments, own or ident)
    return Tool(
        call, Result(result, own or ident, name), used, came is not None or result is not None, paused
    )


def _waiting(result: Json) -> tuple[Json, str | None]:
    """Return what a tool's result says of an approval that is waited for, and the id of the call; else None.

    The OpenAI Agents SDK ends the span of a tool that waits for an approval as if it had run.
    """
    item = obj(result).get("run_item")
    if obj(item).get("type") != "tool_approval_item":
        return None, None
    return item, txt(obj(obj(item).get("raw_item")).get("call_id"))


def _lookup(span: Span) -> Lookup:
    found = next((key for key in _DOCUMENTS if span.attributes.get(key) is not None), None)
    asked = next((key for key in _QUERY if txt(span.attributes.get(key))), None)
    documents = []
    for listed in arr(decoded(span.attributes[found])) if found else ():
        document = dict(obj(listed)) or {"document": listed}
        document["score"] = num(document.get("score"))
        documents.append(document)
    used = {key for key in (found, asked) if key}
    return Lookup(txt(span.attributes[asked]) if asked else None, documents, used)
