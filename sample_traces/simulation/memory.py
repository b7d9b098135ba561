"""What the runtime keeps beside the window: what is still to be done, and what the customer agreed to.

Both outlive every compaction. The register of confirmations is the quiet fault of this agent: it crosses one off when
a write has used it, but lets none lapse (`expires_after` is None), and it looks a confirmation up by the order alone,
not by what was agreed.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Requests:
    """What the customer wants done to one order."""

    record_id: str = ""
    address: str | None = None
    written: bool = False
    tell: bool = False
    told: bool = False

    @property
    def change_open(self) -> bool:
        return self.address is not None and not self.written

    @property
    def notice_open(self) -> bool:
        return self.tell and not self.told

    def change_to(self, address: str) -> None:
        self.address, self.written = address, False

    def arguments(self) -> dict[str, str | dict[str, str]]:
        """The arguments of the write that is wanted."""
        return {"record_id": self.record_id, "change": {"delivery_address": self.address or ""}}


@dataclass(frozen=True)
class Confirmation:
    """A yes of the customer to one proposal."""

    id: str
    turn: int
    arguments: dict[str, str | dict[str, str]]


@dataclass
class Register:
    """The confirmations of this session, and which of them the agent takes for live."""

    expires_after: int | None = None
    entries: list[Confirmation] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def live(self, record_id: str, turn: int) -> list[Confirmation]:
        """Those believed live for an order, whatever they were given for."""
        return [c for c in self.entries if c.arguments["record_id"] == record_id and self.is_live(c, turn)]

    def is_live(self, confirmation: Confirmation, turn: int) -> bool:
        return self.status(confirmation, turn) == "live"

    def status(self, confirmation: Confirmation, turn: int) -> str:
        """What the agent takes a confirmation for: live, used or expired."""
        if confirmation.id in self.used:
            return "used"
        lapsed = self.expires_after is not None and turn - confirmation.turn > self.expires_after
        return "expired" if lapsed else "live"

    def use(self, record_id: str, turn: int) -> None:
        """Cross off what a write on this order has used."""
        self.used |= {c.id for c in self.live(record_id, turn)}

    def beliefs(self, turn: int) -> list[dict[str, object]]:
        """The register as a decision record holds it."""
        return [
            {"confirmation": c.id, "status": self.status(c, turn), "source": "runtime"} for c in self.entries
        ]


def summarise(requests: Requests, register: Register) -> str:
    """The text that takes the place of a conversation when the window is compacted.

    It says that the customer agreed, and not to what: nothing in it is false, and it is not enough.
    """
    said = ["Summary of the conversation so far."]
    if register.entries:
        ids = ", ".join(c.id for c in register.entries)
        said.append(
            f"The customer agreed to a change of the delivery address on order {requests.record_id} ({ids})."
        )
    if requests.change_open:
        said.append(f"Still to do: set the delivery address of {requests.record_id} to {requests.address}.")
    if requests.notice_open:
        said.append("Still to do: tell the partner when it is done.")
    return " ".join(said)
