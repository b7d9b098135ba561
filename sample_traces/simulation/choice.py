"""How the agent chooses: it lists what it could do next, scores each step, and does the likeliest.

A score is a weighted sum of features of what the agent can see and what its runtime believes. A softmax turns the
scores into probabilities, and their natural logarithms are what the trace records as the margin. The steps are

    ask      put the change to the customer          search   look into the help pages
    look     read the order                          reply    say something and give the turn back
    write    change the order
    tell     notify the partner
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WEIGHTS: Mapping[str, float] = {
    "wanted": 1.0,  # the customer asked for this at some time
    "agreed": 2.0,  # the register holds a confirmation for the order that it takes for live
    "due": 2.0,  # for tell: the change that it speaks of has been made
    "mentioned": 1.0,  # how fresh its last mention in the window is, 0 to 1
    "asked": 0.6,  # the customer's last message speaks of it
    "first": 3.0,  # another request waits for this one; as fresh as the words that say so, 0 to 1
    "unagreed": 4.0,  # for ask: a change is wanted and no confirmation is believed live
    "question": 7.0,  # for search: a question is open and no help page was read for it
    "answers": 7.0,  # for reply: this reply answers the open question
    "report": 2.5,  # for reply: a tool came back and the customer has not heard of it
    "demanded": 5.0,  # a rule in view demands it now
    "forbidden": -6.0,  # a rule in view forbids it now, or the agent's habit of asking first does
}

Arguments = dict[str, str | dict[str, str]]


@dataclass(frozen=True)
class Step:
    """One thing that could be done next: a tool with its arguments, or a reply."""

    name: str
    features: Mapping[str, float]
    tool: str | None = None
    arguments: Arguments | None = None
    reply: str | None = None

    def action(self) -> dict[str, object]:
        """The step as a decision record names it."""
        if self.tool is None:
            return {"reply": self.reply}
        return {"tool": self.tool, "arguments": self.arguments}

    def score(self, weights: Mapping[str, float]) -> float:
        return sum(weights[feature] * value for feature, value in self.features.items())


@dataclass(frozen=True)
class Choice:
    """The step taken, and every step that was open with its log-probability, best first."""

    step: Step
    ranked: Sequence[tuple[Step, float]]

    @property
    def margin(self) -> float:
        """How far the step taken lies above the next best, in nats."""
        return self.ranked[0][1] - self.ranked[1][1]

    def candidates(self) -> list[dict[str, object]]:
        """The alternatives as a margin record lists them, log-probabilities to four places."""
        return [{**step.action(), "value": round(value, 4) + 0.0} for step, value in self.ranked]  # no -0.0


def choose(steps: Iterable[Step], weights: Mapping[str, float] = WEIGHTS) -> Choice:
    """Score, normalise, rank; of equal steps the first listed wins."""
    scored = [(step, step.score(weights)) for step in steps]
    peak = max(score for _, score in scored)
    total = peak + math.log(sum(math.exp(score - peak) for _, score in scored))
    ranked = sorted(((step, score - total) for step, score in scored), key=lambda pair: -pair[1])
    return Choice(ranked[0][0], ranked)
