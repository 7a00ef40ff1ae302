"""Which of the noted modules a warm server may import beforehand."""

from __future__ import annotations

import json
from pathlib import Path

from hyperstep.runtime.runner.warm.imports import (
    FEWEST_NEW,
    MOST_BYTES,
    MOST_MODULES,
    MOST_UPDATES,
    ImportNote,
    add,
    from_data,
    learn,
    own_places,
    read_note,
    stamps_of,
    to_data,
)

_SITE, _LIBRARY, _WORK = "/venv/lib/site-packages", "/usr/lib/python3.11", "/home/runs/1/work"


def note(*modules: tuple[str, str], hidden: tuple[str, ...] = (), gpu: bool = False) -> ImportNote:
    return ImportNote(modules, (_SITE,), (_LIBRARY,), hidden, gpu)


def library(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{_SITE}/{name}.py") for name in names)


def test_only_what_is_installed_is_shared() -> None:
    found = learn(
        note(
            ("json", f"{_LIBRARY}/json/__init__.py"),
            ("numpy", f"{_SITE}/numpy/__init__.py"),
            ("model", f"{_WORK}/model.py"),
            ("editable", "/home/me/project/src/editable/__init__.py"),
            ("__editable___project_finder", f"{_SITE}/__editable___project_finder.py"),
            ("lookalike", f"{_SITE}-not/lookalike.py"),
        ),
        _WORK,
        2.5,
    )
    assert found.modules == ("json", "numpy")
    assert found.files == (f"{_LIBRARY}/json/__init__.py", f"{_SITE}/numpy/__init__.py")
    assert found.duration_s == 2.5
    assert found.why_cold == ""


def test_ours_is_shared_wherever_it_lies_but_for_what_belongs_to_a_process() -> None:
    ours = ("azureml", "azureml.core", "hyperstep_trial.run", "hyperstep_trial.import_note", "hyperstep.azureml")
    found = learn(note(*((name, f"/src/{name}.py") for name in ours)), _WORK, 1.0)
    assert found.modules == ("azureml", "azureml.core", "hyperstep_trial.run")


def test_a_copy_of_a_library_in_the_working_folder_is_the_users_even_with_an_environment_in_it() -> None:
    inside = ImportNote((("numpy", f"{_WORK}/venv/lib/numpy.py"),), (f"{_WORK}/venv/lib",), (), (), gpu=False)
    assert learn(inside, _WORK, 1.0).modules == ()


def test_a_gpu_or_a_hidden_library_is_a_reason_for_ever() -> None:
    assert "GPU" in learn(note(gpu=True), _WORK, 1.0).why_cold
    assert "queue" in learn(note(hidden=("queue",)), _WORK, 1.0).why_cold


def test_a_script_that_tells_libraries_what_they_read_when_they_are_loaded_is_cold_also_when_that_is_seen_late() -> (
    None
):
    telling = ImportNote((), (_SITE,), (_LIBRARY,), (), gpu=False, changed=("OMP_NUM_THREADS",))
    assert "sets OMP_NUM_THREADS" in learn(telling, _WORK, 1.0).why_cold
    later = add(learn(note(*library("a")), _WORK, 1.0), telling, _WORK)
    assert later is not None
    assert later.modules == ("a",)
    assert "sets OMP_NUM_THREADS" in later.why_cold


def test_what_a_warm_attempt_loaded_itself_is_added_when_it_is_worth_a_server() -> None:
    known = learn(note(*library("a", "b")), _WORK, 1.0)
    few = library(*(f"c{n}" for n in range(FEWEST_NEW - 1)))
    assert add(known, note(*few), _WORK) is None
    assert add(known, note(*library("a", "b")), _WORK) is None
    more = add(known, note(*few, *library("a", "d")), _WORK)
    assert more is not None
    assert more.modules == ("a", "b", *(name for name, _ in few), "d")
    assert len(more.files) == len(more.modules)
    assert more.updates == 1


def test_servers_are_not_replaced_for_ever() -> None:
    known = learn(note(*library("a")), _WORK, 1.0)
    for number in range(MOST_UPDATES):
        more = add(known, note(*library(*(f"m{number}_{n}" for n in range(FEWEST_NEW)))), _WORK)
        assert more is not None
        known = more
    assert add(known, note(*library(*(f"z{n}" for n in range(FEWEST_NEW)))), _WORK) is None


def test_a_gpu_that_a_warm_attempt_used_is_a_reason_from_then_on() -> None:
    known = learn(note(*library("a")), _WORK, 1.0)
    changed = add(known, note(gpu=True), _WORK)
    assert changed is not None
    assert "GPU" in changed.why_cold
    assert changed.modules == ("a",)


def test_there_are_never_more_modules_than_a_server_takes() -> None:
    known = learn(note(*library(*(f"m{n}" for n in range(MOST_MODULES + 5)))), _WORK, 1.0)
    assert len(known.modules) == MOST_MODULES
    long = learn(note(*library(*(f"{n:0100}" for n in range(MOST_MODULES)))), _WORK, 1.0)
    assert 0.9 * MOST_BYTES < len("\0".join(long.modules)) <= MOST_BYTES
    assert add(known, note(*library("x", "y", "z")), _WORK) is None


def test_what_is_kept_is_what_was_known() -> None:
    known = learn(note(*library("a", "b"), gpu=True), _WORK, 1.5)
    assert from_data(json.loads(json.dumps(to_data(known)))) == known


def test_a_note_that_is_absent_torn_or_of_another_shape_is_none(tmp_path: Path) -> None:
    file = tmp_path / "imports.json"
    assert read_note(file) is None
    for text in ("", "{", "[]", '{"modules": [["a"]]}', '{"modules": []}'):
        file.write_text(text)
        assert read_note(file) is None


def test_stamps_tell_a_changed_file_and_one_that_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("1")
    before = stamps_of([str(file)])
    file.write_text("22")
    assert stamps_of([str(file)]) != before
    file.unlink()
    assert stamps_of([str(file)]) == [None]


def test_ones_own_modules_outside_the_folder_are_told_by_the_place_of_their_package() -> None:
    found = own_places(
        note(
            ("json", f"{_LIBRARY}/json/__init__.py"),
            ("numpy", f"{_SITE}/numpy/__init__.py"),
            ("__editable___project_finder", f"{_SITE}/__editable___project_finder.py"),
            ("hyperstep_trial.run", "/checkout/src/hyperstep_trial/run.py"),
            ("model", f"{_WORK}/model.py"),
            ("mypk", "/me/src/mypk/__init__.py"),
            ("mypk.deep", "/me/src/mypk/deep/__init__.py"),
            ("mypk.deep.net", "/me/src/mypk/deep/net.py"),
            ("spread.part", "/me/spread/part.py"),
            ("helper", "/me/helper.py"),
            ("fast", "/me/fast.cpython-311-x86_64-linux-gnu.so"),
            ("odd.name", "/me/elsewhere.py"),
        ),
        _WORK,
    )
    names = ("src/mypk", "spread", "helper.py", "fast.cpython-311-x86_64-linux-gnu.so", "elsewhere.py")
    assert found == {f"/me/{name}" for name in names}
