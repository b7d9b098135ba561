"""RECONSTRUCTED: an engineer's account of why."""
