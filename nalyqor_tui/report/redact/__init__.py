"""Secrets, and how they are taken out of what leaves the program."""
