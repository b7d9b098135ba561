"""The commands of the program, one module each: `run(args)` does the work and returns the exit code."""

from __future__ import annotations


class Command:  # no NamedTuple: `typing` is a tenth of what --help may take
    """A command as the help tells it; its module in this package has its name."""

    __slots__ = ("about", "name", "usage")

    def __init__(self, name: str, usage: str, about: str) -> None:
        self.name = name
        self.usage = usage
        self.about = about


COMMANDS = (
    Command("export", "export TRACE -o report.md", "write a Markdown report"),
    Command("show", "show TRACE --plain|--json", "print everything in lines, for pipes and programs"),
    Command("tracks", "tracks TRACE [-o FILE.svg]", "draw confirmations, rules and margins along the turns"),
    Command("why", "why TRACE --at 10.2", "say where an argument, a confirmation or a rule came from"),
    Command("compare", "compare A B", "hold two runs against each other, or the trials of a case"),
    Command("triage", "triage TRACE|DIR", "sum up many sessions: the worst first, and what they share"),
    Command(
        "check", "check TRACE… --fail-on CONDITION", "fail a pipeline on decisions; JUnit, GitHub, baseline"
    ),
    Command("info", "info TRACE", "say what a trace was recognised as, and what it can tell"),
    Command("convert", "convert TRACE -o FILE", "write it in the native format, and say what stayed behind"),
    Command("formats", "formats", "list the formats that are read, and how well"),
    Command("schema", "schema trace|notes|policy", "print a JSON Schema"),
    Command("policy", "policy check FILE", "explain every mistake in a policy, or hold it against a trace"),
    Command("policy", "policy diff OLD NEW TRACE", "list the decisions whose grade changes"),
    Command("notes", "notes verify|log TRACE", "prove that the notes hold, or tell what was done to them"),
    Command(
        "notes", "notes merge TRACE LEFT RIGHT", "hold two people's notes side by side; -o FILE unites them"
    ),
    Command("notes", "notes commit TRACE", "end a blind reading: see what others wrote"),
    Command("policy", "policy list | show NAME", "name or print the policies that come with the program"),
)


def epilog() -> str:
    """Return the part of the help that lists the commands and the exit codes."""
    rows = [("TRACE", "step through the decisions of a trace"), *((c.usage, c.about) for c in COMMANDS)]
    lines = (f"  nalyqor-tui {usage:<28} {about}" for usage, about in rows)
    codes = "0 fine, 1 found, 2 usage, 3 trace, 4 policy, 5 notes, 6 export, 7 unjudged, 70 a defect of ours"
    return "commands:\n" + "\n".join(lines) + f"\n\nexit codes: {codes}\n"
