"""A run whose database is empty or gone: every command names it, the rest of the home works, nothing of it is lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hyperstep.cli.main import main
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.testing.run_store import OWNER, root_run, trial_run

Captured = pytest.CaptureFixture[str]
Damage = Callable[[Path], None]
LOST, WHOLE = "HD_lost", "HD_whole"
FOLDER = "20260101-lost"
_OLD_S = 40 * 86400


def empty(folder: Path) -> None:
    (folder / "run.db").write_bytes(b"")
    (folder / "run.db-wal").write_bytes(b"what was recorded last, which SQLite would remove")


def without_records(folder: Path) -> None:
    """As an empty file became that an earlier version opened for writing."""
    with closing(sqlite3.connect(folder / "run.db")) as connection:
        connection.executescript("delete from runs; delete from spec;")
        connection.commit()


def without_database(folder: Path) -> None:
    (folder / "run.db").unlink()


def without_folder(folder: Path) -> None:
    shutil.rmtree(folder)


WORDS: dict[Damage, str] = {
    empty: "is empty",
    without_records: "does not hold it",
    without_database: "is gone",
    without_folder: "is gone with its folder",
}
DAMAGES = pytest.mark.parametrize("damage", [empty, without_records, without_database, without_folder])


def create(home: Home, run_id: str, folder: str, digest: str, *, status: RunStatus = RunStatus.COMPLETED) -> None:
    runs = [root_run(run_id, status=status), trial_run(0, run_id, status=status)]
    home.store.create(runs, folder=folder, spec={"code": digest})
    (home.path / "runs" / folder / "trial-0").mkdir()
    (home.path / "runs" / folder / "trial-0" / "model.txt").write_text("its only copy")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Of the run that is to be damaged, in a home with another one; all that it stored is long ago."""
    home = Home.open()
    digests = [home.artifacts.put_bytes(text) for text in (b"code of the lost run", b"code of the whole run", b"rest")]
    create(home, LOST, FOLDER, digests[0])
    create(home, WHOLE, "20260102-whole", digests[1])
    (home.path / "environments" / "built").mkdir(parents=True)
    (home.path / "objects" / ".incoming").mkdir(exist_ok=True)
    (home.path / "objects" / ".incoming" / "torn").touch()
    home.close()
    old = time.time() - _OLD_S
    for path in [*home.path.rglob("*")]:
        os.utime(path, (old, old))
    yield home.path / "runs" / FOLDER
    assert (home.path / "runs" / "20260102-whole" / "trial-0" / "model.txt").exists()


def held(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def said(capsys: Captured) -> str:
    out = capsys.readouterr()
    assert "Traceback" not in out.err
    return out.out + out.err


@DAMAGES
def test_runs_marks_it(folder: Path, capsys: Captured, damage: Damage) -> None:
    damage(folder)
    assert main(["runs", "--json"]) == 0
    assert {run["id"]: run["damaged"] for run in json.loads(said(capsys))} == {LOST: True, WHOLE: False}


@DAMAGES
@pytest.mark.parametrize("command", ["show", "best", "resume", "why", "logs"])
@pytest.mark.parametrize("text", [LOST, "lost", f"{LOST}_0"])
def test_a_look_at_it_names_the_file_and_what_to_do(
    folder: Path, capsys: Captured, damage: Damage, command: str, text: str
) -> None:
    damage(folder)
    before = held(folder)
    assert main([command, text]) == 4
    words = said(capsys)
    assert str(folder / "run.db") in words
    assert f"and this one {WORDS[damage]}." in words
    assert "`hyperstep doctor`" in words
    assert before.items() <= held(folder).items()  # SQLite may put files of its own beside it
    assert main(["show", WHOLE]) == 0


@DAMAGES
def test_it_is_no_run_to_be_resumed_with_all_others(folder: Path, capsys: Captured, damage: Damage) -> None:
    home = Home.open()
    home.store.update_root(root_run(LOST, status=RunStatus.RUNNING))
    home.close()
    damage(folder)
    assert main(["resume", "--all", "--detach"]) == 0
    assert str(folder / "run.db") in said(capsys)


@DAMAGES
def test_doctor_names_the_file_and_the_run(folder: Path, capsys: Captured, damage: Damage) -> None:
    damage(folder)
    assert main(["doctor"]) == 1
    problem = next(line for line in said(capsys).splitlines() if line.startswith("problem: "))
    assert str(folder / "run.db") in problem
    assert LOST in problem
    assert f"`hyperstep rm {FOLDER}`" in problem
    assert main(["rm", FOLDER, "--yes"]) == 0
    assert main(["doctor"]) == 0


@DAMAGES
def test_gc_clears_the_rest_and_names_it_and_takes_nothing_that_it_may_need(
    folder: Path, capsys: Captured, damage: Damage
) -> None:
    damage(folder)
    before = held(folder)
    home = Home.open(read_only=True)
    objects = {held.digest for held in home.artifacts.objects()}
    assert main(["gc"]) == 0
    assert "would remove 1 temporary file" in said(capsys)
    assert main(["gc", "--yes", "--keep-best", "0", "--forget-sources"]) == 0
    words = said(capsys)
    assert "removed 1 temporary file" in words
    assert f"kept 1 run: records not readable ({FOLDER})" in words
    assert f"what {FOLDER} refers to cannot be read" in words
    assert {held.digest for held in home.artifacts.objects()} == objects
    assert (home.path / "environments" / "built").is_dir()
    assert before.items() <= held(folder).items()  # SQLite may put files of its own beside it
    assert main(["rm", LOST, "--yes"]) == 0
    assert main(["gc", "--yes"]) == 0
    assert len(list(home.artifacts.objects())) == 1
    assert not (home.path / "environments" / "built").exists()


@DAMAGES
@pytest.mark.parametrize("text", [LOST, FOLDER])
def test_it_is_removed_by_its_id_and_by_its_folders_name(
    folder: Path, capsys: Captured, damage: Damage, text: str
) -> None:
    damage(folder)
    assert main(["rm", text, "--yes"]) == 0
    assert f"{LOST} was removed" in said(capsys)
    assert not folder.exists()
    assert main(["runs", "--json"]) == 0
    assert [run["id"] for run in json.loads(said(capsys))] == [WHOLE]


@DAMAGES
def test_one_that_had_not_ended_as_far_as_is_known_is_removed_by_force_only(
    folder: Path, capsys: Captured, damage: Damage
) -> None:
    home = Home.open()
    home.store.update_root(root_run(LOST, status=RunStatus.RUNNING))
    home.close()
    damage(folder)
    existed = folder.exists()
    assert main(["rm", LOST, "--yes"]) == 4
    assert "its records cannot be read" in said(capsys)
    assert folder.exists() == existed
    assert main(["rm", LOST, "--yes", "--force"]) == 0
    assert not folder.exists()


def test_a_folder_that_was_somebodys_is_not_taken_for_a_submission_that_never_came_to_be(
    folder: Path, capsys: Captured
) -> None:
    home = Home.open()
    home.store.create([root_run("own", kind=RunKind.INTERACTIVE)], folder="20260103-own", spec={})
    own = home.path / "runs" / "20260103-own"
    (own / "outputs").mkdir()
    home.store.remove_root("own")  # as after an index was made anew, without a run whose database is empty
    home.close()
    empty(own)
    for path in (own, *own.iterdir()):
        os.utime(path, (1.0, 1.0))
    assert main(["gc", "--yes"]) == 0
    assert "kept 1 run: records not readable (20260103-own)" in said(capsys)
    assert (own / "outputs").is_dir()
    assert folder.exists()


class TestARemovedIndex:
    """The runs are there, and ``doctor --rebuild-index`` finds them."""

    @pytest.fixture(autouse=True)
    def _without_index(self, folder: Path) -> None:
        home = Home.open()
        home.store.journal(WHOLE).acquire(OWNER)
        home.close()
        for file in folder.parents[1].glob("index.db*"):
            file.unlink()

    @pytest.mark.parametrize("command", [["runs"], ["runs", "--workspace", "local"], ["show", "latest"], ["doctor"]])
    def test_it_is_told_as_that(self, capsys: Captured, command: list[str]) -> None:
        main(command)
        words = said(capsys)
        assert "The index does not know 1 of the runs whose folders are there (20260102-whole)." in words
        assert "`hyperstep doctor --rebuild-index`" in words
        assert "Nothing has been submitted yet" not in words

    def test_doctor_takes_it_for_a_problem_until_another_was_made(self, capsys: Captured) -> None:
        assert main(["doctor"]) == 1
        assert main(["doctor", "--rebuild-index"]) == 0
        said(capsys)
        assert main(["runs", "--json"]) == 0
        assert WHOLE in {run["id"] for run in json.loads(said(capsys))}
