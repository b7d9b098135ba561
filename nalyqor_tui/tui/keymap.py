"""Keys of one's own: `keys.toml` in the configuration folder, such as `"step.next" = "i"`."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path

from nalyqor_tui.errors import UsageError
from nalyqor_tui.tui.actions import ACTIONS, SCOPES


def path() -> Path:
    """Return where the file is looked for."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "nalyqor-tui" / "keys.toml"


def load(file: Path) -> dict[str, str]:
    """Read the keys by the id of their action; none where there is no file.

    Raises UsageError for a file that cannot be read, an id that is not known and a key that is taken twice.
    """
    try:
        keys = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"these keys cannot be read: {error}", path=file, remedy="mend or remove it"
        ) from None
    known = {action.id for action in ACTIONS}
    for name, value in keys.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean `{close[0]}`?" if close else "the ids are in docs/keys.md"
            raise UsageError(f"no action `{name}`", path=file, remedy=hint)
        if not isinstance(value, str) or not value.strip():
            raise UsageError(
                f'`{name}` wants a key, such as "j"', path=file, remedy="several are parted by commas"
            )
    _check(keys, file)
    return keys


def _check(keys: dict[str, str], file: Path) -> None:
    for scope in SCOPES:
        taken: dict[str, str] = {}
        for action in ACTIONS:
            if scope not in action.scopes:
                continue
            for key in keys.get(action.id, action.keys).split(","):
                if key.strip() in taken:
                    what = f"`{key.strip()}` is taken twice: by {taken[key.strip()]} and {action.id}"
                    raise UsageError(what, path=file, remedy="give one of them another key")
                taken[key.strip()] = action.id
