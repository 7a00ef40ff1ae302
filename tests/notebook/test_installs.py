"""Which lines of a cell are changed so that nothing of the original SDK is installed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.notebook.installs import leave_out_azureml

NOTE = "print('hyperstep: nothing to install for {}: it serves these itself')\n"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("%pip install azureml-core", "azureml-core"),
        ("!pip install azureml-sdk", "azureml-sdk"),
        ("! pip3 install -q --upgrade azureml-core==1.34.0 azureml_widgets", "azureml-core==1.34.0, azureml_widgets"),
        ("pip install azureml.core", "azureml.core"),
        ("!pip install 'azureml-sdk[notebooks,automl]' > /dev/null 2>&1", "azureml-sdk[notebooks,automl]"),
        ("!{sys.executable} -m pip install azureml-train  # once", "azureml-train"),
        ("!python3 -m pip install -i https://example.org/simple azureml-core", "azureml-core"),
        ("%conda install -c conda-forge azureml-core", "azureml-core"),
        ("!pip install azureml-core>=1.30 | tail -1", "azureml-core>=1.30"),
        ("!pip -q install \\\n  azureml-core \\\n  azureml-pipeline", "azureml-core, azureml-pipeline"),
    ],
)
def test_a_line_that_installs_only_azureml_packages_says_so_instead(line: str, named: str) -> None:
    assert leave_out_azureml(f"{line}\n".splitlines(keepends=True)) == [NOTE.format(named)]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("!pip install azureml-core lightgbm", "!pip install lightgbm"),
        ("%pip install -q lightgbm==4.0 azureml-core -r more.txt", "%pip install -q lightgbm==4.0 -r more.txt"),
        ("!pip install azureml-core && echo done", "!echo done"),
        ("!pip install azureml-core; ls", "!ls"),
        ("  !pip install azureml-core numpy > log.txt", "  !pip install numpy > log.txt"),
        ("!pip install -e ./mine azureml-core", "!pip install -e ./mine"),
    ],
)
def test_the_other_packages_and_commands_of_a_line_are_kept(line: str, kept: str) -> None:
    note, changed = leave_out_azureml([f"{line}\n"])
    assert note.strip().startswith("print('hyperstep: nothing to install for azureml-core")
    assert changed == f"{kept}\n"
    assert len(note) - len(note.lstrip()) == len(kept) - len(kept.lstrip())


@pytest.mark.parametrize(
    "line",
    [
        "!pip install lightgbm",
        "!pip uninstall -y azureml-core",
        "!pip list | grep azureml",
        "import azureml.core",
        "x = '!pip install azureml-core'",
        "!pip install my-azureml-tools",
        "!pip install lightgbm  # not azureml-core",
    ],
)
def test_all_other_lines_stay_as_they_are(line: str) -> None:
    assert leave_out_azureml([f"{line}\n"]) == [f"{line}\n"]


def test_a_file_that_a_cell_writes_stays_as_it_is() -> None:
    cell = ["%%writefile setup.sh\n", "pip install azureml-core\n"]
    assert leave_out_azureml(cell) == cell


def test_a_shell_cell_says_so_in_its_own_language() -> None:
    changed = leave_out_azureml(["%%bash\n", "pip install azureml-core pyyaml\n"])
    assert changed[1].startswith("echo 'hyperstep: nothing to install for azureml-core")
    assert changed[2] == "pip install pyyaml\n"


def test_code_around_the_line_stays_where_it_is() -> None:
    cell = ["import sys\n", "!pip install azureml-core\n", "print(1)"]
    assert leave_out_azureml(cell) == [cell[0], NOTE.format("azureml-core"), cell[2]]


@given(st.lists(st.text(alphabet="ab \\!%'\"\n#pi", max_size=20).map(lambda text: f"{text}\n")))
def test_a_cell_without_azureml_is_never_changed(lines: list[str]) -> None:
    assert "".join(leave_out_azureml(lines)) == "".join(lines)


@given(st.lists(st.text(alphabet="azureml-pip install!%'\";&|>\\ ", max_size=60).map(lambda text: f"!pip {text}\n")))
def test_changing_a_cell_twice_is_changing_it_once(lines: list[str]) -> None:
    once = leave_out_azureml(lines)
    assert leave_out_azureml(once) == once
