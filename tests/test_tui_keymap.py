"""Keys of one's own: read, checked, and true in bindings and help alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from nalyqor_tui.errors import UsageError
from nalyqor_tui.tui import keymap
from nalyqor_tui.tui.actions import of


def _file(folder: Path, text: str) -> Path:
    file = folder / "keys.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_no_file_changes_nothing(tmp_path: Path) -> None:
    assert keymap.load(tmp_path / "keys.toml") == {}


def test_own_keys_are_what_the_help_shows(tmp_path: Path) -> None:
    keys = keymap.load(_file(tmp_path, '"step.next" = "i"\n'))
    action = next(a for a in of("review", keys) if a.id == "step.next")
    assert (action.keys, action.key_words) == ("i", "i")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"step.nxt" = "j"', "did you mean `step.next`"),
        ('"step.next" = "k"', "taken twice"),
        ('"step.next" = 3', "wants a key"),
        ('"step.next" = ', "cannot be read"),
    ],
)
def test_a_mistake_is_explained(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        keymap.load(_file(tmp_path, text))
    assert says in str(caught.value)
    assert "keys.toml" in str(caught.value)
