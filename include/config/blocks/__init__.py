"""Blocks of YAML that stand in several kinds of files, or are long enough to be read alone."""
