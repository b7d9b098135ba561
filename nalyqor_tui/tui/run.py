"""Start the screen."""

from __future__ import annotations

import gc

from nalyqor_tui.present.tree import Trials
from nalyqor_tui.tui import keymap
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.case import Case


def run(case: Case, *, session: int | None, at: str | None) -> int:
    """Show a case until the reader leaves; returns the exit code. Raises UsageError where keys.toml is wrong."""
    return _show(NalyqorApp(case, session=session, at=at))


def compare(a: tuple[Case, int], b: tuple[Case, int]) -> int:
    """Show two runs side by side until the reader leaves."""
    from nalyqor_tui.tui.screens.compare import CompareScreen, Run

    return _show(NalyqorApp(a[0], first=lambda: CompareScreen(Run(*a), Run(*b))))


def trials(case: Case, of: Trials) -> int:
    """Show the trials of a case until the reader leaves."""
    from nalyqor_tui.tui.screens.trials import TrialsScreen

    return _show(NalyqorApp(case, first=lambda: TrialsScreen(case, of)))


def _show(app: NalyqorApp) -> int:
    app.case.keys = keymap.load(keymap.path())
    gc.freeze()  # what is loaded stays: the collector need not look at it again while keys are pressed
    gc.enable()
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
