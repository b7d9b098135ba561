"""Codex rollouts: `~/.codex/sessions/.../rollout-*.jsonl`, as they are written now and as they were at first.

Now each line is `{timestamp, type, payload}`: items of the Responses API, events, the settings of each turn. At
first the lines were bare items below a line about the session, and before that one JSON object with `items`.
"""

from __future__ import annotations

from collections.abc import Iterator

from nalyqor_tui.phrase import Phrase, own
from nalyqor_tui.trace.document import Document, Item, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading, SessionDraft
from nalyqor_tui.trace.formats.codex.write import Load, about_session
from nalyqor_tui.trace.formats.messages import responses
from nalyqor_tui.trace.formats.pick import arr, obj, txt
from nalyqor_tui.trace.records import Json

NAME = "codex"
TITLE = "Codex rollouts"
FIDELITY = Fidelity(
    context=Can("rebuilt", "nearly as it was sent: the instructions, what was said, what a compaction left"),
    confirmations=Can("observed", "only a guardian's decisions and refusals; a person's yes is not stored"),
    retrieval=Can("observed", "web searches, where their results were logged"),
    margin=Can("absent"),
)
TESTED = "real files of the present form, their texts taken out; own samples of the older forms"

_TYPES = frozenset({"session_meta", "turn_context", "response_item", "event_msg", "compacted", "world_state",
                    "inter_agent_communication_metadata"})  # fmt: skip


def score(sample: Sample) -> float:
    """Return the share of objects that are lines of a rollout, where one of them can be of nothing else."""
    if sample.whole and sample.values and _whole(sample.values[0]):
        return 0.95
    found = sample.objects
    sure = sum(map(_enveloped, found))
    if not sure and not (found and _first(found[0])):
        return 0.0
    known = sum(_enveloped(value) or _bare(value) or _first(value) for value in found)
    return (0.93 if sample.whole else 0.98) * known / len(found)


def read(document: Document) -> Reading:
    """Find the session of a file."""
    name, dialect = "", "bare items"
    for value, _ in items(document):
        if isinstance(value, dict):
            dialect = "" if _enveloped(value) else dialect
            name = name or txt(about_session(value).get("id")) or ""
        if name and not dialect:
            break
    warnings: list[Phrase] = []
    if dialect:
        warnings.append(
            own("an early form of the log: settings and approvals of a turn were not written yet")
        )
    name = name or "session 1"
    return Reading([SessionDraft(name, Load(document, items, name))], dialect, warnings=warnings)


def items(document: Document) -> Iterator[Item]:
    """Yield the lines of a rollout; of one that is a single object, the session and its items."""
    for value, place in document.items():
        if not _whole(value):
            yield Item(value, place)
            continue
        yield Item({k: v for k, v in value.items() if k != "items"}, place)
        for index, item in enumerate(arr(value["items"])):
            yield Item(item, place.below(f"/items/{index}"))


def _enveloped(value: dict[str, Json]) -> bool:
    kind = value.get("type")
    return (
        isinstance(kind, str)
        and kind in _TYPES
        and isinstance(value.get("payload"), dict)
        and "timestamp" in value
    )


def _first(value: dict[str, Json]) -> bool:
    """Tell the line about the session with which the first form began, and the state lines of that form."""
    if "type" in value or "payload" in value:
        return False
    begins = isinstance(value.get("id"), str) and "timestamp" in value and "instructions" in value
    return begins or value.get("record_type") == "state"


def _bare(value: dict[str, Json]) -> bool:
    return (
        responses.is_item(value)
        or value.get("type") == "function_result"
        or ("created_at" in value and "role" in value)
    )


def _whole(value: Json) -> bool:
    session = obj(value).get("session")
    listed = arr(obj(value).get("items"))
    return (
        isinstance(session, dict) and "instructions" in session and any(map(responses.is_item, listed[:20]))
    )
