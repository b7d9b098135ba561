"""What the keys that several screens share do on each of them, where that is not what they do in the review."""

from __future__ import annotations

from typing import Final

_ROWS: Final = {"sessions": "session", "lines": "line", "compare": "row", "trials": "row", "figures": "row",
                "why": "link"}  # fmt: skip
"""What one moves by on a screen."""

_PANES: Final = {"lines": "record", "compare": "pane"}
"""And what else can have the focus there."""


def _moves(screen: str) -> dict[str, str]:
    """Say what the keys that move do on a screen."""
    row, pane = _ROWS[screen], _PANES.get(screen)
    top, end = (f", or the top of the {pane}", ", or its end") if pane else ("", "")
    inside = f"; in the {pane}, its next row" if pane else ""
    return {
        "step.next": f"the next {row}",
        "step.previous": f"the {row} before",
        "row.next": f"the next {row}{inside}",
        "ends.first": f"the first {row}{top}",
        "ends.last": f"the last {row}{end}",
        "page.down": f"half a page down{', in what has the focus' if pane else ''}",
    }


_LEAVES: Final = "ctrl+c leaves from anywhere, and copies where text is selected"

_OTHERS: Final[dict[str, dict[str, str]]] = {
    "sessions": {
        "problem.next": "the next session with a decision that is flawed or bad, or an unparsed piece",
        "search": "list only the sessions whose id or outcome hold a text, in a folder their file too, and their "
        "first words where there are up to 20,000 sessions",
        "open": "open the session",
        "lines": "the file line by line, as it lies there, at the first record of the session",
        "sessions.overview": "all sessions in figures; enter there opens what is behind one",
        "sessions.mark": "mark this session, to compare another with it; again takes the mark away",
        "sessions.compare": "compare the marked session with this one; without a mark, this one with a trial "
        "of its case that came out otherwise",
        "trials": "all trials of the case of this session, as a tree",
        "back": "list again what was left out; where nothing was, stop reading the sessions",
        "quit": f"back to where you came from, in the end leave; {_LEAVES}",
    },
    "lines": {
        "goto": "go to a line by its number; to one that is not counted yet as soon as it is",
        "search": "search the whole file for a text, byte by byte",
        "search.next": "the next line that holds the text",
        "search.previous": "the line before that holds it",
        "pane.next": "focus the record, or the lines again",
        "pane.previous": "the same",
        "open": "the record in full",
        "fold": "fold or unfold the record",
        "copy": "copy the line, its place in the file, or its record as JSON, set out",
        "pager": "the line as it stands in the file, in $PAGER",
        "lines.decisions": "the decisions, at the record under the cursor, as soon as they are found",
        "back": "back from the record to the lines; wait for a line no longer; stop what runs: the search, the reading",
        "quit": f"back to where you came from, in the end leave; {_LEAVES}",
    },
    "compare": {
        "open": "the decision of the run on this side, in its review; in a pane, the row in full with its records",
        "export": "write a Markdown report of the comparison",
        "part.next": "the next row in which the choices differ",
        "trials": "all trials of the case of the two runs, as a tree",
        "back": "back from a pane to the aligned decisions",
        "quit": f"back to where you came from, in the end leave; {_LEAVES}",
    },
    "trials": {
        "open": "compare a trial that passed with one that failed, of those that came here; open a lone one",
        "fork.next": "the next place where they part",
        "export": "write a Markdown report of the trials",
        "back": "back to the tree",
        "quit": f"back to where you came from, in the end leave; {_LEAVES}",
    },
    "figures": {
        "open": "the sessions or decisions behind this figure; there, open one",
        "figures.next": "the next table",
        "figures.keep": "list only the sessions behind this figure; what was narrowed before stays so",
        "export": "write a Markdown report of the figures",
        "back": "back from what is behind a figure to the table",
        "quit": f"the same, and from the table back to the list of sessions; {_LEAVES}",
    },
    "why": {
        "why.records": "the link in full with its records",
        "why.write": "start a note from the trail under the cursor, its evidence filled in",
        "open": "go to the record of this link, in the conversation",
        "back": "back to the review",
        "quit": f"the same; {_LEAVES}",
    },
}  # fmt: skip

MEANINGS: Final = {screen: {**_moves(screen), **_OTHERS[screen]} for screen in _ROWS}
"""By screen, and by the id of the action."""

SCREEN_NAMES: Final = {
    "sessions": "In the list of sessions",
    "lines": "In the lines of a file",
    "compare": "In a comparison",
    "trials": "In the tree of trials",
    "figures": "In the overview in figures",
    "why": "In a chain of where something came from",
}
"""How docs/keys.md calls the screens."""
