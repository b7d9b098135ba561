"""A report as one page of HTML: no script, nothing from elsewhere, readable from a file, on paper and by night."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256

from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.present import sessions
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Truth
from nalyqor_tui.report.gfm import bounded
from nalyqor_tui.report.head import Report, Shown, facts, gather
from nalyqor_tui.report.html.bounds import Bounds, Plan, plan
from nalyqor_tui.report.html.markup import Html, inline, joined, ours, tag, text
from nalyqor_tui.report.html.parts import Place, session
from nalyqor_tui.report.html.style import sheet
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.report.tracks_svg import HATCH

BEGINS = '<!doctype html>\n<html lang="en" data-report="nalyqor.report/1">'
"""How every page begins; `report.files` knows it."""
_KEY = {
    Truth.OBSERVED: "what the log says",
    Truth.DECLARED: "what the policy says",
    Truth.DERIVED: "what nalyqor-tui works out of the two, by a rule that it names",
    Truth.RECONSTRUCTED: "what a person wrote about it",
}
_FORMS = (
    "Text from the log stands on a ground of its own: ↵ is a line break, ⇥ a tab, and \\u{…} a character that could "
    "not be seen. What was not recorded is said to be so."
)


def render(
    reviews: Iterable[Review],
    selection: Selection,
    redaction: Redaction | None = None,
    bounds: Bounds | None = None,
) -> Iterator[str]:
    """Yield the page piece by piece, each whole lines; raise `ExportError` where there is no session."""
    report = gather(reviews, selection, redaction)
    planned = plan(report, bounds or Bounds())
    yield from _head(report)
    yield from _about(report, planned)
    if len(report.reviews) > 1:
        yield from _sessions(planned)
    alone = len(planned.sections) == 1
    for section in planned.sections:
        yield from session(section, Place(report.redaction, planned.room, alone))
    yield "</main>"
    yield "</body>"
    yield "</html>"


def _head(report: Report) -> Iterator[str]:
    """Yield what a browser needs before the page: it may load nothing, and use this one style sheet."""
    css = sheet()
    digest = b64encode(sha256(css.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = bounded(phrase("Decisions of {name}", name=report.redaction.text(report.first.trace.name)))
    yield BEGINS
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield '<meta name="referrer" content="no-referrer">'
    yield tag("title", text(title))
    yield f"<style>{css}</style>"
    yield "</head>"
    yield "<body>"
    yield f'<svg class="tracks defs" aria-hidden="true"><defs>{HATCH}</defs></svg>'
    yield "<main>"


def _about(report: Report, planned: Plan) -> Iterator[str]:
    name = report.redaction.text(report.first.trace.name)
    yield tag("h1", inline(phrase("Decisions of {name}", name=name), Truth.OBSERVED))
    told = [(fact.label, inline(fact.says, fact.truth)) for fact in facts(report)]
    left = list(planned.left())
    if left:
        told.append(("bounded", joined(tag("div", text(says)) for says in left)))
        says = "This page does not hold everything: see what is said under “bounded”. The Markdown report has no such "
        yield tag("p", ours(f"{says}bounds; --turns, --problems and --at choose decisions."), class_="left")
    rows = (tag("tr", tag("th", ours(label), scope="row"), tag("td", says)) for label, says in told)
    yield tag("table", tag("tbody", *rows), class_="facts")
    key = (
        tag("li", tag("b", ours(truth.value.capitalize()), class_=f"truth {truth.value}"), ours(f" {says}"))
        for truth, says in _KEY.items()
    )
    yield tag("ul", *key, class_="key")
    yield tag("p", ours(_FORMS))


def _sessions(planned: Plan) -> Iterator[str]:
    """Yield one line for each session: what came out beside what was found."""
    yield tag("h2", ours("Sessions"))
    names = ("Session", "Decisions", "Output (observed)", "Flawed or bad (derived)", "Worst grade (derived)")
    yield '<div class="scroll"><table class="turns">'
    yield tag("thead", tag("tr", *(tag("th", ours(name), scope="col") for name in names)))
    yield "<tbody>"
    linked = {section.shown.review.index for section in planned.sections}
    for shown in planned.listed:
        yield _session_row(shown, planned.report.redaction, shown.review.index in linked)
    yield "</tbody></table></div>"


def _session_row(shown: Shown, redaction: Redaction, linked: bool) -> Html:
    row = sessions.session_row(shown.review)
    name = inline(redaction.phrase((row.run.id,)), Truth.OBSERVED)
    graded = row.problems is not None
    latent = ", latent failure" if row.run.latent else ""
    cells = (
        tag("a", name, href=f"#s-{shown.review.index + 1}") if linked else name,
        text(own(str(len(row.run.decisions)))),
        inline(redaction.phrase(row.outcome), Truth.OBSERVED),
        ours(f"{row.problems}{latent}" if graded else "unknown: no policy"),
        ours(row.run.worst if graded else "unknown: no policy"),
    )
    return tag("tr", *(tag("td", cell) for cell in cells))
