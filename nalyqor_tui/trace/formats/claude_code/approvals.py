"""What a log tells of consent: refusals, answers to a plan, decisions of hooks. A yes to a prompt is not stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nalyqor_tui.trace.formats.claude_code.lines import call_of
from nalyqor_tui.trace.formats.messages import Call, Result, text
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

_PLANS = frozenset({"ExitPlanMode", "exit_plan_mode"})
_QUESTION = "AskUserQuestion"
_REFUSED = (
    "The user doesn't want to proceed with this tool use",
    "The user doesn't want to take this action right now",
)
_APPROVED = "User has approved"
_ASKED = "Claude requested permissions to "
_NOT_DENIED = frozenset({"interrupted", "cancelled"})
_DECIDERS = {"user-rejected": ("user", "human"), "permission-rule": ("config", "config")}


def undecided(line: dict[str, Any]) -> set[str]:
    """Return the ids of calls of which a line tells that somebody decided: they did not go out with their response."""
    attached = obj(line.get("attachment"))
    if line.get("type") == "attachment":
        name = txt(attached.get("toolUseID"))
        return {name} if name and _decided(attached) else set()
    if line.get("type") != "user":
        return set()
    blocks = [
        block for block in map(obj, arr(at(line, "message", "content"))) if block.get("type") == "tool_result"
    ]
    denial = txt(line.get("toolDenialKind"))
    named = {name: text(block.get("content")) for block in blocks if (name := call_of(block, line))}
    told = (*_REFUSED, _APPROVED, _ASKED)
    return {name for name, words in named.items() if words.startswith(told) or _denies(denial)}


def _denies(denial: str | None) -> bool:
    return denial is not None and denial not in _NOT_DENIED


def _decided(attached: Mapping[str, Any]) -> str | None:
    """Return what a hook decided of a call: given or declined; None where it decided nothing."""
    kind, decision = attached.get("type"), attached.get("decision")
    if kind == "hook_blocking_error" and attached.get("hookEvent") in ("PreToolUse", "PermissionRequest"):
        return "declined"
    if kind == "hook_permission_decision":
        return {"allow": "given", "deny": "declined"}.get(decision) if isinstance(decision, str) else None
    return None


def heard(
    scribe: Scribe, place: Place, call: Call | None, result: Result, line: Mapping[str, Any], name: str | None
) -> bool:
    """Write what the result of a call, called `name`, tells of consent to it; say whether it was let go."""
    words = text(result.value)
    denial = txt(line.get("toolDenialKind"))
    evidence = [{"ref": name, "quote": words}] if name else []
    known: dict[str, Json] = {"evidence": evidence, "covers": _covers(call), "source": denial}
    refused = words.startswith(_REFUSED)
    if refused or _denies(denial):
        by, decider = _DECIDERS.get(denial or "user-rejected", _automatic(denial))
        asked = _proposal(scribe, place, call) if by == "user" else None
        scribe.record("confirmation", place, op="declined", by=by, decider=decider, answers=asked, **known)
        return False
    if words.startswith(_APPROVED) and result.status != "error" and call is not None and call.name in _PLANS:
        known |= {"type": "plan", "by": "user", "decider": "human"}
        scribe.record("confirmation", place, op="given", answers=_proposal(scribe, place, call), **known)
    elif words.startswith(_ASKED):
        scribe.record("confirmation", place, op="requested", answers=_proposal(scribe, place, call), **known)
        return False
    elif call is not None and call.name == _QUESTION and (answers := at(line, "toolUseResult", "answers")):
        _proposal(scribe, place, call)
        told = {"call": call.id, "answers": answers}
        scribe.keep(place.below("/toolUseResult/answers"), "claude-code:answers", told)
    return True


def by_hook(
    scribe: Scribe, place: Place, attached: Mapping[str, Any], calls: Mapping[str, Call]
) -> str | None:
    """Write the decision of a hook on a call, and return it: given or declined; the line itself is kept besides."""
    op, call = _decided(attached), calls.get(txt(attached.get("toolUseID")) or "")
    if op is None or call is None:
        return None
    source = txt(attached.get("hookName")) or txt(attached.get("hookEvent"))
    scribe.record(
        "confirmation", place, op=op, by="hook", decider="hook", covers=_covers(call), source=source
    )
    return op


def denied_in_the_end(scribe: Scribe, place: Place, line: Mapping[str, Any], told: Collection[str]) -> None:
    """Write the denials that a printed stream lists at its end, save those told before; who denied is not said."""
    for index, denial in enumerate(arr(line.get("permission_denials"))):
        one = obj(denial)
        name, tool = txt(one.get("tool_use_id")), txt(one.get("tool_name"))
        if tool is None or name in told:
            continue
        covers = {"tool": tool, "arguments": one.get("tool_input")}
        more = rest(one, ("tool_name", "tool_input"))
        scribe.record(
            "confirmation",
            place.below(f"/permission_denials/{index}"),
            op="declined",
            covers=covers,
            call=more,
        )


def _automatic(denial: str | None) -> tuple[str, str | None]:
    """Name who denied where no person did; a classifier of the automatic mode is a model."""
    return ("auto mode", "model") if denial == "automode-blocked" else (denial or "unknown", None)


def _proposal(scribe: Scribe, place: Place, call: Call | None) -> str | None:
    """Write what was put to the user: the call, with its questions or its plan in words."""
    if call is None:
        return None
    questions = [q for one in arr(at(call.arguments, "questions")) if (q := txt(obj(one).get("question")))]
    plan = txt(at(call.arguments, "plan")) if call.name in _PLANS else None
    asked = plan or "\n".join(questions) or None
    return scribe.record("proposal", place, tool=call.name, arguments=call.arguments, text=asked)


def _covers(call: Call | None) -> Json:
    return None if call is None else {"tool": call.name, "arguments": call.arguments}
