"""`python -m nalyqor_tui` is `nalyqor-tui`."""

from nalyqor_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
