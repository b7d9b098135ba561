"""Benchmarks against labelled runs; none of their data lives in this repository."""
