"""Patterns of one's own for what a report leaves out: `redact.toml` in the configuration folder."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from nalyqor_tui.errors import UsageError
from nalyqor_tui.policy.schema import Redact


def path() -> Path:
    """Return where the file is looked for."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "nalyqor-tui" / "redact.toml"


def patterns(file: Path | None = None) -> dict[str, str]:
    """Read the patterns by name; none where there is no file. Raises UsageError for one that is wrong."""
    file = file or path()
    try:
        return dict(Redact.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).patterns)
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        what = str(error)
    raise UsageError(
        f"what reports leave out cannot be read: {what}",
        path=file,
        remedy="write [patterns], then lines such as order = 'K-[0-9]+'",
    )
