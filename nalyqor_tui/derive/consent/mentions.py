"""Whether a text names a value: a number, a day, a name or an identifier, in the ways people write them."""

from __future__ import annotations

import re
from functools import lru_cache

from nalyqor_tui.derive.consent.language import Language, alike, words

_NUMBER = re.compile(r"(?<![\w.#-])([$€£¥]?)\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\w-]|\.\d)")
_MONEY = re.compile(
    r"[$€£¥]\s?\d[\d,]*(?:\.\d+)?|(?<![\w.])\d[\d,]*(?:\.\d+)? ?(?:dollars|usd|eur|euros|pounds)\b"
)
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]|$)")
_TIME = re.compile(r"^(?:\d{4}-\d{2}-\d{2}[T ])?(\d{2}):(\d{2})")
_CLOCK = re.compile(r"(?<![\d:.$])(\d{1,2})(?::(\d{2})(?::\d{2})?)?\s?(am\b|pm\b|a\.m\.|p\.m\.)?(?![\d:])")
_NAMED_DAY = re.compile(
    r"\b([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b|\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([a-z]{3,9})\b"
)
_ISO_DAY = re.compile(r"\b\d{4}-(\d{2})-(\d{2})\b")
_SLASH_DAY = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/\d{2,4})?\b")
_GAP = re.compile(r"([\s_-]+)")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9'_.-]*[a-z0-9]|[a-z0-9]")


def names(text: str, value: str) -> str:
    """Return the words by which a plain text holds a value, whole and not inside another word; else nothing."""
    plain = value.lower().strip()
    if not plain or not all(part in text for part in _parts(plain)):
        return ""
    found = _whole(plain).search(text)
    if found is None and re.search(r"[_-]", plain):
        found = _whole(re.sub(r"[_-]+", " ", plain)).search(text)
    return found.group() if found else ""


@lru_cache(maxsize=8192)
def _parts(plain: str) -> tuple[str, ...]:
    """Return what of a value must stand in a text, however its words are joined there: most texts hold none of it."""
    return tuple(_GAP.split(plain)[::2])


@lru_cache(maxsize=8192)
def _whole(plain: str) -> re.Pattern[str]:
    # One gap for a run of spaces and dashes: several side by side would be tried in all their shares of a long run.
    parts = enumerate(_GAP.split(plain))
    loose = "".join(r"[\s_-]+" if n % 2 and part.strip("_-") else re.escape(part) for n, part in parts)
    return re.compile(rf"(?<![\w]){loose}(?:s|'s)?(?![\w])")


@lru_cache(maxsize=4096)
def figures(text: str) -> frozenset[float]:
    """Return every figure that stands in a plain text."""
    return frozenset(float(found.group(2).replace(",", "")) for found in _NUMBER.finditer(text))


def figure(text: str, value: float) -> str:
    """Return the words by which a plain text holds a number, such as `$1,200.00`; empty where it does not."""
    for found in _NUMBER.finditer(text):
        if float(found.group(2).replace(",", "")) == value:
            return found.group()
    return ""


@lru_cache(maxsize=4096)
def money(text: str) -> frozenset[float]:
    """Return the figures of a plain text that stand with a sign of currency, or with cents."""
    return frozenset(
        float(found.group(2).replace(",", ""))
        for found in _NUMBER.finditer(text)
        if found.group(1)
        or re.search(r"\.\d\d$", found.group(2))
        or re.match(r" ?(dollars|usd|eur|euros|pounds)\b", text[found.end() : found.end() + 9])
    )


@lru_cache(maxsize=4096)
def counted(text: str, noun: str, language: Language) -> dict[float, str]:
    """Return the figures that a plain text puts with a noun, such as `2 checked bags` or `bags: 2`."""
    tokens = [t for line in text.splitlines() for t in (*_TOKEN.findall(line), "\n")]
    out: dict[float, str] = {}
    for at, token in enumerate(tokens):
        if not alike(token, noun):
            continue
        for near in _near(tokens, at):
            value: float | None = language.numbers.get(tokens[near])
            if value is None and re.fullmatch(r"\d+(\.\d+)?", tokens[near]):
                value = float(tokens[near])
            around = " ".join(tokens[min(near, at) : max(near, at) + 3])
            if value is not None and not language.apart.search(around):
                out.setdefault(float(value), " ".join(tokens[min(near, at) : max(near, at) + 1]))
    if found := _none_of(text, noun, language):
        out.setdefault(0.0, found)
    return out


def _none_of(text: str, noun: str, language: Language) -> str:
    """Return the words that say there are none of a noun, such as `no checked bags` or `bags: none`."""
    for line in text.splitlines():
        for word in _TOKEN.finditer(line):
            if not alike(word.group(), noun):
                continue
            if (before := language.none_before.search(line[: word.start()])) is not None:
                return line[before.start() : word.end()]
            if (after := language.none_after.match(line[word.end() :])) is not None:
                return word.group() + after.group()
    return ""


@lru_cache(maxsize=4096)
def without_money(text: str) -> str:
    """Return a plain text without its amounts of money, in which only numbers of things are left."""
    return _MONEY.sub(" ", text)


def time_of(value: str) -> tuple[int, int] | None:
    """Return hour and minute of a value that holds a time of day."""
    found = _TIME.match(value)
    return (int(found.group(1)), int(found.group(2))) if found else None


@lru_cache(maxsize=4096)
def times(text: str) -> dict[tuple[int, int], str]:
    """Return the times of day (hour, minute) that a plain text names, such as `16:00`, `4 pm` or `4:30 p.m.`."""
    out: dict[tuple[int, int], str] = {}
    for found in _CLOCK.finditer(text):
        hour, minute, half = int(found.group(1)), int(found.group(2) or 0), (found.group(3) or "")[:1]
        if found.group(2) is None and not half:
            continue
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        out.setdefault((hour, minute), found.group())
    return out


def _near(tokens: list[str], at: int) -> list[int]:
    """Return the places beside a word where its number may stand: three before, two after, in the same line."""
    before = list(range(at - 1, max(-1, at - 4), -1))
    after = list(range(at + 1, min(len(tokens), at + 3)))
    return [
        place
        for side in (before, after)
        for n, place in enumerate(side)
        if all(tokens[p] != "\n" for p in side[: n + 1])
    ]


def day_of(value: str) -> tuple[int, int] | None:
    """Return month and day of a value that is a date."""
    found = _DATE.match(value)
    return (int(found.group(2)), int(found.group(3))) if found else None


@lru_cache(maxsize=4096)
def days(text: str, language: Language) -> dict[tuple[int, int], str]:
    """Return the days (month, day) that a plain text names, in any of the usual spellings."""
    out: dict[tuple[int, int], str] = {}
    for found in _ISO_DAY.finditer(text):
        out.setdefault((int(found.group(1)), int(found.group(2))), found.group())
    for found in _SLASH_DAY.finditer(text):
        out.setdefault((int(found.group(1)), int(found.group(2))), found.group())
    for found in _NAMED_DAY.finditer(text):
        name, day = (found.group(1), found.group(2)) if found.group(1) else (found.group(4), found.group(3))
        month = next((i for i, m in enumerate(language.months, 1) if m.startswith(name)), None)
        if month is not None:
            out.setdefault((month, int(day)), found.group())
    return out


def same_words(text: str, value: str) -> tuple[float, list[str]]:
    """Return which share of a value's words a plain text holds, and the words with digits that it lacks."""
    wanted = list(dict.fromkeys(_TOKEN.findall(value.lower())))
    held = frozenset(_TOKEN.findall(text))
    missing = [token for token in wanted if token not in held and token.rstrip("s") not in held]
    share = 1 - len(missing) / len(wanted) if wanted else 0.0
    return share, [token for token in missing if any(c.isdigit() for c in token)]


def nouns(path: str, *, skip: frozenset[str]) -> list[str]:
    """Return the words of an argument's name, the last first."""
    return [w for w in reversed(words(path)) if len(w) >= 3 and not w.isdigit() and w not in skip]
