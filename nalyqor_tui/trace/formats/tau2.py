"""τ²-bench results: one file with its simulations, or `results.json` beside a folder of one file for each.

The user has tools of their own there. What the user called and got back is no decision of the agent, and the agent
did not see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from nalyqor_tui.phrase import Phrase, phrase
from nalyqor_tui.trace.document import Document, Sample
from nalyqor_tui.trace.formats.base import Can, Fidelity, Names, Reading, SessionDraft
from nalyqor_tui.trace.formats.logprobs import Answer, margin, tokens
from nalyqor_tui.trace.formats.messages import Call, Piece, Result, Said
from nalyqor_tui.trace.formats.pick import arr, at, num, obj, rest, stamp, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place, Placed
from nalyqor_tui.trace.records import Json

NAME = "tau2"
TITLE = "τ²-bench results"
FIDELITY = Fidelity(
    context=Can("rebuilt", "the messages before the decision, under the policy that the results name"),
    confirmations=Can("absent", "only what was said"),
    retrieval=Can("absent"),
    margin=Can("observed", "where the raw response was kept, with log-probabilities"),
)
TESTED = "a real file without simulations, and own files made after the library's code"
_RUN = frozenset({"messages", "ticks", "reward_info", "termination_reason"})
_FOLDER = "simulations"


def score(sample: Sample) -> float:
    """Return 1 for results, a little less for a simulation by itself."""
    if not sample.whole or not sample.values:
        return 0.0
    value = sample.values[0]
    if _is_results(value):
        return 1.0
    return 0.98 if _is_simulation(value) else 0.0


def read(document: Document) -> Reading:
    """Find the simulations of a file."""
    return _read([document])


def gather(documents: Sequence[Document]) -> list[tuple[Reading, Sequence[Document]]]:
    """Unite results with the simulations in the folder beside them."""
    sets: dict[str, list[Document]] = {}
    for document in documents:
        path = PurePosixPath(document.name)
        home = path.parent.parent if path.parent.name == _FOLDER else path.parent
        beside = str(home) if path.parent.name == _FOLDER or path.name == "results.json" else document.name
        sets.setdefault(beside, []).append(document)
    return [(_read(members), members) for members in sets.values()]


@dataclass(frozen=True, slots=True)
class _Results:
    """What holds for all simulations: where it stands, the run's settings, the tasks."""

    place: Place
    info: dict[str, Any]
    tasks: list[Json]

    def task(self, run: dict[str, Json]) -> dict[str, Any] | None:
        same = (task for task in self.tasks if obj(task).get("id") == run.get("task_id"))
        return next((obj(task) for task in same), None)


def _is_results(value: Json) -> bool:
    info = at(value, "info")
    known = isinstance(info, dict) and {"environment_info", "agent_info", "user_info"} & set(info)
    return bool(known) and isinstance(at(value, "tasks"), list)


def _is_simulation(value: Json) -> bool:
    keys = {"task_id", "termination_reason", "reward_info"}
    return isinstance(value, dict) and keys <= set(value) and ("messages" in value or "ticks" in value)


def _read(documents: Sequence[Document]) -> Reading:
    results: _Results | None = None
    runs: list[tuple[Document, Place]] = []
    speech = False
    holders = sorted(documents, key=lambda document: not _is_results(document.value))
    for document in holders:
        value, place = document.value, document.place()
        if _is_results(value):
            results = _Results(place, obj(value["info"]), arr(value["tasks"]))
            found = [
                (run, place.below(f"/simulations/{n}")) for n, run in enumerate(arr(value.get("simulations")))
            ]
        else:
            found = [(value, place)]
        speech = speech or any(at(run, "ticks") and not at(run, "messages") for run, _ in found)
        runs += [(document, where) for _, where in found]
        if len(documents) > 1:
            document.forget()
    return Reading(_drafts(holders, runs, results), warnings=_warnings(runs, results, speech))


def _drafts(
    holders: Sequence[Document], runs: Sequence[tuple[Document, Place]], results: _Results | None
) -> list[SessionDraft]:
    names = Names()
    drafts = []
    if not runs and results is not None:
        return [SessionDraft("results", lambda: list(_alone(holders[0], results)))]
    for index, (document, place) in enumerate(runs):
        value = obj(document.item(place).value)
        name = names.unique(_name(value) or f"simulation {index + 1}")
        drafts.append(SessionDraft(name, _Load(document, place, name, results, first=index == 0)))
        if len(holders) > 1:
            document.forget()
    return drafts


def _name(run: dict[str, Json]) -> str:
    task, trial = run.get("task_id"), run.get("trial")
    if not isinstance(task, str | int):
        return ""
    return f"task {task} trial {trial}" if isinstance(trial, int) else f"task {task}"


def _warnings(runs: Sequence[Any], results: _Results | None, speech: bool) -> list[Phrase]:
    out = []
    if results is not None and not runs:
        out.append(
            phrase("these results hold no simulations: they are files of their own; open the folder around")
        )
    if results is None:
        out.append(
            phrase(
                "a simulation by itself: the policy and the tasks stand in results.json, in the folder around"
            )
        )
    if speech:
        out.append(
            phrase("some simulations are of speech, without messages: their ticks are kept as they stand")
        )
    return out


def _alone(document: Document, results: _Results) -> Iterable[Placed]:
    scribe = Scribe()
    scribe.header(results.place, "results", **_agent(results), source=rest(document.value, ("tasks",)))
    for index, task in enumerate(results.tasks):
        scribe.keep(results.place.below(f"/tasks/{index}"), "tau2:task", task)
    return scribe.records


def _agent(results: _Results | None) -> dict[str, Json]:
    agent = obj(results.info.get("agent_info")) if results else {}
    return {"agent_name": txt(agent.get("implementation")), "request_model": txt(agent.get("llm"))}


@dataclass(frozen=True, slots=True)
class _Load:
    """Reads one simulation; the settings that all share are kept with the first."""

    document: Document
    place: Place
    name: str
    results: _Results | None
    first: bool

    def __call__(self) -> Iterable[Placed]:
        scribe = Scribe()
        value, place = self.document.item(self.place)
        if not isinstance(value, dict):
            scribe.unparsed(place, "not a simulation", value)
            return scribe.records
        scribe.header(place, self.name, **_agent(self.results), source=self._beside(value) or None,
                      ts=stamp(value.get("start_time") or value.get("timestamp")))  # fmt: skip
        self._policy(scribe, value)
        for index, message in enumerate(arr(value.get("messages"))):
            _message(scribe, place.below(f"/messages/{index}"), message)
        for index, tick in enumerate(arr(value.get("ticks"))):
            scribe.keep(place.below(f"/ticks/{index}"), "tau2:tick", tick)
        self._outcome(scribe, value)
        if (reason := txt(value.get("termination_reason"))) is not None:
            scribe.record("end", place.below("/termination_reason"), status=reason,
                          ts=stamp(value.get("end_time")))  # fmt: skip
        return scribe.records

    def _beside(self, run: dict[str, Json]) -> dict[str, Json]:
        beside = rest(run, (*_RUN, "policy"))
        if self.results is None:
            return beside
        if (task := self.results.task(run)) is not None:
            beside["task"] = task
        if self.first:
            environment = rest(self.results.info.get("environment_info"), ("policy",))
            beside["info"] = {**self.results.info, "environment_info": environment}
        return beside

    def _policy(self, scribe: Scribe, run: dict[str, Json]) -> None:
        """Write the policy that the agent worked under; it stands in its system prompt, which is not logged."""
        own = txt(run.get("policy"))
        shared = txt(at(self.results.info, "environment_info", "policy")) if self.results else None
        pointer = "/info/environment_info/policy"
        if own is not None:
            scribe.message(self.place.below("/policy"), Said("system", own))
        elif shared is not None and self.results is not None:
            scribe.message(
                self.results.place.below(pointer),
                Said("system", shared, more={"of": "the policy of the domain"}),
            )

    def _outcome(self, scribe: Scribe, run: dict[str, Json]) -> None:
        reward = obj(run.get("reward_info"))
        grade = num(reward.get("reward"))
        if grade is None:
            if reward:
                scribe.keep(self.place.below("/reward_info"), "tau2:reward", reward)
            return
        task = self.results.task(run) if self.results else None
        scribe.record(
            "outcome",
            self.place.below("/reward_info"),
            case=f"task {run['task_id']}" if isinstance(run.get("task_id"), str | int) else None,
            grade=grade,
            scale=[0.0, 1.0] if 0 <= grade <= 1 else None,
            by="reward",
            expected=at(task, "evaluation_criteria", "actions"),
            source=rest(reward, ("reward",)) or None,
        )


def _message(scribe: Scribe, place: Place, message: Json) -> None:
    value = obj(message)
    role = value.get("role")
    known: dict[str, Any] = {"ts": stamp(value.get("timestamp"))}
    if isinstance(value.get("tool_messages"), list):
        for index, part in enumerate(value["tool_messages"]):
            _message(scribe, place.below(f"/tool_messages/{index}"), part)
        return
    if not isinstance(role, str):
        scribe.unparsed(place, "not a message: no role", message)
    elif role == "tool" and value.get("requestor") == "user":
        scribe.keep(place, "tau2:user_tool_result", value, **known)
    elif role == "tool":
        scribe.say(place, Said("tool", results=(_result(value),)), **known)
    elif role == "user" and value.get("tool_calls") and not value.get("content"):
        scribe.keep(place, "tau2:user_tool_call", value, **known)
    else:
        said = _said(role, value)
        if role == "assistant":
            known["margin"] = margin([Answer(said, tokens(at(value, "raw_data", "logprobs")))])
        scribe.say(place, said, **known)


def _said(role: str, value: dict[str, Json]) -> Said:
    more = {
        key: part
        for key, part in value.items()
        if key not in ("role", "content", "timestamp") and part is not None
    }
    if role != "assistant":
        return Said(role, value.get("content"), more=more)
    more.pop("tool_calls", None)
    pieces = [_call(call, f"/tool_calls/{index}") for index, call in enumerate(arr(value.get("tool_calls")))]
    calls = tuple(piece for piece in pieces if isinstance(piece, Call))
    unread = tuple(piece for piece in pieces if isinstance(piece, Piece))
    raw = obj(at(value, "raw_data", "message"))
    thought = txt(raw.get("reasoning_content"))
    return Said(role, value.get("content"), calls, reasoning=thought, unread=unread, more=more)


def _call(call: Json, pointer: str) -> Call | Piece:
    value = obj(call)
    if not isinstance(value.get("name"), str):
        return Piece("a tool call without a tool's name", call, pointer)
    more = {
        k: v
        for k, v in rest(value, ("id", "name", "arguments")).items()
        if (k, v) != ("requestor", "assistant")
    }
    return Call(value["name"], value.get("arguments"), txt(value.get("id")), pointer, more)


def _result(value: dict[str, Json]) -> Result:
    failed = value.get("error")
    result = Result(
        value.get("content"),
        txt(value.get("id")),
        more=rest(value, ("role", "content", "id", "error", "timestamp")),
    )
    return replace(result, status="error" if failed else "ok") if isinstance(failed, bool) else result
