"""StarRocks' column types: as DDL writes them back, as the wire names them, as DuckDB stores them."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp

__all__ = [
    "ddl_type",
    "duckdb_type",
    "duckdb_type_text",
    "mysql_type",
    "sql_type",
    "starrocks_type",
    "type_facts",
    "varchar_limit",
]

# The widths that SHOW CREATE TABLE prints for MySQL's sake (ScalarType.java, toSql).
_WIDTHS = {
    "tinyint": "tinyint(4)",
    "smallint": "smallint(6)",
    "int": "int(11)",
    "bigint": "bigint(20)",
    "largeint": "largeint(40)",
}

_SAME = {
    "integer": "int",
    "string": "varchar(65533)",
    "text": "varchar(65533)",
    "numeric": "decimal",
    "bool": "boolean",
}

# Types that DuckDB has no column for are kept as the text they were loaded from.
_AS_TEXT = ("json", "bitmap", "hll", "percentile", "variant")

_PRECISIONS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19, "largeint": 39, "float": 7, "double": 15}


def sql_type(text: str) -> str:
    """Bring a type as written into StarRocks' lower-case form, without display widths.

    Examples
    --------
    >>> sql_type("INT(11)"), sql_type("DECIMAL(10, 2)"), sql_type("STRING")
    ('int', 'decimal(10,2)', 'varchar(65533)')
    """
    lowered = "".join(text.lower().split()) if "<" not in text else " ".join(text.lower().split())
    base, bracket, rest = lowered.partition("(")
    base = _SAME.get(base, base)
    if base in _WIDTHS:
        return base
    if base.startswith("decimal"):
        base = "decimal"
        return f"decimal({rest}" if bracket else "decimal(10,0)"
    if base == "char" and not bracket:
        return "char(1)"
    if base == "varchar" and not bracket:
        return "varchar(1)"
    return base + bracket + rest if "(" not in base else base


def ddl_type(type_: str) -> str:
    """Write a type as SHOW CREATE TABLE does."""
    return _WIDTHS.get(type_, type_.replace(",", ", ") if type_.startswith("decimal") else type_)


def mysql_type(type_: str) -> str:
    """Write a type as information_schema.columns does, for MySQL's readers (schema_columns_scanner.cpp)."""
    special = {"boolean": "tinyint(1)", "largeint": "bigint(20) unsigned"}
    return special.get(type_) or _WIDTHS.get(type_, type_)


def duckdb_type(type_: str) -> exp.DataType:
    """Find the DuckDB type that holds a StarRocks type; the tree is the caller's own."""
    return _duckdb_type(type_).copy()


@lru_cache(maxsize=1024)
def duckdb_type_text(type_: str) -> str:
    """Write the DuckDB type that holds a StarRocks type."""
    return duckdb_type(type_).sql("duckdb")


@lru_cache(maxsize=1024)
def _duckdb_type(type_: str) -> exp.DataType:
    base = type_.split("(", maxsplit=1)[0].split("<", maxsplit=1)[0]
    if base in _AS_TEXT or base in ("char", "varchar"):
        return exp.DataType.build("varchar", dialect="duckdb")
    if base == "largeint":
        return exp.DataType.build("hugeint", dialect="duckdb")
    if base == "datetime":
        return exp.DataType.build("timestamp", dialect="duckdb")
    if base == "varbinary":
        return exp.DataType.build("blob", dialect="duckdb")
    return exp.DataType.build(type_, dialect="starrocks")


# What a column of CREATE TABLE … AS SELECT becomes (AnalyzerUtils.java, transformTableColumnType).
_FROM_DUCKDB = {
    "VARCHAR": "varchar(65533)",
    "TIMESTAMP": "datetime",
    # Here only sums are of this type, and a sum of integers is a bigint in StarRocks.
    "HUGEINT": "bigint",
    "INTEGER": "int",
    "BLOB": "varbinary",
    "UBIGINT": "largeint",
    "UINTEGER": "bigint",
    "USMALLINT": "int",
    "UTINYINT": "smallint",
    '"NULL"': "boolean",
}


def starrocks_type(duckdb_name: str) -> str:
    """Find the StarRocks type for a column that DuckDB describes.

    Examples
    --------
    >>> starrocks_type("TIMESTAMP"), starrocks_type("DECIMAL(18,3)"), starrocks_type("INTEGER[]")
    ('datetime', 'decimal(18,3)', 'array<int>')
    """
    if duckdb_name.endswith("[]"):
        return f"array<{starrocks_type(duckdb_name[:-2])}>"
    return _FROM_DUCKDB.get(duckdb_name, duckdb_name.lower())


def varchar_limit(type_: str) -> int | None:
    """Tell how many bytes a value of a character type may have; None for other types."""
    base, _, rest = type_.partition("(")
    number = rest.rstrip(")").strip()
    return int(number) if base in ("char", "varchar") and number.isdecimal() else None


def type_facts(type_: str) -> tuple[int | None, int | None, int | None]:
    """Give (character length, numeric precision, numeric scale) for information_schema.columns."""
    base, _, rest = type_.partition("(")
    numbers = [int(part) for part in rest.rstrip(")").split(",") if part.strip().isdecimal()]
    if base in ("char", "varchar"):
        return (numbers[0] if numbers else 65533, None, None)
    if base == "decimal":
        precision, scale = (*numbers, 0, 0)[:2]
        return (None, precision, scale)
    precision_of = _PRECISIONS.get(base)
    return (None, precision_of, 0 if precision_of is not None else None)
