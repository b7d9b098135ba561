"""The dialects that spans are written in: which one a span is of, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nalyqor_tui.trace.formats.otel import adk, genai, legacy, openinference, vercel
from nalyqor_tui.trace.formats.otel.acts import OTHER, Act, Frame, Model, Tool
from nalyqor_tui.trace.formats.otel.span import Span
from nalyqor_tui.trace.formats.pick import first, txt
from nalyqor_tui.trace.records import Json

_PREFIXES = ("gen_ai.", "gcp.vertex.agent.", "llm.", "openinference.", "traceloop.", "ai.operationId", "ai.model.",
             "ai.prompt", "ai.response.", "ai.telemetry.", "ai.toolCall.")  # fmt: skip
_INTERRUPTS = ("GraphInterrupt", "NodeInterrupt")  # how LangGraph stops a tool to ask somebody
_CONTENT = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.prompt",
            "gen_ai.completion", "llm.input_messages.", "llm.output_messages.", "llm.prompts", "llm.choices",
            "input.value", "output.value", "ai.prompt.messages", "ai.response.text", "ai.response.object",
            "ai.response.toolCalls", "ai.result.", "gcp.vertex.agent.llm_re", "events",
            "all_messages_events")  # fmt: skip
_NOTHING: tuple[Json, ...] = (None, "", "[]", "{}", [], {})
_AGENTS = ("gen_ai.agent.name", "agent.name", "gen_ai.workflow.name", "traceloop.entity.name",
           "ai.telemetry.functionId")  # fmt: skip
_SESSIONS = ("gen_ai.conversation.id", "session.id", "traceloop.association.properties.session_id",
             "ai.telemetry.metadata.sessionId", "gcp.vertex.agent.session_id", "langfuse.session.id")  # fmt: skip


def is_ours(key: Json) -> bool:
    """Tell whether the name of an attribute is one that only the spans of agents and models have."""
    return isinstance(key, str) and key.startswith(_PREFIXES)


def read(span: Span) -> Act:
    """Say what a span stands for; what is of no dialect is a frame."""
    act = openinference.read(span) or vercel.read(span) or genai.read(span)
    if isinstance(act, Model) and not act.talk.captured:
        act.talk = genai.talk(span)
        if not act.talk.captured:
            act.talk, act.tools = adk.talk(span), act.tools or adk.tools(span)
    if isinstance(act, Tool):
        act.paused = act.paused or _interrupted(span)
    return act or Frame(OTHER)


def kind(span: Span) -> str:
    """Name what a span stands for, without reading what it holds: model, tool, agent or another word."""
    return openinference.kind(span) or vercel.kind(span) or genai.kind(span) or OTHER


def speaks(span: Span) -> bool:
    """Tell, without taking it apart, whether a call of a model was recorded with content."""
    if any(event.name == genai.DETAILS or event.name in legacy.EVENTS for event in span.events):
        return True
    return any(key.startswith(_CONTENT) and span.attributes[key] not in _NOTHING for key in span.attributes)


def agent(span: Span) -> str:
    """Return what the agent of a span is called."""
    names = (txt(span.attributes.get(key)) for key in _AGENTS)
    return next((name for name in names if name), span.name or "agent")


def once(acted: list[tuple[Span, Act]], around: Callable[[Span], Iterable[Span]]) -> None:
    """Leave one call of a model where several spans stand for it: the innermost with content, else the outermost.

    A client is often traced inside of the framework that calls it. What a tool or an agent does inside is its own.
    """
    acts = {id(span): act for span, act in acted}
    outer = {id(span): list(_models(around(span), acts)) for span, act in acted if isinstance(act, Model)}
    talking = {id(span) for span, act in acted if isinstance(act, Model) and act.talk.captured}
    doubled = {id(each) for span in outer if span in talking for each in outer[span]}
    doubled |= {span for span in outer if span not in talking and outer[span]}
    for index, (span, _) in enumerate(acted):
        if id(span) in doubled:
            acted[index] = (span, Frame("model call"))


def _models(around: Iterable[Span], acts: dict[int, Act]) -> Iterator[Span]:
    """Yield the calls of a model around a span, up to the nearest tool or agent."""
    for outer in around:
        act = acts.get(id(outer))
        if isinstance(act, Tool) or (isinstance(act, Frame) and act.kind == "agent"):
            return
        if isinstance(act, Model):
            yield outer


def name(span: Span) -> str:
    """Return what the dialect of a span is called, empty where it is of none."""
    if openinference.KIND in span.attributes or span.under("llm.input_messages"):
        return "OpenInference"
    if vercel.operation(span):
        return "Vercel AI SDK"
    return "OpenTelemetry GenAI" if any(is_ours(key) for key in span.attributes) else ""


def session(span: Span) -> str | None:
    """Return the conversation or session that a span says it belongs to."""
    value = first(span.attributes, *_SESSIONS)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else txt(value)


def _interrupted(span: Span) -> Json:
    """Return what stopped a tool to ask somebody, None where nothing did: no failure, and no execution."""
    for event in span.events:
        if (txt(event.attributes.get("exception.type")) or "").endswith(_INTERRUPTS):
            return event.attributes
    kind = txt(span.attributes.get("error.type")) or ""
    return {"error.type": kind} if kind.endswith(_INTERRUPTS) else None
