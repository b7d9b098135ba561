"""The tracks of a session: what was live, believed, governing and close, along the turns."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer

from nalyqor_tui.phrase import own, phrase
from nalyqor_tui.present import marks, track_rows
from nalyqor_tui.present.marks import Tracks
from nalyqor_tui.present.review import Review
from nalyqor_tui.present.rows import Row
from nalyqor_tui.present.text import show
from nalyqor_tui.tui import outlets
from nalyqor_tui.tui.widgets.bars import Bar
from nalyqor_tui.tui.widgets.rows import Rows
from nalyqor_tui.tui.widgets.tracks import TrackGrid

_TITLE = 200  # characters of a title; no screen has room for more


class TracksScreen(Screen[str | None]):
    """Shows the tracks and what stands behind the mark under the cursor; gives back the decision to go to."""

    BINDINGS = [
        Binding("l,right", "walk(1)", "decision", key_display="h/l"),
        Binding("h,left", "walk(-1)", "decision before", show=False),
        Binding("j,down", "lane(1)", "line", key_display="j/k"),
        Binding("k,up", "lane(-1)", "line before", show=False),
        Binding("g,home", "ends(False)", "first", show=False),
        Binding("G,end", "ends(True)", "last", show=False),
        Binding("enter", "choose", "go there"),
        Binding("escape,q,v", "dismiss(None)", "close"),
    ]
    AUTO_FOCUS = "#grid"

    def __init__(self, review: Review, found: Tracks, decision: int | None) -> None:
        """Show the tracks of a session, the cursor on a decision by its ordinal."""
        super().__init__()
        self._review = review
        self._tracks = found
        columns = enumerate(self._tracks.columns)
        self._start = next((n for n, column in columns if column.decision == decision), 0)

    def compose(self) -> ComposeResult:
        """Lay out the lanes, their legend, and the words for the mark under the cursor."""
        yield Bar(id="title")
        yield TrackGrid(self._tracks, self._start, id="grid")
        yield Bar(id="legend")
        yield Rows("", id="mark")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Say what is shown."""
        session, policy = self._review.session, self._review.policy
        right = phrase("policy {name}", name=policy.file.id) if policy else phrase("no policy: --policy FILE")
        self.query_one("#title", Bar).show_text(phrase("tracks of {id}", id=session.id), right)
        self.query_one("#mark", Rows).can_focus = False
        self.call_after_refresh(self.on_track_grid_moved)

    @property
    def grid(self) -> TrackGrid:
        """The lanes."""
        return self.query_one(TrackGrid)

    def on_track_grid_moved(self) -> None:
        """Say in words what the mark under the cursor is, and what its glyph and its neighbours mean."""
        lane = self.grid.lane
        if lane is None or self.grid.column is None:
            return
        pane = self.query_one("#mark", Rows)
        pane.border_title = Content(show(track_rows.title(self._tracks, lane, self.grid.at), _TITLE))
        shown: list[Row] = track_rows.behind(self._review, self._tracks, lane, self.grid.at)
        pane.show_lines(shown)
        said = (f"{glyph} {words}" for glyph, words in marks.legend(lane))
        self.query_one("#legend", Bar).show_text(own("  ".join(said)))

    def on_track_grid_chosen(self) -> None:
        """Go to the decision that was clicked twice."""
        self.action_choose()

    def action_walk(self, by: int) -> None:
        """Move by decisions."""
        self.grid.go(self.grid.at + by, self.grid.row)

    def action_lane(self, by: int) -> None:
        """Move by lanes."""
        self.grid.go(self.grid.at, self.grid.row + by)

    def action_ends(self, last: bool) -> None:
        """Go to the first or the last decision."""
        self.grid.go(len(self._tracks.columns) - 1 if last else 0, self.grid.row)

    def action_choose(self) -> None:
        """Close, and go to the decision under the cursor."""
        column = self.grid.column
        if column is None or column.decision is None:
            says = phrase("no decision was made here")
            outlets.tell(
                self, says if column is None else phrase("no decision was made in turn {n}", n=column.turn)
            )
            return
        self.dismiss(column.number)
