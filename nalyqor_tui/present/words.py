"""How things are said everywhere: an action in one line, a margin in its own unit, a value cut to size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nalyqor_tui.derive.grade import Word
from nalyqor_tui.derive.margin import Reading
from nalyqor_tui.phrase import Phrase, join, own, phrase
from nalyqor_tui.present.rows import Origin
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.parse import dumps
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Decision, Session, arguments

GLYPHS: dict[Word, str] = {"bad": "✖", "flawed": "✗", "unproven": "?", "sound": "✓", "not judged": "·"}
CHECKS = {
    "need.confirmation": "confirmed",
    "need.before": "order",
    "need.fact": "fact",
    "forbid.after": "forbidden",
    "args": "arguments",
    "any": "one of",
    "then": "then",
    "manual": "by hand",
    "on": "governs",
}  # what the checks of a rule are called where room is scarce
NOT_RECORDED = phrase("not recorded")
UNRECORDED = phrase("(not recorded)")  # in the place of a name, within a sentence
GONE = phrase("the file was cut: this record is not in it any more")
NO_POLICY = phrase("unknown: no policy")
NONE = phrase("none")


def action(chosen: rec.Action, width: int = 60) -> Phrase:
    """Write an action in one line: `tool name=value …`, or the reply in quotes; data is cut to `width`."""
    begins = (chosen.model_extra or {}).get("begins")
    if begins is True and chosen.reply is not None:
        return phrase("what begins “{text}”", text=cut(chosen.reply, width))
    if isinstance(begins, str) and chosen.tool is None:
        return phrase("what begins “{text}”", text=cut(begins, width))
    if chosen.tool is None and chosen.reply is not None:
        return phrase("reply “{text}”", text=cut(chosen.reply, width))
    tool = phrase("(tool not recorded)") if chosen.tool is None else (chosen.tool,)
    given = arguments(chosen)
    if not given and chosen.arguments not in (None, {}):
        return phrase("{tool} {raw}", tool=tool, raw=cut(compact(chosen.arguments), width))
    room = max(8, width // max(1, len(given)))
    parts = [phrase("{name} {value}", name=n, value=cut(compact(v), room)) for n, v in given.items()]
    return tool + (phrase(" ") + join(", ", parts) if parts else ())


def compact(value: Json) -> str:
    """Write a JSON value short: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else dumps(value)


def cut(text: str, width: int) -> str:
    """Cut a text to `width` characters and say so with an ellipsis."""
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= width else text[: max(1, width - 1)] + "…"


def tokens(size: int | None, *, estimated: bool = False) -> Phrase:
    """Say how many tokens something has; an estimate is marked `~`."""
    if size is None:
        return phrase("tokens not recorded")
    return own(f"{'~' if estimated else ''}{size} token{'' if size == 1 else 's'}")


def text_of(content: Json) -> str:
    """Return what was said as text: the text parts of a message, or the JSON of what is none."""
    if content is None:
        return ""
    if isinstance(content, list):
        parts = [p["text"] for p in content if isinstance(p, dict) and isinstance(p.get("text"), str)]
        if len(parts) == len(content) and parts:
            return "\n".join(parts)
    return content if isinstance(content, str) else dumps(content, indent=True)


def size(reading: Reading) -> str:
    """Write the size of a margin in its own terms: `0.080 nat`, `19/20 votes`."""
    if reading.value is None:
        return "cannot be told"
    if reading.measure == "votes":
        chosen = next(a.value for a in reading.alternatives if a.chosen)
        return f"{chosen:g}/{reading.k} votes"
    return f"{reading.value:.3f} {reading.unit}".strip()


def margin(reading: Reading | None) -> str:
    """Write a margin with its band, for a list."""
    if reading is None:
        return "not recorded"
    return f"{size(reading)} {reading.band or ''}".strip()


def query(record: rec.Retrieval) -> Phrase:
    """Write what was looked up."""
    return NOT_RECORDED if record.query is None else phrase("“{query}”", query=record.query)


def once(says: Iterable[Phrase]) -> list[Phrase]:
    """Say each thing once, in the order of the first, and how often it is said."""
    return [one + own(f" ({count:,} times)") if count > 1 else one for one, count in Counter(says).items()]


def outcome(record: rec.Outcome) -> Phrase:
    """Write a recorded grade with its scale and who gave it."""
    if record.grade is None:
        return NOT_RECORDED
    grade = record.grade if isinstance(record.grade, str) else f"{record.grade:g}"
    out = phrase("{grade}", grade=grade)
    if record.scale:
        low, high = f"{record.scale[0]:g}", f"{record.scale[-1]:g}"
        out += (
            phrase(" of {high}", high=high)
            if low == "0"
            else phrase(" on {low} to {high}", low=low, high=high)
        )
    return out


def name(session: Session, entry: int) -> str:
    """Name a record as the reader can ask for it: its id, else its ordinal."""
    return session.record(entry).id or f"record {entry}"


def origin(session: Session, value: Origin) -> Phrase:
    """Write where a row comes from: its rule, policy line or author, and the records by their ids."""
    records = join(", ", [phrase("{name}", name=name(session, at)) for at in dict.fromkeys(value.entries)])
    if not records:
        return value.says
    return value.says + phrase(" from ") + records if value.says else records


def title(session: Session, decision: Decision) -> Phrase:
    """Write a decision's number with what was chosen."""
    return phrase("{number} ", number=decision.number) + action(session.chosen(decision), 40)
