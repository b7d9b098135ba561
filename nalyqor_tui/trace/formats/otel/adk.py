"""Google's Agent Development Kit: the request and the response of a model as JSON of the Gemini API."""

from __future__ import annotations

from nalyqor_tui.trace.formats.messages import Said
from nalyqor_tui.trace.formats.otel.acts import Heard, Talk, listen
from nalyqor_tui.trace.formats.otel.span import Span
from nalyqor_tui.trace.formats.pick import arr, decoded, obj
from nalyqor_tui.trace.records import Json

_SENT, _GAVE = "gcp.vertex.agent.llm_request", "gcp.vertex.agent.llm_response"


def talk(span: Span) -> Talk:
    """Return what a model was sent and gave; the rest of the request and the response stays with the span."""
    out = Talk()
    sent, gave = (obj(decoded(span.attributes.get(key))) for key in (_SENT, _GAVE))
    place = span.at(_SENT)
    heard: list[Heard] = []
    if system := _system(obj(sent.get("config")).get("system_instruction")):
        heard.append((Said("system", system), place))
    if contents := arr(sent.get("contents")):
        out.heard = heard + listen(out, contents, place)
    if gave.get("content"):
        out.said = listen(out, gave["content"], span.at(_GAVE))
    return out


def tools(span: Span) -> Json:
    """Return the tools that the request names, None where it names none."""
    listed = arr(obj(obj(decoded(span.attributes.get(_SENT))).get("config")).get("tools"))
    return [one for each in listed for one in arr(obj(each).get("function_declarations"))] or None


def _system(value: Json) -> Json:
    if isinstance(value, dict):
        return "\n".join(str(obj(part).get("text", "")) for part in arr(value.get("parts")))
    return value
