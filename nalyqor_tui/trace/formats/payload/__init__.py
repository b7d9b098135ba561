"""What a model was given and what it answered, read out of the free values that tracers log."""

from __future__ import annotations

from nalyqor_tui.trace.formats.payload.answered import answered, measured, structured
from nalyqor_tui.trace.formats.payload.asked import PROMPT, Asked, Pointed, asked, message, unpointed

__all__ = [
    "PROMPT",
    "Asked",
    "Pointed",
    "answered",
    "asked",
    "measured",
    "message",
    "structured",
    "unpointed",
]
