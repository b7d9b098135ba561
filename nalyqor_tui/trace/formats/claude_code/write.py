"""The lines of a branch, written as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nalyqor_tui.trace.document import Document
from nalyqor_tui.trace.formats import messages
from nalyqor_tui.trace.formats.claude_code import approvals, beside
from nalyqor_tui.trace.formats.claude_code.lines import (
    Line,
    call_of,
    is_harness,
    is_queued_prompt,
    said_by_user,
)
from nalyqor_tui.trace.formats.claude_code.tree import Branch, Thread
from nalyqor_tui.trace.formats.messages import Call, Result, Said, anthropic, joined, unwrapped
from nalyqor_tui.trace.formats.pick import arr, at, obj, rest, txt
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.formats.waiting import Waiting
from nalyqor_tui.trace.place import Place, Placed, Spread
from nalyqor_tui.trace.records import Json

STEADY = ("cwd", "version", "gitBranch", "userType", "isSidechain", "entrypoint", "slug", "sessionId", "session_id",
          "agentId", "parent_tool_use_id", "sessionKind")  # fmt: skip
_TAKEN = ("type", "message", "timestamp")
_ABOUT = ("id", "model", "stop_reason", "stop_sequence", "usage", "type", "container", "context_management")


@dataclass(frozen=True, slots=True)
class Load:
    """Reads the records of one branch."""

    document: Document
    thread: Thread
    branch: Branch
    name: str

    def __call__(self) -> Iterable[Placed]:
        writer = Writer(self.name, self.branch)
        lines = self.thread.lines
        shared = set(self.branch.shared)
        pieces = [
            (lines[number], self.document.item(lines[number].place).value, number in shared)
            for number in sorted((*shared, *self.branch.lines))
        ]
        writer.begin(pieces, self.thread)
        writer.write(pieces)
        return writer.scribe.records


Piece = tuple[Line, Json, bool]  # a line, its value, and whether it is history here: another session's own


class Writer:
    """Writes lines in the order of the file; what is history here is not decided a second time."""

    def __init__(self, name: str, branch: Branch) -> None:
        self.scribe = Scribe()
        self.name = name
        self.branch = branch
        self.calls: dict[str, Call] = {}
        self.denied: set[str] = set()
        self.waiting = Waiting(self.scribe)
        self.answered: set[str] = set()
        self.steady: dict[str, Json] = {}
        self.compaction = beside.Compactions(self.scribe)

    def begin(self, pieces: Sequence[Piece], thread: Thread) -> None:
        """Write the header: what holds for all lines, and what ties the session to another."""
        values = [value for _, value, _ in pieces if isinstance(value, dict)]
        for value in values:
            self.steady = {key: value[key] for key in STEADY if key in value} | self.steady
        model = next((m for value in values if (m := txt(at(value, "message", "model")))), None)
        tied: dict[str, Json] = {}
        if self.branch.left:
            tied["left_branch"] = self.branch.left
        if thread.agent:
            tied |= {"sub_agent": thread.agent, "of_session": thread.session}
        self.scribe.header(
            pieces[0][0].place if pieces else Place(1, 0, 0),
            self.name,
            agent_name=thread.agent or None,
            agent_version=txt(self.steady.get("version")),
            request_model=model if model != "<synthetic>" else None,
            source={**tied, **self.steady} or None,
        )

    def write(self, pieces: Sequence[Piece]) -> None:
        """Write the lines."""
        left = False
        responses = _responses(pieces)
        told = [approvals.undecided(value) for _, value, _ in pieces if isinstance(value, dict)]
        self.waiting = Waiting(self.scribe, set().union(*told))
        for number, (line, value, shared) in enumerate(pieces):
            if self.branch.number and not shared and not left:
                left = True
                self.scribe.keep(
                    line.place, "claude-code:branch", {"left": self.branch.left, "at": line.parent}
                )
            if not isinstance(value, dict):
                self.scribe.unparsed(line.place, "a line is an object", value)
            elif line.role == "response":
                if number in responses:
                    self._response(responses[number], history=shared or line.copied)
            elif line.kind == "user":
                self._user(line, value)
            elif is_queued_prompt(value):
                self._queued(line, value)
            elif line.kind == "tool_result":
                self._old_result(line, value)
            else:
                self._other(line, value)
        self.compaction.close()
        self.waiting.end()

    def _response(self, pieces: Sequence[tuple[Line, dict[str, Any]]], *, history: bool) -> None:
        """Write one response of the model, with all the lines that it stands on."""
        self.compaction.close()
        said = [self._said(value) for _, value in pieces]
        whole = joined(said)
        stamps = [txt(value.get("timestamp")) for _, value in pieces]
        source = whole.more | ({"timestamps": stamps} if len(set(stamps)) > 1 else {})
        whole = replace(whole, more={})
        places = [line.place for line, _ in pieces]
        spoken = next((n for n, one in enumerate(said) if one.content), 0)
        self.calls.update((call.id, call) for call in whole.calls if call.id)
        if history:
            self.scribe.history(places[spoken], replace(whole, more=source))
            return
        self.waiting.step(Spread(places, places[spoken]), whole, source=source, ts=stamps[0])

    def _said(self, value: dict[str, Any]) -> Said:
        if value.get("type") == "tool_use":  # as the first versions wrote a call
            if (name := txt(value.get("name"))) is None:
                return Said("assistant", unread=(messages.Piece("a tool call without a name", value, ""),))
            call = Call(name, value.get("input"), txt(value.get("id")))
            return Said("assistant", calls=(call,), more=self._more(value, ("name", "input", "id")))
        message = obj(value.get("message"))
        about = {f"message_{k}" if k in ("id", "type") else k: message[k] for k in _ABOUT if k in message}
        more = {**about, **rest(message, ("role", "content", *_ABOUT)), **self._more(value)}
        content = message.get("content")
        if not isinstance(content, list):
            return Said("assistant", content, more=more)
        return anthropic.read_blocks("assistant", content, "/message/content", more)

    def _user(self, line: Line, value: dict[str, Any]) -> None:
        """Write what stands in the user's place: the user's words, the program's, results of tools."""
        if value.get("isCompactSummary") is True:
            self.compaction.summary(line.place, at(value, "message", "content"), self._more(value), value)
            return
        message = obj(value.get("message"))
        content = message.get("content")
        own = said_by_user(value)
        said = Said("user" if own else "harness", content)
        if isinstance(content, list):
            said = anthropic.read_blocks("user" if own else "harness", content, "/message/content", {})
            said = _told_apart(said)
        more = {**rest(message, ("role", "content")), **self._more(value)}
        ts = txt(value.get("timestamp"))
        self._results(line, value, said.results, more)
        if said.spoke or not said.results:
            if own:
                self.compaction.close()
            self.scribe.message(line.place, said if said.results else replace(said, more=more), ts=ts)
            if not own:
                self.compaction.cleared(line.place, content)
        for piece in said.unread:
            self.scribe.unparsed(line.place.below(piece.pointer), piece.problem, piece.value)

    def _results(
        self, line: Line, value: dict[str, Any], results: Sequence[Result], more: dict[str, Any]
    ) -> None:
        """Write results, and before each what it tells of consent; what the line says besides goes with the first."""
        for number, one in enumerate(results):
            call = one.call or call_of({}, value)
            name = f"result of {call}" if call and call not in self.answered else None
            result = replace(one, call=call, more=one.more if number else {**one.more, **more})
            made = self.calls.get(call or "")
            ts, instead = txt(value.get("timestamp")), {}
            if (
                approvals.heard(self.scribe, line.place, made, result, value, name)
                and call not in self.denied
            ):
                self.waiting.go(call)
            else:
                self.denied.add(call or "")
                if answers := self.waiting.never(
                    call
                ):  # no call went out: what came back answers the decision
                    instead = {"call": answers, "tool_use_id": call}
            self.scribe.result(line.place.below(result.pointer), result, id=name, ts=ts, **instead)
            self.answered.add(call or "")

    def _queued(self, line: Line, value: dict[str, Any]) -> None:
        prompt = at(value, "attachment", "prompt")
        more = {
            "attachment": rest(value.get("attachment"), ("prompt",)),
            **self._more(value, ("attachment",)),
        }
        self.scribe.message(
            line.place.below("/attachment/prompt"),
            Said("user", prompt, more=more),
            ts=txt(value.get("timestamp")),
        )

    def _old_result(self, line: Line, value: dict[str, Any]) -> None:
        """Write a result as the first versions wrote it: it names its tool, not its call."""
        known = {"name": txt(value.get("name")), "result": value.get("output")}
        more = self._more(value, ("name", "output"))
        self.scribe.record(
            "tool_result", line.place, **known, source=more or None, ts=txt(value.get("timestamp"))
        )

    def _other(self, line: Line, value: dict[str, Any]) -> None:
        ts = txt(value.get("timestamp"))
        attached = obj(value.get("attachment"))
        if line.kind == "assistant":  # the program's own words in the model's place
            content = at(value, "message", "content")
            said = Said("harness", content if isinstance(content, str) else unwrapped(arr(content)))
            more = {**rest(value.get("message"), ("role", "content")), **self._more(value)}
            self.scribe.message(line.place, replace(said, more=more), ts=ts)
        elif line.kind == "system" and self.compaction.boundary(line.place, value, self._more(value)):
            return
        elif line.kind == "result" and line.printed:
            approvals.denied_in_the_end(self.scribe, line.place, value, self.denied)
            self.scribe.record(
                "end", line.place, status=txt(value.get("subtype")), source=rest(value, _TAKEN), ts=ts
            )
        elif line.kind == "attachment":
            decided = approvals.by_hook(self.scribe, line.place, attached, self.calls)
            if decided == "given":
                self.waiting.go(txt(attached.get("toolUseID")))
            elif decided:
                self.denied.add(txt(attached.get("toolUseID")) or "")
            beside.attachment(self.scribe, line.place, attached, self._more(value, ("attachment",)), ts)
        else:
            kind = "/".join(filter(None, (line.kind or "line", txt(value.get("subtype")))))
            self.scribe.keep(line.place, f"claude-code:{kind}", self._kept(value), ts=ts)

    def _more(self, value: dict[str, Any], taken: Sequence[str] = ()) -> dict[str, Any]:
        """Return what a line says besides, without what it says like the header does."""
        more = rest(value, (*_TAKEN, *taken))
        return {key: part for key, part in more.items() if key not in STEADY or part != self.steady.get(key)}

    def _kept(self, value: dict[str, Any]) -> dict[str, Any]:
        same = {key for key in STEADY if key in value and value[key] == self.steady.get(key)}
        return rest(value, ("timestamp", *same))


def _told_apart(said: Said) -> Said:
    """Take the program's words for its own where they stand beside a result or a user's."""
    if said.role != "user" or not isinstance(said.content, str) or not is_harness(said.content):
        return said
    return replace(said, role="harness")


def _responses(pieces: Sequence[Piece]) -> dict[int, list[tuple[Line, dict[str, Any]]]]:
    """Return the lines of each response under the number of its first one."""
    return dict(_grouped(pieces))


def _grouped(pieces: Sequence[Piece]) -> Iterator[tuple[int, list[tuple[Line, dict[str, Any]]]]]:
    open_: dict[str, list[tuple[Line, dict[str, Any]]]] = {}
    heard: set[str] = set()  # requests after which something else happened: their id alone is no proof
    for number, (line, value, _) in enumerate(pieces):
        if not isinstance(value, dict) or line.role != "response":
            heard |= set(open_) if line.role in ("result", "prompt") else set()
            continue
        known = line.response and line.response in open_
        if known and (line.response.startswith("message ") or line.response not in heard):
            open_[line.response].append((line, value))
            continue
        group = [(line, value)]
        if line.response:
            open_[line.response] = group
            heard.discard(line.response)
        yield number, group
