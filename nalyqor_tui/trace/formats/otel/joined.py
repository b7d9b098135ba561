"""A look-up that lacks ids and scores, and the query of the store below it that has them: told as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.trace.formats.otel.acts import Act, Lookup
from nalyqor_tui.trace.formats.otel.span import Span
from nalyqor_tui.trace.formats.pick import arr, decoded, num, obj, txt
from nalyqor_tui.trace.records import Json

_STORED = "db.query.retrieved_documents"


@dataclass(frozen=True, slots=True)
class Twin:
    """The query of a store, and what it knows of each document, in the order of the look-up."""

    span: Span
    known: list[dict[str, Any]]


def join(acted: Sequence[tuple[Span, Act]]) -> dict[int, Twin]:
    """Return, by the place of the look-up in the list, the queries that returned the same texts in its time."""
    stores = [(span, _stored(span)) for span, _ in acted if _STORED in span.attributes]
    out: dict[int, Twin] = {}
    for index, (span, act) in enumerate(acted):
        if not isinstance(act, Lookup) or not act.documents or any("id" in one for one in act.documents):
            continue
        texts = [one.get("text") for one in act.documents]
        for store, found in stores:
            if _within(store, span) and [text for text, _ in found] == texts:
                out[index] = Twin(store, [known for _, known in found])
                break
    return out


def _stored(span: Span) -> list[tuple[Json, dict[str, Any]]]:
    """Return the text of each document that a store returned, with its id and its score."""
    out: list[tuple[Json, dict[str, Any]]] = []
    for listed in arr(decoded(span.attributes[_STORED])):
        body = {key.removeprefix("document."): value for key, value in obj(listed).items()}
        known = {"id": txt(body.get("id")), "score": num(body.get("score"))}
        out.append((body.get("content"), {key: value for key, value in known.items() if value is not None}))
    return out


def _within(inner: Span, outer: Span) -> bool:
    times = (outer.start, inner.start, inner.end, outer.end)
    known = [time for time in times if time is not None]
    return inner.trace == outer.trace and len(known) == len(times) and known == sorted(known)
