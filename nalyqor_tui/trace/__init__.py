"""OBSERVED: what the log says."""
