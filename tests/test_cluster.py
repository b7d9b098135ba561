"""The same triage in one process, in several, on a cluster of processes, and from an address: the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from trace_samples import SHARED, acted, header, message, numbered, write

from nalyqor_tui.cli import main
from nalyqor_tui.derive import survey

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[1]
AIRLINE = SHARED / "traces" / "tau-bench" / "airline_gpt-4o.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "runs"
    path.mkdir()
    for number in range(6):
        records = [header(conversation_id=f"c{number}"), message(), *acted("write", {"n": number})]
        write(path / f"{number}.jsonl", *numbered(records))
    return path


def said(capsys: Capture, *args: str) -> str:
    assert main(["triage", *args, "--json", "--policy", "support"]) == 0
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A scheduler with two workers, each a process of its own, as `dask` starts them."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as c:\n"
        "        print(c.scheduler_address, flush=True)\n"
        "        input()\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True
    ) as cluster:
        assert cluster.stdout is not None and cluster.stdin is not None
        address = cluster.stdout.readline().strip()
        assert address.startswith("tcp://127.0.0.1:")
        yield address
        cluster.stdin.close()


def test_a_cluster_of_processes_finds_the_same(
    folder: Path, scheduler: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "CHUNK", 2)
    alone = said(capsys, str(folder), "--jobs", "1")
    assert said(capsys, str(folder), "--scheduler", scheduler) == alone
    if AIRLINE.exists():
        assert said(capsys, str(AIRLINE), "--scheduler", scheduler) == said(
            capsys, str(AIRLINE), "--jobs", "1"
        )


def test_a_scheduler_that_cannot_be_reached_is_an_error_at_once(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "_PATIENCE", 0.5)
    assert main(["triage", str(folder), "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


def test_an_address_that_is_none(folder: Path, capsys: Capture) -> None:
    assert main(["triage", str(folder), "--scheduler", "nonsense://x"]) == 2
    assert "no Dask scheduler answers" in capsys.readouterr().err


class TestAddresses:
    def test_of_a_file_and_of_a_folder(self, folder: Path, capsys: Capture) -> None:
        one, all_of_them = folder / "1.jsonl", folder
        assert said(capsys, one.as_uri()) == said(capsys, str(one))
        assert said(capsys, all_of_them.as_uri()) == said(capsys, str(all_of_them))

    def test_of_nothing(self, folder: Path, capsys: Capture) -> None:
        assert main(["triage", (folder / "gone.jsonl").as_uri()]) == 3
        assert "cannot be fetched" in capsys.readouterr().err
        assert main(["triage", "nosuchscheme://x/y"]) == 3


class TestSaved:
    def test_what_was_written_opens_again(self, folder: Path, tmp_path: Path, capsys: Capture) -> None:
        saved = write(tmp_path / "found.jsonl", said(capsys, str(folder)).encode())
        assert said(capsys, str(saved)) == saved.read_text("utf-8")
        assert main(["triage", str(saved), "-o", str(tmp_path / "t.md")]) == 0
        assert main(["triage", str(folder), "--policy", "support", "-o", str(tmp_path / "u.md")]) == 0
        assert (tmp_path / "t.md").read_text("utf-8") == (tmp_path / "u.md").read_text("utf-8")

    def test_one_that_was_changed_is_refused(self, folder: Path, tmp_path: Path, capsys: Capture) -> None:
        rows = [json.loads(line) for line in said(capsys, str(folder)).splitlines()]
        del rows[1]["decisions"]
        assert main(["triage", str(write(tmp_path / "found.jsonl", *rows))]) == 3
        assert "a triage that cannot be read" in capsys.readouterr().err
