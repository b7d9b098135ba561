"""What a model answered, in the shapes in which frameworks log it: a message, a raw response, calls, a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from nalyqor_tui.trace.formats import logprobs
from nalyqor_tui.trace.formats.messages import Call, Said, joined, responses, vercel
from nalyqor_tui.trace.formats.payload.asked import Pointed, message, under_key
from nalyqor_tui.trace.formats.pick import arr, at, decoded, first, rest, txt
from nalyqor_tui.trace.records import Json

_NO_ANSWER = frozenset({"", "None", "null"})
_MODEL = ("assistant", "model")


def answered(value: Json) -> Pointed | None:
    """Take apart what a model answered, or return None where nothing was recorded of it.

    Of several choices the first is taken; the others are kept in what the answer says `more`.
    """
    if isinstance(value, str):
        return None if value in _NO_ANSWER else (Said("assistant", value), "")
    shapes = _FROM_LIST if isinstance(value, list) else _FROM_OBJECT if isinstance(value, dict) else ()
    return next((found for shape in shapes if (found := shape(value)) is not None), None)


def structured(answer: Pointed | None) -> int:
    """Say how much of an answer's form was recorded: 0 nothing, 1 a text, 2 a message or calls."""
    if answer is None:
        return 0
    said, pointer = answer
    return 2 if pointer or said.calls or said.more or not isinstance(said.content, str) else 1


def measured(value: Json, offered: Sequence[str] = ()) -> dict[str, Json] | None:
    """Return the margin of an answer where its alternatives were recorded: token log-probabilities, or choices."""
    choices = arr(at(value, "choices")) or arr(at(value, "generations", 0))
    answers = []
    for choice in choices:
        found = answered({"choices": [choice]}) or answered({"generations": [[choice]]})
        if found is not None:
            answers.append(logprobs.Answer(found[0], logprobs.tokens(_logprobs(choice))))
    return logprobs.margin(answers, offered)


def _logprobs(choice: Json) -> Json:
    """Return the log-probabilities of a choice, where chat completions or LangChain write them."""
    found = first(choice, "logprobs") or at(choice, "generation_info", "logprobs")
    said = at(choice, "message", "kwargs") or at(choice, "message")
    return found or at(said, "response_metadata", "logprobs")


def _generations(value: dict[str, Json]) -> Pointed | None:
    """LangChain's result: a list of choices for each prompt."""
    found = at(value, "generations", 0)
    pointer = "/generations/0"
    if isinstance(found, list):
        found, pointer = at(found, 0), "/generations/0/0"
    if not isinstance(found, dict):
        return None
    more = rest(value, ("generations",)) | rest(found, ("message", "text"))
    others = [*arr(value["generations"])[1:], *arr(at(value, "generations", 0))[1:]]
    said = message(found.get("message"))
    if said is not None:
        return _answer(under_key(said, "/message", {}), pointer, more, others)
    words = txt(found.get("text"))
    return None if words is None else _answer(Said("assistant", words), f"{pointer}/text", more, others)


def _choices(value: dict[str, Json]) -> Pointed | None:
    """The response of chat completions, or of completions."""
    choice = at(value, "choices", 0)
    if not isinstance(choice, dict):
        return None
    more = rest(value, ("choices",)) | rest(choice, ("message", "text"))
    others = arr(value["choices"])[1:]
    said = message(choice.get("message"))
    if said is not None:
        return _answer(said, "/choices/0/message", more, others)
    words = txt(choice.get("text"))
    return None if words is None else _answer(Said("assistant", words), "/choices/0/text", more, others)


def _candidates(value: dict[str, Json]) -> Pointed | None:
    """Gemini's response."""
    choice = at(value, "candidates", 0)
    said = message(at(choice, "content"))
    if said is None:
        return None
    more = rest(value, ("candidates",)) | rest(choice, ("content",))
    return _answer(said, "/candidates/0/content", more, arr(value["candidates"])[1:])


def _adk(value: dict[str, Json]) -> Pointed | None:
    """The response as Google's ADK keeps it: one candidate without its list."""
    inner = value.get("content")
    said = message(inner) if isinstance(inner, dict) and "parts" in inner else None
    return None if said is None else _answer(said, "/content", rest(value, ("content",)), [])


def _output(value: dict[str, Json]) -> Pointed | None:
    """The response of the Responses API, or a value that a tracer wrapped."""
    inner = value.get("output")
    if isinstance(inner, list) and any(responses.is_item(item) for item in inner):
        said = _items(inner)
        return _answer(said, "/output", rest(value, ("output",)), [])
    found = answered(inner) if inner is not None and len(value) == 1 else None
    return None if found is None else (found[0], f"/output{found[1]}")


def _listed(value: dict[str, Json]) -> Pointed | None:
    """A graph's state or a request: the last of its messages, where the model said it."""
    listed = value.get("messages")
    found = answered(listed) if isinstance(listed, list) else None
    return None if found is None else (found[0], f"/messages{found[1]}")


def _single(value: dict[str, Json]) -> Pointed | None:
    said = message(value)
    if said is None or said.role not in _MODEL:
        return None
    return said, ""


def _vercel(value: dict[str, Json]) -> Pointed | None:
    """Vercel's result: a text and the calls beside it."""
    calls = decoded(value.get("toolCalls"))
    words = txt(value.get("text"))
    if "role" in value or (not isinstance(calls, list) and words is None):
        return None
    made = _given(arr(calls), "/toolCalls")
    said = Said("assistant", words, tuple(made), more=rest(value, ("toolCalls", "text")))
    return said, ""


def _items(items: list[Json]) -> Said:
    """Put the items of a response together; their pointers begin with their number."""
    pieces = [responses.read(item) or Said("assistant", [item]) for item in items]
    return replace(joined(pieces), role="assistant")


def _last(value: list[Json]) -> Pointed | None:
    """The messages of an answer: one, or the items of one; of a conversation the last."""
    if value and all(responses.is_item(item) for item in value):
        return _items(value), ""
    if not value:
        return None
    said = message(value[-1])
    if said is None or said.role not in _MODEL:
        return None
    return said, f"/{len(value) - 1}"


def _bare_calls(value: list[Json]) -> Pointed | None:
    """Vercel's calls without a message around them."""
    made = _given(value, "")
    return (Said("assistant", calls=tuple(made)), "") if value and len(made) == len(value) else None


def _given(items: list[Json], under: str) -> list[Call]:
    made = [vercel.read_call(item, f"{under}/{index}") for index, item in enumerate(items)]
    return [call for call in made if isinstance(call, Call)]


def _answer(said: Said, pointer: str, more: dict[str, Any], others: list[Json]) -> Pointed:
    kept = {key: part for key, part in more.items() if part not in (None, [], {})}
    if others:
        kept["other_choices"] = others
    return replace(said, role="assistant", more={**kept, **said.more}), pointer


_FROM_LIST: tuple[Callable[[Any], Pointed | None], ...] = (_bare_calls, _last)
_FROM_OBJECT: tuple[Callable[[Any], Pointed | None], ...] = (
    _generations, _choices, _candidates, _output, _vercel, _adk, _single, _listed,
)  # fmt: skip
