"""Start the screen."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Final

from nalyqor_tui.tui import keymap
from nalyqor_tui.tui.app import NalyqorApp

if TYPE_CHECKING:
    from nalyqor_tui.present.tree import Trials
    from nalyqor_tui.trace.index.file import LineFile
    from nalyqor_tui.tui.case import Case
    from nalyqor_tui.tui.opening import Opening

_TURNS: Final = 0.001  # seconds that a thread may work before a key gets its turn


def run(case: Case, *, session: int | None, at: str | None) -> int:
    """Show a case until the reader leaves; returns the exit code. Raises UsageError where keys.toml is wrong."""
    return _show(NalyqorApp(case, session=session, at=at))


def opening(file: LineFile, what: Opening, *, follow: bool) -> int:
    """Show the lines of a file while the trace is opened; returns the exit code.

    Raises what was wrong with the trace when the reader leaves.
    """
    from nalyqor_tui.tui.screens.lines import LinesScreen

    sys.setswitchinterval(_TURNS)
    app = NalyqorApp(first=lambda: LinesScreen(file, app.keys, what, follow=follow))
    code = 70
    try:
        code = _show(app)
    finally:
        file.lines.stop()
    if not what.over:  # nothing can stop it, and to wait for it would keep the reader
        sys.stderr.flush()
        os._exit(code)
    return code


def compare(a: tuple[Case, int], b: tuple[Case, int]) -> int:
    """Show two runs side by side until the reader leaves."""
    from nalyqor_tui.tui.screens.compare import CompareScreen, Run

    return _show(NalyqorApp(a[0], first=lambda: CompareScreen(Run(*a), Run(*b))))


def trials(case: Case, of: Trials) -> int:
    """Show the trials of a case until the reader leaves."""
    from nalyqor_tui.tui.screens.trials import TrialsScreen

    return _show(NalyqorApp(case, first=lambda: TrialsScreen(case, of)))


def _show(app: NalyqorApp) -> int:
    app.keys = keymap.load(keymap.path())
    if app.case is not None:
        app.case.keys = app.keys
    gc.freeze()  # what is loaded stays: the collector need not look at it again while keys are pressed
    gc.enable()
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
