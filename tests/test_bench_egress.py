"""The walk through every screen with a hostile string: that it finds what goes wrong, and else nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_tui_pty import terminal
from tui_samples import LARGE

from tests.bench.following import follow
from tests.bench.walk import Walk, pager_of, trace_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is wanted")

HOSTILE = "\x1b]0;owned\x07"
RAW = """
import sys
from nalyqor_tui.tui import outlets
outlets.literal_lines = lambda text: text.split("\\n")
from nalyqor_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("program", "wrong"),
    [(("-m", "nalyqor_tui"), set()), (("-c", RAW), {"gave the pager", "titled the pager"})],
)
def test_what_a_pager_is_given_and_a_file_that_is_followed(
    tmp_path: Path, program: tuple[str, ...], wrong: set[str]
) -> None:
    trace = trace_of(tmp_path, HOSTILE)
    env = {"PAGER": f"sh '{pager_of(trace)}'"}
    with terminal(str(trace), size=LARGE, env=env, program=program) as t:
        walk = Walk(t, trace, HOSTILE)
        walk.do(lambda: None, "output (observed)")
        walk.press("\r", "▸   1.1")
        follow(walk)
        assert {" ".join(each.split()[:3]) for each in walk.wrong} == wrong, walk.wrong
