"""Reading the files of a tabular dataset into one pandas table."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.data.column_conversion import convert_columns, naive_times, recognize_times
from hyperstep.azureml_v1.data.data_type import PromoteHeadersBehavior
from hyperstep.azureml_v1.data.extras import load_pandas, load_parquet
from hyperstep.azureml_v1.data.partition_format import compile_partition_format
from hyperstep.azureml_v1.data.table_format import DELIMITED, ENCODINGS, JSON_LINES, PARQUET, TableFormat
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from pandas import DataFrame

PATH_COLUMN = "Path"
"""Where ``include_path`` says which file a row is from."""

_DATES_ARE_TYPES = 3
"""The first pandas whose ``dtype=False`` leaves dates alone too."""

_LOOKED_AT = 1000
"""Rows at the beginning of the first file by which columns of times are recognized."""

_MOST_COLUMNS = 4096
"""For how many columns without a name one is made when their number is not known yet."""

_MISSING = ("", "NaN", "nan", "NA", "N/A", "n/a", "null", "NULL", "None")
"""What stands for a missing value; what pandas takes for one beyond these is text."""


class Wanted:
    """How much of a table is needed: an upper bound that saves reading the rest.

    Args:
        columns: Names of columns; None for all.
        rows: Number of rows from the beginning; None for all.
        times: Columns of delimited files that are to be parsed as ISO times.
    """

    def __init__(
        self, columns: Sequence[str] | None = None, rows: int | None = None, times: Sequence[str] = ()
    ) -> None:
        self.columns = columns
        self.rows = rows
        self.times = times


def read_table(
    files: Sequence[tuple[str, Path]], how: TableFormat, wanted: Wanted, strict: Collection[str] = ()
) -> DataFrame:
    """Read files one after another into one table.

    Args:
        files: Place below the dataset's root, and the file.
        how: Their format.
        wanted: Columns and rows that suffice.
        strict: The types for which a value of another type is an error; it is missing otherwise.

    Raises:
        UserErrorException: A file cannot be read in this format, a value is not of its column's type and may not be
            dropped, or a library is missing.
    """
    pandas = load_pandas()
    wanted = Wanted(wanted.columns, wanted.rows, _time_columns(files[0][1], how, wanted))
    tables = _read_files(files, how, wanted)
    if not _are_times(tables, wanted.times):  # some value is none, so these columns are text after all
        tables = _read_files(files, how, Wanted(wanted.columns, wanted.rows))
    table = tables.pop() if len(tables) == 1 else pandas.concat(tables, ignore_index=True)
    if how.infer_types and how.kind == JSON_LINES:
        recognize_times(table, set(how.column_types))
    convert_columns(table, how.column_types, strict)
    return table  # type: ignore[no-any-return]


def _read_files(files: Sequence[tuple[str, Path]], how: TableFormat, wanted: Wanted) -> list[Any]:
    """The table of each file, until there are enough rows."""
    tables: list[Any] = []
    left = wanted.rows
    for place, path in files:
        if left is not None and left <= 0 and tables:
            break
        table = _read_file(path, how, Wanted(wanted.columns, left, wanted.times), tables[0] if tables else None)
        tables.append(_with_path_columns(table, place, how, wanted.columns))
        left = None if left is None else left - len(table)
    return tables


def _time_columns(path: Path, how: TableFormat, wanted: Wanted) -> tuple[str, ...]:
    """The columns of a delimited file whose first values all are ISO times.

    Known beforehand, they are parsed while the file is read: that takes half the memory of doing it afterwards.
    """
    if how.kind != DELIMITED or not how.infer_types:
        return ()
    rows = _LOOKED_AT if wanted.rows is None else min(wanted.rows, _LOOKED_AT)
    beginning = _read_file(path, how, Wanted(wanted.columns, rows), None)
    texts = set(beginning.select_dtypes(exclude=["datetime"]).columns)
    recognize_times(beginning, set(how.column_types))
    return tuple(name for name in beginning.select_dtypes(include=["datetime"]).columns if name in texts)


def _are_times(tables: Sequence[DataFrame], names: Sequence[str]) -> bool:
    """Whether all these columns became times in every table; their zone is then left out (UTC)."""
    pandas = load_pandas()
    for table in tables:
        for name in names:
            if name not in table.columns:
                continue
            if pandas.api.types.is_datetime64_any_dtype(table[name].dtype):
                table[name] = naive_times(table[name])
            elif table[name].notna().any():
                return False
    return True


def _read_file(path: Path, how: TableFormat, wanted: Wanted, first: DataFrame | None) -> DataFrame:
    pandas = load_pandas()
    try:
        if how.kind == DELIMITED:
            return _read_delimited(path, how, wanted, first)
        if how.kind == PARQUET:
            return _read_parquet(path, wanted)
        return _read_json_lines(path, how, wanted)
    except (ValueError, UnicodeError, pandas.errors.ParserError, OSError) as error:
        message = f"File {str(path)!r} cannot be read as {how.kind.replace('_', ' ')}: {error}"
        raise UserErrorException(message) from error


def _read_delimited(path: Path, how: TableFormat, wanted: Wanted, first: DataFrame | None) -> DataFrame:
    pandas = load_pandas()
    mode = PromoteHeadersBehavior(how.header)
    bare = mode is PromoteHeadersBehavior.NO_HEADERS or (
        mode is PromoteHeadersBehavior.ONLY_FIRST_FILE_HAS_HEADERS and first is not None
    )
    options: dict[str, Any] = {
        "sep": how.separator,
        "encoding": ENCODINGS[how.encoding],
        "header": None if bare else 0,
        "nrows": wanted.rows,
        "keep_default_na": False,
        "na_values": [""] if how.empty_as_string else list(_MISSING),
        "skip_blank_lines": True,
        "on_bad_lines": "skip" if how.skip_invalid_lines else "error",
        "dtype": str if not how.infer_types else _text_columns(how),
    }
    if len(how.separator) > 1:
        options |= {"engine": "python", "sep": _literal(how.separator), "quoting": csv.QUOTE_MINIMAL}
    if wanted.times:
        names = _own_names(first, how) if bare else list(pandas.read_csv(path, **{**options, "nrows": 0}).columns)
        places = [names.index(name) for name in wanted.times if name in names]
        options |= {"parse_dates": places, "date_format": "ISO8601"}
    if wanted.columns is not None and not bare:
        keep = set(wanted.columns) | set(how.column_types)
        options["usecols"] = lambda name: name in keep
    try:
        table = pandas.read_csv(path, **options)
    except pandas.errors.EmptyDataError:
        return pandas.DataFrame()  # type: ignore[no-any-return]
    if bare:
        table.columns = _own_names(first, how, table.shape[1])[: table.shape[1]]
    return _with_empty_texts(table) if how.empty_as_string else table


def _own_names(first: DataFrame | None, how: TableFormat, count: int = _MOST_COLUMNS) -> list[str]:
    """Names for a file without a header line: the own columns of the first file, else ``Column1`` and so on."""
    if first is None or how.header == PromoteHeadersBehavior.NO_HEADERS.value:
        return [f"Column{i + 1}" for i in range(count)]
    from_path = {PATH_COLUMN} if how.include_path else set()
    if how.partition_format:
        from_path |= set(compile_partition_format(how.partition_format).names)
    return [name for name in first.columns if name not in from_path]


def _read_parquet(path: Path, wanted: Wanted) -> DataFrame:
    parquet = load_parquet()
    with parquet.ParquetFile(path) as file:
        names = set(file.schema_arrow.names)
        columns = None if wanted.columns is None else [name for name in wanted.columns if name in names]
        if wanted.rows is None:
            return file.read(columns=columns).to_pandas(split_blocks=True, self_destruct=True)  # type: ignore[no-any-return]
        return _first_rows(file, columns, wanted.rows)


def _first_rows(file: Any, columns: list[str] | None, rows: int) -> DataFrame:  # noqa: ANN401 - a pyarrow file
    import pyarrow as pa  # noqa: PLC0415 - loaded with its parquet module already

    batches: list[Any] = []
    for batch in file.iter_batches(batch_size=max(1, min(rows, 65536)), columns=columns):
        batches.append(batch)
        if sum(len(one) for one in batches) >= rows:
            break
    table = pa.Table.from_batches(batches) if batches else file.schema_arrow.empty_table()
    return table.slice(0, rows).to_pandas()  # type: ignore[no-any-return]


def _read_json_lines(path: Path, how: TableFormat, wanted: Wanted) -> DataFrame:
    pandas = load_pandas()
    options = {"lines": True, "encoding": ENCODINGS[how.encoding], "nrows": wanted.rows, "dtype": False}
    if int(pandas.__version__.partition(".")[0]) < _DATES_ARE_TYPES:
        options["convert_dates"] = False
    if not how.skip_invalid_lines:
        return pandas.read_json(path, **options)  # type: ignore[no-any-return]
    import json  # noqa: PLC0415 - only where lines are looked at one by one

    rows: list[Any] = []
    with path.open(encoding=ENCODINGS[how.encoding]) as lines:
        for line in lines:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                rows.append(value)
    return pandas.DataFrame(rows[: wanted.rows])  # type: ignore[no-any-return]


def _with_path_columns(table: DataFrame, place: str, how: TableFormat, columns: Sequence[str] | None) -> DataFrame:
    """Add the columns that come from a file's path, before the file's own."""
    values: dict[str, Any] = {PATH_COLUMN: f"/{place}"} if how.include_path else {}
    if how.partition_format:
        values |= compile_partition_format(how.partition_format).values(f"/{place}")
    for position, (name, value) in enumerate(values.items()):
        if columns is None or name in columns:
            table.insert(min(position, table.shape[1]), name, value)
    return table


def _with_empty_texts(table: DataFrame) -> DataFrame:
    pandas = load_pandas()
    for name in table.columns:
        if pandas.api.types.is_string_dtype(table[name].dtype):
            table[name] = table[name].fillna("")
    return table


def _text_columns(how: TableFormat) -> dict[str, type[str]]:
    """Columns whose texts a conversion needs as they stand in the file."""
    return {
        name: str
        for name, kind in how.column_types.items()
        if kind["type"] in ("string", "bool", "datetime") or kind.get("decimal_mark") == ","
    }


def _literal(separator: str) -> str:
    import re  # noqa: PLC0415 - for separators of several characters only

    return re.escape(separator)
