"""Taking secrets out of what leaves the program: typed markers in the place of data, and nothing else changes.

`Redaction.learn` reads the sources first; then texts, phrases and rows are rewritten one by one. Words of the
program are never touched, nor truths, counts and the ordinals of records. What was rewritten once stays as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from nalyqor_tui.notes.model import NoteRecord
from nalyqor_tui.phrase import Phrase, Words, join, own, phrase
from nalyqor_tui.policy.loader import Policy
from nalyqor_tui.present.marks import Tracks
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Heading, Row
from nalyqor_tui.report.redact import rules as table
from nalyqor_tui.report.redact import sources
from nalyqor_tui.report.redact.splits import whole
from nalyqor_tui.report.redact.vault import PLACES, Secret, Vault

Span = tuple[int, int, str, str]
"""Where a secret stands in a text, its rule, and its own text where that is known already."""
MARKER = re.compile(r"⟦redacted:[^\s#⟦⟧]+#[0-9]+⟧")
_ROUNDS = 20  # what stands around a secret changes when it is taken out: it is read until nothing is found


class Redaction:
    """The rules of one report, and the secrets that they found; `off` takes nothing out."""

    def __init__(self, patterns: Mapping[str, str] | None = None, *, off: bool = False) -> None:
        """Take the built-in rules and a user's own `patterns` by name."""
        self.off = off
        self.vault = Vault()
        self._own = table.own(patterns or {})
        self._heeded: set[str] = set()
        self._place: Phrase = ()

    def learn(self, reviews: Iterable[Review], records: Sequence[NoteRecord] = ()) -> None:
        """Read the texts of which these reviews' rows are made, their policies' patterns, and records of notes."""
        seen = list(reviews)
        for review in seen:
            self.heed(review.policy)
        if self.off:
            return
        self._read(seen, records)
        if not self.vault.forged.isdisjoint(secret.marker for secret in self.vault.secrets.values()):
            self.vault = Vault(self.vault.forged)  # numbers that the sources leave free are given instead
            self._read(seen, records)

    def heed(self, policy: Policy | None) -> None:
        """Take in the patterns of a policy, once."""
        if policy is not None and policy.file.redact is not None and policy.sha256 not in self._heeded:
            self._heeded.add(policy.sha256)
            self._own += table.own(policy.file.redact.patterns)

    @property
    def _rules(self) -> tuple[table.Rule, ...]:
        return (*table.builtin(), *self._own)

    def text(self, text: str, label: str = "") -> str:
        """Return a text without its secrets; `label` is the name that it is shown under."""
        return "".join(self.phrase((text,), label)) if text else text

    def phrase(self, value: Phrase, label: str = "") -> Phrase:
        """Return a phrase whose data is without secrets, also such as lie across several pieces."""
        if self.off or not value:
            return value
        if self._harmless(f"{label}: {''.join(value)}", value):
            return value
        pieces = (Words(f"{label}: "), *self._named(value, label))
        for _ in range(_ROUNDS):
            done = self._once(pieces)
            if done == pieces:
                break
            pieces = done
        return pieces[1:]

    def row(self, row: Row) -> Row:
        """Return a row without secrets; its truth, its records and its place stay."""
        if self.off:
            return row
        return replace(
            row,
            label=self.text(row.label),
            value=self.phrase(row.value, row.label),
            body=self.text(row.body, row.label),
            origin=replace(row.origin, says=self.phrase(row.origin.says)),
        )

    def line(self, line: Row | Heading) -> Row | Heading:
        """Return a row or a remark without secrets."""
        return self.row(line) if isinstance(line, Row) else Heading(self.phrase(line.says))

    def tracks(self, drawn: Tracks) -> Tracks:
        """Return tracks whose labels and remarks are without secrets."""
        if self.off:
            return drawn
        lanes = tuple(replace(lane, subject=self.text(lane.subject)) for lane in drawn.lanes)
        return replace(drawn, lanes=lanes, notes=tuple(self.phrase(note) for note in drawn.notes))

    def says(self) -> Phrase:
        """Say in a report's head what was taken out, by rule."""
        if self.off:
            return phrase("nothing: --no-redact was given, so what looks like a secret stands here in full")
        found = Counter(secret.rule for secret in self.vault.secrets.values())
        places = sum(secret.count for secret in self.vault.secrets.values())
        if not found:
            out = phrase("nothing was found that looks like a secret")
        else:
            parts = [phrase("{rule} {n}", rule=own(rule), n=own(str(n))) for rule, n in found.items()]
            out = join(", ", parts)
            out += own(f"; in {places} {'place' if places == 1 else 'places'} of what was read: ⟦redacted:…⟧")
        if self.vault.forged:
            out += own(f"; {len(self.vault.forged)} texts that look like such a mark stood there already")
        return out

    def _read(self, reviews: list[Review], records: Sequence[NoteRecord]) -> None:
        for where, name, text in chain(sources.texts(reviews), sources.written(records)):
            if "⟦redacted:" in text:
                self.vault.forged.update(MARKER.findall(text))
            self._place = where
            self.phrase((text,), name)
        self._place = ()

    def _harmless(self, text: str, value: Phrase) -> bool:
        """Whether a look at a text is enough to say that nothing will be found in it."""
        if self._own or table.WORDS.search(text.lower()):
            return False
        joined, _ = whole(text)
        if joined != text and table.WORDS.search(joined.lower()):
            return False
        return not (any(self.vault.whole(text)) or any(self.vault.whole(joined)) or any(self._cut(value)))

    def _named(self, value: Phrase, label: str) -> Phrase:
        """Take out a piece that stands under a label, or behind a piece, which names a secret."""
        out: list[str] = []
        before = label
        for piece in value:
            if isinstance(piece, Words):
                out.append(piece)
                continue
            rule = table.field(self._rules, before, piece) if before and MARKER.sub("", piece) else None
            out.append(self._found(rule.name, piece).marker if rule else piece)
            before = piece
        return tuple(out)

    def _once(self, value: Phrase) -> Phrase:
        """Take out what is found in a phrase as a whole."""
        text = "".join(value)
        spans = self._spans(text, [*self._find(text), *self._cut(value)])
        if not spans:
            return value
        out: list[str] = []
        start = 0
        for piece in value:
            end = start + len(piece)
            out.append(piece if isinstance(piece, Words) else _without(text, start, end, spans))
            start = end
        return tuple(out)

    def _spans(self, text: str, found: list[Span]) -> list[tuple[int, int, str]]:
        """Return the spans to be taken out, apart and in order, each with its marker; markers are left alone."""
        found.sort(key=lambda f: (f[0], -f[1]))
        kept = [m.span() for m in MARKER.finditer(text)]
        out: list[tuple[int, int, str]] = []
        for start, end, rule, secret in _apart(found):
            for a, b in _outside(start, end, kept):
                clear = secret if (a, b) == (start, end) and secret else whole(text[a:b])[0]
                out.append((a, b, self._found(rule, clear).marker))
        return out

    def _find(self, text: str) -> Iterator[Span]:
        """Yield what the rules find, and what the vault knows; also where marks of another kind split it."""
        lowered = text.lower()
        for rule in self._rules:
            for start, end in rule.find(text, lowered):
                yield start, end, rule.name, ""
        for start, end, secret in self.vault.whole(text):
            yield start, end, secret.rule, secret.text
        joined, at = whole(text)
        if joined == text:
            return
        lowered = joined.lower()
        for rule in self._rules:
            for start, end in rule.find(joined, lowered) if rule.shape else ():
                yield at[start], at[end - 1] + 1, rule.name, joined[start:end]
        for start, end, secret in self.vault.whole(joined):
            yield at[start], at[end - 1] + 1, secret.rule, secret.text

    def _cut(self, value: Phrase) -> Iterator[Span]:
        """Yield what is left in each piece of secrets that were cut."""
        at = 0
        for piece in value:
            for start, end, secret in () if isinstance(piece, Words) else self.vault.cut(piece):
                yield at + start, at + end, secret.rule, secret.text
            at += len(piece)

    def _found(self, rule: str, text: str) -> Secret:
        secret = self.vault.secret(rule, text)
        if self._place:
            secret.count += 1
            if len(secret.places) < PLACES and self._place not in secret.places:
                secret.places.append(self._place)
        return secret


def _apart(found: list[Span]) -> Iterator[Span]:
    """Yield spans that do not overlap: those that do become one, named by the longest and the first of the rules."""
    group: list[Span] = []
    for one in found:
        if group and one[0] >= max(f[1] for f in group):
            yield _united(group)
            group = []
        group.append(one)
    if group:
        yield _united(group)


def _united(group: list[Span]) -> Span:
    start, end = min(f[0] for f in group), max(f[1] for f in group)
    exact = [f for f in group if (f[0], f[1]) == (start, end)]
    secret = next((f[3] for f in exact if f[3]), "")
    return start, end, (exact or group)[0][2], secret


def _outside(start: int, end: int, kept: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a span that no marker covers."""
    for a, b in kept[max(0, bisect_left(kept, (start, start)) - 1) :]:
        if a >= end:
            break
        if b <= start:
            continue
        if a > start:
            yield start, a
        start = max(start, b)
    if start < end:
        yield start, end


def _without(text: str, start: int, end: int, spans: list[tuple[int, int, str]]) -> str:
    """Return a piece of a text, a marker where a span begins in it, and nothing where one goes on."""
    out: list[str] = []
    at = start
    for a, b, marker in spans:
        if b <= start or a >= end:
            continue
        out.append(text[at : max(at, a)])
        if a >= start:
            out.append(marker)
        at = min(end, b)
    return "".join([*out, text[at:end]])
