"""Driver or job, and homes that are opened once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from hyperstep.azureml_v1.core.session import close_homes, in_job, job_run_id, open_home, read_settings


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    close_homes()


def test_v1s_variables_alone_make_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUREML_RUN_ID", "r")
    assert not in_job()
    assert job_run_id() == ""
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", "f")
    assert in_job()
    assert job_run_id() == "r"


def test_a_home_is_opened_once_a_thread() -> None:
    settings = read_settings()
    mine = open_home(settings)
    assert open_home(settings) is mine
    others = []

    def open_and_close() -> None:
        others.append(open_home(settings))
        close_homes()

    thread = threading.Thread(target=open_and_close)
    thread.start()
    thread.join()
    assert others[0] is not mine


def test_each_home_is_one_of_its_own() -> None:
    settings = read_settings()
    assert open_home(settings) is not open_home(replace(settings, home=settings.home / "other"))


def test_a_closed_home_is_opened_anew() -> None:
    first = open_home(read_settings())
    close_homes()
    assert open_home(read_settings()) is not first
