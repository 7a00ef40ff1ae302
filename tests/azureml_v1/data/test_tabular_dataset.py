"""Tabular datasets over real files: how files become a table, and what can be done with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
from hyperstep.azureml_v1.data.data_type import DataType, PromoteHeadersBehavior
from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.tabular_dataset import TabularDataset
from hyperstep.azureml_v1.exceptions import DatasetTimestampMissingError, UserErrorException

FIRST = "id,name,day,score\n001,ann,2020-01-01,1.5\n002,,2020-01-02,2\n"
SECOND = "id,name,day,score\n003,cy,2020-01-03,x\n"


@pytest.fixture
def datastore(workspace: Workspace) -> AbstractAzureStorageDatastore:
    store = workspace.get_default_datastore()
    for name, text in {"t/a.csv": FIRST, "t/b.csv": SECOND}.items():
        write(store, name, text)
    return store


def write(store: AbstractAzureStorageDatastore, name: str, text: str, encoding: str = "utf-8") -> None:
    path = store.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)


def table(store: AbstractAzureStorageDatastore) -> TabularDataset:
    types = {"id": DataType.to_string(), "score": DataType.to_float()}
    return Dataset.Tabular.from_delimited_files((store, "t/*.csv"), set_column_types=types)


def test_files_become_one_table_with_recognized_types(datastore: AbstractAzureStorageDatastore) -> None:
    frame = Dataset.Tabular.from_delimited_files((datastore, "t")).to_pandas_dataframe()
    assert list(frame["id"]) == [1, 2, 3]
    assert list(frame["day"]) == [pd.Timestamp(2020, 1, day) for day in (1, 2, 3)]
    assert list(frame["name"].isna()) == [False, True, False]
    assert list(frame["score"].astype(str)) == ["1.5", "2.0", "x"]
    assert list(frame.index) == [0, 1, 2]


def test_a_late_value_that_is_no_time_keeps_the_column_as_text(datastore: AbstractAzureStorageDatastore) -> None:
    write(datastore, "l/1.csv", "d,v\n" + "2020-01-01,1\n" * 2000)
    write(datastore, "l/2.csv", "v,d\n1,never\n")
    frame = Dataset.Tabular.from_delimited_files((datastore, "l")).to_pandas_dataframe()
    assert (frame["d"].iloc[0], frame["d"].iloc[-1]) == ("2020-01-01", "never")


@pytest.mark.parametrize("header", [False, PromoteHeadersBehavior.ONLY_FIRST_FILE_HAS_HEADERS])
def test_times_are_recognized_without_header_lines_too(
    datastore: AbstractAzureStorageDatastore, header: bool | PromoteHeadersBehavior
) -> None:
    write(datastore, "n/1.csv", "" if header is False else "a,b\n")
    write(datastore, "n/2.csv", "1,2020-01-01T10:00:00Z\n2,2020-01-02T10:00:00Z\n")
    write(datastore, "n/3.csv", "3,2020-01-03\n")
    dataset = Dataset.Tabular.from_delimited_files(
        (datastore, "n/[23].csv") if header is False else (datastore, "n"), header=header, include_path=True
    )
    frame = dataset.to_pandas_dataframe()
    assert list(frame.columns)[1:] == (["Column1", "Column2"] if header is False else ["a", "b"])
    if header is False:
        assert frame["Column2"].tolist() == [pd.Timestamp(2020, 1, d, h) for d, h in ((1, 10), (2, 10), (3, 0))]
    assert frame.iloc[:, 1].tolist() == [1, 2, 3]


def test_columns_get_the_types_asked_for(datastore: AbstractAzureStorageDatastore) -> None:
    frame = table(datastore).to_pandas_dataframe()
    assert list(frame["id"]) == ["001", "002", "003"]
    assert list(frame["score"][:2]) == [1.5, 2.0]
    assert frame["score"].isna()[2]
    with pytest.raises(UserErrorException, match="'x'"):
        table(datastore).to_pandas_dataframe(on_error="fail")
    with pytest.raises(UserErrorException, match="on_error"):
        table(datastore).to_pandas_dataframe(on_error="ignore")


def test_every_type_reads_its_texts(datastore: AbstractAzureStorageDatastore) -> None:
    write(datastore, "types.csv", 'l,f,b,d,n\n1,"1,5",True,01/02/2020,7\n2,"2.000,25",0,2020-03-04,x\n')
    types = {
        "l": DataType.to_long(),
        "f": DataType.to_float(decimal_mark=","),
        "b": DataType.to_bool(),
        "d": DataType.to_datetime(["%d/%m/%Y", "%Y-%m-%d"]),
        "n": DataType.to_long(),
        "absent": DataType.to_bool(),
    }
    dataset = Dataset.Tabular.from_delimited_files((datastore, "types.csv"), set_column_types=types)
    frame = dataset.to_pandas_dataframe()
    assert (list(frame["l"]), list(frame["f"]), list(frame["b"])) == ([1, 2], [1.5, 2000.25], [True, False])
    assert list(frame["d"]) == [pd.Timestamp(2020, 2, 1), pd.Timestamp(2020, 3, 4)]
    assert frame["n"].isna().tolist() == [False, True]
    assert [str(frame[name].dtype) for name in ("l", "b")] == ["int64", "bool"]


def test_a_time_out_of_range_is_missing_or_an_error(datastore: AbstractAzureStorageDatastore) -> None:
    write(datastore, "late.csv", "d\n2020-01-01\nnever\n")
    types = {"d": DataType.to_datetime()}
    dataset = Dataset.Tabular.from_delimited_files((datastore, "late.csv"), set_column_types=types)
    assert dataset.to_pandas_dataframe()["d"].isna().tolist() == [False, True]
    with pytest.raises(UserErrorException, match="never"):
        dataset.to_pandas_dataframe(out_of_range_datetime="fail")


def test_without_inference_everything_is_text(datastore: AbstractAzureStorageDatastore) -> None:
    dataset = Dataset.Tabular.from_delimited_files((datastore, "t/a.csv"), infer_column_types=False)
    assert dataset.to_pandas_dataframe().iloc[0].tolist() == ["001", "ann", "2020-01-01", "1.5"]


@pytest.mark.parametrize(
    ("header", "columns", "rows"),
    [
        (True, ["a", "b"], 2),
        (False, ["Column1", "Column2"], 4),
        (PromoteHeadersBehavior.ONLY_FIRST_FILE_HAS_HEADERS, ["a", "b"], 3),
        (PromoteHeadersBehavior.COMBINE_ALL_FILES_HEADERS, ["a", "b"], 2),
        (PromoteHeadersBehavior.NO_HEADERS, ["Column1", "Column2"], 4),
    ],
)
def test_header_modes_say_which_first_lines_are_data(
    datastore: AbstractAzureStorageDatastore,
    header: bool | PromoteHeadersBehavior,
    columns: list[str],
    rows: int,
) -> None:
    write(datastore, "h/1.csv", "a,b\n1,2\n")
    write(datastore, "h/2.csv", "a,b\n3,4\n")
    frame = Dataset.Tabular.from_delimited_files((datastore, "h"), header=header).to_pandas_dataframe()
    assert (list(frame.columns), len(frame)) == (columns, rows)


def test_columns_of_all_headers_are_combined(datastore: AbstractAzureStorageDatastore) -> None:
    write(datastore, "h/1.csv", "a,b\n1,2\n")
    write(datastore, "h/2.csv", "b,c\n3,4\n")
    mode = PromoteHeadersBehavior.COMBINE_ALL_FILES_HEADERS
    frame = Dataset.Tabular.from_delimited_files((datastore, "h"), header=mode).to_pandas_dataframe()
    assert frame.fillna(0).astype(int).to_numpy().tolist() == [[1, 2, 0], [0, 3, 4]]


@pytest.mark.parametrize(
    ("encoding", "python"),
    [
        ("utf8", "utf-8"),
        ("latin1", "latin-1"),
        ("utf16", "utf-16"),
        ("utf8bom", "utf-8-sig"),
        ("windows1252", "cp1252"),
    ],
)
def test_encodings_are_read(datastore: AbstractAzureStorageDatastore, encoding: str, python: str) -> None:
    write(datastore, "e.csv", "näme\nzoë\n", python)
    frame = Dataset.Tabular.from_delimited_files((datastore, "e.csv"), encoding=encoding).to_pandas_dataframe()
    assert frame["näme"].tolist() == ["zoë"]


def test_a_separator_may_have_several_characters(datastore: AbstractAzureStorageDatastore) -> None:
    write(datastore, "s.csv", "a||b\n1||x|y\n")
    dataset = Dataset.Tabular.from_delimited_files((datastore, "s.csv"), separator="||")
    assert dataset.to_pandas_dataframe().to_numpy().tolist() == [[1, "x|y"]]


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_separators_and_quoted_lines_are_read(datastore: AbstractAzureStorageDatastore, separator: str) -> None:
    write(datastore, "s.csv", f'a{separator}b\n1{separator}"two\nlines"\n')
    dataset = Dataset.Tabular.from_delimited_files((datastore, "s.csv"), separator=separator, support_multi_line=True)
    assert dataset.to_pandas_dataframe().to_numpy().tolist() == [[1, "two\nlines"]]


def test_empty_texts_stay_texts_when_asked(datastore: AbstractAzureStorageDatastore) -> None:
    frame = Dataset.Tabular.from_delimited_files((datastore, "t/a.csv"), empty_as_string=True).to_pandas_dataframe()
    assert frame["name"].tolist() == ["ann", ""]


def test_paths_become_columns(datastore: AbstractAzureStorageDatastore) -> None:
    write(datastore, "p/rome/2020/03/x.csv", "v\n1\n")
    write(datastore, "p/oslo/2021/04/x.csv", "v\n2\n")
    dataset = Dataset.Tabular.from_delimited_files(
        (datastore, "p"), include_path=True, partition_format="/{city}/{month:yyyy/MM}/*.csv"
    )
    frame = dataset.to_pandas_dataframe()
    assert frame["Path"].tolist() == ["/oslo/2021/04/x.csv", "/rome/2020/03/x.csv"]
    assert frame["city"].tolist() == ["oslo", "rome"]
    assert frame["month"].tolist() == [pd.Timestamp(2021, 4, 1), pd.Timestamp(2020, 3, 1)]
    assert dataset.partition_keys == ["city", "month"]
    assert dataset.get_partition_key_values(["city"]) == [{"city": "oslo"}, {"city": "rome"}]
    assert dataset.filter(dataset["city"] == "rome").to_pandas_dataframe()["v"].tolist() == [1]


def test_parquet_files_are_read(datastore: AbstractAzureStorageDatastore) -> None:
    frame = pd.DataFrame({"a": range(10), "b": [f"t{i}" for i in range(10)]})
    (datastore.folder / "q").mkdir()
    frame[:4].to_parquet(datastore.folder / "q/1.parquet")
    frame[4:].to_parquet(datastore.folder / "q/2.parquet")
    dataset = Dataset.Tabular.from_parquet_files((datastore, "q/*.parquet"), include_path=True)
    read = dataset.to_pandas_dataframe()
    assert read["a"].tolist() == list(range(10))
    assert set(read["Path"]) == {"/1.parquet", "/2.parquet"}
    assert dataset.take(5).keep_columns("a").to_pandas_dataframe()["a"].tolist() == [0, 1, 2, 3, 4]


def test_json_lines_are_read(datastore: AbstractAzureStorageDatastore) -> None:
    write(datastore, "j.jsonl", '{"a": 1, "d": "2020-01-01"}\n{"a": 2, "d": "2020-01-02"}\n')
    frame = Dataset.Tabular.from_json_lines_files((datastore, "j.jsonl")).to_pandas_dataframe()
    assert frame["a"].tolist() == [1, 2]
    assert frame["d"].tolist() == [pd.Timestamp(2020, 1, 1), pd.Timestamp(2020, 1, 2)]
    write(datastore, "k.jsonl", '{"a": 1}\nno json\n[1]\n{"a": 2}\n')
    dropped = Dataset.Tabular.from_json_lines_files((datastore, "k.jsonl"), invalid_lines="drop")
    assert dropped.to_pandas_dataframe()["a"].tolist() == [1, 2]
    with pytest.raises(UserErrorException, match="cannot be read"):
        Dataset.Tabular.from_json_lines_files((datastore, "k.jsonl"), validate=False).to_pandas_dataframe()


def test_rows_are_taken_skipped_and_drawn(datastore: AbstractAzureStorageDatastore) -> None:
    dataset = table(datastore).keep_columns(["id"])
    assert dataset.take(2).to_pandas_dataframe()["id"].tolist() == ["001", "002"]
    assert dataset.skip(1).take(1).to_pandas_dataframe()["id"].tolist() == ["002"]
    assert dataset.take(0).to_pandas_dataframe().shape == (0, 1)
    assert dataset.take_sample(1.0).to_pandas_dataframe().shape == (3, 1)
    assert dataset.take_sample(0.0, seed=1).to_pandas_dataframe().shape == (0, 1)


def test_a_split_puts_each_row_on_one_side(datastore: AbstractAzureStorageDatastore) -> None:
    write(datastore, "many.csv", "v\n" + "\n".join(str(i) for i in range(1000)))
    first, second = Dataset.Tabular.from_delimited_files((datastore, "many.csv")).random_split(0.8)
    rows = [part.to_pandas_dataframe()["v"].tolist() for part in (first, second)]
    assert sorted(rows[0] + rows[1]) == list(range(1000))
    assert 700 < len(rows[0]) < 900
    assert first.to_pandas_dataframe()["v"].tolist() == rows[0]


def test_columns_are_kept_and_dropped(datastore: AbstractAzureStorageDatastore) -> None:
    assert list(table(datastore).keep_columns(["score", "id"]).to_pandas_dataframe().columns) == ["score", "id"]
    assert list(table(datastore).drop_columns(["day", "name"]).to_pandas_dataframe().columns) == ["id", "score"]
    with pytest.raises(UserErrorException, match="'none'"):
        table(datastore).keep_columns("none", validate=True)
    with pytest.raises(UserErrorException, match="'none'"):
        table(datastore).drop_columns("none").to_pandas_dataframe()
    with pytest.raises(UserErrorException, match="list of names"):
        table(datastore).keep_columns([])


def test_conditions_choose_rows(datastore: AbstractAzureStorageDatastore) -> None:
    dataset = table(datastore)
    either = (dataset["score"] >= 2) | (dataset["id"] == "003")
    assert dataset.filter(either).to_pandas_dataframe()["id"].tolist() == ["002", "003"]
    assert dataset.filter(~either).to_pandas_dataframe()["id"].tolist() == ["001"]
    assert dataset.filter((dataset["score"] > 1) & (dataset["id"] != "001")).to_pandas_dataframe().shape[0] == 1
    with pytest.raises(UserErrorException, match="joined by &"):
        dataset.filter(dataset["score"] > 1 and dataset["id"] == "001")


def test_rows_are_chosen_by_time(datastore: AbstractAzureStorageDatastore) -> None:
    dataset = table(datastore).with_timestamp_columns("day", validate=True)
    second = datetime(2020, 1, 2)  # noqa: DTZ001 - the column names no zone
    assert dataset.timestamp_columns == ("day", None)
    assert dataset.time_after(second).to_pandas_dataframe()["id"].tolist() == ["002", "003"]
    assert dataset.time_before(second, include_boundary=False).to_pandas_dataframe()["id"].tolist() == ["001"]
    assert dataset.time_between(second, second.replace(tzinfo=UTC)).to_pandas_dataframe()["id"].tolist() == ["002"]
    assert dataset.time_recent(timedelta(days=1)).to_pandas_dataframe().empty
    with pytest.raises(DatasetTimestampMissingError, match="with_timestamp_columns"):
        table(datastore).time_after(second)
    with pytest.raises(UserErrorException, match="goes with a timestamp"):
        table(datastore).with_timestamp_columns(partition_timestamp="day")


def test_a_table_is_written_as_files(datastore: AbstractAzureStorageDatastore) -> None:
    dataset = table(datastore).keep_columns(["id", "score"])
    path = Path(dataset.to_csv_files(separator=";").download("csv")[0])
    assert path.read_text(encoding="utf-8") == "id;score\n001;1.5\n002;2.0\n003;\n"
    written = dataset.to_parquet_files()
    assert pd.read_parquet(written.download("parquet")[0])["id"].tolist() == ["001", "002", "003"]
    local = Dataset.Tabular.from_delimited_files("csv/part-00000.csv", separator=";").to_parquet_files()
    assert local.to_path() == ["/part-00000.parquet"]


def test_what_is_registered_is_read_back_with_all_it_means(datastore: AbstractAzureStorageDatastore) -> None:
    workspace = datastore.workspace
    dataset = table(datastore).with_timestamp_columns("day").skip(1).keep_columns(["id", "day"])
    registered = dataset.register(workspace, "rows", description="some", tags={"a": 1})
    assert (registered.name, registered.version, registered.tags) == ("rows", 1, {"a": "1"})
    read = Dataset.get_by_name(workspace, "rows")
    assert isinstance(read, TabularDataset)
    assert read.id == dataset.id == Dataset.get_by_id(workspace, dataset.id).id
    assert read.timestamp_columns == ("day", None)
    assert read.to_pandas_dataframe().equals(dataset.to_pandas_dataframe())
    assert list(workspace.datasets) == ["rows"]
    assert registered.register(workspace, "rows").version == 1
    assert dataset.take(1).register(workspace, "rows", create_new_version=True).version == 2
    assert Dataset.get_by_name(workspace, "rows", version=1).version == 1
    read.unregister_all_versions()
    assert Dataset.get_all(workspace) == {}


def test_a_pandas_table_is_registered(
    datastore: AbstractAzureStorageDatastore, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=[5, 6])
    for target in ((datastore, "frames"), DataPath(datastore, "frames"), datastore):
        made = Dataset.Tabular.register_pandas_dataframe(frame, target, "frame", row_group_size=1)
        assert made.to_pandas_dataframe().to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert made.version == 3
    assert "Wrote 2 rows" in capsys.readouterr().out
    with pytest.raises(UserErrorException, match="target"):
        Dataset.Tabular.register_pandas_dataframe(frame, "frames", "frame")


def test_a_table_is_an_input_of_mode_direct_only(datastore: AbstractAzureStorageDatastore) -> None:
    config = table(datastore).as_named_input("rows")
    assert (config.name, config.mode) == ("rows", "direct")
    with pytest.raises(UserErrorException, match="direct"):
        config.as_mount()
    with pytest.raises(UserErrorException, match="direct"):
        DatasetConsumptionConfig("rows", table(datastore), mode="download")


def test_wrong_arguments_are_refused_at_once(datastore: AbstractAzureStorageDatastore) -> None:
    path = (datastore, "t")
    with pytest.raises(UserErrorException, match="encoding"):
        Dataset.Tabular.from_delimited_files(path, encoding="klingon")
    with pytest.raises(UserErrorException, match="header"):
        Dataset.Tabular.from_delimited_files(path, header="yes")  # type: ignore[arg-type]
    with pytest.raises(UserErrorException, match="separator"):
        Dataset.Tabular.from_delimited_files(path, separator="")
    with pytest.raises(UserErrorException, match="set_column_types"):
        Dataset.Tabular.from_delimited_files(path, set_column_types={"a": "int"})  # type: ignore[dict-item]
    with pytest.raises(UserErrorException, match="partition_format"):
        Dataset.Tabular.from_parquet_files(path, partition_format="/no/column")
    with pytest.raises(UserErrorException, match="invalid_lines"):
        Dataset.Tabular.from_json_lines_files(path, invalid_lines="keep")
    with pytest.raises(UserErrorException, match="No file"):
        Dataset.Tabular.from_delimited_files((datastore, "absent"))
    with pytest.raises(UserErrorException, match="cannot be read as parquet"):
        Dataset.Tabular.from_parquet_files(path)
    with pytest.raises(UserErrorException, match="decimal_mark"):
        DataType.to_float("'")
    with pytest.raises(UserErrorException, match="file addresses"):
        DataType.to_stream(datastore.workspace)


def test_equal_types_are_equal() -> None:
    assert DataType.to_datetime("%Y") == DataType.to_datetime(["%Y"])
    assert len({DataType.to_long(), DataType.to_long(), DataType.to_bool()}) == 2


@pytest.mark.parametrize(
    "use",
    [
        lambda d: d.to_spark_dataframe(),
        lambda d: d.to_dask_dataframe(),
        lambda d: d.partition_by(["id"], None),
        lambda d: d.submit_profile_run("cpu", None),
        lambda d: d.get_profile(),
        lambda d: d.get_profile_runs(),
        lambda d: d.download("Path"),
        lambda d: d.mount("Path"),
        lambda _: Dataset.Tabular.from_sql_query("select 1"),
        lambda _: Dataset.Tabular.register_spark_dataframe(None, None, "x"),
        lambda _: Dataset.Tabular.register_dask_dataframe(None, None, "x"),
    ],
)
def test_what_is_not_built_says_what_to_do(
    datastore: AbstractAzureStorageDatastore, use: Callable[[TabularDataset], object]
) -> None:
    with pytest.raises(UserErrorException, match=r"Use |Group |Make |Read "):
        use(table(datastore))


@pytest.mark.parametrize("module", ["pandas", "pyarrow.parquet"])
def test_a_missing_library_says_how_to_install_it(
    datastore: AbstractAzureStorageDatastore, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    path = Path(table(datastore).to_parquet_files().download("p")[0])
    dataset = Dataset.Tabular.from_parquet_files(str(path))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UserErrorException, match=r"pip install 'hyperstep\[data\]'"):
        dataset.to_pandas_dataframe()
