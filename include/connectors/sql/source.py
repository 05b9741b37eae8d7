"""Reads a feed from any SQL database; everything is in `include.extract.sql`."""

from include.extract.sql.source import SqlSource

SOURCE = SqlSource
