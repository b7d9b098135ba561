"""A session as talk: what the agent said, what the user answered, in pairs."""

from __future__ import annotations

from dataclasses import dataclass

from nalyqor_tui.derive.consent.language import simple
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import Session


@dataclass(frozen=True, slots=True)
class Said:
    """One message: its ordinal, its words as they stand, and in plain form."""

    entry: int
    text: str
    plain: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the agent said since the user spoke before, and the user's answer to it."""

    agent: tuple[Said, ...]
    user: Said

    @property
    def plain(self) -> str:
        """What the agent said, in plain form."""
        return "\n".join(said.plain for said in self.agent)


def exchanges(session: Session, givers: frozenset[str]) -> list[Exchange]:
    """Pair each message of those who may agree with what the agent said before it."""
    out: list[Exchange] = []
    agent: list[Said] = []
    for entry in session.of(rec.Message):
        record = entry.record
        if not isinstance(record, rec.Message) or not (text := words_of(record.content)):
            continue
        said = Said(entry.index, text, simple(text))
        if record.role == "assistant":
            agent.append(said)
        elif record.role in givers:
            out.append(Exchange(tuple(agent), said))
            agent = []
    return out


def words_of(content: Json) -> str:
    """Return the words of a message: its text, or its parts that are text."""
    if isinstance(content, str):
        return content.strip()
    if isinstance(content, list):
        parts = (p.get("text", "") if isinstance(p, dict) else p for p in content)
        return "\n".join(part for part in parts if isinstance(part, str)).strip()
    return ""
