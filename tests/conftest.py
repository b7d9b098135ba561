"""What holds for all tests: nothing is asserted on a clock, so a slow machine fails no law."""

from hypothesis import settings

settings.register_profile("ours", deadline=None)
settings.load_profile("ours")
