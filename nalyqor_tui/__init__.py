"""nalyqor-tui: a terminal debugger for the decisions of AI agents."""

__version__ = "0.1.0"
