"""Whole screens: they wire widgets together."""
