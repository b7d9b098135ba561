"""The tracks as text, Markdown and SVG: they fit, they parse, and no text can break out of its place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt
from report_samples import NASTY, clean
from report_samples import reviewed as hostile
from rich.cells import cell_len
from tracks_samples import chose, incident, reviewed
from tracks_samples import given as given_in

from nalyqor_tui import cli
from nalyqor_tui.present import marks
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.text import literal
from nalyqor_tui.present.tracks import tracks as read
from nalyqor_tui.report import plain, tracks, tracks_svg
from nalyqor_tui.report.redact.redaction import Redaction
from nalyqor_tui.report.selection import Selection

SAMPLE = Path(__file__).parent.parent / "sample_traces" / "production.jsonl"
SVG = "{http://www.w3.org/2000/svg}"
PARSER = MarkdownIt("gfm-like", {"linkify": False})


def picture(review: Review) -> list[str]:
    return list(tracks.picture(read(review)))


def svg(review: Review) -> ET.Element:
    return ET.fromstring("\n".join(tracks_svg.render(review)))


class TestText:
    def test_the_incident_is_drawn_with_its_truths_and_its_legend(self, tmp_path: Path) -> None:
        assert list(tracks.render([incident(tmp_path)])) == [
            "Tracks of session s",
            "",
            "                         turn 1 2 3 6   9 10",
            "DERIVED   c1           policy   ┣━━━†",
            "OBSERVED  c1         believed     ━━╱╱╱╱◆╱·",
            "DERIVED   R-confirm                       ─",
            "DERIVED   R-tell                        □",
            "DERIVED   logprob      margin ·   · · · ▁ ·",
            "",
            "policy (derived): ┣ given; ━ live; † ended here",
            "believed (observed; ╱ and ◆ where the line above it says otherwise, which is derived): "
            "━ believed live; ╱ after its end; ◆ relied upon after its end; · not recorded",
            "rules that govern (derived): □ missing; ─ view not asked for",
            "margins (derived): ▁ tie; · not recorded",
            "rules that govern no decision here: R-idle",
        ]

    @pytest.mark.parametrize("count", [1, 24, 25, 26, 49, 50, 51, 300])
    @pytest.mark.parametrize(
        "name", ["c1", "a-name-that-is-far-too-long-for-a-label-of-the-tracks", "確認" * 12]
    )
    def test_every_line_fits_80_columns_and_no_decision_is_left_out(
        self, tmp_path: Path, count: int, name: str
    ) -> None:
        records = [chose(n, f"d{n}", live=name) for n in range(1, count + 1)]
        lines = picture(reviewed(tmp_path, *records))
        assert max(map(cell_len, lines)) <= tracks.WIDTH
        believed = [line for line in lines if line.startswith("OBSERVED")]
        assert all(" believed " in line for line in believed)
        width = 2 if count <= 25 else 1
        columns = sum(len(line.split(" believed ")[1]) // width for line in believed)
        assert columns == count

    def test_of_many_parts_a_confirmation_is_in_those_where_it_lived(self, tmp_path: Path) -> None:
        made = [chose(n, f"d{n}", live="c1" if n < 9 else "") for n in range(2, 201)]
        parts = "\n".join(picture(reviewed(tmp_path, given_in(1), *made))).split("\n\n")
        assert len(parts) == 4
        assert ["c1 " in part for part in parts] == [True, False, False, False]

    def test_lines_of_one_block_start_at_one_place(self, tmp_path: Path) -> None:
        lines = [line for line in picture(incident(tmp_path)) if line]
        assert lines[0].index("1") == lines[-1].index("·") == 30
        assert lines[1].index("┣") == lines[0].index("2")
        assert lines[1].index("†") == lines[2].index("╱") == lines[0].index("6")
        assert lines[2].index("◆") == lines[4].index("□") == lines[0].index("9")


class TestPlain:
    def test_it_says_the_lines_in_words_behind_the_gutter(self, tmp_path: Path) -> None:
        lines = [line for line in plain.render([incident(tmp_path)], Selection()) if "track (" in line]
        assert lines[0] == (
            "DERIVED        track (confirmation ledger from c1, m6): "
            "c1 policy: given 2; live 3.1; ended here 6.1; ended 6.2 to 10.1"
        )
        assert lines[1].startswith(
            "OBSERVED       track (d3, d9, d10): c1 believed: believed live 3.1 to 6.2;"
        )

    def test_an_observed_line_never_says_what_only_a_policy_can(self, tmp_path: Path) -> None:
        lines = list(plain.render([incident(tmp_path)], Selection()))
        observed = [line for line in lines if line.startswith("OBSERVED") and "track (" in line]
        assert observed
        assert not any(word in line for line in observed for word in ("end", "valid", "before"))


class TestMarkdown:
    def fence(self, review: Review) -> str:
        tokens = [
            t for t in PARSER.parse("\n".join(tracks.markdown(review, Redaction()))) if t.type == "fence"
        ]
        assert len(tokens) == 1
        return tokens[0].content

    @pytest.mark.parametrize("text", NASTY)
    def test_the_code_block_holds_the_picture_whatever_the_ids_are(self, tmp_path: Path, text: str) -> None:
        (review,) = hostile(tmp_path, text)
        assert self.fence(review).rstrip("\n") == "\n".join(picture(review)).rstrip("\n")

    @given(text=clean)
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_no_text_changes_its_shape(self, tmp_path: Path, text: str) -> None:
        shape = [
            t.type for t in PARSER.parse("\n".join(tracks.markdown(hostile(tmp_path, "x")[0], Redaction())))
        ]
        assert [
            t.type for t in PARSER.parse("\n".join(tracks.markdown(hostile(tmp_path, text)[0], Redaction())))
        ] == shape

    @pytest.mark.parametrize("run", [1, 3, 4, 30])
    def test_the_fence_is_longer_than_any_run_of_backticks(self, tmp_path: Path, run: int) -> None:
        lines = list(tracks.markdown(incident(tmp_path, "`" * run), Redaction()))
        assert lines[0] == "`" * max(3, run + 1) + "text"
        assert "`" * max(3, run + 1) in lines[1:]

    def test_the_legend_names_the_truths(self, tmp_path: Path) -> None:
        text = "\n".join(tracks.markdown(incident(tmp_path), Redaction()))
        after = text.rsplit("```", 1)[1]
        assert "policy (derived): ┣ given" in after and "believed (observed;" in after

    def test_a_session_without_any_line_says_why(self, tmp_path: Path) -> None:
        review = reviewed(
            tmp_path, chose(1, "d1"), policy=None, captures=dict.fromkeys(("confirmation",), "none")
        )
        (line, blank) = tracks.markdown(review, Redaction())
        assert line.split("<br>") == [
            "confirmations: not recorded in this log",
            "rules: which govern is unknown: no policy (give --policy FILE)",
            "margins: not recorded in this log",
        ]
        assert blank == ""


class TestSvg:
    @pytest.mark.parametrize(
        "text", ["", *NASTY, "]]>", "<script>alert(1)</script>", '"/><image href="x"/>', "&amp;"]
    )
    def test_no_text_breaks_out_of_its_place(self, tmp_path: Path, text: str) -> None:
        benign, found = (svg(hostile(tmp_path, one)[0]) for one in ("x", text))
        shapes = [Counter(element.tag for element in one.iter()) for one in (benign, found)]
        assert shapes[0].keys() == shapes[1].keys() | shapes[0].keys()
        known = {"svg", "title", "desc", "style", "defs", "pattern", "rect", "text", "g", "path", "circle"}
        assert {element.tag.removeprefix(SVG) for element in found.iter()} <= known
        names = {name for element in found.iter() for name in element.attrib}
        assert not any(name.startswith("on") or "href" in name or name == "style" for name in names)

    @given(text=clean)
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_it_is_xml_and_says_every_id_in_its_visible_form(self, tmp_path: Path, text: str) -> None:
        found = svg(hostile(tmp_path, text)[0])
        (describes,) = (element.text or "" for element in found.iter(f"{SVG}desc"))
        assert literal(f"c1{text}") in describes

    def test_it_needs_nothing_outside_itself(self, tmp_path: Path) -> None:
        text = "\n".join(tracks_svg.render(incident(tmp_path)))
        assert re.findall(r"https?://[^\"' ]+", text) == ["http://www.w3.org/2000/svg"]
        assert set(re.findall(r"url\(([^)]*)\)", text)) == {"#hatch"}
        assert not re.search(r"<script|<image|<use|<foreignObject|@import|@font-face|href", text)

    def test_each_mark_says_what_it_is_and_its_records(self, tmp_path: Path) -> None:
        titles = {element.text for element in svg(incident(tmp_path)).iter(f"{SVG}title")}
        assert "9.1 · c1 believed · relied upon after its end (d9)" in titles
        assert "6.1 · c1 policy · ended here (c1, m6)" in titles

    def test_every_sign_has_a_shape_of_its_own(self) -> None:
        for kind, signs in marks.SIGNS.items():
            shapes = {sign.glyph: tracks_svg.SHAPES[sign] for sign in signs}
            assert len(set(shapes.values())) == len(shapes), kind
        for shape in tracks_svg.SHAPES.values():
            ET.fromstring(f"<g>{shape}</g>")

    def test_many_columns_go_on_below(self, tmp_path: Path) -> None:
        found = svg(reviewed(tmp_path, *(chose(n, f"d{n}", live="c1") for n in range(1, 201))))
        assert int(found.attrib["width"]) < 1500
        titles = [e.text or "" for e in found.iter(f"{SVG}title") if " believed" in (e.text or "")]
        assert [title.split(" ")[0] for title in titles] == [f"{n}.1" for n in range(1, 201)]


class TestCommand:
    def test_the_page_shows_what_it_prints(self, capsys: pytest.CaptureFixture[str]) -> None:
        page = (SAMPLE.parent.parent / "docs" / "tracks.md").read_text("utf-8")
        block = page.split("<!-- tracks -->\n```text\n", 1)[1].split("```", 1)[0]
        cli.main(["tracks", str(SAMPLE)])
        assert capsys.readouterr().out.startswith(block)

    def test_the_page_names_every_sign(self) -> None:
        page = (SAMPLE.parent.parent / "docs" / "tracks.md").read_text("utf-8")
        for signs in marks.SIGNS.values():
            assert [sign for sign in signs if f"`{sign.glyph}`" not in page] == []

    def test_it_prints_text_and_writes_a_picture(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["tracks", str(SAMPLE)]) == 0
        assert "OBSERVED  cf1          believed   ━━" in capsys.readouterr().out
        out = tmp_path / "tracks.svg"
        assert cli.main(["tracks", str(SAMPLE), "-o", str(out)]) == 0
        assert ET.fromstring(out.read_text("utf-8")).tag == f"{SVG}svg"

    @pytest.mark.parametrize("session", [["--session", "s-1"], []])
    def test_a_picture_is_of_one_session(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], session: list[str]
    ) -> None:
        trace = hostile(tmp_path, sessions=2)[0].trace.path
        out = tmp_path / "tracks.svg"
        code = cli.main(["tracks", str(trace), *session, "-o", str(out)])
        assert (code, out.exists()) == ((0, True) if session else (2, False))
        assert ("choose one with --session" in capsys.readouterr().err) is not bool(session)

    def test_it_never_writes_over_the_trace_nor_anything_but_svg(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        trace = tmp_path / "trace.svg"
        trace.write_bytes(SAMPLE.read_bytes())
        assert cli.main(["tracks", str(trace), "-o", str(trace)]) == 6
        assert cli.main(["tracks", str(trace), "-o", str(tmp_path / "x.png")]) == 2
        assert trace.read_bytes() == SAMPLE.read_bytes()
        assert "ends in .svg" in capsys.readouterr().err
