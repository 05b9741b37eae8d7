"""Credentials that came inside records, taken out before anything is written."""

from typing import Any

import pyarrow as pa

from include.config.credential_words import WITHHELD, is_credential, is_suspicious
from include.load.privacy.mask import load_exact
from include.load.shape.values import Misfit, build_json

# Bytes of documents that are joined to be searched.
LOOKED_AT_ONCE = 8 << 20


def withhold_text(text: str) -> str:
    """A JSON document without credentials; gone if it names some and cannot be taken apart."""
    if not is_suspicious(text):
        return text
    try:
        value = load_exact(text)
        made = withhold(value)
        return text if made == value else build_json(made)
    except (ValueError, Misfit, RecursionError):
        return text if text[:1] not in ("{", "[") else WITHHELD


def withhold_documents(array: Any) -> Any:
    """The same for a json column."""
    texts = array.to_pylist()
    # One look at all of them; a match across a line's end only costs a look at each.
    if array.nbytes <= LOOKED_AT_ONCE and not is_suspicious("\n".join(filter(None, texts))):
        return array
    found = [None if text is None else withhold_text(text) for text in texts]
    return pa.array(found, pa.string())


def withhold(value: Any) -> Any:
    """The value with every credential in it replaced; what is no text or number stays."""
    if isinstance(value, dict):
        return {
            key: WITHHELD if is_credential(str(key)) and _tells(item) else withhold(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [withhold(item) for item in value]
    return value


def _tells(item: Any) -> bool:
    """`{"password": true}` says that there is one, not which."""
    return item not in (None, "", WITHHELD) and not isinstance(item, bool | dict | list | tuple)
