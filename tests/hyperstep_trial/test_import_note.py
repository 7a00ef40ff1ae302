"""The note of what a process has imported, written by real processes at their end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hyperstep_trial.boot_environment import boot_environment
from hyperstep_trial.import_note import NOTE_VARIABLE

_UNCAUGHT, _INTERPRETER_ASKED = 1, 3

NOTE_WHAT_FOLLOWS = "from hyperstep_trial.import_note import note_at_exit\nnote_at_exit(next(reversed(sys.modules)))\n"
"""What a warm server's child does before it runs its script."""


def run(folder: Path, script: str, *, asked: bool = True) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run a script in a folder; returns what became of it and the note, which is empty when there is none."""
    (folder / "train.py").write_text(script)
    note = folder / "note.json"
    env = boot_environment(os.environ, "/nowhere") | ({NOTE_VARIABLE: str(note)} if asked else {})
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    return done, json.loads(note.read_text()) if note.exists() else {}


def names(note: dict[str, Any]) -> list[str]:
    return [name for name, _ in note.get("modules", ())]


@pytest.mark.parametrize(
    ("end", "code"),
    [("", 0), ("import sys; sys.exit(3)", _INTERPRETER_ASKED), ("raise ValueError('no')", _UNCAUGHT)],
    ids=["end", "exit", "error"],
)
def test_it_is_written_however_the_script_ends(tmp_path: Path, end: str, code: int) -> None:
    done, note = run(tmp_path, f"import colorsys\n{end}")
    assert done.returncode == code
    assert "colorsys" in names(note)


def test_modules_stand_in_the_order_of_loading_with_the_folders_they_belong_to(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("import msgspec\n")
    _, note = run(tmp_path, "import own, wave\n")
    loaded = names(note)
    assert loaded.index("msgspec") < loaded.index("wave")
    files = dict(note["modules"])
    assert any(files["msgspec"].startswith(folder + os.sep) for folder in note["site"])
    assert files["wave"].startswith(note["library"][0] + os.sep)
    assert files["own"] == str(tmp_path / "own.py")
    assert "__main__" not in loaded
    assert "sitecustomize" not in loaded
    assert note["hidden"] == []
    assert note["gpu"] is False


def test_a_module_of_the_users_that_hides_a_library_is_told(tmp_path: Path) -> None:
    (tmp_path / "wave.py").write_text("")
    (tmp_path / "msgspec.py").write_text("")
    _, note = run(tmp_path, "import wave, msgspec\n")
    assert note["hidden"] == ["msgspec", "wave"]


def test_variables_that_libraries_read_when_they_are_loaded_are_told_where_the_script_changes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("MKL_NUM_THREADS", "1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    script = (
        "import os\nos.environ['OMP_NUM_THREADS'] = '2'\nos.environ['MKL_NUM_THREADS'] = '1'\n"
        "del os.environ['OPENBLAS_NUM_THREADS']\nos.environ |= {'KERAS_BACKEND': 'torch', 'PYTHONHASHSEED': '3'}\n"
    )
    _, note = run(tmp_path, script)
    assert note["changed"] == ["KERAS_BACKEND", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
    _, note = run(tmp_path, "import os\nos.environ['OMP_NUM_THREADS'] = '1'\n")
    assert note["changed"] == []


def test_nothing_is_loaded_for_the_sake_of_the_note(tmp_path: Path) -> None:
    (tmp_path / "lazy.py").write_text("def __getattr__(name):\n    raise SystemExit(f'asked for {name}')\n")
    done, note = run(tmp_path, "import lazy\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "lazy" in names(note)


def test_who_does_not_ask_gets_no_note_and_loads_nothing_for_it(tmp_path: Path) -> None:
    done, note = run(tmp_path, "import sys; print('hyperstep_trial.import_note' in sys.modules)", asked=False)
    assert done.stdout == "False\n"
    assert note == {}


def test_neither_children_nor_forks_write_one_and_the_script_does_not_see_the_question(tmp_path: Path) -> None:
    script = f"""
import os, subprocess, sys
print({NOTE_VARIABLE!r} in os.environ)
subprocess.run([sys.executable, "-c", "import this"], stdout=subprocess.DEVNULL, check=True)
if os.fork() == 0:
    import wave
    sys.exit(0)
os.wait()
import colorsys
"""
    done, note = run(tmp_path, script)
    assert done.stdout == "False\n"
    assert "colorsys" in names(note)
    assert not {"this", "wave"} & set(names(note))


def test_a_note_that_cannot_be_written_is_no_error_of_the_scripts(tmp_path: Path) -> None:
    done, note = run(tmp_path, "import os; os.mkdir(f'note.json.{os.getpid()}.part'); print('done')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert note == {}


def test_os_exit_leaves_none(tmp_path: Path) -> None:
    done, note = run(tmp_path, "import os; os._exit(5)")
    assert done.returncode == 5
    assert note == {}


def test_what_was_loaded_beforehand_is_not_noted_and_without_more_there_is_no_note(tmp_path: Path) -> None:
    script = "import sys, wave\n" + NOTE_WHAT_FOLLOWS
    note = tmp_path / "note.json"
    (tmp_path / "train.py").write_text(script + "if len(sys.argv) > 1:\n    import colorsys\n")
    env = {**os.environ, NOTE_VARIABLE: str(note)}  # without the boot folder, as in a warm server's child
    subprocess.run([sys.executable, "train.py"], cwd=tmp_path, env=env, check=True)
    assert not note.exists()
    subprocess.run([sys.executable, "train.py", "more"], cwd=tmp_path, env=env, check=True)
    noted = names(json.loads(note.read_text()))
    assert "colorsys" in noted
    assert "wave" not in noted


def test_names_that_were_loaded_beforehand_are_not_even_touched(tmp_path: Path) -> None:
    """In a fork a page is copied when anything on it is counted once more."""
    script = (
        "import sys\nclass Modules(dict):\n    def __iter__(self): raise AssertionError\n"
        "    items = values = keys = __iter__\nsys.modules = Modules(sys.modules)\n" + NOTE_WHAT_FOLLOWS
    )
    (tmp_path / "train.py").write_text(script)
    env = {**os.environ, NOTE_VARIABLE: str(tmp_path / "note.json")}
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, env=env, check=True, capture_output=True)
    assert done.stderr == b""


def test_a_changed_variable_is_noted_also_where_all_modules_were_loaded_beforehand(tmp_path: Path) -> None:
    script = f"import os, sys, json\n{NOTE_WHAT_FOLLOWS}os.environ['OMP_NUM_THREADS'] = '77'\n"
    (tmp_path / "train.py").write_text(script)
    note = tmp_path / "note.json"
    subprocess.run([sys.executable, "train.py"], cwd=tmp_path, env={**os.environ, NOTE_VARIABLE: str(note)}, check=True)
    assert json.loads(note.read_text())["changed"] == ["OMP_NUM_THREADS"]
