"""The world outside the agent: a clock, orders, help pages, and the tools that read and change them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .retrieval import Document, Index

OPENING = datetime(2026, 3, 12, 14, 2, 8, tzinfo=UTC)
TOOLS = ("get_record", "search_help", "update_record", "notify")

HELP_PAGES = (
    Document(
        "H-invoice",
        "Invoices",
        "The invoice is sent by mail on the day the parcel leaves our workshop, to the mail address of the account.",
    ),
    Document(
        "H-hours",
        "Showroom hours",
        "The showroom is open from Tuesday to Saturday. On Saturday it is open from ten until four.",
    ),
    Document(
        "H-warranty",
        "Warranty",
        "The warranty covers the joints, the boards and the finish of a bookcase for five years, scratches excepted.",
    ),
    Document(
        "H-assembly",
        "Assembly",
        "Our fitters assemble a bookcase in the room of your choice. Assembly is included in the price.",
    ),
    Document(
        "H-access",
        "House rules and lifts",
        "Our carriers keep to the rules of a house. The bookcase comes in two parts that fit into any lift.",
    ),
    Document(
        "H-old-furniture",
        "Taking old furniture away",
        "The carriers take one old shelf with them free of charge if it stands empty when they come.",
    ),
)


@dataclass
class Clock:
    """A clock that moves only when it is told to, so that every run has the same times."""

    now: datetime = OPENING

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Order:
    """One order as the shop's database has it; `packed_until` bars every change before that time."""

    record_id: str
    item: str
    delivery_address: str
    packed_until: datetime | None = None
    revision: int = 1


@dataclass(frozen=True)
class Notice:
    """A message that went out, with the address that the database held at that moment."""

    record_id: str
    to: str
    address_on_record: str


@dataclass
class World:
    """The tools: each takes arguments and returns (status, result) as a tool server would."""

    clock: Clock
    orders: dict[str, Order]
    help_pages: Index = field(default_factory=lambda: Index(HELP_PAGES))
    sent: list[Notice] = field(default_factory=list)

    def call(self, tool: str, arguments: dict[str, str | dict[str, str]]) -> tuple[str, dict[str, object]]:
        """Carry out one tool call; takes 0.4 s of the clock."""
        self.clock.wait(0.4)
        if tool == "search_help":
            hits = self.help_pages.search(str(arguments["query"]), limit=1)
            return "ok", {"pages": [{"id": h.document.id, "text": h.document.text} for h in hits]}
        order = self.orders.get(str(arguments["record_id"]))
        if order is None:
            return "error", {"message": "no such record"}
        if tool == "get_record":
            until = order.packed_until
            packing = until is not None and self.clock.now < until
            state = (
                {"state": "packing", "until": f"{until:%H:%M}"} if until and packing else {"state": "open"}
            )
            return "ok", {"item": order.item, "delivery_address": order.delivery_address, **state}
        if tool == "update_record":
            return self._update(order, arguments["change"])
        self.sent.append(Notice(order.record_id, str(arguments["to"]), order.delivery_address))
        return "ok", {"sent": True}

    def _update(self, order: Order, change: str | dict[str, str]) -> tuple[str, dict[str, object]]:
        if order.packed_until and self.clock.now < order.packed_until:
            return "error", {"message": "the order is being packed"}
        assert isinstance(change, dict)
        order.delivery_address = change["delivery_address"]
        order.revision += 1
        return "ok", {"revision": order.revision}
