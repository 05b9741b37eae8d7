"""Write a world: export files of every tenant, `world.json` and `truth.json`."""

import gc
import json
import logging
from pathlib import Path

from include.sandbox.economy_views import fetch_tills
from include.sandbox.exports import coresignal, ecommerce, quickbooks_csv, quickbooks_sql, uploads
from include.sandbox.exports.delimited import write_text
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import load_credentials
from include.sandbox.truth.orders import build_truth, write_truth
from include.sandbox.vendors.quickbooks.vendor import fetch_company
from include.sandbox.world import WorldSpec, build_world_json

log = logging.getLogger(__name__)


def run_generate(spec: WorldSpec, out: Path) -> None:
    """Write everything below `out`; files of an earlier state are overwritten in place."""
    # Nothing here is garbage before the end; looking for it took a third of the time.
    gc.disable()
    try:
        _write_world(spec, out)
    finally:
        gc.enable()
    log.info(
        "sandbox written out=%s size=%s seed=%s as_of=%s",
        out,
        spec.size,
        spec.seed,
        spec.as_of.date(),
    )


def _write_world(spec: WorldSpec, out: Path) -> None:
    session = Session(spec)
    acme, bazaar, corner = (session.world.businesses[name] for name in ("acme", "bazaar", "corner"))
    documents = quickbooks_csv.write_books(out / "acme" / "quickbooks", acme, spec.seed, spec.as_of)
    files, ids = coresignal.build_files(spec.seed, session.world.companies, spec.as_of)
    coresignal.write_files(out / "acme" / "coresignal", files)
    copied = quickbooks_sql.write_copy(
        out / "acme" / "quickbooks_copy.sqlite", fetch_company(session, "acme")
    )
    counted = {
        "acme": uploads.write_acme(out / "acme" / "uploads", acme, spec.seed, spec.as_of),
        "corner": uploads.write_corner(
            out / "corner" / "uploads", corner, spec.seed, spec.as_of, fetch_tills(session).levels
        ),
    }
    export = ecommerce.build_export(spec.seed, bazaar)
    ecommerce.write_export(out / "bazaar" / "ecommerce_csv", export)
    truth = build_truth(session, documents, export, files, ids, counted)
    truth["counts"]["acme"]["quickbooks_sql"] = {"streams": copied}
    write_truth(out / "truth.json", truth)
    known = build_world_json(spec, load_credentials())
    write_text(out / "world.json", json.dumps(known, indent=2) + "\n")
