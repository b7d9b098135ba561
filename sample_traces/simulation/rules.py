"""The desk's rule book: texts that can be found, and what each demands of an agent that has it in view.

A rule acts only while its text stands in the window. That is the whole point: a rule nobody retrieved, or one that a
compaction threw out, asks nothing of anyone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .retrieval import Document


@dataclass(frozen=True)
class Situation:
    """What a rule may ask about the moment of a choice."""

    change_open: bool
    """A change was asked for and no revision has come back for it."""
    agreed: bool
    """The runtime holds a confirmation for this order that it takes for live, whatever it was given for."""
    agreed_exactly: bool
    """One of those confirmations names this very change."""
    looked: bool
    """The order was read in this turn."""
    packing: bool
    """What was last read of the order, if it is still in view, says that it is being packed now."""


Guard = Callable[[Situation], frozenset[str]]


def _nothing(_: Situation) -> frozenset[str]:
    return frozenset()


def _when(test: Callable[[Situation], bool], step: str) -> Guard:
    return lambda situation: frozenset({step}) if test(situation) else frozenset()


@dataclass(frozen=True)
class Rule(Document):
    """A rule document; the steps that it forbids or demands are ask, look, write and tell (see `choice`)."""

    forbids: Guard = _nothing
    demands: Guard = _nothing


RULES = (
    Rule(
        "R-tone",
        "Tone",
        "Say one thing at a time, in plain and warm words, to the customer and to a partner alike.",
    ),
    Rule(
        "R-channel",
        "Channels",
        "Tell a customer by chat. A partner is told by text message, never by telephone.",
    ),
    Rule(
        "R-partner",
        "Partners",
        "A partner may be told of dates and places if the account names them. Never tell a partner the price.",
    ),
    Rule(
        "R-address",
        "Delivery address",
        "Before you change a delivery address, read the order in the same turn. "
        "While the order is being packed the change has to wait.",
        forbids=_when(lambda s: s.packing or not s.looked, "write"),
        demands=_when(lambda s: s.change_open and s.agreed and not s.looked, "look"),
    ),
    Rule(
        "R-write-confirm",
        "Confirm before you change anything",
        "Put the exact change to the customer and wait for their consent before you change an order. "
        "Consent holds for those details alone: ask once more if any of them differ.",
        forbids=_when(lambda s: not s.agreed_exactly, "write"),
        demands=_when(lambda s: s.change_open and not s.agreed_exactly and not s.packing, "ask"),
    ),
    Rule(
        "R-notify-after-write",
        "Notify after the write",
        "A notice speaks of what is done. Let it out only after the customer confirmed the change "
        "and the system acknowledged it with a revision.",
        forbids=_when(lambda s: s.change_open, "tell"),
    ),
    Rule(
        "R-identity",
        "Who is asking",
        "The chat is signed in. Do not ask for a password or a date of birth before you change an order.",
    ),
    Rule(
        "R-refund",
        "Refunds",
        "A refund goes back to the card that paid. Above 200 euro a colleague must sign it.",
    ),
    Rule(
        "R-invoice",
        "Invoices",
        "Never write the amount of an invoice in the chat. Say when it is sent and to which mail address.",
    ),
    Rule(
        "R-warranty",
        "Warranty",
        "Quote what the warranty covers from the help page, and promise nothing beyond it.",
    ),
    Rule(
        "R-hours",
        "Showroom",
        "Give showroom hours from the help page, because they differ on holidays.",
    ),
    Rule(
        "R-escalate",
        "Handing over",
        "Hand the chat to a colleague if the customer is angry twice or speaks of a lawyer.",
    ),
)
