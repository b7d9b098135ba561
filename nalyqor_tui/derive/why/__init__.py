"""Why: the chain back from an argument, a confirmation or a rule to where it came from.

Every link names its rule, the record it stands in, and a quote of it. Copies are named and passed over: an
earlier call's arguments and the agent's own words say that a value was used before, not where it came from.
"""

from __future__ import annotations

from nalyqor_tui.derive.why.agreed import of_confirmation, of_talk
from nalyqor_tui.derive.why.model import Link, Trail, Verdict
from nalyqor_tui.derive.why.places import Index, text_at
from nalyqor_tui.derive.why.ruled import of_rule
from nalyqor_tui.derive.why.values import of_argument, of_arguments

__all__ = [
    "Index",
    "Link",
    "Trail",
    "Verdict",
    "of_argument",
    "of_arguments",
    "of_confirmation",
    "of_rule",
    "of_talk",
    "text_at",
]
