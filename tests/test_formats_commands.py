"""What the program says of formats, that any trace can be made a native one, and that others can add a format."""

from __future__ import annotations

import gzip
import json
import sys
import types
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from format_laws import counts
from trace_samples import SHARED, decision, header, message, opened, write

from nalyqor_tui.cli import main
from nalyqor_tui.phrase import phrase
from nalyqor_tui.trace.document import Sample
from nalyqor_tui.trace.formats import ours, plugins
from nalyqor_tui.trace.formats.base import Can, Fidelity, Reading, SessionDraft
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.trace.validate import read

Capture = pytest.CaptureFixture[str]
CHAT = {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]}


def said(capsys: Capture, *args: str) -> str:
    assert main(list(args)) == 0
    return capsys.readouterr().out


class TestFormats:
    def test_lists_every_format(self, capsys: Capture) -> None:
        out = said(capsys, "formats")
        for form in ours():
            assert form.NAME in out and form.TITLE in out

    def test_the_table_in_the_docs_is_of_today(self, capsys: Capture) -> None:
        page = (Path(__file__).parents[1] / "docs" / "formats.md").read_text("utf-8")
        assert said(capsys, "formats", "--markdown") in page

    @pytest.mark.parametrize(
        "sample",
        [
            Sample((), whole=True, head=b"PK", members=("a.json", "b/c.txt")),
            Sample((), whole=False, head=b"x"),
            Sample(([],), whole=True),
            Sample(({},), whole=True),
            Sample(([[]], {}), whole=False),
        ],
    )
    def test_none_claims_what_holds_nothing(self, sample: Sample) -> None:
        assert [form.NAME for form in ours() if form.score(sample) > 0] == []

    def test_names_are_told_apart(self) -> None:
        assert len({form.NAME for form in ours()}) == len(list(ours()))


class TestInfo:
    def test_says_what_it_is_and_how_sure(self, tmp_path: Path, capsys: Capture) -> None:
        out = said(capsys, "info", str(write(tmp_path / "t", header(), message(seq=1), decision(seq=2))))
        assert "recognised     nalyqor.trace/1, 100 % sure" in out
        assert "decisions      1, 0 of them with a recorded margin" in out

    def test_shows_who_else_claims_it(self, tmp_path: Path, capsys: Capture) -> None:
        record = {**message(seq=1), "messages": [{"role": "user"}]}
        out = said(capsys, "info", str(write(tmp_path / "t", record)))
        assert "recognised     nalyqor.trace/1" in out and "also           chat messages" in out

    def test_says_what_is_wrong_with_the_file(self, tmp_path: Path, capsys: Capture) -> None:
        write(
            tmp_path / "t", gzip.compress(b"".join(json.dumps(CHAT).encode() + b"\n" for _ in range(9)))[:-4]
        )
        assert "the gzip stream ends early" in said(capsys, "info", str(tmp_path / "t"))

    def test_lists_what_it_does_not_read_of_a_folder(self, tmp_path: Path, capsys: Capture) -> None:
        write(tmp_path / "a.json", CHAT)
        write(tmp_path / "b.json", b"")
        assert "not read       b.json: no records: the file is empty" in said(capsys, "info", str(tmp_path))


class TestConvert:
    def native(self, path: Path, capsys: Capture, tmp_path: Path) -> tuple[Trace, str]:
        out = tmp_path / "native.jsonl"
        assert main(["convert", str(path), "-o", str(out)]) == 0
        trace = Trace(out)
        assert trace.format_title == "nalyqor.trace/1"
        return trace, capsys.readouterr().err

    def test_a_chat_becomes_native(self, tmp_path: Path, capsys: Capture) -> None:
        trace, err = self.native(write(tmp_path / "t", CHAT, CHAT), capsys, tmp_path)
        assert trace.session_ids == ["conversation 1", "conversation 2"]
        assert [e.record.kind for e in trace.session(1).entries] == [
            "trace",
            "message",
            "decision",
            "message",
        ]
        assert "of 2 sessions were written" in err and "left out: where each record stood" in err

    def test_what_could_not_be_read_is_counted_aloud(self, tmp_path: Path, capsys: Capture) -> None:
        _, err = self.native(write(tmp_path / "t", CHAT, b"torn\n", CHAT), capsys, tmp_path)
        assert "left out: 1 pieces that could not be read" in err

    def test_text_that_is_no_unicode_goes_over(self, tmp_path: Path, capsys: Capture) -> None:
        data = b'{"messages": [{"role": "user", "content": "\\ud800"}]}'
        trace, _ = self.native(write(tmp_path / "t", data), capsys, tmp_path)
        assert trace.session(0).entries[1].record.content == "\ud800"  # type: ignore[union-attr]

    def test_never_over_a_log(self, tmp_path: Path, capsys: Capture) -> None:
        path = write(tmp_path / "t", CHAT)
        assert main(["convert", str(path), "-o", str(path)]) == 6
        assert main(["convert", str(path), "-o", str(write(tmp_path / "u", header()))]) == 6

    @pytest.mark.skipif(not SHARED.exists(), reason="the shared traces are not here")
    def test_a_real_file_holds_the_same_afterwards(self, tmp_path: Path, capsys: Capture) -> None:
        path = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"
        trace, _ = self.native(path, capsys, tmp_path)
        assert counts(trace) == counts(Trace(path))


class TestPlugins:
    """A format of another package: a module named by an entry point."""

    @pytest.fixture
    def module(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
        module = types.ModuleType("acme_traces")
        sys.modules["acme_traces"] = module
        entries = [
            EntryPoint("acme", "acme_traces", plugins.GROUP),
            EntryPoint("gone", "not_installed_anywhere", plugins.GROUP),
        ]
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries)
        plugins.load.cache_clear()
        yield module
        del sys.modules["acme_traces"]
        plugins.load.cache_clear()

    def fill(self, module: types.ModuleType) -> None:
        can = Can("absent")
        said = {"kind": "message", "seq": 1, "turn": 1, "role": "user", "content": "hi"}
        module.NAME, module.TITLE, module.TESTED = "acme", "Acme's own log", "real files"  # type: ignore[attr-defined]
        module.FIDELITY = Fidelity(can, can, can, can)  # type: ignore[attr-defined]
        module.score = lambda sample: float("acme" in sample.objects[0])  # type: ignore[attr-defined]
        load = lambda document: lambda: [(read(said), document.place())]  # noqa: E731
        module.read = lambda document: Reading([SessionDraft("a", load(document))])  # type: ignore[attr-defined]

    def test_reads_its_own_files(self, module: types.ModuleType, tmp_path: Path, capsys: Capture) -> None:
        self.fill(module)
        trace = opened(tmp_path / "t", {"acme": 1})
        assert trace.format_title == "Acme's own log"
        assert [entry.record.kind for entry in trace.session(0).entries] == ["message"]
        out = said(capsys, "formats")
        assert "Acme's own log (from another package)" in out
        assert "could not be loaded: gone: ModuleNotFoundError" in out

    def test_one_that_fails_is_named(self, module: types.ModuleType, tmp_path: Path) -> None:
        self.fill(module)
        module.read = lambda document: Reading([SessionDraft("a", lambda: [1 / 0])])  # type: ignore
        record = opened(tmp_path / "t", {"acme": 1}).session(0).record(0)
        assert (
            record.kind == "unparsed" and "acme, of another package, failed here: ZeroDiv" in record.problem
        )
        assert opened(tmp_path / "u", CHAT).format_title.startswith("chat")

    def test_what_is_warned_of_again_and_again_is_said_once(
        self, module: types.ModuleType, tmp_path: Path, capsys: Capture
    ) -> None:
        self.fill(module)
        again, once = phrase("a part of {name} is missing", name="x"), phrase("it is old")
        module.read = lambda document: Reading(  # type: ignore
            [SessionDraft("a", list)], warnings=[again, once, again, again]
        )
        (tmp_path / "t").write_text('{"acme": 1}')
        warned = [line.split(maxsplit=1)[1] for line in said(capsys, "info", str(tmp_path / "t")).splitlines()
                  if line.split()[:1] == ["warning"]]  # fmt: skip
        assert warned[-2:] == ["a part of x is missing (3 times)", "it is old"]
        assert len(set(warned)) == len(warned)

    def test_one_that_lacks_a_part_is_named(self, module: types.ModuleType, tmp_path: Path) -> None:
        trace = opened(tmp_path / "t", CHAT)
        assert any("acme: lacks NAME" in "".join(warning) for warning in trace.warnings)

    def test_the_example_in_the_docs_reads_a_file(self, module: types.ModuleType, tmp_path: Path) -> None:
        page = (Path(__file__).parents[1] / "docs" / "formats.md").read_text("utf-8")
        code = page.split("<!-- plugin -->\n```python\n")[1].split("```")[0]
        exec(compile(code, "acme_traces.py", "exec"), module.__dict__)
        said = {"acme": 1, "who": "customer", "says": "hello"}
        trace = opened(tmp_path / "t", said, {**said, "who": "desk"}, {"acme": 1}, b"torn\n")
        assert trace.format_title == "Acme's desk log"
        kinds = [entry.record.kind for entry in trace.session(0).entries]
        assert kinds == ["trace", "message", "decision", "message", "unparsed", "unparsed"]
