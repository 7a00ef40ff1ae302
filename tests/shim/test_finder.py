"""Where ``import azureml`` is served by hyperstep, and where it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperstep.shim import shim_path

Python = Callable[..., "subprocess.CompletedProcess[str]"]

_WHERE = "import azureml; print(azureml.__file__)\n"
_OURS = str(shim_path() / "azureml" / "__init__.py") + "\n"

_SPAWNS = """
import multiprocessing

def where(_):
    import azureml
    return azureml.__file__

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(*set(pool.map(where, range(4))), sep="\\n")
"""

_STARTS_A_CHILD = """
import subprocess, sys
print(subprocess.run([sys.executable, "-c", "import azureml; print(azureml.__file__)"], capture_output=True,
                     text=True, check=True).stdout, end="")
"""


def _good(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def test_it_is_not_on_the_path_of_an_ordinary_process(python: Python) -> None:
    result = python(_WHERE)
    assert result.returncode == 1
    assert "No module named 'azureml'" in result.stderr


@pytest.mark.parametrize("code", [_WHERE, _SPAWNS, _STARTS_A_CHILD])
def test_a_process_that_hyperstep_starts_finds_it_and_so_do_its_children(
    code: str, python: Python, booted: dict[str, str]
) -> None:
    assert _good(python(code, booted)) == _OURS


def test_the_boot_folder_leaves_no_trace_on_the_path(python: Python, booted: dict[str, str]) -> None:
    code = "import sys; print([entry for entry in sys.path if entry.endswith(('/boot', '/shim_path'))])\n"
    assert _good(python(code, booted)) == "[]\n"


def test_the_boot_loads_only_the_finder(python: Python, booted: dict[str, str]) -> None:
    code = "import sys; print(*sorted(set(sys.modules)))\n"
    added = set(_good(python(code, booted)).split()) - set(_good(python(code)).split())
    assert added <= {"__future__", "hyperstep_trial", "hyperstep_trial.finder", "sitecustomize"}


def test_the_users_sitecustomize_still_runs_and_is_the_one_that_is_imported(
    python: Python, booted: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sitecustomize.py").write_text("NAME = 'mine'\n")
    env = {**booted, "PYTHONPATH": booted["PYTHONPATH"] + os.pathsep + str(tmp_path / "own")}
    assert _good(python("import sitecustomize; print(sitecustomize.NAME)\n" + _WHERE, env)) == "mine\n" + _OURS


def test_a_mistake_in_the_users_sitecustomize_is_told_as_ever(
    python: Python, booted: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sitecustomize.py").write_text("import a_module_that_is_not_there\n")
    result = python(_WHERE, {**booted, "PYTHONPATH": booted["PYTHONPATH"] + os.pathsep + str(tmp_path / "own")})
    assert result.stdout == _OURS
    assert "a_module_that_is_not_there" in result.stderr


def test_a_python_without_hyperstep_starts_as_if_nothing_were_there(
    python: Python, booted: dict[str, str], tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    result = python("print('works')\n", booted, executable=str(tmp_path / "bare" / "bin" / "python"))
    assert _good(result) == "works\n"


def test_an_installed_sdk_gives_way_in_a_process_that_hyperstep_starts(
    python: Python, booted: dict[str, str], foreign_python: str
) -> None:
    assert _good(python("import azureml.core; print(azureml.core.FOREIGN)\n", executable=foreign_python)) == "True\n"
    assert _good(python(_WHERE, booted, executable=foreign_python)) == _OURS


def test_an_sdk_that_was_loaded_before_any_user_code_gives_way_too(
    python: Python, booted: dict[str, str], foreign_python: str, foreign_sdk: Path
) -> None:
    (foreign_sdk / "z_eager.pth").write_text("import azureml.core\n")
    code = "import sys; assert 'azureml.core' not in sys.modules\n" + _WHERE
    assert _good(python(code, booted, executable=foreign_python)) == _OURS


def test_importing_hyperstep_azureml_is_enough_in_a_notebook(python: Python) -> None:
    assert _good(python("import hyperstep.azureml\nimport hyperstep.azureml\n" + _WHERE)) == _OURS


def test_an_sdk_of_which_only_the_namespace_was_imported_is_replaced(python: Python, foreign_python: str) -> None:
    code = "import azureml\nassert '__file__' not in vars(azureml)\nimport hyperstep.azureml\n" + _WHERE
    assert _good(python(code, executable=foreign_python)) == _OURS


def test_an_sdk_in_use_is_an_error_that_says_to_restart(python: Python, foreign_python: str) -> None:
    result = python("import azureml.core\nimport hyperstep.azureml\n", executable=foreign_python)
    assert result.returncode == 1
    message = result.stderr.splitlines()[-1]
    assert message.startswith("ImportError: Another azureml is in use in this process already: azureml.core from ")
    assert message.endswith("Restart the kernel (or the process) and import hyperstep.azureml first.")


def test_installing_again_keeps_one_finder_in_front_and_the_modules_that_are_loaded(python: Python) -> None:
    code = """
import sys
import hyperstep.azureml
import azureml
hyperstep.azureml.install()
sys.meta_path.insert(0, object())
hyperstep.azureml.install()
print([type(finder).__name__ for finder in sys.meta_path].count("ShimFinder"), type(sys.meta_path[0]).__name__)
print(sys.modules["azureml"] is azureml)
"""
    assert _good(python(code)) == "1 ShimFinder\nTrue\n"


def test_the_presence_of_names_can_be_asked_without_importing_them(python: Python, booted: dict[str, str]) -> None:
    code = """
import importlib.util
print(importlib.util.find_spec("azureml") is not None, importlib.util.find_spec("azureml.nowhere"))
"""
    assert _good(python(code, booted)) == "True None\n"
