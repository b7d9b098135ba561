"""OpenHands: the event lists of V0 (with the outputs of its resolver and its evaluations), the events of V1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from nalyqor_tui.phrase import phrase
from nalyqor_tui.trace.document import Document, Item, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.openhands import v0, v1
from nalyqor_tui.trace.formats.pick import arr, at, obj
from nalyqor_tui.trace.place import Placed
from nalyqor_tui.trace.records import Json

NAME = "openhands"
TITLE = "OpenHands events"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the events before the decision, less what was condensed"),
    confirmations=Can(
        "observed", "requests and refusals; in V0 also what was allowed, in V1 a yes is not stored"
    ),
    retrieval=Can("absent"),
    margin=Can("observed", "in V0, where the raw response holds log-probabilities"),
)
TESTED = "real files; refusals and requests on own files made after the library's code"
_STATE = "base_state.json"


def score(sample: Sample) -> float:
    """Return how many values are events of V0 or V1, or outputs that hold such events."""
    values = list(sample.values)
    if sample.whole and values and isinstance(values[0], list):
        values = values[0][:20]
    if not values:
        return 0.0
    if sample.whole and _is_state(values[0]):
        return 0.9
    found = sum(map(_is_ours, values)) / len(values)
    return found if any(map(_has_events, values)) or not found else 0.8 * found


def read(document: Document) -> Reading:
    """Find the conversations of a file: its events, or one for each output."""
    return _read([document])


def gather(documents: Sequence[Document]) -> list[tuple[Reading, Sequence[Document]]]:
    """Unite the files of a conversation of V1: one for each event, and its state."""
    sets: dict[str, list[Document]] = {}
    for document in documents:
        path = PurePosixPath(document.name)
        home = path.parent.parent if path.parent.name == "events" else path.parent
        single = path.name.startswith("event-") or path.name == _STATE
        sets.setdefault(f"{home}/" if single else document.name, []).append(document)
    return [(_read(members), members) for members in sets.values()]


def _is_ours(value: Json) -> bool:
    return v1.is_event(value) or v0.is_event(value) or v0.is_output(value) or v0.is_prediction(value)


def _has_events(value: Json) -> bool:
    return not v0.is_prediction(value)


def _is_state(value: Json) -> bool:
    known = isinstance(value, dict) and ("execution_status" in value or "confirmation_policy" in value)
    return known and isinstance(at(value, "agent"), dict) and isinstance(at(value, "id"), str)


def _read(documents: Sequence[Document]) -> Reading:
    first = documents[0]
    for document in documents:
        if len(documents) == 1:
            break
        document.forget()
    sample = _items(first)[:20] if len(documents) == 1 else []
    values = [item.value for item in sample]
    if any(v0.is_output(value) or v0.is_prediction(value) for value in values):
        return _outputs(first)
    modern = len(documents) > 1 or any(v1.is_event(value) or _is_state(value) for value in values)
    name = str(PurePosixPath(first.name).parent) if len(documents) > 1 else PurePosixPath(first.name).stem
    name = name if name not in ("", ".") else "conversation"
    tell = v1.records if modern else v0.records
    ordered = sorted(documents, key=lambda d: (PurePosixPath(d.name).name != _STATE, d.name))

    def load() -> Sequence[Placed]:
        items, state = [], None
        for document in ordered:
            for item in _items(document):
                if _is_state(item.value):
                    state = item
                else:
                    items.append(item)
            if len(ordered) > 1:
                document.forget()
        return tell(name, items, first.place(), state)

    return Reading([SessionDraft(name, load)], dialect="V1" if modern else "V0")


def _items(document: Document) -> list[Item]:
    return list(document.items())


def _outputs(document: Document) -> Reading:
    names = Names()
    drafts: list[SessionDraft] = []
    bare = 0
    for value, place in document.items():
        issue = at(value, "issue", "number")
        wanted = at(value, "instance_id") or (f"issue {issue}" if issue is not None else None)
        name = names.unique(wanted if isinstance(wanted, str) else f"output {len(drafts) + 1}")
        bare += not arr(obj(value).get("history"))
        drafts.append(SessionDraft(name, _loader(document, place, name)))
    note = phrase(
        "{n} of {m} outputs hold a patch without events: its decisions cannot be reviewed",
        n=bare,
        m=len(drafts),
    )
    return Reading(drafts, dialect="V0 outputs", warnings=[note] if bare else [])


def _loader(document: Document, place: Any, name: str) -> Any:
    return lambda: v0.output(name, document.item(place))
