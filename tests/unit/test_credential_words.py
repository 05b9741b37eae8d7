"""Which texts are searched for credentials: the quick look may never miss what the names say."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.config import credential_words
from include.config.credential_words import CREDENTIALS, is_credential, is_suspicious


@pytest.mark.parametrize("name", sorted(CREDENTIALS))
@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title], ids=["a", "A", "Aa"])
def test_every_name_is_looked_at(name: str, spell: Callable[[str], str]) -> None:
    written = spell(name)
    assert is_credential(name)
    assert is_suspicious(f'{{"{written}": "x"}}')
    assert is_suspicious(f'{{"{written.replace("_", "")}": "x"}}')


LETTERS = st.sampled_from([*'secrtpaswhpkyoinguzdbcvm_- "1', "ſ", "\u212a", "ı", "İ", "ß"])
WORDS = st.sampled_from(sorted(CREDENTIALS))


@given(st.lists(LETTERS | WORDS | WORDS.map(str.upper), max_size=12).map("".join))
def test_the_quick_look_misses_nothing_the_pattern_finds(text: str) -> None:
    """A long s or a Kelvin sign stands for `s` and `k` where case does not count."""
    found = credential_words._SUSPICIOUS.search(text) is not None
    assert is_suspicious(text) == found


def test_letters_that_only_fold_to_a_name_are_found() -> None:
    assert is_suspicious('{"pa\u017f\u017fword": 1}')
    assert is_suspicious('{"api_\u212aey": 1}')
