"""Datasets of web addresses: fetched once from a real server, then read from the home without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web_server import WebServer

from hyperstep.artifact_store.web_files import FOLDER
from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.session import read_settings
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data import web_files
from hyperstep.azureml_v1.data.translation import translate_input
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.pipeline.spec import DatastorePaths

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    """A served folder with two tables."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "a.csv").write_text("x,y\n1,2\n")
    (served / "b.csv").write_text("x,y\n3,4\n")
    with WebServer(served) as server:
        yield server


@pytest.fixture
def address(server: WebServer) -> str:
    return server.address


@pytest.fixture
def _asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each use were a process of its own."""
    monkeypatch.setattr(web_files, "_LOOK_EVERY_S", 0.0)


def test_a_table_behind_an_address_is_read(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = Dataset.Tabular.from_delimited_files(f"{address}/a.csv").to_pandas_dataframe()
    assert table.to_dict("list") == {"x": [1], "y": [2]}
    assert f"Fetched {address}/a.csv, once" in capsys.readouterr().out


def test_several_addresses_are_one_dataset_of_files_by_name(address: str, tmp_path: Path) -> None:
    files = Dataset.File.from_files([f"{address}/a.csv", f"{address}/b.csv"])
    assert files.to_path() == ["/a.csv", "/b.csv"]
    files.download(str(tmp_path / "down"))
    assert (tmp_path / "down" / "b.csv").read_text() == "x,y\n3,4\n"


def test_a_file_is_fetched_once(address: str, tmp_path: Path) -> None:
    first = Dataset.File.from_files(f"{address}/a.csv")
    (tmp_path / "served" / "a.csv").unlink()
    assert Dataset.File.from_files(f"{address}/a.csv").id == first.id


@pytest.mark.usefixtures("_asked_each_time")
def test_a_driver_fetches_again_what_has_changed_and_says_so(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Dataset.File.from_files(f"{address}/a.csv?sig=secret")
    (tmp_path / "served" / "a.csv").write_text("x\n7\n")
    table = Dataset.Tabular.from_delimited_files(f"{address}/a.csv?sig=secret").to_pandas_dataframe()
    assert table["x"].tolist() == [7]
    said = capsys.readouterr().out
    assert f"{address}/a.csv has changed: fetched again" in said
    assert "secret" not in said


@pytest.mark.usefixtures("_asked_each_time")
def test_without_a_network_the_kept_file_counts_and_that_is_said(
    server: WebServer, capsys: pytest.CaptureFixture[str]
) -> None:
    first = Dataset.File.from_files(f"{server.address}/a.csv")
    server.stop()
    assert Dataset.File.from_files(f"{server.address}/a.csv").id == first.id
    said = capsys.readouterr().out
    assert f"{server.address}/a.csv does not answer (" in said
    assert "the file fetched on" in said


def test_making_a_dataset_and_submitting_it_asks_once(server: WebServer, workspace: Workspace) -> None:
    dataset = Dataset.File.from_files(f"{server.address}/a.csv")
    Dataset.File.from_files(f"{server.address}/a.csv")
    translate_input(workspace, dataset.as_named_input("data"))
    assert server.asked == ["/a.csv"]


@pytest.mark.usefixtures("_asked_each_time")
def test_a_dataset_that_was_made_long_ago_is_asked_about_when_it_is_submitted(
    server: WebServer, workspace: Workspace, tmp_path: Path
) -> None:
    data = Dataset.File.from_files(f"{server.address}/a.csv").as_named_input("data")
    before = translate_input(workspace, data).source
    (tmp_path / "served" / "a.csv").write_text("x\n7\n")
    after = translate_input(workspace, data).source
    assert isinstance(before, DatastorePaths)
    assert isinstance(after, DatastorePaths)
    assert before.paths != after.paths
    assert before.addresses == after.addresses == (f"{server.address}/a.csv",)


@pytest.mark.usefixtures("_asked_each_time")
def test_submitting_without_the_file_and_a_network_says_what_to_do(server: WebServer, workspace: Workspace) -> None:
    data = Dataset.File.from_files(f"{server.address}/a.csv").as_named_input("data")
    server.stop()
    place = next(path for path in (read_settings().home / FOLDER).rglob("a.csv"))
    place.unlink()
    with pytest.raises(UserErrorException, match=f"{server.address}/a.csv cannot be fetched: .* Put the file at "):
        translate_input(workspace, data)


def test_addresses_that_differ_in_their_query_are_different_files(address: str) -> None:
    plain = Dataset.File.from_files(f"{address}/a.csv")
    assert Dataset.File.from_files(f"{address}/a.csv?version=2").id != plain.id


def test_what_cannot_be_fetched_says_where_to_put_the_file_and_repeats_no_key(address: str) -> None:
    with pytest.raises(UserErrorException, match="cannot be fetched") as caught:
        Dataset.File.from_files(f"{address}/none.csv?sig=secret")
    message = str(caught.value)
    assert "secret" not in message
    place = Path(message.partition("Put the file at ")[2].partition(";")[0])
    assert read_settings().home / FOLDER in place.parents
    assert not list(place.parent.iterdir())
    place.write_text("x\n5\n")
    table = Dataset.Tabular.from_delimited_files(f"{address}/none.csv?sig=secret").to_pandas_dataframe()
    assert table["x"].tolist() == [5]


@pytest.mark.parametrize(
    "rest",
    [
        "127.0.0.1",
        "127.0.0.1/",
        "127.0.0.1/../../etc/passwd",
        "127.0.0.1/*.csv",
        "127.0.0.1/a/%2e%2e/../b",
        "../a.csv",
        "/a.csv",
        "127.0.0.1:port/a.csv",
        "[::1/a.csv",
    ],
)
def test_an_address_that_names_no_single_file_is_refused(rest: str) -> None:
    with pytest.raises(UserErrorException, match="names one file"):
        Dataset.File.from_files(f"http://{rest}")


def test_a_name_that_no_file_can_have_is_a_users_error_too() -> None:
    with pytest.raises(UserErrorException, match="cannot be fetched") as caught:
        Dataset.File.from_files(f"http://user:secret@127.0.0.1:9/{'a' * 300}.csv")
    assert "secret" not in str(caught.value)
