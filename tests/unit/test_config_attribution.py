"""The block `attribution`: a slip names its line and the remedy; dbt gets what was written."""

import pytest

from include.config.load import load_platform
from include.config.settings import Settings
from include.transform.variables import build_dbt_vars
from tests.unit.test_config_load import TENANT, messages, settings, write

__all__ = ("settings",)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            "{lookback: 30}",
            "shop.yaml:9: `attribution.lookback` is not a known key. Did you mean `lookback_days`?",
        ),
        ("{lookback_days: 0}", "`attribution.lookback_days` is `0`: input should be greater than"),
        ("{model: last_nondirect}", "Did you mean `last_non_direct`?"),
        ("{channels: [{channel: Paid serach, source: x}]}", "Did you mean `Paid Search`?"),
        ("{channels: [{channel: paid search, source: x}]}", "Did you mean `Paid Search`?"),
        ("{channels: [{channel: Fairs}]}", "the rule of channel `Fairs` fits everything"),
        ("{channels: [{channel: Fairs, sorce: x}]}", "Did you mean `source`?"),
        ('{channels: [{channel: Fairs, source: "a\' or 1=1"}]}', "string should match"),
    ],
)
def test_a_mistake_names_its_line_and_the_remedy(
    settings: Settings, block: str, expected: str
) -> None:
    write(settings, f"{TENANT}attribution: {block}\n")
    assert any(expected in message for message in messages(settings)), messages(settings)
    assert load_platform(settings).broken == ("shop",)


def test_dbt_reads_the_block_and_its_defaults(settings: Settings) -> None:
    write(
        settings,
        TENANT
        + "attribution:\n  lookback_days: 30\n  own_domains: [Shop.Example]\n"
        + "  channels:\n    - {channel: Fairs, source: trade show}\n",
    )
    (tenant,) = load_platform(settings).tenants
    assert build_dbt_vars(tenant)["attribution"] == {
        "lookback_days": 30,
        "half_life_days": 7,
        "model": "last_non_direct",
        "channels": [{"channel": "Fairs", "source": "trade show"}],
        "campaigns": {},
        "own_domains": ["shop.example"],
    }
