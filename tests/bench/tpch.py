"""TPC-H tables (TPC-H specification 3.0.1, clause 1.4) made by tpchgen-cli, with their keys."""

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

# Name -> primary key and columns.
TABLES: dict[str, tuple[str, str]] = {
    "region": (
        "r_regionkey",
        "r_regionkey integer, r_name char(25), r_comment varchar(152)",
    ),
    "nation": (
        "n_nationkey",
        "n_nationkey integer, n_name char(25), n_regionkey integer, n_comment varchar(152)",
    ),
    "supplier": (
        "s_suppkey",
        "s_suppkey integer, s_name char(25), s_address varchar(40), s_nationkey integer, "
        "s_phone char(15), s_acctbal numeric(15,2), s_comment varchar(101)",
    ),
    "customer": (
        "c_custkey",
        "c_custkey integer, c_name varchar(25), c_address varchar(40), c_nationkey integer, "
        "c_phone char(15), c_acctbal numeric(15,2), c_mktsegment char(10), c_comment varchar(117)",
    ),
    "part": (
        "p_partkey",
        "p_partkey integer, p_name varchar(55), p_mfgr char(25), p_brand char(10), "
        "p_type varchar(25), p_size integer, p_container char(10), p_retailprice numeric(15,2), "
        "p_comment varchar(23)",
    ),
    "partsupp": (
        "ps_partkey, ps_suppkey",
        "ps_partkey integer, ps_suppkey integer, ps_availqty integer, "
        "ps_supplycost numeric(15,2), ps_comment varchar(199)",
    ),
    "orders": (
        "o_orderkey",
        "o_orderkey bigint, o_custkey integer, o_orderstatus char(1), "
        "o_totalprice numeric(15,2), o_orderdate date, o_orderpriority char(15), "
        "o_clerk char(15), o_shippriority integer, o_comment varchar(79)",
    ),
    "lineitem": (
        "l_orderkey, l_linenumber",
        "l_orderkey bigint, l_partkey integer, l_suppkey integer, l_linenumber integer, "
        "l_quantity numeric(15,2), l_extendedprice numeric(15,2), l_discount numeric(15,2), "
        "l_tax numeric(15,2), l_returnflag char(1), l_linestatus char(1), l_shipdate date, "
        "l_commitdate date, l_receiptdate date, l_shipinstruct char(25), l_shipmode char(10), "
        "l_comment varchar(44)",
    ),
}


def run_make_tables(url: str, scale: str, folder: Path) -> None:
    """Generate the tables and fill a database with them; the files are removed one by one."""
    program = Path(sys.executable).with_name("tpchgen-cli")
    with psycopg.connect(url, autocommit=True) as connection:
        for name, (key, columns) in TABLES.items():
            arguments = ["csv", "-s", scale, f"--tables={name}", f"--output-dir={folder}"]
            subprocess.run([str(program), *arguments], check=True, capture_output=True)
            connection.execute(f"create table {name} ({columns})".encode())
            with (
                connection.cursor().copy(f"copy {name} from stdin (format csv, header)") as copy,
                (folder / f"{name}.csv").open("rb") as file,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
            connection.execute(f"alter table {name} add primary key ({key})".encode())
            shutil.rmtree(folder / f"{name}.csv", ignore_errors=True)
            (folder / f"{name}.csv").unlink(missing_ok=True)
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def column_names(table: str) -> list[str]:
    return [part.split()[0] for part in TABLES[table][1].replace("15,2", "").split(", ")]


def fetch_content(url: str, schema: str, table: str) -> tuple[int, str]:
    """Rows of a table and a hash of their contents that does not depend on their order."""
    texts = ", ".join(f"{name}::text" for name in column_names(table))
    with psycopg.connect(url) as connection:
        row = connection.execute(
            f"select count(*), sum(hashtextextended(row({texts})::text, 0)::numeric)::text "
            f"from {schema}.{table}".encode()
        ).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])
