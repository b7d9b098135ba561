"""Read a condition: words, comparisons, `and`, `or`, `not` and brackets; a mistake says where and what was meant.

condition  = all { "or" all }
all        = one { "and" one }
one        = "not" one | "(" condition ")" | comparison | "rule" ID [state] | "margin" band | flag | "text"
comparison = field ( "=" | "!=" | "<" | ">" | "<=" | ">=" | "~" ) value
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from nalyqor_tui.errors import UsageError
from nalyqor_tui.present.query.vocabulary import BANDS, FIELDS, KEYWORDS, STATES, VALUES, Vocabulary


class QueryError(UsageError):
    """A condition that cannot be read; `column` (from 1) says where."""

    def __init__(self, what: str, column: int, remedy: str) -> None:
        super().__init__(f"condition, column {column}: {what}", remedy=remedy)
        self.column = column


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value: `op` is = != < > <= >= or ~ (holds the text)."""

    field: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class RuleIs:
    """A rule that governs the decision, and how it stood."""

    rule: str
    state: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A word that stands for itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    of: Node


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of these at least."""

    of: tuple[Node, ...]


Node = Compare | RuleIs | Flag | Not | All | Some


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    kind: str  # word, text (in quotes), op, bracket, end
    column: int


_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<op>!=|<=|>=|[=<>~])|(?P<bracket>[()])|(?P<word>[^\s()=!<>~"']+))"""
)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_ORDERED = ("<", ">", "<=", ">=")


def parse(text: str, words: Vocabulary) -> Node:
    """Read a condition; raise `QueryError` that says where it is wrong and what was meant."""
    reader = _Reader(_tokens(text), words)
    node = reader.some()
    reader.expect_end()
    return node


def _tokens(text: str) -> list[_Token]:
    out: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            quote = text[column - 1] in "\"'"
            what = "a text in quotes does not end" if quote else f"`{text[column - 1]}` has no meaning here"
            raise QueryError(
                what, column, "close the quotes" if quote else "see the help: =, !=, <, >, ~, and, or, not"
            )
        kind = match.lastgroup or "word"
        value = match[kind][1:-1] if kind == "text" else match[kind]
        out.append(_Token(value, kind, match.start(kind) + 1))
        at = match.end()
    return [*out, _Token("", "end", len(text) + 1)]


class _Reader:
    def __init__(self, tokens: list[_Token], words: Vocabulary) -> None:
        self._tokens = tokens
        self._words = words
        self._at = 0

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._now
        self._at += token.kind != "end"
        return token

    def _is(self, text: str) -> bool:
        return self._now.kind in ("word", "bracket") and self._now.text == text

    def expect_end(self) -> None:
        if self._now.kind != "end":
            what = f"`{self._now.text}` follows without and, or"
            raise QueryError(what, self._now.column, "join conditions with and, or")

    def some(self) -> Node:
        nodes = [self._all()]
        while self._is("or"):
            self._take()
            nodes.append(self._all())
        return nodes[0] if len(nodes) == 1 else Some(tuple(nodes))

    def _all(self) -> Node:
        nodes = [self._one()]
        while self._is("and"):
            self._take()
            nodes.append(self._one())
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _one(self) -> Node:
        token = self._take()
        if token.kind == "text":
            return Compare("text", "~", token.text)
        if token.kind == "bracket" and token.text == "(":
            node = self.some()
            if not self._is(")"):
                raise QueryError("a bracket is not closed", token.column, "add )")
            self._take()
            return node
        if token.kind != "word" or token.text in ("and", "or"):
            what = (
                "a condition is missing here"
                if token.kind == "end"
                else f"`{token.text}` cannot begin a condition"
            )
            raise QueryError(what, token.column, "such as: tool = notify, grade = bad, stale")
        if token.text == "not":
            return Not(self._one())
        return self._term(token)

    def _term(self, token: _Token) -> Node:
        name = token.text
        if name == "rule" and self._now.kind in ("word", "text"):
            return self._rule()
        if name == "margin" and self._now.kind == "word" and self._now.text not in KEYWORDS:
            band = self._take()
            return Compare("margin", "=", self._one_of(band, BANDS, "no band of a margin"))
        if self._now.kind == "op":
            return self._comparison(token)
        if name in self._words.flags:
            return Flag(name)
        if name in FIELDS or name.startswith("arg."):
            raise QueryError(f"`{name}` needs a comparison", token.column, f"such as: {name} = …")
        raise self._unknown(token, [*FIELDS, *self._words.flags])

    def _rule(self) -> Node:
        token = self._take()
        rule = self._one_of(token, self._words.rules, "no rule of the policy")
        known = self._now.kind == "word" and self._now.text not in KEYWORDS
        state = self._one_of(self._take(), STATES, "no state of a rule") if known else "governs"
        return RuleIs(rule, state)

    def _comparison(self, token: _Token) -> Node:
        name, op, value = token.text, self._take().text, self._take()
        if name not in FIELDS and not name.startswith("arg."):
            raise self._unknown(token, list(FIELDS))
        if name == "rule":
            raise QueryError(
                "a rule is named without a comparison", token.column, "such as: rule R-12 missing"
            )
        if value.kind not in ("word", "text") or (value.kind == "word" and value.text in KEYWORDS):
            raise QueryError(
                f"a value is missing behind `{op}`", value.column, f"such as: {name} {op} {_example(name)}"
            )
        number = _NUMBER.match(value.text) is not None
        if op in _ORDERED and not number:
            raise QueryError(f"`{value.text}` is no number", value.column, f"{op} compares numbers")
        if name == "turn" and not number:
            raise QueryError(f"`{value.text}` is no number", value.column, "such as: turn > 5")
        if op in ("=", "!=") and name in VALUES and not (name == "margin" and number):
            self._one_of(value, (*VALUES[name], "unknown"), f"no value of {name}")
        return Compare(name, op, value.text)

    def _one_of(self, token: _Token, known: Iterable[str], what: str) -> str:
        if token.text in known:
            return token.text
        raise self._unknown(token, list(known), what)

    def _unknown(
        self, token: _Token, known: list[str], what: str = "no field and no word of a condition"
    ) -> QueryError:
        close = difflib.get_close_matches(token.text, known, n=1)
        remedy = (
            f"did you mean `{close[0]}`?"
            if close
            else f"one of: {', '.join(known[:12])}"
            if known
            else "there are none here"
        )
        return QueryError(f"`{token.text}` is {what}", token.column, remedy)


def _example(name: str) -> str:
    return VALUES[name][0] if name in VALUES else "5" if name == "turn" else "…"
