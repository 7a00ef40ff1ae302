"""`hyperstep run NOTEBOOK` in real kernels: the executed copy, the streams, the exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from hyperstep.errors import InvalidInputError, NotFoundError, UnsupportedError
from hyperstep.notebook import __main__ as command
from hyperstep.notebook.execution import execute, read

PATIENCE_S = 300.0


def write(path: Path, *cells: str, **metadata: object) -> Path:
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],  # type: ignore[no-untyped-call]
        metadata=metadata,
    )
    path.write_text(nbformat.writes(notebook), encoding="utf-8")  # type: ignore[no-untyped-call]
    return path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "hyperstep", "run", *arguments]
    return subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def outputs(path: Path, cell: int) -> list[NotebookNode]:
    found: list[NotebookNode] = read(path).cells[cell].outputs
    return found


def test_a_notebook_runs_in_its_folder_with_our_azureml_and_its_output_comes_through(tmp_path: Path) -> None:
    notebook = write(
        tmp_path / "book.ipynb",
        "%pip install azureml-core",
        "import azureml.core, sys, os\nprint('in', os.getcwd())\nprint('oops', file=sys.stderr)",
        "'/shim_path/' in azureml.core.__file__",
        "import time\nprint('made in', end='', flush=True)\ntime.sleep(0.2)\nprint(' two pieces')",
        kernelspec={"name": "python38-azureml", "display_name": "Python 3.8", "language": "python"},
    )
    before = notebook.read_bytes()
    done = run(str(notebook))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "hyperstep: nothing to install for azureml-core: it serves these itself",
        f"in {tmp_path}",
        "True",
        "made in two pieces",
    ]
    copy = tmp_path / "book.executed.ipynb"
    assert done.stderr.splitlines() == ["oops", f"hyperstep: executed copy: {copy}"]
    assert outputs(copy, 2)[0].data["text/plain"] == "True"
    assert [output.text for output in outputs(copy, 3)] == ["made in two pieces\n"]
    assert notebook.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == [copy.name, notebook.name]


def test_a_failing_cell_is_named_and_the_copy_is_written_up_to_it(tmp_path: Path) -> None:
    notebook = write(tmp_path / "book.ipynb", "print('one')", "# the second\n1 / 0", "print('three')")
    copy = tmp_path / "elsewhere.ipynb"
    done = run("-q", str(notebook), "--output", str(copy))
    assert (done.returncode, done.stdout) == (1, "one\n")
    assert 'hyperstep: cell 2 of 3 ("# the second") failed: ZeroDivisionError: division by zero\n' in done.stderr
    assert "\x1b" not in done.stderr
    assert "executed copy" not in done.stderr
    assert [len(outputs(copy, cell)) for cell in range(3)] == [1, 1, 0]
    assert outputs(copy, 1)[0].ename == "ZeroDivisionError"


def test_a_kernel_that_dies_is_said_with_the_cell_that_it_executed(tmp_path: Path) -> None:
    notebook = write(tmp_path / "book.ipynb", "print('one')", "import os\nos._exit(3)")
    outcome = execute(notebook, tmp_path / "copy.ipynb")
    assert outcome.failed_cell == 'cell 2 of 2 ("import os") failed: the kernel ended while it was executed'
    assert outputs(tmp_path / "copy.ipynb", 0)[0].text == "one\n"


@pytest.mark.parametrize(
    ("number", "said"),
    [(signal.SIGINT, b"failed: KeyboardInterrupt"), (signal.SIGTERM, b"failed: the kernel ended")],
)
def test_a_signal_ends_the_kernel_and_leaves_the_copy(tmp_path: Path, number: int, said: bytes) -> None:
    mark = tmp_path / "kernel"
    code = f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    notebook = write(tmp_path / "book.ipynb", "print('one')", code)
    line = [sys.executable, "-m", "hyperstep", "run", str(notebook)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        while not (mark.exists() and mark.read_text(encoding="utf-8")):
            time.sleep(0.05)
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1, errors.decode()
    assert b"cell 2 of 2" in errors
    assert said in errors
    assert b"nbclient" not in errors
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text(encoding="utf-8")), 0)
    assert outputs(tmp_path / "book.executed.ipynb", 0)[0].text == "one\n"


def test_what_is_no_python_notebook_is_refused_before_a_kernel_starts(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"The notebook exists"):
        execute(tmp_path / "none.ipynb", tmp_path / "copy.ipynb")
    (tmp_path / "text.ipynb").write_text("hello", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="JSON document in Jupyter's format"):
        execute(tmp_path / "text.ipynb", tmp_path / "copy.ipynb")
    other = write(tmp_path / "r.ipynb", kernelspec={"name": "ir", "display_name": "R", "language": "R"})
    with pytest.raises(UnsupportedError, match="in Python"):
        execute(other, tmp_path / "copy.ipynb")
    with pytest.raises(InvalidInputError, match="another file than the notebook"):
        execute(other, other)
    assert not (tmp_path / "copy.ipynb").exists()


def test_without_the_extra_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_NEEDED", ("nbclient", "a_module_that_is_not_there"))
    assert command.main([str(tmp_path / "book.ipynb")]) == 2
    assert "without a_module_that_is_not_there" in (said := capsys.readouterr().err)
    assert "pip install 'hyperstep[notebook]'" in said
