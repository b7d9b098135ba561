"""The one registry of actions: bindings, footer, help, command palette and docs/keys.md are made of it.

A clash of keys in one scope fails when the registry is built. `python -m nalyqor_tui.tui.actions` prints
docs/keys.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from textual.binding import Binding, BindingType

from nalyqor_tui.tui.meanings import MEANINGS, SCREEN_NAMES

Scope = Literal["review", "sessions", "compare", "trials", "figures", "why", "lines"]
SCOPES: tuple[Scope, ...] = ("review", "sessions", "compare", "trials", "figures", "why", "lines")
BOTH: tuple[Scope, ...] = ("review", "sessions")


@dataclass(frozen=True, slots=True)
class Action:
    """A thing that can be done: `keys` as Textual names them, `run` the action method that does it.

    `help` says what it does in the review; `tui/meanings.py` what on another screen, where that is something else.
    `footer` is how its key is written at the foot of the screen, empty to leave it out there.
    """

    id: str
    keys: str
    name: str
    help: str
    run: str
    group: str
    scopes: tuple[Scope, ...] = ("review",)
    footer: str = ""
    shown: str = ""

    @property
    def key_words(self) -> str:
        """The keys as a reader writes them."""
        return self.shown or " ".join(_WRITTEN.get(key, key) for key in self.keys.split(","))


_WRITTEN = {
    "down": "↓", "up": "↑", "question_mark": "?", "slash": "/", "full_stop": ".", "comma": ",", "colon": ":", "plus": "+", "equals_sign": "=",
    "left_square_bracket": "[", "right_square_bracket": "]", "escape": "esc", "shift+tab": "shift+tab", "left": "←", "right": "→",
}  # fmt: skip

_TABLE = ("| Key | Id | What it does |", "|---|---|---|")

ACTIONS: tuple[Action, ...] = (
    Action("step.next", "j", "step", "the next decision", "step(1)", "Move", SCOPES, footer="j/k"),
    Action("step.previous", "k", "previous", "the previous decision", "step(-1)", "Move", SCOPES),
    Action("row.next", "down", "down", "in the list the next decision, in a pane the next row", "row(1)", "Move", SCOPES),
    Action("row.previous", "up", "up", "the same, backwards", "row(-1)", "Move", SCOPES),
    Action("turn.next", "J", "next turn", "the next turn that has a decision", "turn(1)", "Move"),
    Action("turn.previous", "K", "previous turn", "the turn before", "turn(-1)", "Move"),
    Action("problem.next", "e", "problem", "the next decision that is flawed or bad, or an unparsed piece",
           "find('problem', 1)", "Move", BOTH, footer="e"),
    Action("problem.previous", "E", "previous problem", "the previous one", "find('problem', -1)", "Move", BOTH),
    Action("note.next", "u", "next note", "the next decision with a note", "find('noted', 1)", "Move"),
    Action("note.previous", "U", "previous note", "the previous one", "find('noted', -1)", "Move"),
    Action("ends.first", "g,home", "first", "the first decision, or the top of the pane", "ends(False)", "Move", SCOPES),
    Action("ends.last", "G,end", "last", "the last decision, or the end of the pane", "ends(True)", "Move", SCOPES),
    Action("page.down", "ctrl+d,pagedown", "page down", "half a page down in the focused pane", "page(0.5)", "Move", SCOPES),
    Action("page.up", "ctrl+u,pageup", "page up", "half a page up", "page(-0.5)", "Move", SCOPES),
    Action("sessions.order", "s", "order", "the worst sessions first, or the order of the file", "order", "Move",
           ("sessions",), footer="s"),
    Action("sessions.overview", "o", "overview", "in the list of sessions: all of them in figures; enter there opens what is behind one",
           "overview", "Many sessions", ("sessions",), footer="o"),
    Action("figures.next", "tab,l,right", "next table", "in the overview: the next table", "table(1)", "Many sessions", ("figures",), footer="tab"),
    Action("figures.previous", "shift+tab,h,left", "table before", "the table before", "table(-1)", "Many sessions", ("figures",)),
    Action("figures.keep", "f", "keep", "in the overview: list only the sessions behind this figure; what was narrowed before stays so",
           "keep", "Many sessions", ("figures",), footer="f"),
    Action("policy.reload", "p", "reload policy", "read the policy again, after you changed it", "reload", "Program", BOTH),
    Action("session.next", "right_square_bracket", "next session", "the next session of the file", "session(1)", "Move"),
    Action("session.previous", "left_square_bracket", "previous session", "the one before", "session(-1)", "Move"),
    Action("goto", "colon", "go to", "go to a turn (12), a decision (12.2), a clock (:14:32), a record or rule id",
           "goto", "Find", ("review", "lines"), footer=":"),
    Action("search", "slash", "search", "search everything that was said and done", "search", "Find",
           ("review", "sessions", "lines"), footer="/"),
    Action("search.next", "n", "next hit", "the next place where the search text stands", "search_next(1)", "Find", ("review", "lines")),
    Action("search.previous", "N", "previous hit", "the previous one", "search_next(-1)", "Find", ("review", "lines")),
    Action("tracks", "v", "tracks", "confirmations, rules and margins as lines along the turns; enter there goes to a decision",
           "tracks", "Find"),
    Action("filter", "f", "filter", "list only decisions of which a condition holds, or in whose row these words stand", "filter", "Find"),
    Action("stop.at", "B", "stop at", "stop where a condition holds, such as: tool = notify and consent != confirmed", "stop_at", "Find"),
    Action("stop.next", "full_stop", "next stop", "the next decision of which the condition holds", "next_stop(1)", "Find"),
    Action("stop.previous", "comma", "previous stop", "the previous one", "next_stop(-1)", "Find"),
    Action("why", "W", "why", "where the row under the cursor came from: an argument, a confirmation, a rule; of a decision, all its arguments",
           "why", "Find"),
    Action("why.records", "space", "in full", "in a chain: the link in full with its records", "records", "Find", ("why",), footer="space"),
    Action("pane.1", "1", "decisions", "focus the list", "pane(1)", "Panes"),
    Action("pane.2", "2", "conversation", "what was said and done around the decision", "pane(2)", "Panes"),
    Action("pane.3", "3", "decision", "what was chosen, the alternatives, the outcome", "pane(3)", "Panes"),
    Action("pane.4", "4", "context", "the context window and what changed in it", "pane(4)", "Panes"),
    Action("pane.5", "5", "confirmations", "believed live beside what the policy says", "pane(5)", "Panes"),
    Action("pane.6", "6", "rules", "the governing rules: held or not, in view or missing", "pane(6)", "Panes"),
    Action("pane.7", "7", "notes", "what people wrote", "pane(7)", "Panes"),
    Action("pane.next", "tab", "next pane", "focus the next pane", "pane_by(1)", "Panes", ("review", "compare", "lines")),
    Action("pane.previous", "shift+tab", "previous pane", "focus the pane before", "pane_by(-1)", "Panes", ("review", "compare", "lines")),
    Action("zoom", "plus,equals_sign", "zoom", "the focused pane alone, and the whole conversation in it", "zoom", "Panes",
           shown="+"),
    Action("open", "enter", "open", "the row in full with its records; a note: edit it", "open",
           "Panes", SCOPES, footer="enter"),
    Action("fold", "space", "fold", "fold or unfold the row", "fold", "Panes", ("review", "lines")),
    Action("card", "c", "card", "was this decision sound? each area in a word, with what would settle an unknown", "card",
           "Panes", footer="c"),
    Action("difference", "d", "context diff", "what changed in the context since a decision of your choice",
           "difference", "Panes"),
    Action("note.write", "a", "note", "write down why: a note on this decision", "annotate", "Notes", footer="a"),
    Action("note.mark", "m", "mark", "mark this decision, or take the mark away", "mark", "Notes"),
    Action("note.retract", "r", "retract", "retract the note under the cursor", "retract", "Notes"),
    Action("note.undo", "z", "undo", "undo your last change to the notes", "undo", "Notes"),
    Action("note.redo", "Z", "redo", "do it again", "redo", "Notes"),
    Action("note.settle", "w", "settle", "a note in conflict: its versions side by side; take one, or write another",
           "settle", "Notes"),
    Action("note.commit", "b", "commit", "when you read blind: commit your notes for good, and see those of others",
           "commit", "Notes"),
    Action("why.write", "a", "note", "in a chain: start a note from the trail under the cursor, its evidence filled in", "write",
           "Notes", ("why",), footer="a"),
    Action("copy", "y", "copy", "copy the value, its path, id, JSON, Markdown, or the command that opens this spot",
           "copy", "Take away", ("review", "lines")),
    Action("export", "x", "export", "write a Markdown report of the session", "export", "Take away", ("review", "compare", "trials", "figures"), footer="x"),
    Action("pager", "o", "raw", "the record as it stands in the file, in $PAGER", "pager", "Take away", ("review", "lines")),
    Action("sessions.mark", "m", "mark", "in the list of sessions: mark this one, to compare another with it; again takes the mark away", "mark", "Compare",
           ("sessions",)),
    Action("sessions.compare", "c", "compare", "there, compare the marked session with this one; without a mark, this one with a trial "
           "of its case that came out otherwise", "compare", "Compare", ("sessions",), footer="c"),
    Action("trials", "v", "trials", "from a session or a comparison: all trials of its case, as a tree", "trials", "Compare", ("sessions", "compare")),
    Action("part.next", "e,n", "diff", "in a comparison: the next row in which the choices differ", "part(1)", "Compare", ("compare",),
           footer="e"),
    Action("part.previous", "E,N", "previous diff", "the previous one", "part(-1)", "Compare", ("compare",)),
    Action("side.a", "h,left", "side", "the run on the left, for enter", "side('a')", "Compare", ("compare",), footer="h/l"),
    Action("side.b", "l,right", "other side", "the run on the right", "side('b')", "Compare", ("compare",)),
    Action("part.input", "f", "input", "the first different input", "marker('input')", "Compare", ("compare",), footer="f"),
    Action("part.decision", "d", "decision", "the first different decision", "marker('decision')", "Compare", ("compare",),
           footer="d"),
    Action("part.deciding", "b", "worst", "the worst decision that the other run made better", "marker('deciding')", "Compare",
           ("compare",), footer="b"),
    Action("fork.next", "e,n", "fork", "in the tree of trials: the next place where they part", "fork(1)", "Compare", ("trials",), footer="e"),
    Action("fork.previous", "E,N", "previous fork", "the previous one", "fork(-1)", "Compare", ("trials",)),
    Action("aligned.1", "1", "aligned", "focus the aligned decisions", "pane(1)", "Compare", ("compare",)),
    Action("aligned.2", "2", "this row", "the conditions of the two decisions, what was given for them, their windows", "pane(2)",
           "Compare", ("compare",)),
    Action("aligned.3", "3", "the runs", "what came out of the two runs, and where they part", "pane(3)", "Compare", ("compare",)),
    Action("lines", "L", "lines", "the file line by line, as it lies there, at the record in view", "lines", "The file", BOTH),
    Action("lines.decisions", "D", "decisions", "from the lines of a file to its decisions, as soon as they are found", "decisions", "The file",
           ("lines",), footer="D"),
    Action("follow", "F", "follow", "follow the file as it grows, or stop following it", "follow", "The file", ("review", "sessions", "lines")),
    Action("info", "I", "what it is", "what the trace was recognised as, and what its format can tell", "info", "Program", BOTH),
    Action("theme", "t", "theme", "dark, light, and back", "theme", "Program", SCOPES),
    Action("help", "question_mark", "help", "this help", "help", "Program", SCOPES, footer="?"),
    Action("back", "escape", "back", "close what lies on top: a prompt, the zoom, a filter, the search", "back", "Program",
           SCOPES),
    Action("quit", "q", "quit", "back to where you came from, in the end leave (notes are saved already); ctrl+c leaves from anywhere, "
           "and copies where text is selected", "leave", "Program", SCOPES,
           footer="q"),
)  # fmt: skip


def of(scope: Scope, keys: Mapping[str, str] | None = None) -> list[Action]:
    """Return the actions of a scope, in order, with one's own `keys` (by id) in the place of ours."""
    own, means = keys or {}, MEANINGS.get(scope, {})
    here = (replace(a, help=means.get(a.id, a.help)) for a in ACTIONS if scope in a.scopes)
    return [replace(a, keys=own[a.id], shown="") if a.id in own else a for a in here]


def foot(scope: Scope, keys: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return the keys for the foot of a screen: how each is written, its name and what it runs."""
    shown = (action for action in of(scope, keys) if action.footer)
    return [(a.key_words if a.id in keys else a.footer, a.name, a.run) for a in shown]


def bindings(scope: Scope) -> list[BindingType]:
    """Make the bindings of a scope; each has an id, so that a keymap can change its keys."""
    return [
        Binding(
            a.keys,
            a.run,
            a.name,
            show=bool(a.footer),
            key_display=a.footer or None,
            tooltip=a.help,
            id=a.id,
        )
        for a in of(scope)
    ]


def check(actions: Iterable[Action]) -> None:
    """Raise `ValueError` where two actions of one scope share a key or an id."""
    for scope in SCOPES:
        taken: dict[str, str] = {}
        for action in actions:
            if scope not in action.scopes:
                continue
            for key in (*action.keys.split(","), f"id {action.id}"):
                if key in taken:
                    raise ValueError(f"{key} is taken twice: by {taken[key]} and {action.id}")
                taken[key] = action.id


def document() -> str:
    """Return docs/keys.md."""
    out = ["# Keys", "", "Made from the registry of actions by `python -m nalyqor_tui.tui.actions`.", ""]
    groups = dict.fromkeys(action.group for action in ACTIONS)
    for group in groups:
        out += [f"## {group}", "", *_TABLE, *(_row(action) for action in ACTIONS if action.group == group)]
        out.append("")
    for screen, name in SCREEN_NAMES.items():
        out += [f"## {name}", "", "These keys do something of their own there:", "", *_TABLE]
        here = (action for action in of(screen) if len(action.scopes) > 1)  # type: ignore[arg-type]
        out += [_row(action) for action in here if action.id in MEANINGS[screen]]
        out.append("")
    return "\n".join(out[:-1]) + "\n"


def _row(action: Action) -> str:
    keys = " ".join(f"`{key}`" for key in action.key_words.split(" "))
    return f"| {keys} | {action.id} | {action.help[0].upper()}{action.help[1:]} |"


check(ACTIONS)

if __name__ == "__main__":
    print(document(), end="")  # noqa: T201  # this is its output
