"""DECLARED: what should hold."""
