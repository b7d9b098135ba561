"""Messages of the dialects that are known, one module each, taken apart into one form."""

from __future__ import annotations

from nalyqor_tui.trace.formats.messages import (
    anthropic,
    gemini,
    genai,
    langchain,
    openai,
    openinference,
    vercel,
)
from nalyqor_tui.trace.formats.messages.model import (
    Call,
    Piece,
    Result,
    Said,
    Status,
    joined,
    text,
    unwrapped,
)
from nalyqor_tui.trace.records import Json

__all__ = ["Call", "Piece", "Result", "Said", "Status", "joined", "read", "text", "unwrapped"]

# The closest match first: a message of OpenAI's needs no more than a role.
_DIALECTS = (
    langchain.read,
    genai.read,
    gemini.read,
    openinference.read,
    vercel.read,
    anthropic.read,
    openai.read,
)


def read(message: Json) -> Said | None:
    """Take a message apart, or return None where it is of no dialect that is known."""
    if not isinstance(message, dict):
        return None
    return next((said for dialect in _DIALECTS if (said := dialect(message)) is not None), None)
