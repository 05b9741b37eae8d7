"""The subcommands of `elt`, one module each.

A module offers `add_arguments(parser)` and `run(arguments) -> int` (the exit code). It is imported
only when its command is asked for; what needs a driver is imported inside `run`, so that `--help`
stays instant.
"""
