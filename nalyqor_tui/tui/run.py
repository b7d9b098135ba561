"""Start the screen."""

from __future__ import annotations

import gc

from nalyqor_tui.tui import keymap
from nalyqor_tui.tui.app import NalyqorApp
from nalyqor_tui.tui.case import Case


def run(case: Case, *, session: int | None, at: str | None) -> int:
    """Show a case until the reader leaves; returns the exit code. Raises UsageError where keys.toml is wrong."""
    case.keys = keymap.load(keymap.path())
    gc.collect()
    gc.freeze()  # what is loaded stays: the collector need not look at it again while keys are pressed
    app = NalyqorApp(case, session=session, at=at)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
