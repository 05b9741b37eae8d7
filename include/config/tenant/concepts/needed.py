"""What a mapping must say for its rows to count; without it they would be in no sum, silently."""

from include.config.explain import did_you_mean
from include.config.tenant.concepts.known import KnownConcept
from include.config.tenant.concepts.mapping import MappedColumn

MONEY = frozenset({"amount", "price"})
# Concept -> columns of which one at least is mapped, and how to say so.
_ONE_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders": (
        ("order_status",),
        ("total_amount", "gross_amount"),
        ("ordered_at", "ordered_on"),
    ),
    "order_lines": (("gross_amount", "unit_price"),),
    "payments": (("payment_status",), ("payment_amount",), ("paid_at", "paid_on")),
    "refunds": (("refund_status",), ("refund_amount",), ("refunded_at", "refunded_on")),
    "stock_levels": (("on_hand_quantity", "available_quantity"),),
    "costs": (("cost_amount",), ("incurred_on",)),
    "shifts": (("starts_at",), ("ends_at",)),
    "rates": (("currency_code",), ("exchange_rate",), ("rated_on",)),
    "balance_movements": (("movement_kind",), ("movement_amount",), ("moved_at", "moved_on")),
    "deposits": (("deposit_amount",), ("deposited_on",)),
}


def find_missing(known: KnownConcept, mapped: dict[str, MappedColumn], currency: str) -> list[str]:
    """Sentences about columns that are not mapped and have to be.

    Args:
        currency: The tenant's, for an example.
    """
    groups: list[tuple[str, ...]] = [(name,) for name in known.required]
    groups += [group for group in _ONE_OF.get(known.name, ()) if group not in groups]
    missing = [
        f"{' or '.join(f'`{name}`' for name in group)} is missing.{_example(known, group[0])}"
        for group in groups
        if not set(group) & mapped.keys()
    ]
    if known.name == "order_lines" and {"gross_amount", "quantity"}.isdisjoint(mapped):
        missing.append("`quantity` is missing: `unit_price` alone is no amount.")
    has_money = any(known.columns[name] in MONEY for name in mapped)
    if has_money and "currency_code" in known.columns and "currency_code" not in mapped:
        missing.append(
            "`currency_code` is missing, and an amount without currency is in no sum. Map the "
            f"stream's column or write `currency_code: {{value: {currency}}}`."
        )
    return missing


def find_wrong_words(known: KnownConcept, name: str, one: MappedColumn) -> list[str]:
    """Words the column may not hold, as the constant or among `values`."""
    codes = known.codes.get(name)
    if not codes:
        return []
    written = [*one.values.values(), *([one.value] if one.value is not None else [])]
    return [
        f"`{word}` is no `{name}`.{did_you_mean(word, codes)} Expected one of: {', '.join(codes)}."
        for word in written
        if word not in codes
    ]


def _example(known: KnownConcept, name: str) -> str:
    codes = known.codes.get(name)
    if codes:
        return f" Map it, with `values`, or write one of {', '.join(codes)} as its `value`."
    return " Name the stream's column."
