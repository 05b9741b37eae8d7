"""Faults in shaping, merging and sweeping."""

from tests.mutants.fault import Fault

_MERGE = "include/destinations/postgres/merge.py"
_SWEEP = "include/destinations/postgres/sweep.py"
_ABSENCE = "include/load/absence.py"
_LOADER = "include/load/loader.py"
_MASK = "include/load/privacy/mask.py"
_MERGE_TESTS = ("tests/integration/test_load_merge.py",)
_CLOCK_TESTS = ("tests/integration/test_load_clocks.py",)
_SWEEP_TESTS = (
    "tests/integration/test_load_sweep.py",
    "tests/unit/test_load_sweep_scope.py",
)
_MASK_TESTS = ("tests/integration/test_load_privacy.py",)

FAULTS = (
    Fault(
        "a record of the same version is older than itself",
        _MERGE,
        'pair = (\n            "(coalesce(s.{0} < t.{0}, false) or',
        'pair = (\n            "(coalesce(s.{0} <= t.{0}, false) or',
        (*_MERGE_TESTS, *_CLOCK_TESTS),
    ),
    Fault(
        "the source's own version is judged with a wrong bound",
        _MERGE,
        '"coalesce(s.{0} < t.{0}, false)", "")',
        '"coalesce(s.{0} <= t.{0}, false)", "")',
        (*_MERGE_TESTS, *_CLOCK_TESTS),
    ),
    Fault(
        "two loads that began at one instant: the later commit loses",
        _MERGE,
        'LATER = "(%(started_at)s < t._loaded_at and',
        'LATER = "(%(started_at)s <= t._loaded_at and',
        (*_MERGE_TESTS, *_CLOCK_TESTS),
    ),
    Fault(
        "a stamp in the future decides",
        _MERGE,
        " and t._loaded_at <= clock_timestamp() + interval '5 min')",
        ")",
        _CLOCK_TESTS,
    ),
    Fault(
        "of one load's duplicates the first to arrive stays",
        _MERGE,
        'sql.SQL("ctid desc")',
        'sql.SQL("ctid")',
        _MERGE_TESTS,
    ),
    Fault(
        "a null version wins among duplicates",
        _MERGE,
        "desc nulls last, ctid desc",
        "desc nulls first, ctid desc",
        _MERGE_TESTS,
    ),
    Fault(
        "two of three duplicates stay",
        _MERGE,
        "ranked.place > 1",
        "ranked.place > 2",
        _MERGE_TESTS,
    ),
    Fault(
        "a merge looks at other feeds' rows",
        _MERGE,
        "from {stage} as s where t._feed = %(feed)s and {same_key} and {changed}",
        "from {stage} as s where {same_key} and {changed}",
        _MERGE_TESTS,
    ),
    Fault(
        "a row that comes back stays deleted",
        _MERGE,
        "_loaded_at = %(started_at)s, _deleted_at = null",
        "_loaded_at = %(started_at)s",
        _SWEEP_TESTS,
    ),
    Fault(
        "children of another feed go with a parent of the same key",
        _MERGE,
        "where v.verdict = 'update' and c._feed = %(feed)s and {same}",
        "where v.verdict = 'update' and {same}",
        _MERGE_TESTS,
    ),
    Fault(
        "a null that replaces a value is no change",
        _MERGE,
        '"s.{0} is distinct from t.{0}"',
        '"s.{0} <> t.{0}"',
        _MERGE_TESTS,
    ),
    Fault(
        "a lost record is not told",
        _MERGE,
        "        if lost:\n",
        "        if lost > 1:\n",
        _CLOCK_TESTS,
    ),
    Fault(
        "a sweep's time bound leaves out its first instant",
        _SWEEP,
        "t.{} >= %(since)s",
        "t.{} > %(since)s",
        _SWEEP_TESTS,
    ),
    Fault(
        "a sweep without a time bound",
        _SWEEP,
        'sql.SQL("({} and t.{} >= %(since)s)")',
        'sql.SQL("({} and (true or t.{} >= %(since)s))")',
        _SWEEP_TESTS,
    ),
    Fault(
        "a sweep marks what is marked already",
        _SWEEP,
        "where t._feed = %(feed)s and t._deleted_at is null and not {later}",
        "where t._feed = %(feed)s and not {later}",
        _SWEEP_TESTS,
    ),
    Fault(
        "a sweep reaches other feeds",
        _SWEEP,
        "where t._feed = %(feed)s and t._deleted_at is null and not {later}",
        "where t._deleted_at is null and not {later}",
        _SWEEP_TESTS,
    ),
    Fault(
        "a quarantined record is taken for gone",
        _SWEEP,
        '"and not {rejected}"',
        '"and ({rejected} or true)"',
        _SWEEP_TESTS,
    ),
    Fault(
        "a partial read sweeps",
        _ABSENCE,
        "(plan.is_complete and not partial)",
        "plan.is_complete",
        _SWEEP_TESTS,
    ),
    Fault(
        "a read in parts sweeps",
        _ABSENCE,
        "    if parts:\n",
        "    if parts > 1:\n",
        ("tests/integration/test_load_parts.py",),
    ),
    Fault(
        "a read that holds exactly its share is refused",
        _ABSENCE,
        "swept.left < (1 - share) * before",
        "swept.left <= (1 - share) * before",
        _SWEEP_TESTS,
    ),
    Fault(
        "a full read that delivers exactly its share is refused",
        _ABSENCE,
        "delivered >= (1 - share) * last",
        "delivered > (1 - share) * last",
        (*_SWEEP_TESTS, "tests/integration/test_load_parts.py"),
    ),
    Fault(
        "a small stream is measured",
        _ABSENCE,
        "if before > SMALL_STREAM and",
        "if before >= SMALL_STREAM and",
        _SWEEP_TESTS,
    ),
    Fault(
        "what accepts less is refused all the same",
        _ABSENCE,
        "if plan.accepts_less or not swept.marked:",
        "if not swept.marked:",
        _SWEEP_TESTS,
    ),
    Fault(
        "commits of one stream are not ordered",
        _LOADER,
        "            run_lock_stream(self.books, *self.place.names)\n",
        "",
        ("tests/integration/test_load_faults.py", "tests/integration/test_load_semantics.py"),
    ),
    Fault(
        "the source's own rejects are staged unmasked",
        _LOADER,
        "shaped.rejects.extend(self.shaper.mask_rejects(self.reader.take_rejects()))",
        "shaped.rejects.extend(self.reader.take_rejects())",
        _MASK_TESTS,
    ),
    Fault(
        "rejects at the end of a read are staged unmasked",
        _LOADER,
        "        self.rejects.run_stage(self.shaper.mask_rejects(self.reader.take_rejects()))\n",
        "        self.rejects.run_stage(self.reader.take_rejects())\n",
        _MASK_TESTS,
    ),
    Fault(
        "a source's error after a committed part is swallowed",
        _LOADER,
        "            if cutter.error is not None:\n                raise cutter.error\n",
        "            if cutter.error is not None:\n                return build_sum(done)\n",
        ("tests/integration/test_load_parts.py",),
    ),
    Fault(
        "an erasure meanwhile is not looked for",
        _LOADER,
        "        run_check_erasures(books, place, self.shaper.guard)\n",
        "",
        ("tests/integration/test_forget.py",),
    ),
    Fault(
        "a masked field in a list is left out",
        _MASK,
        "return [self.mask_unknown(item, around) for item in value]",
        "return list(value)",
        _MASK_TESTS,
    ),
    Fault(
        "an address inside a sentence stays",
        _MASK,
        "if _EMAIL.fullmatch(value.strip()) else None",
        "if _EMAIL.fullmatch(value.strip()) else value",
        _MASK_TESTS,
    ),
    Fault(
        "a payload that is no JSON is kept as it is",
        _MASK,
        "            return WITHHELD\n",
        "            return payload\n",
        _MASK_TESTS,
    ),
)
