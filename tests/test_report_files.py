"""A report appears whole, and never in the place of what is not a report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nalyqor_tui.errors import ExportError
from nalyqor_tui.report.files import write


def test_it_is_written_and_may_be_written_again(tmp_path: Path) -> None:
    report = tmp_path / "r.md"
    write(report, ["# Decisions of one"], {})
    write(report, ["# Decisions of two"], {})
    assert report.read_text(encoding="utf-8") == "# Decisions of two\n"
    assert [p.name for p in tmp_path.iterdir()] == ["r.md"]


def test_no_other_file_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "work.md"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="is there already"):
        write(file, ["# Decisions of one"], {})
    assert file.read_text(encoding="utf-8") == "mine"


def test_what_is_no_regular_file_is_neither_replaced_nor_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link = tmp_path / "link"
    link.symlink_to(os.devnull)
    for path, why in ((pipe, "no regular file"), (link, "no regular file"), (tmp_path, "is a directory")):
        with pytest.raises(ExportError, match=why):
            write(path, ["# Decisions of one"], {})
    assert pipe.is_fifo()
    assert link.is_symlink()


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_the_trace_is_safe_under_another_name(tmp_path: Path, link: Callable[[Path, Path], None]) -> None:
    trace, other = tmp_path / "t.jsonl", tmp_path / "t.md"
    trace.write_text("# Decisions of a trace", encoding="utf-8")
    link(trace, other)
    with pytest.raises(ExportError, match="the trace itself"):
        write(other, ["gone"], {trace: "the trace itself"})
    assert trace.read_text(encoding="utf-8") == "# Decisions of a trace"


def test_a_failure_midway_leaves_the_older_report(tmp_path: Path) -> None:
    def lines() -> Iterator[str]:
        yield "# Decisions of two"
        raise RuntimeError

    report = tmp_path / "r.md"
    write(report, ["# Decisions of one"], {})
    with pytest.raises(RuntimeError):
        write(report, lines(), {})
    assert report.read_text(encoding="utf-8") == "# Decisions of one\n"
    assert len(list(tmp_path.iterdir())) == 1
