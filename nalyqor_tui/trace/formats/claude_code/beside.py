"""What is neither said nor decided: compactions of the context, and what the program attaches to it."""

from __future__ import annotations

from typing import Any

from nalyqor_tui.trace.formats.messages import Said, text
from nalyqor_tui.trace.formats.pick import arr, at, obj, txt, whole, without
from nalyqor_tui.trace.formats.scribe import Scribe
from nalyqor_tui.trace.place import Place
from nalyqor_tui.trace.records import Json

# Attachments that the program puts into the context, and where their words stand.
_SHOWN: dict[str, tuple[str, ...]] = {
    "nested_memory": ("content", "content"),
    "hook_additional_context": ("content",),
    "edited_text_file": ("snippet",),
    "queued_command": ("prompt",),
    "skill_listing": ("content",),
    "total_tokens_reminder": ("text",),
    "batching_reminder_sent": ("text",),
    "silent_turn_reminder": ("text",),
    "critical_system_reminder": ("content",),
}
_CLEAR = "<command-name>/clear</command-name>"


def attachment(
    scribe: Scribe, place: Place, attached: dict[str, Any], more: dict[str, Any], ts: str | None
) -> None:
    """Write what the program attached: as a message of its own where it holds words, else as it is."""
    kind = txt(attached.get("type")) or "attachment"
    path = _SHOWN.get(kind, ())
    words = at(attached, *path) if path else None
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        words = "\n".join(words)
    if not words:
        scribe.keep(place, f"claude-code:attachment/{kind}", {"attachment": attached, **more}, ts=ts)
        return
    about = without(attached, *path)
    said = Said("harness", words, more={"attachment": about, **more})
    scribe.message(place.below("/attachment/" + "/".join(path)), said, ts=ts)


class Compactions:
    """Writes a compaction when its summary has come, which stands on the line after the boundary."""

    def __init__(self, scribe: Scribe) -> None:
        self._scribe = scribe
        self._open: tuple[Place, dict[str, Any], dict[str, Any]] | None = None

    def boundary(self, place: Place, line: dict[str, Any], more: dict[str, Any]) -> bool:
        """Take the line of a boundary; return whether it is one."""
        if line.get("subtype") == "microcompact_boundary":
            self._results(place, obj(line.get("microcompactMetadata")), more)
            return True
        if line.get("subtype") != "compact_boundary":
            return False
        self.close()
        self._open = (place, line, more)
        return True

    def summary(self, place: Place, content: Json, more: dict[str, Any], line: dict[str, Any]) -> None:
        """Write the compaction whose summary has come."""
        _, boundary, before = self._open or (place, {}, {})
        self._open = None
        source = (
            {"boundary": {**before, "timestamp": boundary.get("timestamp")}, **more} if boundary else more
        )
        self._write(place, boundary, source, txt(line.get("timestamp")), text(content))

    def close(self) -> None:
        """Write a compaction for which no summary has come."""
        if self._open:
            place, boundary, more = self._open
            self._open = None
            self._write(place, boundary, more, txt(boundary.get("timestamp")), None)

    def cleared(self, place: Place, content: Json) -> None:
        """Write that the user had the conversation cleared, where a line is that command."""
        if text(content).strip().startswith(_CLEAR):
            self._scribe.record(
                "compaction", place, dropped=self._scribe.held()[:-1], source={"command": "/clear"}
            )

    def _write(
        self,
        place: Place,
        boundary: dict[str, Any],
        source: dict[str, Any],
        ts: str | None,
        summary: str | None,
    ) -> None:
        about = obj(boundary.get("compactMetadata"))
        body: dict[str, Json] = {"tokens_before": whole(about.get("preTokens")),
                                 "tokens_after": whole(about.get("postTokens"))}  # fmt: skip
        if not any(about.get(key) for key in ("preservedSegment", "preservedMessages", "messagesToKeep")):
            body["dropped"] = (
                self._scribe.held()
            )  # else which of them stayed is told in the log's own terms alone
        self._scribe.record("compaction", place, **body, summary=summary, source=source or None, ts=ts)

    def _results(self, place: Place, about: dict[str, Any], more: dict[str, Any]) -> None:
        """Write that results of some calls were taken out of the context."""
        taken = {f"result of {call}" for call in arr(about.get("compactedToolIds")) if isinstance(call, str)}
        dropped = [name for name in self._scribe.held() if name in taken]
        before = whole(about.get("preTokens"))
        self._scribe.record("compaction", place, tokens_before=before, dropped=dropped, source=more or None)
