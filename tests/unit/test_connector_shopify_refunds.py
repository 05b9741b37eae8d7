"""What refunds gave back is asked for by their ids, once their orders are there."""

from typing import Any

from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.test_connector_shopify import Shop, _error, _page


def _paged(nodes: list[Any], after: str | None = None) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": after is not None, "endCursor": after}, "nodes": nodes}


def _money(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount}}


def test_what_refunds_gave_back_is_read_by_their_ids() -> None:
    """A refund of one line was split as its whole order: its lines were never asked for."""
    refunds = [{"id": f"gid://shopify/Refund/{n}"} for n in range(13)]
    order = {"id": "o1", "updatedAt": "2026-01-01T00:00:00Z", "lineItems": _paged([])}
    order["refunds"] = refunds

    def tell(refund: str) -> dict[str, Any] | None:
        if refund.endswith("/2"):
            return None
        card = {"kind": "REFUND", "status": "SUCCESS", "gateway": "gift_card"}
        return {
            "id": refund,
            "refundLineItems": _paged([{"id": "r1"}], "more" if refund.endswith("/1") else None),
            "refundShippingLines": _paged(
                [{"subtotalAmountSet": _money("5.00"), "taxAmountSet": _money("1.00")}] * 2
            ),
            "orderAdjustments": _paged([{"amountSet": _money("-6"), "taxAmountSet": _money("0")}]),
            "transactions": _paged([card | {"amountSet": _money("7.50")}]),
            "duties": None,
        }

    asked: list[int] = []

    def answer(seen: Seen) -> Reply:
        query, variables = seen.body["query"], seen.body["variables"]
        if "query RefundLines" in query:
            assert (variables["id"], variables["after"]) == ("gid://shopify/Refund/1", "more")
            return Reply({"data": {"refund": {"refundLineItems": _paged([{"id": "r2"}])}}})
        if "query Refunds" in query:
            asked.append(len(variables["ids"]))
            if len(variables["ids"]) > 6:
                return _error("MAX_COST_EXCEEDED")
            return Reply({"data": {"nodes": [tell(one) for one in variables["ids"]]}})
        return _page("orders", [order])

    with FakeApi(answer) as api:
        (record,) = Shop(api).read("orders")
    assert asked == [12, 6, 6, 1]
    lines = [(line["refund"]["id"][-2:], line["id"]) for line in record["refundLineItems"]]
    assert lines[:3] == [("/0", "r1"), ("/1", "r1"), ("/1", "r2")] and len(lines) == 13
    first, gone = record["refunds"][0], record["refunds"][2]
    assert first["refundShippingLines"] == {"total": "10.00", "tax": "2.00"}
    assert first["orderAdjustments"] == {"total": "-6", "tax": "0"}
    assert first["transactions"] == {"stored_value": "7.50"}
    assert first["duties"] == {"total": "0"}
    assert gone.keys() == {"id"}
