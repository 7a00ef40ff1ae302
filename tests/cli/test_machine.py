"""What `hyperstep doctor` finds and warns of."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hyperstep.cli import machine
from hyperstep.cli.main import main

Captured = pytest.CaptureFixture[str]


def doctor_json(capsys: Captured) -> dict[str, object]:
    main(["doctor", "--json"])
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_a_healthy_machine_has_no_problems(capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert str(tmp_path / "home") in text
    assert "problem" not in text
    document = doctor_json(capsys)
    assert document["home"] == str(tmp_path / "home")
    assert document["executable"] == sys.executable
    assert document["problems"] == []
    assert document["file_system"]
    assert not (tmp_path / "home").exists()


def test_the_settings_file_and_slots_are_told(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hyperstep.toml").write_text("[local]\nslots = 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    document = doctor_json(capsys)
    assert (document["slots"], document["settings_file"]) == (3, str(tmp_path / "hyperstep.toml"))


def test_broken_settings_are_a_problem_and_exit_code_1(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hyperstep.toml").write_text("slotz = 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 1
    assert "problem: " in capsys.readouterr().out


def test_a_foreign_azureml_is_found_by_its_distributions(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in (("azureml_core", "1.60.0"), ("azuremlx", "1.0"), ("other_azureml", "2")):
        folder = tmp_path / f"{name}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert machine.foreign_azureml() == ("azureml_core 1.60.0",)
    main(["doctor"])
    assert "warning: Another azureml is found on this Python's path." in capsys.readouterr().out


def test_a_network_file_system_is_a_problem(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "file_system_of", lambda _path: "nfs4")
    assert any("nfs4" in str(problem) for problem in doctor_json(capsys)["problems"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("home", "words"),
    [
        ("file", "is a file, not a folder"),
        ("file/below", "which is a file"),
        ("link", "is a link to what is not there"),
    ],
)
def test_a_home_that_cannot_be_is_a_problem(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str, words: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    monkeypatch.setenv("HYPERSTEP_HOME", str(tmp_path / home))
    assert main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert f"problem: The home {tmp_path / home} " in text
    assert f"{words}. Set HYPERSTEP_HOME to another folder." in text


@pytest.mark.skipif(sys.platform != "linux", reason="a folder in which nobody may make one")
def test_a_home_that_cannot_be_made_is_a_problem(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPERSTEP_HOME", "/proc/hyperstep")
    assert main(["doctor"]) == 1
    assert "problem: The home /proc/hyperstep cannot be made: " in capsys.readouterr().out


def test_an_existing_home_is_left_as_it_is(capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPERSTEP_HOME", str(tmp_path / "made"))
    (tmp_path / "made").mkdir()
    assert main(["doctor"]) == 0
    assert "problem" not in capsys.readouterr().out
    assert list((tmp_path / "made").iterdir()) == []


def test_broken_settings_do_not_hide_home_and_file(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPERSTEP_SLOTS", "many")
    document = doctor_json(capsys)
    assert (document["home"], len(document["problems"])) == (str(tmp_path / "home"), 1)  # type: ignore[arg-type]
    monkeypatch.delenv("HYPERSTEP_SLOTS")
    monkeypatch.delenv("HYPERSTEP_HOME")
    (tmp_path / "hyperstep.toml").write_text('home = "here"\nslotz = 3\n', encoding="utf-8")
    document = doctor_json(capsys)
    assert (document["home"], document["settings_file"]) == (str(tmp_path / "here"), str(tmp_path / "hyperstep.toml"))
    (tmp_path / "hyperstep.toml").write_text("home = = 1\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert doctor_json(capsys)["home"] == str(tmp_path / ".hyperstep")


def test_a_foreign_azureml_folder_is_found_without_being_imported(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, file in (
        ("site", "azureml/__init__.py"),
        ("namespace", "azureml/core/__init__.py"),
        ("one", "azureml.py"),
    ):
        path = tmp_path / name / file
        path.parent.mkdir(parents=True)
        path.write_text("raise SystemExit('imported')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "namespace")
    monkeypatch.chdir(tmp_path / "one")
    folders = {str(tmp_path / "site" / "azureml"), str(tmp_path / "namespace" / "azureml")}
    assert set(machine.foreign_azureml()) == folders | {str(tmp_path / "one" / "azureml.py")}
    assert main(["doctor"]) == 0
    assert "warning: Another azureml" in capsys.readouterr().out
