"""DERIVED: what follows from the log and the policy, by named rules; pure functions."""
