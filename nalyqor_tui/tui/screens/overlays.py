"""What opens on top: the help, a row in full, the copy menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from nalyqor_tui.present.text import literal, literal_parts
from nalyqor_tui.tui.actions import Scope, of
from nalyqor_tui.tui.widgets.reading import Reading

if TYPE_CHECKING:
    from nalyqor_tui.trace.store import Trace

LEGEND = """\
TRUTHS, in the gutter of every row
  OBS   observed        the log says it
  DECL  declared        the policy says it
  DER   derived         computed from the two, with its evidence
  REC   reconstructed   a person wrote it

GRADES of a decision
  ✖ bad        a check of high severity failed
  ✗ flawed     another check failed
  ? unproven   nothing failed, but something cannot be told from this log
  ✓ sound      every check that applies could be judged, and passed
  · not judged no check applies, or there is no policy

MARKS in the list
  ✎ a note is here        » five minutes or more of silence came before
  ▁ tie  ▃ narrow  ▇ clear  ? unresolved  · no margin recorded

What was not recorded is called so; it is never taken for zero or for a pass."""


ALIGNED = """\
BETWEEN the two decisions of a row
  =  the same choice            ≈  two replies, in other words
  ~  other arguments            ≁  the same tool on another target
  ≠  another choice             ◁ ▷  only in A, only in B
  ▼  the first different input  ◆  the first different decision"""


_TITLE = 200  # characters of a title; no screen has room for more
_BEGINS = 56  # characters of a form that the copy menu shows
_PART = 4096  # characters of a line that are taken at a time


class Overlay(ModalScreen[None]):
    """Text on top of the screen, to be scrolled and closed."""

    BINDINGS = [
        Binding("escape,q,question_mark,enter", "dismiss", "close"),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("space,ctrl+d,pagedown", "scroll(12)", "page down", show=False),
        Binding("ctrl+u,pageup", "scroll(-12)", "page up", show=False),
    ]

    def __init__(
        self, title: str, text: str, parts: Callable[[str], Iterable[str]] = lambda line: (line,)
    ) -> None:
        """Show `text` under `title`; both are visible forms already, unless `parts` makes them of each line."""
        super().__init__()
        self._title = title
        self._text = text
        self._parts = parts

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        box = Reading(self._text.split("\n"), self._parts, id="overlay")
        box.border_title = Content(self._title)
        box.border_subtitle = "esc closes"
        yield box

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(Reading).scroll_relative(y=lines, animate=False)


def help_screen(scope: Scope, pane: str, keys: Mapping[str, str]) -> Overlay:
    """Make the help of a screen, for the pane that has the focus."""
    out = [f"You are in: {pane}", ""]
    group = ""
    aligned = scope in ("compare", "trials")
    groups = sorted(_GROUPS, key=lambda name: not (aligned and name == "Compare"))
    for action in sorted(of(scope, keys), key=lambda a: groups.index(a.group)):
        if action.group != group:
            out += ["", action.group.upper()] if group else [action.group.upper()]
            group = action.group
        out.append(f"  {literal(action.key_words):<16} {action.help}")
    return Overlay("Help", "\n".join([*out, "", *_more(scope), LEGEND]))


def _more(scope: Scope) -> list[str]:
    """Say what only one of the screens has."""
    if scope == "compare":
        return [ALIGNED, ""]
    return [*_conditions(), ""] if scope == "review" else []


def _conditions() -> list[str]:
    """Say what a condition is made of."""
    from nalyqor_tui.present.query.vocabulary import FIELDS, FLAGS

    out = [
        "CONDITIONS, to filter by (f) and to stop at (B)",
        "  with = != < > <= >= ~ (holds the text), and, or, not, ( )",
    ]
    out += [f"  {name:<12} {means}" for name, means in {**FIELDS, **FLAGS}.items()]
    return [*out, "  An effect of the policy, such as write, is a word, too."]


_GROUPS = ["Move", "Find", "Panes", "Notes", "Take away", "Compare", "Many sessions", "The file", "Program"]


def full(title: str, text: str) -> Overlay:
    """Make the full view of a text from elsewhere."""
    return Overlay(literal(title, _TITLE), text, partial(literal_parts, size=_PART))


def info_screen(trace: Trace) -> Overlay:
    """Make the view of what a trace was recognised as, what to know first, and what its format can tell."""
    from nalyqor_tui.report import formats
    from nalyqor_tui.report.redact.redaction import Redaction

    return Overlay("What this trace is", "\n".join(formats.about(trace, Redaction(off=True))))


class CopyMenu(ModalScreen[str | None]):
    """Asks which form to copy; gives back its name."""

    BINDINGS = [Binding("escape,q,y", "dismiss(None)", "close")]

    def __init__(self, forms: dict[str, str]) -> None:
        """Offer `forms`: the name of each with what would be copied, or what that is."""
        super().__init__()
        self._forms = forms

    def compose(self) -> ComposeResult:
        """List the forms, each with how it begins."""
        options = [
            Option(Content(f"{name:<9} {_begins(text)}"), id=name) for name, text in self._forms.items()
        ]
        menu = OptionList(*options, id="menu", markup=False)
        menu.border_title = "Copy"
        yield menu

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give the choice back."""
        self.dismiss(event.option.id)


def _begins(text: str) -> str:
    first = literal(text.strip(), _BEGINS + 1)
    return first if len(first) <= _BEGINS else first[: _BEGINS - 1] + "…"
