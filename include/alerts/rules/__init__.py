"""What opens and ends alerts by itself, one file a subject, each a function of what is known.

A rule answers `Findings`: signals to raise, states that hold, and alerts that are over. It writes
nothing; run.py does, for all rules in one transaction.
"""
