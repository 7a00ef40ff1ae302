"""The first cell: `%load_ext hyperstep` or `import hyperstep.azureml`, in real IPython shells."""

from __future__ import annotations

import subprocess
import sys

import pytest

CELLS = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
shell.run_cell({first!r})
shell.run_cell({first!r})
shell.run_cell("%pip install azureml-core")
shell.run_cell("import azureml.core; print('/shim_path/' in azureml.core.__file__)")
shell.run_cell("import sys")
shell.run_cell("!{{sys.executable}} -c 'import azureml.core'; echo $?")
print(len([t for t in shell.input_transformers_cleanup if t.__module__.startswith("hyperstep")]))
"""


@pytest.mark.parametrize("first", ["%load_ext hyperstep", "%reload_ext hyperstep", "import hyperstep.azureml"])
def test_after_the_first_cell_azureml_is_ours_in_cells_and_in_what_they_start(first: str) -> None:
    done = subprocess.run([sys.executable, "-c", CELLS.format(first=first)], capture_output=True, text=True, check=True)
    shown = [line for line in done.stdout.splitlines() if "already loaded" not in line and "%reload_ext" not in line]
    assert shown == [
        "hyperstep: nothing to install for azureml-core: it serves these itself",
        "True",
        "0",
        "1",
    ]


def test_outside_of_ipython_the_import_loads_nothing_of_notebooks() -> None:
    code = "import hyperstep.azureml, sys; print([n for n in sys.modules if 'IPython' in n or 'notebook' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
