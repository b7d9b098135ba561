"""Write eval.jsonl and production.jsonl, beside this package or into the folder that is named."""

from __future__ import annotations

import sys
from pathlib import Path

from .script import EVAL, PRODUCTION, run

HERE = Path(__file__).parent.parent

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for session in (EVAL, PRODUCTION):
        path = folder / f"{session.name}.jsonl"
        desk = run(session, path)
        sys.stdout.write(f"{path.name}: {len(desk.chosen)} decisions\n")
