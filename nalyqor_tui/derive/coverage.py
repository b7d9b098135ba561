"""Whether what was agreed to covers what was done, as far as the policy's `covers` asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.policy.schema import ConfirmationType
from nalyqor_tui.trace import records as rec
from nalyqor_tui.trace.records import Json
from nalyqor_tui.trace.session import arguments


@dataclass(frozen=True, slots=True)
class Difference:
    """An argument that is not as agreed; `given` is False where the call has no such argument at all."""

    name: str
    agreed: Json
    done: Json
    given: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether a confirmation covers an action: `changed` holds what differs, `unrecorded` what cannot be told."""

    verdict: Literal["covers", "tool", "arguments", "unknown"]
    changed: tuple[Difference, ...] = ()
    unrecorded: tuple[Phrase, ...] = ()


def compare(kind: ConfirmationType, agreed: rec.Action | None, action: rec.Action) -> Coverage:
    """Compare an action with what was agreed to."""
    if agreed is None:
        return _untold("what was agreed")
    if "tool" in kind.covers:
        if agreed.tool is None and agreed.reply is None:
            return _untold("the tool that was agreed")
        if agreed.tool != action.tool:
            return Coverage("tool")
    names = [name for name in kind.covers if name not in ("tool", "*")]
    if not kind.ends.args_change or not (names or "*" in kind.covers):
        return Coverage("covers")
    if action.tool is not None and not isinstance(action.arguments, dict):
        return _untold("the arguments of the call")
    return _compare(names, arguments(agreed), arguments(action), every="*" in kind.covers)


def _compare(names: list[str], agreed: dict[str, Json], done: dict[str, Json], *, every: bool) -> Coverage:
    if every:
        names = list(dict.fromkeys([*names, *agreed, *done]))
    changed = [
        Difference(n, agreed[n], done.get(n), n in done)
        for n in names
        if n in agreed and (n not in done or agreed[n] != done[n])
    ]
    if changed:
        return Coverage("arguments", tuple(changed))
    missing = [phrase("what was agreed of {name}", name=n) for n in names if n not in agreed and n in done]
    return Coverage("unknown", unrecorded=tuple(missing)) if missing else Coverage("covers")


def _untold(what: str) -> Coverage:
    return Coverage("unknown", unrecorded=(phrase(what),))
