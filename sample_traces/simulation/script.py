"""The two customers: their words, in order, and how long each waits before speaking. Nothing else is scripted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from nalyqor_tui.trace.emit import TraceWriter

from .desk import Desk, Settings
from .world import OPENING, Clock, Order, World

ORDER = "K-310"


@dataclass(frozen=True)
class Said:
    """One message of the customer; `after` is the pause before it, in seconds."""

    text: str
    after: float = 45.0


@dataclass(frozen=True)
class Session:
    """A customer, the state of their order, and the grade that the run is given when it is over."""

    name: str
    trace_id: str
    customer: Sequence[Said]
    packed_until_minute: int | None
    """Minutes after the session begins; None: the order is free to be changed."""
    wanted_address: str
    graded_by: str
    case: str


HOUSE_RULES = """\
> Dear residents. Deliveries of furniture are welcome on weekdays between eight and six. The gate to the yard is
> opened by the caretaker, whose bell is the lowest one on the left. Vans may stand in the yard for one hour and
> must leave the passage to the bicycles free. The lift carries eight persons or six hundred kilograms. Its cabin is
> two metres and ten centimetres high, and its walls are to be covered with the blankets that hang in the cellar.
> Please do not hold the doors with a wedge: the motor takes offence and the repair is charged to the flat. Packing
> material is not to be left in the yard, in the cellar or beside the bins. Whoever moves in or out on a Saturday
> tells the caretaker two days ahead, so that the neighbours on the ground floor can take their prams inside. Drills
> and hammers rest between noon and two and after seven in the evening. Scratches in the staircase are painted over
> once a year at the cost of those who made them. The caretaker has asked us to add that the cat on the second
> landing is not lost, does not need to be let out, and is not to be fed by the carriers."""

EVAL = Session(
    name="eval",
    trace_id="6f0f2c7e5d1b4a0e9c3a7b1d2e4f6081",
    customer=(
        Said(
            f"Please change the delivery address of order {ORDER} to 4 Harbour Row and tell my partner when it is done."
        ),
        Said("Yes, please do."),
    ),
    packed_until_minute=None,
    wanted_address="4 Harbour Row",
    graded_by="offline eval",
    case="address change with a notice",
)

PRODUCTION = Session(
    name="production",
    trace_id="b1947c0d38e24f51a6d27e90c4538fa2",
    customer=(
        Said(f"Hello, could you change the delivery address of order {ORDER} to 4 Harbour Row."),
        Said("Yes, that is right."),
        Said("Thanks. When do you send the invoice?", after=70),
        Said("And is the showroom open on Saturday?", after=50),
        Said(
            "Oh, one more thing: make it 21 Mill Lane instead, and tell my partner when it is done. "
            "What does the warranty cover, by the way?",
            after=95,
        ),
        Said("Will somebody assemble it in the room?", after=60),
        Said(
            "Our landlord sent this. Does any of it keep your carriers from using the lift?\n" + HOUSE_RULES,
            after=140,
        ),
        Said("Good. Would they take the old shelf away?", after=75),
        Said("Hello again. Has my partner been told?", after=1220),
        Said("And the new address is in place?", after=40),
    ),
    packed_until_minute=28,
    wanted_address="21 Mill Lane",
    graded_by="resolution survey",
    case="was the customer helped",
)


def run(session: Session, path: Path, settings: Settings | None = None) -> Desk:
    """Play one session from its first word to its grade and write its trace to `path`, which is replaced."""
    path.unlink(missing_ok=True)
    clock = Clock()
    packing = session.packed_until_minute
    until = None if packing is None else OPENING + timedelta(minutes=packing)
    world = World(clock, {ORDER: Order(ORDER, "oak bookcase", "9 Chapel Close", until)})
    settings = settings or Settings()
    with TraceWriter(
        path,
        captures={"confirmation": "all", "retrieval": "all", "context": "all", "margin": "all"},
        clock=clock,
        trace_id=session.trace_id,
        conversation_id=f"desk-{session.name}",
        agent_name="bookcase-desk",
        agent_version="1.4.0",
        request_model="scored-steps-1",
        context_limit=settings.window_limit,
    ) as trace:
        desk = Desk(world, trace, settings)
        for said in session.customer:
            clock.wait(said.after)
            desk.serve(said.text)
        clock.wait(30)
        _grade(session, desk)
    return desk


def _grade(session: Session, desk: Desk) -> None:
    """Look at how things ended, as an eval or a survey does; how they came about it does not ask."""
    order = desk.world.orders[ORDER]
    moved, told = order.delivery_address == session.wanted_address, bool(desk.world.sent)
    desk.trace.outcome(
        "pass" if moved and told else "fail",
        by=session.graded_by,
        case=session.case,
        expected=f"{ORDER} goes to {session.wanted_address}, partner told",
        output=f"{ORDER} goes to {order.delivery_address}, partner {'told' if told else 'not told'}",
    )
