"""A margin from recorded token log-probabilities: at the first token where the alternatives differ.

The rule stands in docs/margins.md. A choice is measured at one token only: where another recorded answer first
differs from it or, where only one answer was recorded, at the first token that says the choice and has another
token recorded beside it. What is outside the recorded k is bounded by the k-th, and never a candidate.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nalyqor_tui.trace.formats.messages import Said, text
from nalyqor_tui.trace.formats.pick import arr, num, obj
from nalyqor_tui.trace.parse import canonical
from nalyqor_tui.trace.records import Json

_UNLIKELY = -9999.0  # what OpenAI's service writes for a token that is not among the likeliest
_BEFORE, _AFTER = " \t\n\"'`{[(<:=.", " \t\n\"'`}])>:=(,"  # what stands around a tool's name in a call's text


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was sampled: its text, its log-probability in nats, and the likeliest at its place."""

    text: str
    value: float | None
    likeliest: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One recorded answer of the model: what it said, and its tokens where they were recorded."""

    said: Said
    tokens: Sequence[Token] = ()

    @property
    def action(self) -> dict[str, Json]:
        """What it chose: its first call, else its reply."""
        if self.said.calls:
            return {"tool": self.said.calls[0].name, "arguments": self.said.calls[0].arguments}
        return {"reply": text(self.said.content)}


def tokens(logprobs: Json) -> list[Token]:
    """Read `logprobs` as OpenAI writes them: chat (`content`), Responses (a list), or of bare completions."""
    listed = logprobs if isinstance(logprobs, list) else obj(logprobs).get("content")
    if isinstance(listed, list):
        return [_token(obj(each)) for each in listed]
    return list(_bare(obj(logprobs)))


def margin(answers: Sequence[Answer], offered: Collection[str] = ()) -> dict[str, Json] | None:
    """Return the margin of the first answer against what else was recorded, or None where nothing was.

    `offered` are the names of the tools that could have been called. Where tokens cannot tell, the answers
    themselves are samples of one choice: votes.
    """
    if not answers:
        return None
    measured = _measured(answers, offered)
    return measured if measured is not None else _votes(answers)


def _token(value: dict[str, Json]) -> Token:
    top = [(obj(each).get("token"), num(obj(each).get("logprob"))) for each in arr(value.get("top_logprobs"))]
    likeliest = tuple((t, v) for t, v in top if isinstance(t, str) and v is not None and v > _UNLIKELY)
    said = value.get("token")
    return Token(said if isinstance(said, str) else "", _sampled(num(value.get("logprob"))), likeliest)


def _bare(logprobs: dict[str, Json]) -> Iterator[Token]:
    values, tops = arr(logprobs.get("token_logprobs")), arr(logprobs.get("top_logprobs"))
    for index, said in enumerate(arr(logprobs.get("tokens"))):
        top = obj(tops[index]) if index < len(tops) else {}
        likeliest = tuple((key, value) for key, part in top.items() if (value := num(part)) is not None)
        value = num(values[index]) if index < len(values) else None
        yield Token(said if isinstance(said, str) else "", _sampled(value), likeliest)


def _sampled(value: float | None) -> float | None:
    return value if value is not None and value > _UNLIKELY else None


def _measured(answers: Sequence[Answer], offered: Collection[str]) -> dict[str, Json] | None:
    mine = answers[0]
    where = _parting(answers)
    others = where is not None
    if where is None:
        where = _first(mine)
    if where is None:
        return None
    index, start = where
    at = mine.tokens[index]
    begun = "".join(token.text for token in mine.tokens[:index])[start:]
    value, bounded = _bounded(at)
    if value is None:
        return None
    chosen: dict[str, Any] = {**mine.action, "value": value, "token": at.text}
    candidates = [chosen | ({"bound": "at most"} if bounded else {})]
    if others:
        candidates += _answered(answers[1:], index, {at.text})
    seen = {candidate["token"] for candidate in candidates}
    candidates += _begun(mine, at, begun, offered, seen)
    if len(candidates) < 2:
        return None
    told: dict[str, Json] = {"token": index, "says": at.text, "recorded": len(at.likeliest)}
    if at.likeliest:
        told["outside"] = min(value for _, value in at.likeliest)
    return {"measure": "logprob", "candidates": candidates, "at": told}


def _parting(answers: Sequence[Answer]) -> tuple[int, int] | None:
    """Return the first token at which another answer differs from the first one."""
    mine, found = answers[0].tokens, None
    for other in answers[1:]:
        pairs = enumerate(zip(mine, other.tokens, strict=False))
        apart = next((index for index, (a, b) in pairs if a.text != b.text), None)
        if apart is not None and (found is None or apart < found):
            found = apart
    return None if found is None else (found, 0)


def _first(answer: Answer) -> tuple[int, int] | None:
    """Return the first token that says what was chosen and has another beside it, and where the saying begins."""
    spelled = "".join(token.text for token in answer.tokens)
    start = _begins(answer.said, spelled)
    if start is None:
        return None
    end = 0
    for index, token in enumerate(answer.tokens):
        end += len(token.text)
        if end > start and any(said != token.text for said, _ in token.likeliest):
            return index, start
    return None


def _begins(said: Said, spelled: str) -> int | None:
    """Return where the tokens begin to say what was chosen; None where they do not say it.

    The tokens of a call are seldom recorded: words beside it that name the tool are not the call.
    """
    words = text(said.content)
    if said.calls:
        after = len(words) if words and spelled.startswith(words) else 0
        name = re.compile(rf"(?<!\w){re.escape(said.calls[0].name)}(?!\w)")
        found = None if spelled.strip() == words.strip() else name.search(spelled, after)
        return found.start() if found else None
    found_at = spelled.find(words[:40]) if words else -1
    if found_at >= 0:
        return found_at
    return 0 if words and spelled[:1] == words[:1] else None  # a letter may be spread over several tokens


def _bounded(token: Token) -> tuple[float | None, bool]:
    """Return the log-probability of a sampled token, or its bound: the least likely of those recorded."""
    if token.value is not None:
        return token.value, False
    same = next((value for said, value in token.likeliest if said == token.text), None)
    if same is not None:
        return same, False
    return min((value for _, value in token.likeliest), default=None), True


def _answered(others: Sequence[Answer], index: int, seen: set[str]) -> list[dict[str, Any]]:
    """Return the other answers that part at this token, each with its own token there."""
    out = []
    for other in others:
        token = other.tokens[index] if index < len(other.tokens) else Token("", None)
        if token.text not in seen and token.value is not None:
            seen.add(token.text)
            out.append({**other.action, "value": token.value, "token": token.text})
    return out


def _begun(
    mine: Answer, at: Token, begun: str, offered: Collection[str], seen: set[str]
) -> Iterator[dict[str, Any]]:
    """Yield the recorded tokens that no answer went on with: all that is known of them is how they begin."""
    calls = mine.said.calls
    for said, value in at.likeliest:
        if said in seen:
            continue
        beginning = begun + said
        if not calls:
            yield {"reply": beginning, "begins": True, "value": value, "token": said}
            continue
        name = beginning.lstrip(_BEFORE).rstrip(_AFTER)
        if name and calls[0].name.startswith(name):
            continue  # the same tool, cut into tokens in another way
        named = {one for one in offered if name and one.startswith(name)}
        tool = {"tool": named.pop()} if len(named) == 1 else {}
        yield {**tool, "begins": beginning, "value": value, "token": said}


def _votes(answers: Sequence[Answer]) -> dict[str, Json] | None:
    """Count the answers by what they chose; one alone is no vote."""
    if len(answers) < 2:
        return None
    counts: dict[bytes, list[Any]] = {}
    for answer in answers:
        counts.setdefault(canonical(answer.action), [answer.action, 0])[1] += 1
    candidates = [{**action, "value": float(count)} for action, count in counts.values()]
    return {"measure": "votes", "k": len(answers), "candidates": candidates}
