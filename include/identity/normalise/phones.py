"""Phone numbers in E.164: the plain ones in SQL, all others by the library, each spelling once."""

import duckdb
import phonenumbers
import pyarrow as pa
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat

# The same digit over and over, the keyboard's row, the directory's own numbers.
_NOBODY = r"^\+[0-9]{1,3}([0-9])\1{6,}$|0{6,}|1234567|9876543|(?:555|999|000|111)5551212$|5555555"


def build_phones(db: duckdb.DuckDBPyConnection, region: str) -> None:
    """Table `phones(raw, country, e164)` from `phone_texts(raw, country)`; null where none.

    Most numbers of a business are its own country's in the ordinary length. Those are read by the
    library's own pattern in SQL, since its parser takes 30 us a number.
    """
    db.execute("create or replace temp table phones (raw varchar, country varchar, e164 varchar)")
    _read_plain(db, region)
    rest = db.execute(
        "select raw, country from phone_texts anti join phones using (raw, country)"
    ).fetchall()
    numbers = [_e164(raw, country or region) for raw, country in rest]
    found = pa.table(
        {
            "raw": pa.array([raw for raw, _ in rest], pa.string()),
            "country": pa.array([country for _, country in rest], pa.string()),
            "e164": pa.array(numbers, pa.string()),
        }
    )
    db.register("incoming", found)
    db.execute("insert into phones select * from incoming")
    db.unregister("incoming")
    db.execute("update phones set e164 = null where regexp_matches(e164, ?)", [_re2(_NOBODY)])


def _re2(pattern: str) -> str:
    """DuckDB's expressions have no references back: one branch a digit."""
    same = "|".join(rf"^\+[0-9]{{1,3}}{digit}{{7,}}$" for digit in "0123456789")
    return pattern.replace(r"^\+[0-9]{1,3}([0-9])\1{6,}$", same)


def _read_plain(db: duckdb.DuckDBPyConnection, region: str) -> None:
    """Numbers of `region` with or without its code, in digits and common separators only."""
    told = PhoneMetadata.metadata_for_region(region)
    if told is None or told.country_code is None:
        return
    kinds = [kind for kind in (told.fixed_line, told.mobile) if kind is not None]
    patterns = [kind.national_number_pattern for kind in kinds if kind.national_number_pattern]
    code, trunk = str(told.country_code), told.national_prefix or ""
    lead = f"(?:(?:\\+|00){code}|{trunk})?" if trunk != code else f"\\+?(?:{code})?"
    whole = f"^{lead}({'|'.join(f'(?:{one})' for one in patterns)})$"
    db.execute(
        """
        insert into phones
        select raw, country, '+' || ? || regexp_extract(digits, ?, 1)
        from (
            select raw, country, regexp_replace(raw, '[\\s().\\-]', '', 'g') as digits
            from phone_texts
            where country = ? and regexp_full_match(raw, '[+0-9\\s().\\-]+')
              and not contains(raw, '(0)')
        )
        where regexp_matches(digits, ?)
        """,
        [code, whole, region, whole],
    )


def _e164(raw: str, region: str) -> str | None:
    """The number, without its extension; None: no number of that region or any."""
    try:
        number = phonenumbers.parse(raw, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    number.extension = None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
