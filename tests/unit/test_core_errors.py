"""An error says where it happened, once, whoever fills the place in."""

from include.core.errors import AccessDenied, EltError, RateLimited, UpstreamUnavailable


def test_the_place_leads_the_message() -> None:
    error = AccessDenied("401 from `/orders`.", tenant="acme", feed="shop", stream="orders")
    assert str(error) == "acme/shop/orders: 401 from `/orders`."


def test_a_missing_part_leaves_no_slash() -> None:
    assert str(EltError("x.", tenant="acme", stream="orders")) == "acme/orders: x."
    assert str(EltError("x.")) == "x."


def test_at_fills_only_what_is_unknown() -> None:
    error = EltError("x.", feed="inner")
    assert error.at(tenant="acme", feed="outer", stream="orders") is error
    assert (error.tenant, error.feed, error.stream) == ("acme", "inner", "orders")


def test_only_what_a_later_try_may_cure_is_retryable() -> None:
    def classes(cls: type[EltError]) -> set[type[EltError]]:
        return {cls}.union(*(classes(sub) for sub in cls.__subclasses__()))

    retryable = {cls.__name__ for cls in classes(EltError) if cls.retryable}
    assert retryable == {
        "UpstreamUnavailable", "RateLimited", "PositionRefused", "WarehouseUnavailable",
        "SpellingLost", "Unreachable",
    }  # fmt: skip
    assert UpstreamUnavailable("x.").retryable
    assert RateLimited("x.").retry_after_s is None
