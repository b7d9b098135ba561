"""Which steps are open at a moment of the conversation, with the features that speak for and against each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .choice import Step
from .context import Window
from .hearing import Heard
from .memory import Register, Requests
from .rules import RULES, Rule, Situation

RULE_BY_ID = {rule.id: rule for rule in RULES}
ORDER_OF_WORK = "when it is done"


@dataclass
class Turn:
    """The current turn: what was heard, and what has been done since."""

    number: int
    heard: Heard
    page: str | None = None
    """The help page read for the open question; empty where none was found."""
    report: bool = False
    """A tool came back and the customer has not been told."""


@dataclass(frozen=True)
class View:
    """All that a choice can rest on: the window, and what the runtime remembers."""

    window: Window
    requests: Requests
    register: Register
    turn: Turn
    clock: str
    """The time of day, HH:MM."""

    def agreed(self) -> list[str]:
        """The ids of the confirmations believed live for this order."""
        return [c.id for c in self.register.live(self.requests.record_id, self.turn.number)]

    def rules(self) -> list[Rule]:
        return [RULE_BY_ID[item.ref] for item in self.window.items if item.kind == "rule"]

    def packing(self) -> str | None:
        """Until when the order is being packed, as far as the window tells."""
        seen = self.window.last_call("get_record")
        result = seen.data["result"] if seen else None
        if not isinstance(result, dict) or result.get("state") != "packing":
            return None
        return result["until"] if self.clock < result["until"] else None

    def situation(self) -> Situation:
        live = self.register.live(self.requests.record_id, self.turn.number)
        seen = self.window.last_call("get_record")
        return Situation(
            change_open=self.requests.change_open,
            agreed=bool(live),
            agreed_exactly=any(c.arguments == self.requests.arguments() for c in live),
            looked=seen is not None and seen.turn == self.turn.number,
            packing=self.packing() is not None,
        )


def open_steps(view: View) -> list[Step]:
    """Every step that could be taken now; a search and a reply always can."""
    steps = [_search(view), _reply(view)]
    if view.requests.change_open:
        steps = [_write(view), _ask(view), _look(view), *steps]
    if view.requests.notice_open:
        steps = [_tell(view), *steps]
    return steps


def _write(view: View) -> Step:
    situation, street = view.situation(), view.requests.address or ""
    waits = view.requests.notice_open
    features = {
        "wanted": 1.0,
        "agreed": float(situation.agreed),
        "mentioned": view.window.recency(rf"\baddress\b|{re.escape(street)}"),
        "asked": float(view.turn.heard.address is not None or view.turn.heard.about == "write"),
        "first": view.window.recency(ORDER_OF_WORK) if waits else 0.0,
    }
    step = Step("write", features, "update_record", view.requests.arguments())
    return _ruled(step, view, habit=not situation.agreed)


def _ask(view: View) -> Step:
    record_id, address = view.requests.record_id, view.requests.address
    text = f"I will change the delivery address of order {record_id} to {address}. Shall I go ahead?"
    situation = view.situation()
    features = {"wanted": 1.0, "unagreed": float(not situation.agreed and not situation.packing)}
    return _ruled(Step("ask", features, reply=text), view)


def _look(view: View) -> Step:
    step = Step("look", {"wanted": 1.0}, "get_record", {"record_id": view.requests.record_id})
    return _ruled(step, view)


def _tell(view: View) -> Step:
    features = {
        "wanted": 1.0,
        "agreed": float(bool(view.agreed())),
        "due": float(view.requests.written),
        "mentioned": view.window.recency(r"\bpartner\b"),
        "asked": float(view.turn.heard.tell or view.turn.heard.about == "tell"),
    }
    arguments: dict[str, str | dict[str, str]] = {"record_id": view.requests.record_id, "to": "partner"}
    return _ruled(Step("tell", features, "notify", arguments), view)


def _search(view: View) -> Step:
    heard = view.turn.heard
    features = {"question": float(heard.about == "help" and view.turn.page is None)}
    return _ruled(Step("search", features, "search_help", {"query": heard.question or heard.own_words}), view)


def _reply(view: View) -> Step:
    features = {"answers": float(_has_answer(view)), "report": float(view.turn.report)}
    return _ruled(Step("reply", features, reply=_words(view)), view)


def _ruled(step: Step, view: View, *, habit: bool = False) -> Step:
    """The step with what the rules in view say of it; `habit` is the agent's own reluctance."""
    situation = view.situation()
    forbidden = habit + sum(step.name in rule.forbids(situation) for rule in view.rules())
    demanded = sum(step.name in rule.demands(situation) for rule in view.rules())
    features = {**step.features, "forbidden": float(forbidden), "demanded": float(demanded)}
    return replace(step, features=features)


def _has_answer(view: View) -> bool:
    about, requests = view.turn.heard.about, view.requests
    known = {"help": view.turn.page is not None, "tell": requests.told, "write": requests.written}
    return about is not None and known[about]


def _words(view: View) -> str:
    """What a reply would say now."""
    requests, heard, said = view.requests, view.turn.heard, []
    if heard.address and not requests.written:
        said.append(f"I have noted {requests.address} for order {requests.record_id}.")
    if heard.tell and not requests.told:
        said.append("Your partner will hear of it.")
    if heard.about == "help" and view.turn.page is not None:
        said.append(view.turn.page or "I found nothing about that and will ask a colleague.")
    elif heard.about in ("tell", "write"):
        said.append(_state_of(heard.about, requests))
    elif view.packing():
        said.append(f"Order {requests.record_id} is being packed until {view.packing()}.")
        said.append("I hold the change ready and make it after that.")
    elif requests.written:
        said.append(_state_of("write", requests))
        said.extend([_state_of("tell", requests)] if requests.tell else [])
    return " ".join(said) or "I will see to it."


def _state_of(about: str, requests: Requests) -> str:
    if about == "tell":
        return "Your partner has been told." if requests.told else "Your partner has not been told yet."
    if requests.written:
        return f"Order {requests.record_id} now goes to {requests.address}."
    return f"The address of order {requests.record_id} has not been changed yet."
