"""What speaks against a warm start, as far as the command and the folders tell."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hyperstep.launchers.host.warm.conditions import common_part, shadowed, warm_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm starts need Linux")


def test_a_script_in_the_folder_may_be_warm(tmp_path: Path) -> None:
    (tmp_path / "train.py").touch()
    assert not isinstance(warm_command(["/py", "train.py"], {"PYTHONPATH": "/a:/b"}, str(tmp_path)), str)


@pytest.mark.parametrize(
    ("argv", "env", "why"),
    [
        (["/py", "missing.py"], {}, "not a file"),
        (["/py", "train.py"], {"PYTHONPATH": "/a::/b"}, "PYTHONPATH"),
        (["/py", "train.py"], {"PYTHONPATH": "lib"}, "PYTHONPATH"),
        (["/py", "train.py"], {"PYTHONSTARTUP": "x"}, "PYTHONSTARTUP"),
        (["/py", "train.py", "\0"], {}, "zero byte"),
        (["/py", "train.py"], {"A": "\0"}, "zero byte"),
    ],
)
def test_what_speaks_against_it_is_said(tmp_path: Path, argv: list[str], env: dict[str, str], why: str) -> None:
    (tmp_path / "train.py").touch()
    answer = warm_command(argv, env, str(tmp_path))
    assert isinstance(answer, str)
    assert why in answer


def test_a_server_has_nothing_of_one_run() -> None:
    env = {
        "AZUREML_RUN_ID": "a",
        "HYPERSTEP_HOME": "b",
        "AML_PARAMETER_X": "c",
        "HYPERSTEP_SHIM_PATH": "d",
        "PATH": "e",
    }
    assert common_part(env) == {"HYPERSTEP_SHIM_PATH": "d", "PATH": "e"}


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ("json.py", True),
        ("json.cpython-311-x86_64-linux-gnu.so", True),
        ("json/__init__.py", True),
        ("json/data.txt", False),
        ("json.txt", False),
        ("json", False),
        ("other.py", False),
    ],
)
def test_a_module_beside_the_script_that_would_be_hidden(tmp_path: Path, made: str, found: bool) -> None:
    file = tmp_path / made
    file.parent.mkdir(exist_ok=True)
    file.touch()
    assert shadowed(tmp_path / "train.py", {"json"}) == ("json" if found else None)
