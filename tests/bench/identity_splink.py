"""Splink on Febrl's people, as its documentation would have one do it: ours stands beside it."""

import logging
from collections.abc import Iterator
from itertools import combinations

import pandas as pd
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from tests.integration import labelled_sets

_BLOCKS = (
    *(("first_name", "last_name"), ("last_name", "postal_code"), ("first_name", "postal_code")),
    *(("birth",), ("tax_id",), ("address_line",), ("last_name", "city"), ("first_name", "city")),
)


def find_pairs(*names: str) -> Iterator[frozenset[str]]:
    """Pairs of record ids that Splink's clusters at 0.9 call one."""
    logging.getLogger("splink").setLevel(logging.WARNING)
    rows = [row for name in names for row in labelled_sets.febrl_people(name)]
    frame = pd.DataFrame(rows).rename(columns={"record_id": "unique_id"})
    frame["birth"] = frame["birth"].where(frame["birth"].str.len() == 8)
    linker = Linker(DuckDBAPI().register(frame), _settings())
    train = linker.training
    train.estimate_probability_two_random_records_match([block_on("tax_id")], recall=0.8)
    train.estimate_u_using_random_sampling(max_pairs=2e5)
    for column in ("birth", "last_name", "postal_code"):
        train.estimate_parameters_using_expectation_maximisation(block_on(column))
    likely = linker.inference.predict(threshold_match_probability=0.01)
    rows = linker.clustering.cluster_pairwise_predictions_at_threshold(
        likely, threshold_match_probability=0.9
    ).as_record_list()
    for _, group in pd.DataFrame(rows).groupby("cluster_id"):
        yield from (frozenset(pair) for pair in combinations(group["unique_id"], 2))


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=[
            compare.NameComparison("first_name"),
            compare.NameComparison("last_name"),
            compare.DamerauLevenshteinAtThresholds("birth", [1, 2]),
            compare.DamerauLevenshteinAtThresholds("tax_id", [1, 2]),
            compare.JaroWinklerAtThresholds("address_line", [0.9, 0.8]),
            compare.DamerauLevenshteinAtThresholds("postal_code", [1, 2]),
            compare.ExactMatch("city"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in _BLOCKS],
    )
