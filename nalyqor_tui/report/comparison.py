"""A comparison of two runs, as it leaves the program: Markdown, plain lines, JSON Lines.

As JSON Lines, an object a line in ASCII, each with its `kind`:

    comparison  the head: `schema`, and `facts` as `[label, text of A, text of B]`
    twin        `part`, `row` (of the alignment, null for the runs as wholes), `label`, `truth`, `a`, `b`, `indent`;
                `a` and `b` are rows as a report has them, or null
    aligned     `row`, `marks`, `likeness`, `a`, `b`: each `number`, `chosen`, `grade`, or null
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nalyqor_tui import __version__
from nalyqor_tui.derive.inputs import SIDES, Side
from nalyqor_tui.phrase import Phrase, own, phrase, plain
from nalyqor_tui.present import conditions, parting, words
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row, Truth
from nalyqor_tui.present.twins import Part, Twin
from nalyqor_tui.present.versus import LIKENESS, Versus
from nalyqor_tui.report import gfm, json
from nalyqor_tui.report import plain as text
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.trace.records import Json

SCHEMA = "nalyqor.comparison/1"
_KEY = (
    "**Observed** is what a log says, **Declared** what a policy says, **Derived** what nalyqor-tui works out by a "
    "rule that it names. The records behind a cell stand after it, in brackets, each of its own run. Text from a log "
    "stands in code spans. What was not recorded is said to be so."
)


def chosen(versus: Versus) -> Iterator[tuple[str, int]]:
    """Yield the rows of the alignment that are shown in full, under what they are called."""
    if versus.deciding is not None and versus.deciding != versus.found.decision:
        yield "The deciding decision", versus.deciding
    if versus.found.decision is not None:
        yield "The first different decision", versus.found.decision


def facts(versus: Versus, redaction: Redaction) -> list[tuple[str, Phrase, Phrase, Truth]]:
    """Return what the files are, with whose text each fact is, without secrets."""
    rows: dict[Side, list[tuple[str, Phrase, Truth]]] = {side: _facts(versus.side(side)) for side in SIDES}
    told = [
        (label, redaction.phrase(one), redaction.phrase(two[1]), truth)
        for (label, one, truth), two in zip(rows["a"], rows["b"], strict=True)
    ]
    return [*told, ("redacted", redaction.says(), redaction.says(), Truth.OBSERVED)]


def _parts(versus: Versus, redaction: Redaction) -> Iterator[Part]:
    yield from (_clear(part, redaction) for part in (parting.runs(versus), parting.parting(versus)))


def _at(versus: Versus, number: int, redaction: Redaction) -> Iterator[Part]:
    yield from (_clear(part, redaction) for part in conditions.at(versus, number))


def _clear(part: Part, redaction: Redaction) -> Part:
    twins = [
        replace(twin, a=twin.a and redaction.row(twin.a), b=twin.b and redaction.row(twin.b))
        for twin in part.twins
    ]
    return replace(part, twins=twins)


def _facts(review: Review) -> list[tuple[str, Phrase, Truth]]:
    policy = review.policy
    name = phrase("{name}", name=policy.name) if policy else phrase("none: give --policy FILE")
    return [
        ("trace", phrase("{name}", name=review.trace.name), Truth.OBSERVED),
        ("sha256", phrase("{sha256}", sha256=review.trace.sha256()), Truth.OBSERVED),
        ("format", own(review.trace.format_title), Truth.OBSERVED),
        ("session", phrase("{id}", id=review.session.id), Truth.OBSERVED),
        ("policy", name, Truth.DECLARED),
        (
            "policy sha256",
            phrase("{sha256}", sha256=policy.sha256) if policy else phrase("none"),
            Truth.OBSERVED,
        ),
        ("written by", own(f"nalyqor-tui {__version__}"), Truth.OBSERVED),
    ]


# Markdown


def markdown(versus: Versus, redaction: Redaction) -> Iterator[str]:
    """Yield the report in Markdown: the runs, where they part, the decisions that matter, the alignment."""
    redaction.learn((versus.a, versus.b))
    title = redaction.phrase(phrase("Comparison of {a} with {b}", a=versus.name("a"), b=versus.name("b")))
    yield f"# {gfm.inline(title, Truth.OBSERVED, table=False)}"
    yield ""
    told = facts(versus, redaction)
    head = [(label, gfm.inline(a, truth), gfm.inline(b, truth)) for label, a, b, truth in told]
    yield from gfm.table(("Field", "A", "B"), head)
    yield _KEY
    yield ""
    runs, parted = _parts(versus, redaction)
    yield from _runs(runs)
    yield from _part(versus, 2, parted, redaction)
    for title_, number in chosen(versus):
        yield f"## {title_}"
        yield ""
        for part in _at(versus, number, redaction):
            yield from _part(versus, 3, part, redaction)
    yield from _aligned(versus, redaction)


def _runs(part: Part) -> Iterator[str]:
    """Yield a row for each run: what came out of it beside what was decided in it."""
    yield f"## {part.title}"
    yield ""
    yield part.about
    yield ""
    names = [f"{twin.label.capitalize()} ({twin.truth.value})" for twin in part.twins]
    columns = [[twin.a, twin.b] for twin in part.twins]
    yield from gfm.table(
        ("Side", *names),
        ((name, *(_value(column[at]) for column in columns)) for at, name in enumerate(("A", "B"))),
    )


def _part(versus: Versus, level: int, part: Part, redaction: Redaction) -> Iterator[str]:
    yield f"{'#' * level} {part.title}"
    yield ""
    if part.about:
        yield part.about
        yield ""
    yield from gfm.table(("Field", "A", "B"), (_cells(versus, twin, redaction) for twin in part.twins))


def _cells(versus: Versus, twin: Twin, redaction: Redaction) -> tuple[str, str, str]:
    field = f"**{twin.truth.value.capitalize()}** · {twin.label}"
    return (field, _cell(versus.a, twin.a, redaction), _cell(versus.b, twin.b, redaction))


def _cell(review: Review, row: Row | None, redaction: Redaction) -> str:
    if row is None:
        return "—"
    origin = redaction.phrase(words.origin(review.session, row.origin))
    return _value(row) + (f" ({gfm.inline(origin, row.truth)})" if origin else "")


def _value(row: Row | None) -> str:
    return "—" if row is None else gfm.body(row)


def _aligned(versus: Versus, redaction: Redaction) -> Iterator[str]:
    yield "## All decisions, aligned"
    yield ""
    head = (
        "",
        "A (observed)",
        "Grade of A (derived)",
        "Alignment (derived)",
        "B (observed)",
        "Grade of B (derived)",
    )
    yield from gfm.table(
        head, (row for number in range(len(versus.found.rows) + 1) for row in _row(versus, number, redaction))
    )


def _row(versus: Versus, number: int, redaction: Redaction) -> Iterator[tuple[str, ...]]:
    for mark in versus.marks(number):
        yield (f"**{mark}**", *["—"] * 5)
    if number == len(versus.found.rows):
        return
    row = versus.found.rows[number]
    sides = [_decided(versus, side, number, redaction) for side in SIDES]
    cells = [gfm.inline(one[1], Truth.OBSERVED) if one else "—" for one in sides]
    grades = [one[2] if one else "—" for one in sides]
    yield (str(number + 1), cells[0], grades[0], " ".join(LIKENESS[row.likeness]), cells[1], grades[1])


def _decided(versus: Versus, side: Side, number: int, redaction: Redaction) -> tuple[str, Phrase, str] | None:
    """Return a decision of a row: its number, its title and the word of its grade; None where this run has none."""
    decision = versus.at(versus.found.rows[number], side)
    if decision is None:
        return None
    review = versus.side(side)
    grade = review.judgement.grades[decision.index].word if review.policy else plain(words.NO_POLICY)
    return decision.number, redaction.phrase(words.title(review.session, decision)), grade


# Plain lines


def lines(versus: Versus, redaction: Redaction) -> Iterator[str]:
    """Yield the comparison in lines, each with its truth and the run that it is about."""
    redaction.learn((versus.a, versus.b))
    for label, a, b, _ in facts(versus, redaction):
        yield from _told(versus, "comparison", label, a, b)
    for part in _parts(versus, redaction):
        yield from _plain_part(versus, part, redaction)
    for title, number in chosen(versus):
        yield ""
        yield text.line("row", own(f"{number + 1}: {title.lower()}"))
        for part in _at(versus, number, redaction):
            yield from _plain_part(versus, part, redaction)
    yield ""
    yield text.line("part", own("all decisions, aligned"))
    for number in range(len(versus.found.rows) + 1):
        yield from _plain_row(versus, number, redaction)


def _told(versus: Versus, word: str, label: str, a: Phrase, b: Phrase) -> Iterator[str]:
    if a == b:
        yield text.line(word, own(f"A and B · {label}: ") + a)
        return
    for name, value in (("A", a), ("B", b)):
        yield text.line(word, own(f"{name} · {label}: ") + value)


def _plain_part(versus: Versus, part: Part, redaction: Redaction) -> Iterator[str]:
    yield ""
    yield text.line("part", own(part.title))
    for twin in part.twins:
        sides = [(side, row) for side, row in zip(SIDES, (twin.a, twin.b), strict=True) if row is not None]
        told = [
            (side, redaction.phrase(words.origin(versus.side(side).session, row.origin)), row.value)
            for side, row in sides
        ]
        if len(told) == 2 and told[0][1:] == told[1][1:]:
            yield _plain_side(twin, "A and B", *told[0][1:])
            continue
        for side, origin, value in told:
            yield _plain_side(twin, side.upper(), origin, value)


def _plain_side(twin: Twin, name: str, origin: Phrase, value: Phrase) -> str:
    label = own(f"{'  ' * twin.indent}{name} · {twin.label}")
    label += own(" (") + origin + own(")") if origin else ()
    return text.line(twin.truth, label + own(": ") + (value or own("(empty)")))


def _plain_row(versus: Versus, number: int, redaction: Redaction) -> Iterator[str]:
    for mark in versus.marks(number):
        yield text.line("marker", own(mark))
    if number == len(versus.found.rows):
        return
    likeness = LIKENESS[versus.found.rows[number].likeness][1]
    yield text.line("aligned", own(f"{number + 1}: {likeness}"))
    for side in SIDES:
        found = _decided(versus, side, number, redaction)
        if found is not None:
            yield text.line("observed", own(f"  {side.upper()} · ") + found[1])
            yield text.line("derived", own(f"  {side.upper()} · grade: {found[2]}"))


# JSON Lines


def objects(versus: Versus, redaction: Redaction) -> Iterator[str]:
    """Yield the comparison as JSON Lines."""
    redaction.learn((versus.a, versus.b))
    told = [[label, plain(a), plain(b)] for label, a, b, _ in facts(versus, redaction)]
    yield json.dump({"kind": "comparison", "schema": SCHEMA, "facts": told})
    for part in _parts(versus, redaction):
        yield from _json_part(versus, part, None, redaction)
    for _, number in chosen(versus):
        for part in _at(versus, number, redaction):
            yield from _json_part(versus, part, number, redaction)
    for number, row in enumerate(versus.found.rows):
        sides = {side: _json_side(_decided(versus, side, number, redaction)) for side in SIDES}
        yield json.dump(
            {
                "kind": "aligned",
                "row": number,
                "marks": versus.marks(number),
                "likeness": row.likeness,
                **sides,
            }
        )


def _json_side(found: tuple[str, Phrase, str] | None) -> Json:
    return None if found is None else {"number": found[0], "chosen": plain(found[1]), "grade": found[2]}


def _json_part(versus: Versus, part: Part, number: int | None, redaction: Redaction) -> Iterator[str]:
    for twin in part.twins:
        yield json.dump(
            {
                "kind": "twin",
                "part": part.title,
                "row": number,
                "label": twin.label,
                "truth": twin.truth.value,
                "indent": twin.indent,
                "a": None if twin.a is None else json.line(versus.a, part.title, twin.a, redaction),
                "b": None if twin.b is None else json.line(versus.b, part.title, twin.b, redaction),
            }
        )
