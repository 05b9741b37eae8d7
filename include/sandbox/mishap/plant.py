"""The bakery's files: broken in one way each, or as they should be. The same bytes every time but
for the day, which freshness is measured by."""

from datetime import datetime, timedelta
from pathlib import Path

from include.sandbox.exports.delimited import write_text

FOLDER = ("mishap", "uploads")
CUSTOMERS = (
    ("C1", "Ada Ober", "Ulm"), ("C2", "Ben Senn", "Bonn"), ("C3", "Cleo Rapp", "Kiel"),
    ("C4", "Dan Voss", "Trier"), ("C5", "Eva Lamm", "Gera"), ("C6", "Finn Moll", "Jena"),
)  # fmt: skip
ORDERS = 40
TILL_ROWS = 60


def write_mended(out: Path, now: datetime) -> None:
    """Exports without a fault."""
    _write(out, _customers(CUSTOMERS), _orders(now, {}), _till(0))


def write_broken(out: Path, now: datetime) -> None:
    """One defect of each kind: twice, empty, negative, unknown word, no address, stranger, other
    currency, old, one customer twice, one value everywhere, too few rows, rows cut off."""
    twins = (("C1", "Ada Ober", "Ulm"), ("C2", "Ben Senn", "Ulm"), ("C9", "Ada Ober", "Ulm"))
    faults = {
        3: {"order_no": "B-0002"},
        5: {"customer_no": ""},
        7: {"total": "-12.50"},
        9: {"state": "lost"},
        11: {"email": "nobody"},
        13: {"customer_no": "C77"},
        15: {"currency": "USD"},
    }
    _write(out, _customers(twins), _orders(now - timedelta(days=9), faults), _till(45))


def _write(out: Path, customers: str, orders: str, till: str) -> None:
    folder = out.joinpath(*FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("customers", customers), ("orders", orders), ("till", till)):
        write_text(folder / f"{name}.csv", text)


def _customers(rows: tuple[tuple[str, str, str], ...]) -> str:
    return "".join(f"{','.join(row)}\n" for row in (("customer_no", "name", "city"), *rows))


def _orders(newest: datetime, faults: dict[int, dict[str, str]]) -> str:
    lines = ["order_no,customer_no,email,state,total,currency,ordered_at"]
    for number in range(1, ORDERS + 1):
        at = newest - timedelta(hours=ORDERS - number)
        row = {
            "order_no": f"B-{number:04}",
            "customer_no": f"C{number % 2 + 1}",
            "email": f"guest{number}@mishap.example",
            "state": ("paid", "open")[number % 2],
            "total": f"{5 + number / 4:.2f}",
            "currency": "EUR",
            "ordered_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        } | faults.get(number, {})
        lines.append(",".join(row.values()))
    return "\n".join(lines) + "\n"


def _till(cut_off: int) -> str:
    """A journal of the till; `cut_off` of its rows have lost a column, or won one."""
    lines = ["entry,article,pieces,amount"]
    for number in range(1, TILL_ROWS + 1):
        more = ",1,2" if number <= cut_off else ""
        lines.append(f"{number},rolls,{number % 7 + 1},{number % 7 + 1}.20{more}")
    return "\n".join(lines) + "\n"
