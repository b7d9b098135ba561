"""How fast the program is at any size, beside other programs: `python -m tests.bench.size`."""
