"""Faults by hand, one list for each part of the platform; see `tests.mutants.fault.Fault`."""
