"""`nalyqor-tui schema`: the JSON Schemas."""

from __future__ import annotations

import argparse

from nalyqor_tui.commands import common


def run(args: list[str]) -> int:
    """Print a JSON Schema."""
    parser = argparse.ArgumentParser(prog="nalyqor-tui schema", description="Print a JSON Schema.")
    parser.add_argument("what", choices=["trace", "notes", "policy"])
    what = parser.parse_args(args).what
    from nalyqor_tui.notes import model
    from nalyqor_tui.policy import schema as policy
    from nalyqor_tui.trace import records
    from nalyqor_tui.trace.parse import dumps

    schemas = {"trace": records.schema, "notes": model.schema, "policy": policy.schema}
    return common.print_lines([dumps(schemas[what](), indent=True)])
