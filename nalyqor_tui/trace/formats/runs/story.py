"""Writes the records of one session from its runs: decisions of the models, results of the tools, look-ups.

A run that only surrounds others is kept as it is, save for what stands elsewhere in the session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nalyqor_tui.trace.formats import interrupts
from nalyqor_tui.trace.formats.messages import Call, Result, Said, text
from nalyqor_tui.trace.formats.payload import PROMPT, Asked, asked
from nalyqor_tui.trace.formats.pick import at, first
from nalyqor_tui.trace.formats.runs import answers, approvals, results
from nalyqor_tui.trace.formats.runs.answers import Exchange, exchanges
from nalyqor_tui.trace.formats.runs.model import Field, Run
from nalyqor_tui.trace.formats.runs.once import Once
from nalyqor_tui.trace.formats.runs.order import Tree
from nalyqor_tui.trace.formats.runs.pairing import Made, Pairing, tool_call_id
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.parse import canonical, resolve
from nalyqor_tui.trace.records import Json


class Story:
    """Tells the runs of one session to a scribe; `prefix` is the format's name, for the kinds that are kept."""

    def __init__(self, scribe: Scribe, prefix: str, once: Once, said: Mapping[str, Field]) -> None:
        self.scribe = scribe
        self.prefix = prefix
        self.once = once
        self._sent: list[Json] = []
        self.said = said
        """What each trace itself says it was asked, for runs that do not."""

    def tell(self, runs: Sequence[Run]) -> None:
        """Write the records of the runs in the order in which things happened."""
        self.tree = Tree(runs)
        happened = self.tree.happened()
        order = [run for run, leaving in happened if not leaving]
        self.exchanges = exchanges(self.tree, order)
        self.pairing = Pairing(self.tree)
        self.approvals = approvals.Approvals(self.scribe, happened, self.exchanges)
        for run, leaving in happened:
            if leaving:
                self._ended(run)
                self.approvals.requested(run)
            elif run.id in self.exchanges:
                self._decided(self.exchanges[run.id])
            elif run.kind != "tool":
                self._began(run)

    def _opens(self, given: Asked, run: Run) -> bool:
        """Say whether the first call of a model within a run heard no other user than the run itself."""
        inner = next((self.exchanges[r.id] for r in self.tree.below(run) if r.id in self.exchanges), None)
        if inner is None or inner.asked is None or inner.asked.is_text:
            return True
        heard = [text(said.content) for said, _ in given.heard]
        return all(text(said.content) in heard for said, _ in inner.asked.heard if said.role == "user")

    def _ended(self, run: Run) -> None:
        """Write what a run gave out; a run that only surrounds others is kept when all within it is told."""
        if run.id in self.exchanges:
            return
        if run.kind == "tool" and not self._repeated(run):
            self._ran(run)
        elif run.kind == "retriever":
            self._looked_up(run)
        elif not self._is_tool_of_a_call(run):
            self._kept(run)

    def _began(self, run: Run) -> None:
        """Write what a run was given that belongs to the story: the answer to an interrupt, the first message."""
        given = asked(run.given.value) if isinstance(at(run.given.value, "messages"), list) else None
        if given is not None and next(self.tree.above(run), None) is None and self._opens(given, run):
            self._hear(given, run)
        self.approvals.answered(run)

    def _decided(self, exchange: Exchange) -> None:
        """Write what a model was given and what it answered."""
        run = exchange.run
        context = self._window(exchange)
        if exchange.said is None or exchange.place is None:
            self._kept(run)
            return
        said = self.pairing.named(exchange.said, run)
        held = self.approvals.held(run, said.calls)
        beside: dict[str, Any] = {"name": run.name, **run.raw}
        if exchange.told_by is not None and exchange.told_by is not run:
            beside["answer_recorded_in"] = exchange.told_by.name
        if exchange.asked is not None and exchange.asked.more:
            beside["request"] = exchange.asked.more
        tools = [*(exchange.asked.tools if exchange.asked else ()), *run.tools]
        names = self.scribe.step(
            exchange.place,
            said,
            context=context,
            margin=answers.margin(exchange),
            agent=self._agent(run),
            tools_offered=tools or None,
            ts=run.ts,
            source=self.once.keep(beside, run.place),
            held=held,
        )
        self.once.told(run.came.value, run.came.place)
        for index, (call, decision) in enumerate(zip(said.calls, names, strict=False)):
            place = exchange.place.below(call.pointer)
            named = exchange.said.calls[index].id is not None
            self.pairing.add(Made(call, decision, run, place, out=index not in held, named=named))

    def _window(self, exchange: Exchange) -> str | None:
        """Write the context as it was sent; one text is a part of the conversation only where nothing else is."""
        run, given = exchange.run, exchange.asked
        if given is None:
            self._hear_around(run)
            return None
        heard = answers.heard(given, run.given)
        if given.is_text:
            spoken = self._hear_around(run) or self._hear_asked_first(run, text(heard[0][0].content))
            role = PROMPT if spoken else "user"
            heard = [(Said(role, said.content), place) for said, place in heard]
        self._told(given, run)
        return self.scribe.window(run.given.place, self._linked(heard), ts=run.ts)

    def _linked(self, heard: list[tuple[Said, Any]]) -> list[tuple[Said, Any]]:
        """Pair the history's results with calls; a call that only the history shows to have run went out."""
        linked = self.pairing.linked(heard)
        for said, _ in linked:
            for result in said.results:
                for made in self.pairing.named_by(result.call):
                    if not made.answered:
                        self._goes_out(made)
                        self.pairing.answer(made)
        return linked

    def _hear_around(self, run: Run) -> bool:
        """Write the conversation that the nearest run around a call was given; say whether there is one."""
        for outer in self.tree.above(run):
            given = asked(outer.given.value)
            if given is not None and not given.is_text:
                self._hear(given, outer)
                return True
        return False

    def _hear(self, given: Asked, run: Run) -> None:
        self.scribe.hear(self._linked(answers.heard(given, run.given)))
        self._told(given, run)

    def _told(self, given: Asked, run: Run) -> None:
        """Take note of the messages of a request; those that it begins with like the one before were told then."""
        sent = [resolve(run.given.value, pointer) for _, pointer in given.heard]
        same = next(
            (n for n, (a, b) in enumerate(zip(sent, self._sent, strict=False)) if a != b), len(self._sent)
        )
        for value, (_, pointer) in list(zip(sent, given.heard, strict=True))[same:]:
            self.once.told(value, run.given.at(pointer))
        self._sent = sent

    def _hear_asked_first(self, run: Run, prompt: str) -> bool:
        """Write what the trace says it was asked, where that is a part of the text that the model was given."""
        said = self.said.get(run.trace)
        if (
            said is None
            or not isinstance(said.value, str)
            or said.value == prompt
            or said.value not in prompt
        ):
            return False
        self.scribe.hear([(Said("user", said.value), said.place)])
        return True

    def _ran(self, run: Run) -> None:
        """Write a tool's run: the result of the call that it carries out, or a call that nothing else shows."""
        if interrupts.is_pause(run.failed):
            self._kept(run)
            return
        value, call, status = results.came(run)
        made = self.pairing.find(run, run.given.value, run.call or call)
        if made is not None and made.answered:  # the history told it before
            self._kept(run)
            return
        if made is None:
            name = run.name.removeprefix("execute_tool ")
            lone = Call(name, run.given.value, run.call or call or run.id)
            made = Made(lone, "", run, run.place)
            self.scribe.call(run.place, lone, ts=run.ts)
        self._goes_out(made)
        self.pairing.answer(made)
        beside = self.once.keep({"name": run.name, **run.raw, "given": run.given.value}, run.place)
        status = status or results.status_around(self.tree.above(run), made.call.id)
        result = Result(value, made.call.id, made.call.name, status)
        self.scribe.result(run.came.place, result, source=beside, ts=run.ts)
        self.once.told(run.came.value, run.came.place)

    def _goes_out(self, made: Made) -> None:
        if not made.out:
            made.out = True
            self.scribe.call(made.place, made.call, decision=made.decision)

    def _repeated(self, run: Run) -> bool:
        """Say whether a tool's run only repeats the run of the same tool around it."""
        around = next((outer for outer in self.tree.above(run) if outer.kind == "tool"), None)
        return (
            around is not None
            and around.name == run.name
            and canonical(around.given.value) == canonical(run.given.value)
        )

    def _is_tool_of_a_call(self, run: Run) -> bool:
        """Write the result of a call where the tracer logged the tool as a run of no kind of its own."""
        call = tool_call_id(run.came.value)
        made = self.pairing.find(run, run.given.value, call) if run.kind == "other" else None
        if made is None or made.answered or made.call.name != run.name or run.failed is not None:
            return False
        self._ran(run)
        return True

    def _looked_up(self, run: Run) -> None:
        documents = results.documents(run.came.value)
        if documents is None:
            self._kept(run)
            return
        query = (
            run.given.value if isinstance(run.given.value, str) else first(run.given.value, "query", "input")
        )
        self.scribe.record(
            "retrieval",
            run.place,
            query=query if isinstance(query, str) else None,
            documents=documents,
            ts=run.ts,
            source=self.once.keep({"name": run.name, **run.raw}, run.place),
        )
        self.once.told(run.came.value, run.came.place)
        self.once.told(run.given.value, run.given.place)

    def _kept(self, run: Run) -> None:
        body: dict[str, Any] = {"name": run.name, **run.raw}
        for key, field in (("given", run.given), ("came", run.came)):
            if field.value is not None:
                body[key] = self.once.keep(field.value, field.place)
        if run.failed is not None:
            body["failed"] = run.failed
        self.scribe.keep(run.place, f"{self.prefix}:{run.word}", body, ts=run.ts)

    def _agent(self, run: Run) -> str | None:
        return next((outer.name for outer in self.tree.above(run) if outer.kind == "agent"), None)
