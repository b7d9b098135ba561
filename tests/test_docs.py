"""What the pages say: links lead somewhere, commands and keys exist, examples run, tables are the code's."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from nalyqor_tui import cli
from nalyqor_tui.commands import COMMANDS
from nalyqor_tui.derive.judge import judge
from nalyqor_tui.errors import NalyqorError
from nalyqor_tui.policy.loader import find
from nalyqor_tui.present.review import Review
from nalyqor_tui.trace.store import Trace
from nalyqor_tui.tui import actions
from nalyqor_tui.tui.picture import draw

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "sample_traces" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = PAGES[0].read_text()


def block(marker: str) -> str:
    """The code block of the README that follows a marker."""
    return README.split(f"<!-- {marker} -->", 1)[1].split("```", 2)[1].split("\n", 1)[1]


def table(head: str) -> list[list[str]]:
    """The rows of the table of the README with this first cell in its head."""
    lines = README.split(f"\n| {head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
class TestPage:
    def test_its_links_lead_somewhere_in_the_repository(self, page: Path) -> None:
        prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)]+)\)", prose):
            file, _, part = target.partition("#")
            found = page.parent / file if file else page
            assert found.exists(), target
            assert not part or part in anchors(found), target

    def test_its_commands_and_options_exist(self, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
        known = help_of(capsys)
        code = re.findall(r"`[^`\n]+`|```sh\n.*?```", page.read_text(), re.DOTALL)
        names = {command.name for command in COMMANDS} | {"TRACE", "trace", "sample_traces"}
        assert set(re.findall(r"nalyqor-tui (\w+)(?: |`)", " ".join(code))) <= names
        options = set(re.findall(r"(?<![\w-])--[a-z]+", " ".join(c for c in code if ours(c))))
        assert options - known == set()

    def test_its_modules_exist(self, page: Path) -> None:
        for module in re.findall(r"python -m ([\w.]+)", page.read_text()):
            assert importlib.util.find_spec(module) is not None, module


def ours(code: str) -> bool:
    """Tell whether a piece of code is a command of ours, or an option of one."""
    return code.startswith(("`nalyqor-tui", "`--")) or ("nalyqor_tui" not in code and "nalyqor-tui" in code)


def help_of(capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The options of all commands."""
    for command in ([], *([command.name] for command in COMMANDS), ["policy", "check"], ["notes", "merge"]):
        with pytest.raises(SystemExit):
            cli.main([*command, "--help"])
    return set(re.findall(r"--[a-z]+", capsys.readouterr().out))


class TestReadme:
    def test_the_exit_codes_are_the_errors(self) -> None:
        said = {int(code): meaning for code, meaning in table("Exit code")}
        errors = {error.exit_code: error.__name__ for error in NalyqorError.__subclasses__()}
        assert said.keys() == errors.keys() | {0, 70}
        for code, name in errors.items():
            assert said[code].startswith(f"{name.removesuffix('Error').lower()}: ")

    def test_the_keys_are_those_of_the_registry(self) -> None:
        known = {key for action in actions.ACTIONS for key in action.key_words.split()}
        said = [key for cell, _ in table("Key") for key in re.findall(r"`([^`]+)`", cell)]
        assert set(said) <= known
        assert len(said) == len(set(said))
        needed = {a.key_words for a in actions.ACTIONS if a.footer and " " not in a.key_words}
        assert needed - set(said) == set()

    def test_the_writer_and_the_policy_go_together(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        code, policy = block("writer"), block("policy")
        assert len(policy.splitlines()) <= 10
        exec(code, {})  # our own page, run so that it cannot rot
        (tmp_path / "nalyqor.toml").write_text(policy)
        trace = Trace(tmp_path / "run.jsonl")
        judgement = judge(trace.session(0), find(None, trace.path))
        assert [(grade.word, grade.judged, grade.checks) for grade in judgement.grades] == [("sound", 3, 3)]

    def test_what_it_says_of_turn_9_is_so(self) -> None:
        path = ROOT / "sample_traces" / "production.jsonl"
        review = Review(Trace(path), 0, find(None, path))
        decision = review.find("9.1")
        assert decision is not None
        assert review.session.chosen(decision).tool == "notify"
        assert review.judgement.grades[decision.index].word == "bad"
        margin = review.margin(decision)
        assert margin is not None
        assert (f"{margin.value:.3f}", margin.band) == ("0.088", "tie")
        checks = {f.check for f in review.judgement.findings[decision.index] if f.verdict == "fail"}
        assert checks == {"stale-relied-upon", "scope-tool", "need.before", "not_returned", "tie"}


def test_the_page_of_keys_is_made_of_the_registry() -> None:
    assert (ROOT / "docs" / "keys.md").read_text() == actions.document()


async def test_the_picture_is_the_same_each_time_and_fetches_nothing() -> None:
    trace = ROOT / "sample_traces" / "production.jsonl"
    one, two = [await draw(trace, "9.1", (120, 40)) for _ in range(2)]
    assert one == two
    assert "LATENT" in one
    assert harmless(one)
    assert harmless((ROOT / "docs" / "turn-9.svg").read_text())


def harmless(svg: str) -> bool:
    return not re.search(r"@font-face|url\(['\"]?(?!#)|href=|<script|<image", svg)
