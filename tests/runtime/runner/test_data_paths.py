"""What stands behind an input: one file, one folder, or all that match."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.artifact_store.tree import Reading
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import (
    CodeSpec,
    DataMode,
    DatastorePaths,
    InputSpec,
    OutputSpec,
    PipelineSpec,
    StepOutput,
    StepSpec,
)
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import (
    Found,
    content_digest,
    find_in_datastores,
    find_input,
    provide_input,
    seen_name,
)

STORE = "workspaceblobstore"


@pytest.fixture
def home() -> Iterator[Home]:
    home = Home.open()
    folder = home.datastore_folder("local", STORE)
    for place in ("raw/a/1.csv", "raw/a/2.csv", "raw/b/3.csv", "raw/b/notes.txt", "top.csv"):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(place)
    yield home
    home.close()


def port(*paths: str, mode: DataMode = DataMode.MOUNT) -> InputSpec:
    return InputSpec("data", DatastorePaths(tuple((STORE, p) for p in paths), "id-1"), mode, "$data", "data")


def provided(home: Home, given: InputSpec, folder: Path) -> Path:
    return Path(provide_input(given, find_input(home, "local", given, {}), folder))


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_one_file_is_given_as_that_file(home: Home, tmp_path: Path) -> None:
    assert provided(home, port("raw/a/1.csv"), tmp_path).read_text() == "raw/a/1.csv"


def test_one_folder_is_given_as_that_folder(home: Home, tmp_path: Path) -> None:
    assert names(provided(home, port("raw"), tmp_path)) == ["a/1.csv", "a/2.csv", "b/3.csv", "b/notes.txt"]


def test_a_pattern_gives_a_folder_relative_to_the_common_root(home: Home, tmp_path: Path) -> None:
    assert names(provided(home, port("raw/**/*.csv"), tmp_path)) == ["a/1.csv", "a/2.csv", "b/3.csv"]


def test_several_paths_are_one_folder_also_with_the_whole_datastore(home: Home, tmp_path: Path) -> None:
    assert names(provided(home, port("raw/a", "raw/b"), tmp_path / "1")) == [
        "a/1.csv",
        "a/2.csv",
        "b/3.csv",
        "b/notes.txt",
    ]
    assert "top.csv" in names(provided(home, port("", "raw/a"), tmp_path / "2"))


def test_a_download_is_a_copy_that_may_be_changed(home: Home, tmp_path: Path) -> None:
    copy = provided(home, port("raw/a", mode=DataMode.DOWNLOAD), tmp_path)
    (copy / "1.csv").write_text("changed")
    assert (home.datastore_folder("local", STORE) / "raw/a/1.csv").read_text() == "raw/a/1.csv"


@pytest.mark.parametrize("mode", [DataMode.MOUNT, DataMode.DOWNLOAD])
def test_an_absolute_path_on_compute_shows_what_the_run_was_given_and_never_an_earlier_run(
    home: Home, tmp_path: Path, mode: DataMode
) -> None:
    given = replace(port("raw/a", mode=mode), path_on_compute=str(tmp_path / "fixed"))
    assert (provided(home, given, tmp_path / "run1") / "1.csv").read_text() == "raw/a/1.csv"
    (home.datastore_folder("local", STORE) / "raw/a/1.csv").write_text("newer")
    shown = provided(home, given, tmp_path / "run2")
    assert shown == tmp_path / "fixed"
    assert (shown / "1.csv").read_text() == "newer"


def test_a_path_on_compute_that_is_taken_is_refused(home: Home, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(InvalidInputError, match="must be free"):
        provided(home, replace(port("raw/a"), path_on_compute=str(tmp_path / "mine")), tmp_path / "run")


def test_direct_gives_the_id(home: Home, tmp_path: Path) -> None:
    given = port("raw/a", mode=DataMode.DIRECT)
    assert provide_input(given, find_input(home, "local", given, {}), tmp_path) == "id-1"


def test_nothing_there_is_an_error_that_names_it(home: Home) -> None:
    with pytest.raises(InvalidInputError, match="missing"):
        find_input(home, "local", port("missing"), {})


def test_content_decides_the_digest(home: Home) -> None:
    def digest() -> str:
        return content_digest(find_input(home, "local", port("raw/**/*.csv"), {}), Reading(home.path))[0]

    before = digest()
    assert digest() == before
    (home.datastore_folder("local", STORE) / "raw/b/notes.txt").write_text("not matched")
    assert digest() == before
    (home.datastore_folder("local", STORE) / "raw/a/1.csv").write_text("raw/a/9.csv")
    assert digest() != before


def test_a_registered_dataset_of_this_machines_own_files_is_found_and_known_by_content(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_text("before")
    source = DatastorePaths((("", str(tmp_path / "own.csv")),))
    before = content_digest(find_in_datastores(home, "local", "own", source), Reading())
    (tmp_path / "own.csv").write_text("after")
    assert content_digest(find_in_datastores(home, "local", "own", source), Reading()) != before
    found = find_in_datastores(home, "local", "own", DatastorePaths((("", f"{tmp_path}/*.csv"),)))
    assert [place for place, _ in found.files] == ["own.csv"]


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("azureml/{run-id}/{output-name}", "made"),
        ("out/{run-id}.csv", "{run-id}.csv"),
        ("{run-id}/b.csv", "b.csv"),
    ],
)
def test_what_another_step_wrote_is_seen_by_its_name_without_the_id_of_its_run(
    home: Home, template: str, name: str
) -> None:
    output = OutputSpec("made", STORE, DataMode.MOUNT, "$made", "made", path=template)
    maker = StepSpec("m", "make", CodeSpec("0" * 64, "make.py"), outputs=(output,))
    given = InputSpec("made", StepOutput("m", "made"), DataMode.MOUNT, "$made", "made")
    found = Found(home.datastore_folder("local", STORE) / "top.csv")
    assert seen_name(PipelineSpec(steps=(maker,)), given, found) == name


def test_a_file_is_seen_by_its_name_and_a_folder_or_a_set_by_none(home: Home) -> None:
    given = [port("raw/a/1.csv"), port("raw"), port("raw/*")]
    pipeline = PipelineSpec(steps=())
    assert [seen_name(pipeline, each, find_input(home, "local", each, {})) for each in given] == ["1.csv", "", ""]
