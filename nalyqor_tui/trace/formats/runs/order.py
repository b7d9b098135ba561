"""The runs of a session in the order in which things happened, and which of them surround which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nalyqor_tui.trace.formats.runs.model import Run

_LATEST = float("inf")


class Tree:
    """The runs of a session by their parents; a run whose parent is not there stands at the top."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.runs: dict[str, Run] = {}
        for run in runs:
            self.runs.setdefault(run.id, run)
        self.children: dict[str | None, list[Run]] = {}
        for run in self.runs.values():
            self.children.setdefault(self._parent(run), []).append(run)
        for listed in self.children.values():
            listed.sort(key=lambda run: (_LATEST if run.began is None else run.began, run.kind == "tool"))

    def above(self, run: Run) -> Iterator[Run]:
        """Yield the runs around a run, the nearest first."""
        seen = {run.id}
        parent = self._parent(run)
        while parent is not None and parent not in seen:
            seen.add(parent)
            yield self.runs[parent]
            parent = self._parent(self.runs[parent])

    def below(self, run: Run) -> Iterator[Run]:
        """Yield the runs within a run, in order."""
        todo = list(reversed(self.children.get(run.id, [])))
        seen = {run.id}
        while todo:
            inner = todo.pop()
            if inner.id not in seen:
                seen.add(inner.id)
                yield inner
                todo.extend(reversed(self.children.get(inner.id, [])))

    def happened(self) -> list[tuple[Run, bool]]:
        """Return what happened in order: each run when it began, and again (with True) when it ended.

        What happened at one moment stands as in the tree: what is within a run, between its start and end.
        """
        moments: list[tuple[float, int, Run, bool]] = []
        latest: dict[str, float] = {}
        for number, (run, leaving) in enumerate(self._walk()):
            at = run.ended if leaving else run.began
            if at is None:  # not recorded: with what the tree has before it
                at = latest.get(run.id, moments[-1][0] if moments else 0.0)
            at = max(at, latest.get(run.id, at)) if leaving else at
            latest[run.id] = at
            moments.append((at, number, run, leaving))
        moments.sort(key=lambda moment: moment[:2])
        return [(run, leaving) for _, _, run, leaving in moments]

    def _parent(self, run: Run) -> str | None:
        return run.parent if run.parent in self.runs and run.parent != run.id else None

    def _walk(self) -> Iterator[tuple[Run, bool]]:
        """Yield each run when it is entered, and again when it is left; also those whose parents form a ring."""
        seen: set[str] = set()
        tops: Sequence[Run] = [*self.children.get(None, []), *self.runs.values()]
        for top in tops:
            todo = [(top, False)]
            while todo:
                run, leaving = todo.pop()
                if leaving:
                    yield run, True
                elif run.id not in seen:
                    seen.add(run.id)
                    yield run, False
                    todo.append((run, True))
                    todo.extend((inner, False) for inner in reversed(self.children.get(run.id, [])))
