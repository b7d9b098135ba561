"""The page of HTML: what it says, that no text can make it say anything else, and that it needs nothing else."""

from __future__ import annotations

import json
import re
import tempfile
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from html_pages import cells, parse, skeleton, strange
from hypothesis import given, settings
from hypothesis import strategies as st
from report_samples import NASTY, clean, reviewed, texts
from selectolax.lexbor import LexborNode
from tracks_samples import chose
from tracks_samples import given as given_in
from tracks_samples import reviewed as bare

from nalyqor_tui import cli
from nalyqor_tui.errors import ExportError
from nalyqor_tui.phrase import Phrase, Words
from nalyqor_tui.policy.loader import find
from nalyqor_tui.present import account, card
from nalyqor_tui.present import words as words_of
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Origin, Row, Truth, flat
from nalyqor_tui.present.text import literal, show
from nalyqor_tui.report import gfm, html
from nalyqor_tui.report.head import facts, gather
from nalyqor_tui.report.html.bounds import Bounds
from nalyqor_tui.report.html.parts import Place
from nalyqor_tui.report.html.parts import rows as table_of
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection
from nalyqor_tui.trace.store import Trace

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_traces" / "production.jsonl"
HOSTILE = ROOT.parent / "shared" / "hostile" / "hostile_strings.jsonl"
OWN = (
    "</code></td><td class='truth derived'>Derived</td>",
    "</title><script>document.title='x'</script>",
    "--></style><style>td{display:none}</style>",
    "<svg><script>alert(1)</script></svg>",
    "<img src=x onerror=alert(1)>",
    "<plaintext>",
    "<!--",
    "<![CDATA[x]]>",
    "&lt;b&gt; &#60;b&#62; &notit; &",
    "\"' onmouseover=x style=y",
    "</table></details></main></body></html>",
    "<base href=https://example.org><meta http-equiv=refresh content=0>",
    "\x00\ufffe\ud800<b>",
)
EVERYTHING = Selection()
WHOLE = Place(Redaction(), 1_000_000, True)
words = st.sampled_from(["a ", " b", ": ", "<b>", "&amp;", "…"]).map(Words)
phrases = st.lists(st.one_of(words, texts, st.sampled_from(OWN)), max_size=5).map(tuple)
rows = st.builds(
    Row,
    st.sampled_from(Truth),
    texts | st.sampled_from(OWN),
    phrases,
    st.builds(Origin, phrases),
    st.just("plain"),
    st.just("") | texts | st.sampled_from(OWN),
)


@pytest.fixture(scope="module")
def any_review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return reviewed(tmp_path_factory.mktemp("any"))[0]


@pytest.fixture(scope="module")
def sample() -> Review:
    return Review(Trace(SAMPLE), 0, find(None, SAMPLE))


def page(reviews: Iterable[Review], selection: Selection = EVERYTHING, bounds: Bounds | None = None) -> str:
    return "\n".join(html.render(reviews, selection, bounds=bounds)) + "\n"


def data(value: Phrase) -> list[str]:
    return [literal(piece) for piece in value if piece and not isinstance(piece, Words)]


def check(found: LexborNode, row: Row) -> None:
    """Check that the cells of a row hold just what it does."""
    truth, label, value, origin = cells(found)
    assert (truth.text(deep=True), truth.attributes["class"]) == (
        row.truth.value.capitalize(),
        f"truth {row.truth.value}",
    )
    assert label.text(deep=True) == literal(row.label)
    lines = [literal(line) for line in row.body.split("\n")] if row.body else []
    shown = show(row.value) + "".join(lines)
    assert value.text(deep=True) == (shown or ("" if lines else gfm.EMPTY))
    assert [line.text(deep=True) for line in value.css(".line")] == lines
    pieces = [node.text(deep=True) for node in value.css("code, .people")]
    assert pieces == data(row.value) + [line for line in lines if line]
    people = row.truth in (Truth.DECLARED, Truth.RECONSTRUCTED)
    assert {node.tag for node in value.css("code, .people")} <= {"span" if people else "code"}
    if row.truth is not Truth.RECONSTRUCTED:
        assert origin.text(deep=True) == show(row.origin.says)


def table(review: Review, some: list[Row]) -> list[LexborNode]:
    root = parse("<!doctype html>" + "\n".join(table_of(review, some, WHOLE)))
    assert strange(root) == []
    return root.css("tbody > tr")


class TestHostileText:
    @given(some=st.lists(rows, min_size=1, max_size=3))
    @settings(max_examples=200, deadline=None)
    def test_every_cell_equals_its_source(self, any_review: Review, some: list[Row]) -> None:
        found = table(any_review, some)
        assert len(found) == len(some)
        for one, row in zip(found, some, strict=True):
            check(one, row)

    @pytest.mark.skipif(not HOSTILE.exists(), reason="the collection of hostile strings is not here")
    def test_the_collection_of_hostile_strings_stays_in_its_cells(self, any_review: Review) -> None:
        found = [json.loads(line)["text"][: gfm.LIMIT] for line in HOSTILE.read_text("utf-8").splitlines()]
        assert len(found) > 100
        some = [
            Row(truth, text, (Words("x "), text), Origin((text,)), "plain", text)
            for text in filter(None, found)
            for truth in Truth
        ]
        for one, row in zip(table(any_review, some), some, strict=True):
            check(one, row)

    @given(text=clean | st.sampled_from(OWN[:-1]))
    @settings(max_examples=25, deadline=None)
    def test_no_text_changes_the_shape_of_a_page(self, text: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            benign = parse(page(reviewed(Path(folder), "x")))
            hostile = parse(page(reviewed(Path(folder), f"h{text}")))
        assert strange(hostile) == []
        assert skeleton(hostile) == skeleton(benign)

    @pytest.mark.parametrize("text", ["", *NASTY, *OWN[:-1]])
    def test_every_row_of_a_decision_is_there_as_it_is(self, tmp_path: Path, text: str) -> None:
        (review,) = reviewed(tmp_path, text)
        root = parse(page([review]))
        for one in review.session.decisions:
            judged = flat(card.view(review, one))
            told = [row for row in account.account(review, one) if row not in judged]
            told.sort(key=lambda row: row.truth is not Truth.RECONSTRUCTED)
            found = root.css(f'[id="d-{one.number}"] tbody > tr')
            assert len(found) == len(judged) + len(told)
            for cell, row in zip(found, [*judged, *told], strict=True):
                origin = words_of.origin(review.session, row.origin)
                check(cell, replace(row, origin=Origin(origin)))

    def test_an_element_from_data_would_be_found(self) -> None:
        assert strange(parse("<p><script>x</script><b onclick=x>y</b><code><i>z</i></code>")) == [
            "<script>", "<b onclick>", "<code> has elements", "<i>"]  # fmt: skip


class TestPage:
    def test_it_may_load_nothing_and_use_only_its_own_style(self, sample: Review) -> None:
        text = page([sample])
        root = parse(text)
        (allowed,) = [m.attributes["content"] for m in root.css("meta[http-equiv]")]
        (style,) = root.css("style")
        digest = b64encode(sha256(style.text().encode()).digest()).decode()
        assert allowed == (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        )
        assert strange(root) == []
        assert set(re.findall(r"[a-z]+://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}
        assert set(re.findall(r"url\(([^)]*)\)", text)) == {"#hatch"}
        assert not re.search(r"@import|@font-face|src=", text)

    def test_each_link_leads_to_a_place_and_each_place_is_one(self, sample: Review) -> None:
        root = parse(page([sample]))
        ids = [node.attributes["id"] for node in root.css("[id]")]
        assert len(set(ids)) == len(ids)
        links = [node.attributes["href"] for node in root.css("a")]
        assert links == [f"#d-{one.number}" for one in sample.session.decisions]
        assert {link.removeprefix("#") for link in links if link} <= set(ids)

    def test_only_what_is_flawed_or_bad_is_unfolded(self, sample: Review) -> None:
        root = parse(page([sample]))
        for one in sample.session.decisions:
            (inside,) = root.css(f'[id="d-{one.number}"]')
            assert inside.parent is not None and inside.parent.tag == "details"
            wrong = sample.judgement.grades[one.index].word in ("flawed", "bad")
            assert ("open" in inside.parent.attributes) == wrong

    def test_the_failure_is_there_with_the_truths_apart(self, sample: Review) -> None:
        root = parse(page([sample], Selection(at="9.1")))
        found = [[cell.text(deep=True) for cell in cells(row)] for row in root.css("table.rows tbody > tr")]
        assert found[0][:2] == ["Derived", "latent failure"]
        assert ["Observed", "believed", "cf1: live (runtime), relied upon", "d16"] in found
        (policy,) = [row for row in found if row[1] == "policy"]
        assert policy[0] == "Derived" and policy[2].startswith("cf1: ended")
        assert ["Declared", "rule"] in [row[:2] for row in found]
        assert ["Derived", "in view", "FAIL"] in [row[:3] for row in found]

    def test_the_head_says_what_the_markdown_report_says(self, tmp_path: Path) -> None:
        reviews = reviewed(tmp_path, "x")
        found = [
            [cell.text(deep=True) for cell in cells(row)] for row in parse(page(reviews)).css(".facts tr")
        ]
        told = facts(gather(reviews, EVERYTHING))
        assert found == [[fact.label, show(fact.says)] for fact in told]

    def test_the_tracks_are_drawn_and_said(self, sample: Review) -> None:
        root = parse(page([sample]))
        titles = {node.text(deep=True) for node in root.css("svg.tracks g > title")}
        assert "9.1 · cf1 believed · relied upon after its end (d16)" in titles
        (said,) = [node for node in root.css("details") if "The tracks in words" in node.text(deep=True)]
        assert {row.css("td")[0].text(deep=True) for row in said.css("tbody > tr")} == {"Observed", "Derived"}

    def test_a_note_is_never_cut(self, tmp_path: Path) -> None:
        long = "so long " * 1000
        root = parse(page(reviewed(tmp_path, long), bounds=Bounds(room=1)))
        notes = [row for row in root.css("tbody > tr") if row.css("td.reconstructed")]
        assert sum(long.strip() in row.text(deep=True) for row in notes) >= 2
        assert "Notes whose place in the trace was not found" in root.text(deep=True)

    def test_without_a_policy_nothing_is_held_against_anybody(self, tmp_path: Path) -> None:
        root = parse(page(reviewed(tmp_path, policy=False)))
        assert "latent failure" not in root.text(deep=True)
        assert {node.text(deep=True) for node in root.css(".grade")} == {"derived: not judged: no policy"}
        assert root.css("details[open]") == []

    def test_no_session_is_an_error_with_a_remedy(self) -> None:
        with pytest.raises(ExportError, match="no session"):
            page([])


class TestBounds:
    def test_it_says_what_it_left_out(self, tmp_path: Path) -> None:
        bounds = Bounds(full=2, rows=3, sessions=2, listed=3, columns=2)
        root = parse(page(reviewed(tmp_path, sessions=4), bounds=bounds))
        (said,) = [
            row.css("td")[0] for row in root.css(".facts tr") if row.text(deep=True).startswith("bounded")
        ]
        assert [line.text(deep=True) for line in said.iter()] == [
            "in full: 2 of 8 decisions, first those with a note, then the bad and the flawed",
            "in a table of turns: 3 of 8 decisions",
            "with a part of their own: 2 of 4 sessions",
            "listed: 3 of 4 sessions",
            "with their tracks drawn: 1 of 2 sessions",
        ]
        assert root.css("main > p.left")
        assert len(root.css("svg.tracks desc")) == 1
        links = [node.attributes["href"] for node in root.css("a")]
        assert links == ["#s-1", "#s-2", "#s-1-d-6.1", "#s-2-d-6.1"]
        assert all(len(root.css(f'[id="{(link or "")[1:]}"]')) == 1 for link in links)

    def test_what_is_wrong_comes_before_what_is_first(self, sample: Review) -> None:
        root = parse(page([sample], bounds=Bounds(full=3)))
        assert [node.attributes["id"] for node in root.css("details > .anchor")] == [
            "d-6.1",
            "d-6.2",
            "d-9.1",
        ]

    def test_a_table_has_room_for_so_much(self, sample: Review) -> None:
        root = parse(page([sample], Selection(at="9.1"), Bounds(room=2_000)))
        assert re.search(
            r"[0-9]+ more rows are left out here; the Markdown report has them", root.text(deep=True)
        )

    def test_many_tables_have_less_room_each_and_a_long_cell_is_cut(self, tmp_path: Path) -> None:
        made = [given_in(1, f"c{n}") for n in range(300)]
        review = bare(tmp_path, *made, *(chose(n, f"d{n}", live="c1") for n in range(2, 12)))
        text = page([review], bounds=Bounds(tables=100_000, pictures=1_000))
        root = parse(text)
        assert len(text) < 250_000
        assert root.css("svg.tracks desc") == []
        row = root.css("table.turns tbody > tr")[0]
        assert re.search(r"…\(\+[0-9]+ characters\)$", cells(row)[5].text(deep=True))
        assert len(row.text(deep=True)) < 1_000

    def test_what_is_small_is_whole(self, sample: Review) -> None:
        assert parse(page([sample])).css(".left") == []


def test_the_command_writes_a_page_and_may_write_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    for _ in range(2):
        assert cli.main(["export", str(SAMPLE), "--html", "--at", "9.1", "-o", str(out)]) == 0
    assert out.read_text("utf-8").startswith(html.BEGINS)
    other = tmp_path / "mine.html"
    other.write_text('<!doctype html>\n<html lang="en">', "utf-8")
    assert cli.main(["export", str(SAMPLE), "--html", "-o", str(other)]) == 6
    assert "is there already" in capsys.readouterr().err
