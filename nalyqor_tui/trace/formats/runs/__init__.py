"""Traces that are trees of runs, as tracers of many products log them: one reader, a map of keys for each."""
