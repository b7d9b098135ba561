"""The conditions that a decision was made under, each true, false or unknown: what triage counts and a reader asks for.

A condition is told by the findings of its kind. One that no check of the policy asked about is not there at all:
it is neither true nor false, and no figure counts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from nalyqor_tui.derive.finding import Finding

_STALE = frozenset({
    "stale-believed", "stale-relied-upon", "consumed-twice", "superseded-relied-upon", "revoked-relied-upon",
})  # fmt: skip
_SCOPE = frozenset({"scope-tool", "scope-arguments"})
_ORDER = frozenset({"need.before", "forbid.after", "then"})
_CLOSE = frozenset({"tie", "against", "narrow"})

CONDITIONS: Final[Mapping[str, str]] = {
    "stale": "a confirmation was taken for live that had ended",
    "scope": "a confirmation was relied on for another tool or other arguments",
    "unconfirmed": "an action that needs a confirmation had none in force",
    "missing": "a governing rule was not in view",
    "order": "something came before or after what the policy says",
    "narrow": "the margin was narrow, a tie or against the choice",
}
"""Each condition with what it means."""


def conditions(findings: Sequence[Finding], consent: str | None = None) -> dict[str, bool | None]:
    """Return the conditions that the findings of a decision tell; None is one that cannot be told.

    `consent` is the class that was read out of the talk, where no records decide (semantics: stale, mismatched).
    """
    found: dict[str, bool | None] = {}
    confirmed = [f for f in findings if f.area == "confirmation" or f.check == "need.confirmation"]
    if confirmed:
        unknown = any(f.verdict == "unknown" for f in confirmed)
        for name, checks, said in (("stale", _STALE, "stale"), ("scope", _SCOPE, "mismatched")):
            failed = any(f.check in checks and f.verdict == "fail" for f in confirmed)
            found[name] = True if failed or consent == said else None if unknown else False
    _put(found, "unconfirmed", [f for f in findings if f.check == "need.confirmation"])
    _put(found, "missing", [f for f in findings if f.area == "visible"])
    _put(found, "order", [f for f in findings if f.area == "rule" and f.check in _ORDER])
    margins = [f for f in findings if f.area == "margin"]
    if margins:
        close = any(f.check in _CLOSE for f in margins)
        found["narrow"] = True if close else None if any(f.verdict == "unknown" for f in margins) else False
    return found


def _put(found: dict[str, bool | None], name: str, of: list[Finding]) -> None:
    verdicts = {f.verdict for f in of if f.verdict in ("pass", "fail", "unknown")}
    if verdicts:
        found[name] = True if "fail" in verdicts else None if "unknown" in verdicts else False
