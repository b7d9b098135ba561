"""The agent at its desk: hears, retrieves, chooses, acts, and logs each step as it happens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from nalyqor_tui.trace.emit import TraceWriter

from .choice import Choice, Step, choose
from .context import Item, Window
from .hearing import Heard, hear
from .memory import Confirmation, Register, Requests, summarise
from .retrieval import Index
from .rules import RULES
from .steps import RULE_BY_ID, Turn, View, open_steps
from .world import TOOLS, World

SYSTEM = (
    "You are the support desk of a maker of bookcases. Follow the rules you are shown. "
    "Ask the customer before you change an order."
)
RULES_VERSION = "2026-02"
STEPS_PER_TURN = 8


@dataclass(frozen=True)
class Settings:
    """How the agent is built; the samples use the defaults, the tests change one thing at a time."""

    window_limit: int = 1200
    """Tokens."""
    rules_found: int = 4
    """At most so many rules come back from a search ..."""
    score_cut: float = 1.0
    """... and those below this BM25 score are not put into the window."""
    confirmations_expire_after: int | None = None
    """Turns; None is the fault that the incident begins with."""
    pinned_rules: frozenset[str] = frozenset()
    """Rules that stand in the window from the start and survive compaction."""


@dataclass
class Desk:
    """One session with one customer."""

    world: World
    trace: TraceWriter
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        self.window = Window(self.settings.window_limit, self.settings.pinned_rules)
        self.requests = Requests()
        self.register = Register(self.settings.confirmations_expire_after)
        self.chosen: list[tuple[int, Choice]] = []
        self._rules = Index(RULES)
        self._compactions = 0
        self._proposal: tuple[str, dict[str, str | dict[str, str]]] | None = None
        self._say("system", SYSTEM, kind="system")
        for rule_id in sorted(self.settings.pinned_rules):
            self._show_rule(rule_id)

    def serve(self, text: str) -> None:
        """Hear one message and act until a reply gives the turn back to the customer."""
        message = self._say("user", text)
        heard = hear(text)
        self._take_in(heard)
        self._take_confirmation(heard, message)
        self._retrieve(heard)
        turn = Turn(self.trace.turn, heard)
        for _ in range(STEPS_PER_TURN):
            if self._decide(turn).tool is None:
                return

    def _take_in(self, heard: Heard) -> None:
        self.requests.record_id = heard.record_id or self.requests.record_id
        if heard.address:
            self.requests.change_to(heard.address)
        self.requests.tell = self.requests.tell or heard.tell

    def _take_confirmation(self, heard: Heard, message: str) -> None:
        if self._proposal is None:
            return
        (proposal, arguments), self._proposal = self._proposal, None
        if not heard.agrees:
            return
        confirmation = self.trace.confirmation(
            "given",
            answers=proposal,
            covers={"tool": "update_record", "arguments": arguments},
            type="change_ok",
            by="user",
            evidence=[{"ref": message, "quote": heard.own_words}],
        )
        self.register.entries.append(Confirmation(confirmation, self.trace.turn, arguments))

    def _retrieve(self, heard: Heard) -> None:
        self.world.clock.wait(0.3)
        hits = self._rules.search(heard.own_words, self.settings.rules_found)
        documents = [
            {
                "id": hit.document.id,
                "score": round(hit.score, 3),
                "rank": rank,
                "included": hit.score >= self.settings.score_cut,
                "version": RULES_VERSION,
                "title": hit.document.title,
                "text": hit.document.text,
            }
            for rank, hit in enumerate(hits, start=1)
        ]
        self.trace.retrieval(heard.own_words, documents)
        for document in documents:
            if document["included"]:
                self._show_rule(str(document["id"]))

    def _decide(self, turn: Turn) -> Step:
        if self.window.full:
            self._compact()
        seen = self.trace.context(self.window.spans(), input_tokens=self.window.size)
        self.world.clock.wait(1.0 + self.window.size / 1000)
        now = f"{self.world.clock.now:%H:%M}"
        view = View(self.window, self.requests, self.register, turn, now)
        choice = choose(open_steps(view))
        self.chosen.append((turn.number, choice))
        step = choice.step
        decision = self.trace.decision(
            step.action(),
            context=seen,
            believes=self.register.beliefs(turn.number),
            relied_on=view.agreed() if step.features.get("agreed") else [],
            margin={"measure": "logprob", "candidates": choice.candidates()},
            tools_offered=list(TOOLS),
        )
        if step.tool is None:
            self._answer(step)
        else:
            self._act(turn, decision, step)
        return step

    def _answer(self, step: Step) -> None:
        self._say("assistant", step.reply or "")
        if step.name != "ask":
            return
        arguments = self.requests.arguments()
        proposal = self.trace.proposal("update_record", arguments, text=step.reply)
        self._proposal = (proposal, arguments)
        self.window.add(
            Item(proposal, "talk", f"proposed: update_record {json.dumps(arguments)}", self.trace.turn)
        )

    def _act(self, turn: Turn, decision: str, step: Step) -> None:
        assert step.tool is not None
        assert step.arguments is not None
        call = self.trace.tool_call(decision, step.tool, step.arguments)
        status, result = self.world.call(step.tool, step.arguments)
        self.trace.tool_result(call, status, result)
        text = f"{step.tool} {json.dumps(step.arguments)} {status} {json.dumps(result)}"
        data = {"tool": step.tool, "result": result}
        self.window.add(Item(call, "call", text, turn.number, data))
        turn.report = True
        if step.name == "search":
            pages = result["pages"]
            assert isinstance(pages, list)
            turn.page = " ".join(page["text"] for page in pages)
        if step.name == "write" and status == "ok":
            self.requests.written = True
            self.register.use(self.requests.record_id, turn.number)
        self.requests.told |= step.name == "tell" and status == "ok"

    def _compact(self) -> None:
        self._compactions += 1
        name, summary = f"k{self._compactions}", summarise(self.requests, self.register)
        done = self.window.compact(name, summary, self.trace.turn)
        self.trace.compaction(
            kept=[*done.kept, *(c.id for c in self.register.entries)],
            dropped=done.dropped,
            tokens_before=done.tokens_before,
            tokens_after=done.tokens_after,
            summary=summary,
            id=name,
        )

    def _say(self, role: str, text: str, kind: str = "talk") -> str:
        message = self.trace.message(role, text)
        self.window.add(Item(message, kind, text, self.trace.turn))
        return message

    def _show_rule(self, rule_id: str) -> None:
        rule = RULE_BY_ID[rule_id]
        self.window.add(Item(rule.id, "rule", f"{rule.title}. {rule.text}", self.trace.turn))
