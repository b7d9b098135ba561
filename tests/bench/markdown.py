"""Write rows with any text and read them back with two parsers: `python -m tests.bench.markdown --rows 100000`.

Every table must have as many rows and columns as were written, every row its own truth and no other, every
cell the text that it was made of, and nothing may be marked up. As plain text a row begins with its truth and
goes on behind a bar; as JSON it is read as it was. What is wrong is printed, with the seed.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from markdown_cells import PARSERS, a_row, forged, table, wrong

_TABLE = 20  # rows in one table


def mistakes(seed: int, rows: int) -> list[str]:
    """Return what is wrong with a table of so many rows."""
    chance = random.Random(seed)
    written = [a_row(chance) for _ in range(rows)]
    text = table(written)
    out = []
    for name, parse in PARSERS.items():
        found = parse(text)
        if len(found) != rows + 1:
            out.append(f"seed {seed}, {name}: {len(found) - 1} rows of {rows}")
            continue
        for row, cells in zip(written, found[1:], strict=True):
            if what := wrong(cells, row):
                out.append(f"seed {seed}, {name}: {what}: {row!a}")
    return out + [f"seed {seed}, {what}: {row!a}" for row in written if (what := forged(row))]


def main() -> int:
    """Try as many rows as the command line asks for."""
    parser = argparse.ArgumentParser(description="Read the rows of a report back with two parsers.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    tables = -(-given.rows // _TABLE)
    found = [what for number in range(tables) for what in mistakes(given.seed + number, _TABLE)]
    for what in found[:20]:
        print(what)  # noqa: T201
    print(f"{tables * _TABLE} rows, {len(PARSERS)} parsers: {len(found)} mistakes")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
