"""One folder per connector: connector.yaml, README.md and, when needed, hooks.py and source.py."""
