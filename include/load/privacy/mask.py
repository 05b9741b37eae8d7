"""Personal data on its way in: hashed or dropped before anything of it is written.

Hash: HMAC-SHA256 (hex) with the tenant's salt over the normalised value, so that equal people stay
equal inside a tenant and mean nothing outside of it. Inside `_extra` and quarantined payloads a
digest is written `hmac:<hex>`: the column filled from it later, or the record replayed, takes the
digest as it is instead of hashing it once more.
"""

import functools
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa

from include.config.personal_words import looks_personal_in
from include.config.privacy import Action, PrivacyRules
from include.core.streams import Reject
from include.destinations.layout import StreamLayout
from include.load.shape.values import Misfit, build_json, fit_value

MARK = "hmac:"
_MARKED = re.compile(r"^hmac:[0-9a-f]{64}$")
_EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.[^\s@<>\"',;:]+")
_PHONE = re.compile(r"^\+?[0-9(][0-9 ()./-]{5,24}$")
_IP = re.compile(r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$")
NANP_DIGITS = 11  # 1 and a ten-digit number: North American systems write both forms
WITHHELD = "[withheld: the tenant keeps no personal data, and this text cannot be taken apart]"


def normalise(value: str) -> str:
    """One spelling for one person: trimmed, lower case; of a phone number only its digits.

    `00` or `+` before a number and the 1 of North America go away: systems write all of them.
    """
    text = value.strip().lower()
    if "@" in text or not _PHONE.match(text) or _IP.match(text):
        return text
    digits = re.sub(r"[^0-9]", "", text)
    if not 7 <= len(digits) <= 15:
        return text
    digits = digits.removeprefix("00")
    return digits[1:] if len(digits) == NANP_DIGITS and digits[0] == "1" else digits


def load_exact(text: str) -> Any:
    """JSON with its numbers as they are written: no float stands between two decimals."""
    return json.loads(text, parse_float=Decimal)


def build_digest(salt: bytes, value: str) -> str:
    """HMAC-SHA256 of the normalised value, hex."""
    return hmac.digest(salt, normalise(value).encode("utf-8", "surrogatepass"), "sha256").hex()


class Mask:
    """The rules of one stream, with the tenant's salt.

    Attributes:
        signature: Changes with rules and salt, and tells nothing of either.
    """

    def __init__(self, rules: PrivacyRules, salt: bytes) -> None:
        self._rules = rules
        self._digest = functools.lru_cache(maxsize=100_000)(lambda value: build_digest(salt, value))
        plain = orjson.dumps(
            [rules.parent, rules.children, rules.unknown], option=orjson.OPT_SORT_KEYS
        )
        self.signature = hmac.digest(salt, plain, "sha256").hex()

    def action(self, child: str | None, column: str) -> Action:
        """What becomes of a declared column, of the parent table or of a child's."""
        rules: Mapping[str, Action]
        rules = self._rules.parent if child is None else self._rules.children.get(child, {})
        return rules.get(column, "keep")

    def hash_text(self, value: str) -> str:
        """The digest; a blank text stays blank, and a digest made earlier stays itself."""
        if not value.strip():
            return value
        return value[len(MARK) :] if _MARKED.match(value) else self._digest(value)

    def hash_column(self, array: Any) -> Any:
        """A text column, each different value hashed once."""
        encoded = array.dictionary_encode()
        made = [self.hash_text(value) for value in encoded.dictionary.to_pylist()]
        return pa.array(made, pa.string()).take(encoded.indices)

    def mask_documents(self, array: Any) -> Any:
        """A json column that nobody marked: what is in it is judged like undeclared fields."""
        if self._rules.unknown == "keep":
            return array
        made = [
            None if text is None else build_json(self.mask_unknown(load_exact(text)))
            for text in array.to_pylist()
        ]
        return pa.array(made, pa.string())

    def mask_unknown(self, value: Any, around: str = "") -> Any:
        """A JSON value without personal data, judged by names of fields and looks of values.

        Args:
            around: Name of the object the value stands in: `CustomerRef.name` is a person's.
        """
        if self._rules.unknown == "keep":
            return value
        if isinstance(value, dict):
            return {
                key: self._mask(item)
                if looks_personal_in(around, str(key))
                else self.mask_unknown(item, str(key))
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.mask_unknown(item, around) for item in value]
        if isinstance(value, str) and "@" in value and _EMAIL.search(value):
            # An address inside a sentence would tell as much as the sentence: all of it goes.
            return self._mask(value) if _EMAIL.fullmatch(value.strip()) else None
        return value

    def mask_whole(self, value: Any) -> Any:
        """A value known to be personal, in a place nobody declared."""
        return self._mask(value)

    @property
    def masks_unknown(self) -> bool:
        """Undeclared fields are looked at."""
        return self._rules.unknown != "keep"

    def _mask(self, value: Any, action: Action | None = None) -> Any:
        """A value that is personal as a whole; only single values can be hashed."""
        if (action or self._rules.unknown) == "drop" or value is None or isinstance(value, bool):
            return None
        if isinstance(value, dict | list | tuple):
            return None
        try:
            text = str(fit_value(value, "text"))
        except Misfit:
            return None
        return text if _MARKED.match(text) or not text.strip() else MARK + self._digest(text)

    def mask_record(self, record: Any, paths: "RecordPaths") -> Any:
        """A whole record for quarantine: declared columns by rule, the others by their looks."""
        if not isinstance(record, dict):
            return self.mask_unknown(record)
        return self._walk(record, paths, "")

    def _walk(self, record: dict[Any, Any], paths: "RecordPaths", prefix: str) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key, value in record.items():
            path = f"{prefix}{key}"
            if path in paths.objects and isinstance(value, dict):
                made[key] = self._walk(value, paths, f"{path}.")
            elif path in paths.columns:
                action = self.action(paths.child, paths.columns[path])
                made[key] = value if action == "keep" else self._mask(value, action)
                if action == "keep" and isinstance(value, dict | list):
                    made[key] = self.mask_unknown(value)
            elif path in paths.lists and isinstance(value, list):
                made[key] = [self.mask_record(item, paths.lists[path]) for item in value]
            elif isinstance(value, dict):
                made[key] = self._walk(value, paths, f"{path}.")
            else:
                made.update(self.mask_unknown({key: value}, prefix.rstrip(".").split(".")[-1]))
        return made

    def mask_payload(self, payload: str, paths: "RecordPaths") -> str:
        """A payload as text; withheld where it is no JSON that could be taken apart."""
        try:
            return build_json(self.mask_record(load_exact(payload), paths))
        except (ValueError, Misfit):
            return WITHHELD

    def mask_rejects(self, rejects: Iterable[Reject], paths: "RecordPaths") -> list[Reject]:
        """Rejects of the source, which has shown no field of them to anybody yet."""
        return [
            Reject(
                one.key, one.reason, one.detail, self.mask_payload(one.payload, paths),
                one.key_values, one.form,
            )
            for one in rejects
        ]  # fmt: skip


class RecordPaths:
    """Where the declared columns stand in a record: dotted path -> column.

    Attributes:
        child: Name of the child table whose elements these are; None for the record itself.
        objects: Paths that hold declared columns below them and are no column themselves, although
            one may be called so (`buyer` at `buyer.id`).
        lists: Dotted path of a child list -> paths in its elements.
    """

    def __init__(self, layout: StreamLayout, child: str | None = None) -> None:
        table = layout.parent if child is None else layout.children[child]
        self.child = child
        # Rows of typed sources carry the columns by name.
        self.columns = {name: name for name in table.columns}
        declared = {column.path or name: name for name, column in table.columns.items()}
        self.columns |= declared
        self.objects = {
            path.rsplit(".", n)[0] for path in declared for n in range(1, path.count(".") + 1)
        }
        self.objects -= declared.keys()
        names = layout.children if child is None else ()
        self.lists = {layout.children[n].path or "": RecordPaths(layout, n) for n in names}
