"""Runs in PyAirbyte's environment: one stream of one source into its Postgres cache.

Arguments: source name, its executable, JSON config, warehouse URL, schema.
"""

import json
import sys
from urllib.parse import urlsplit


def main(name: str, executable: str, config: str, url: str, schema: str) -> None:
    import airbyte
    from airbyte.caches import PostgresCache

    parts = urlsplit(url)
    cache = PostgresCache(
        host=parts.hostname,
        port=parts.port,
        username=parts.username,
        password=parts.password,
        database=parts.path.strip("/"),
        schema_name=schema,
    )
    source = airbyte.get_source(name, config=json.loads(config), local_executable=executable)
    source.select_streams(["customers"])
    source.read(cache=cache)


if __name__ == "__main__":
    main(*sys.argv[1:])
