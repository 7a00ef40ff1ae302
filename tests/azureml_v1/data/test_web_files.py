"""Datasets of web addresses: fetched once from a real server, then read from the home without it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.session import read_settings
from hyperstep.azureml_v1.data.web_files import FOLDER
from hyperstep.azureml_v1.exceptions import UserErrorException

pytestmark = pytest.mark.usefixtures("workspace")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        del format, args


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a served folder with two tables."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "a.csv").write_text("x,y\n1,2\n")
    (served / "b.csv").write_text("x,y\n3,4\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(served)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


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
