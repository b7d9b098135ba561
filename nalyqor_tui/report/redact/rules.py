"""What a secret looks like: a table of rules, and where in a text they find one.

The table is `rules.toml`. A rule by name finds a value that is assigned to a name, such as `API_KEY=…` or
`"password": "…"`; the others are patterns.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

# After a name: a sign that assigns, then a value in quotes (which may be escaped, as in JSON within JSON) or one
# without spaces.
_ASSIGNED = (
    r"(?<![A-Za-z0-9])(?:{names})(?![A-Za-z0-9])[\"'`\\]{{0,6}}\s{{0,4}}(?::=|=>|=|:|(?i:\bis\b))\s{{0,4}}"
    r"(?:(?P<quote>\\{{0,6}}[\"'`])(?P<quoted>.{{1,2000}}?)(?P=quote)|[\"'`\\]{{0,6}}(?P<bare>[^\s\"'`\\,;&<>{{}}]{{4,2000}}))"
)
_EMPTY = re.compile(
    r"(?i)(?:null|none|nil|true|false|undefined|empty|missing|unknown|required|invalid|expired|hidden|redacted|"
    r"not[ _-]?(?:set|recorded|given)|string|str|text|your[\w -]*|[*x•.…#_-]+|<[^<>]*>|\[[^\[\]]*\]|"
    r"\$\{?\w+\}?|\{\{.*\}\})"
    r"[.!?)]*"
)
_LEAST = 4  # characters of a value that is assigned to a name


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `pattern` finds it in a text; `names` are those of fields whose whole value is a secret."""

    name: str
    pattern: re.Pattern[str]
    words: tuple[str, ...] = ()
    names: re.Pattern[str] | None = None
    digit: bool = False

    @property
    def shape(self) -> bool:
        """Whether the secret is known by its own form, whatever stands around it."""
        return self.pattern.groups == 0

    def find(self, text: str, lowered: str) -> Iterator[tuple[int, int]]:
        """Yield the spans of the secrets in a text."""
        for word in self.words:
            if word in lowered:
                break
        else:
            if self.words:
                return
        for match in self.pattern.finditer(text):
            group = match.lastgroup or (match.lastindex if match.lastindex else 0)
            start, end = match.span(group)
            if end > start and (self.names is None or self.takes(text[start:end])):
                yield start, end

    def takes(self, value: str) -> bool:
        """Whether a value that is assigned to a name of this rule is a secret, and no word for an absent one."""
        if len(value) < _LEAST or _EMPTY.fullmatch(value):
            return False
        return not self.digit or (not value.isdigit() and (len(value) >= 24 or any(map(str.isdigit, value))))


@cache
def builtin() -> tuple[Rule, ...]:
    """Return the rules of the table."""
    table = resources.files(__package__).joinpath("rules.toml").read_text("utf-8")
    return tuple(_rule(**row) for row in tomllib.loads(table)["rule"])


def own(patterns: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return rules of a user's patterns by name; where a pattern has groups, the last that took part is the secret."""
    return tuple(Rule(name, re.compile(pattern)) for name, pattern in patterns.items())


def field(rules: tuple[Rule, ...], name: str, value: str) -> Rule | None:
    """Return the rule by which the whole value of a field of this name is a secret, None where none is."""
    if len(name) > 120:
        return None
    return next((r for r in rules if r.names and r.names.fullmatch(name) and r.takes(value)), None)


def _rule(name: str, words: list[str], pattern: str = "", names: str = "", digit: bool = False) -> Rule:
    if not names:
        return Rule(name, re.compile(pattern), tuple(words))
    assigned = re.compile(_ASSIGNED.format(names=names))
    return Rule(name, assigned, tuple(words), re.compile(names), digit)


WORDS = re.compile("|".join(sorted({re.escape(word) for rule in builtin() for word in rule.words})))
"""One of these is in every lower-case text in which a rule of the table finds something."""
