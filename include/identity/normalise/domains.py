"""Registered domains of companies by the public suffix list, read offline."""

from functools import cache

import duckdb
import pyarrow as pa
import tldextract


def build_domains(db: duckdb.DuckDBPyConnection) -> None:
    """Table `domains(raw, domain)` from `domain_texts(raw)`; null for a mail provider's."""
    raws = [row[0] for row in db.execute("select raw from domain_texts").fetchall()]
    found = [_registered(raw) for raw in raws]
    table = pa.table({"raw": pa.array(raws, pa.string()), "domain": pa.array(found, pa.string())})
    db.register("incoming", table)
    db.execute(
        "create or replace temp table domains as"
        " select raw, case when domain not in (select domain from free_domains)"
        " then domain end as domain from incoming"
    )
    db.unregister("incoming")


@cache
def _load_suffixes() -> tldextract.TLDExtract:
    """The list that comes with the library, made a tree once a process: that takes 0.2 s."""
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())


def _registered(raw: str) -> str | None:
    """The part somebody bought; for endings nobody sells, the last two labels."""
    try:
        parts = _load_suffixes()(raw)
    except ValueError:  # brackets that are no IPv6 address
        return None
    known = parts.top_domain_under_public_suffix
    if known:
        return known.lower()
    labels = [one for one in f"{parts.subdomain}.{parts.domain}".split(".") if one]
    return ".".join(labels[-2:]).lower() if len(labels) > 1 and not parts.suffix else None
