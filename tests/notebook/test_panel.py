"""The panel of RunDetails in a real kernel: a widget while the run goes on, HTML in the file once it has ended."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from hyperstep.notebook.execution import execute, read

SHOW = """
from msgspec.structs import replace
from azureml.core import Experiment, Run, Workspace
from azureml.widgets import RunDetails
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
ws = Workspace.from_config()
record = RunRecord("run-1", "run-1", RunKind.SCRIPT, "train.py", ws.name, "digits", RunStatus.RUNNING, 0.0)
journal = ws.home.store.create([record], folder="run-1", spec={})
RunDetails(Run(Experiment(ws, "digits"), "run-1")).show()
"""
LOOK = """
import threading
from ipywidgets import Widget
panels = [widget for widget in Widget.get_manager_state()["state"].values() if widget["model_name"] == "HTMLModel"]
followed = "panel of run-1" in [thread.name for thread in threading.enumerate()]
print(len(panels), "Running" in panels[0]["state"]["value"], followed)
"""
END = """
with journal.transaction(0) as writer:
    writer.put_run(replace(record, status=RunStatus.COMPLETED))
"""
AGAIN = 'RunDetails(Run(Experiment(ws, "digits"), "run-1")).show()'
GONE = """
for thread in threading.enumerate():
    if thread.name == "panel of run-1":
        thread.join()
print("panel of run-1" in [t.name for t in threading.enumerate()])
"""


def outputs(tmp_path: Path, *cells: str) -> list[list[NotebookNode]]:
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells]  # type: ignore[no-untyped-call]
    )
    (tmp_path / "book.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")  # type: ignore[no-untyped-call]
    outcome = execute(tmp_path / "book.ipynb", tmp_path / "copy.ipynb")
    assert outcome.failed_cell == ""
    return [cell.outputs for cell in read(tmp_path / "copy.ipynb").cells]


def test_while_the_run_goes_on_there_is_a_widget_and_text(tmp_path: Path) -> None:
    shown, looked = outputs(tmp_path, SHOW, LOOK)
    assert set(shown[0].data) == {"application/vnd.jupyter.widget-view+json", "text/plain"}
    assert shown[0].data["text/plain"] == "script train.py [run-1]: Running"
    assert looked[0].text == "1 True True\n"


def test_once_it_has_ended_the_file_holds_html_and_the_thread_is_gone(tmp_path: Path) -> None:
    shown, _, _, again, gone = outputs(tmp_path, SHOW, LOOK, END, AGAIN, GONE)
    for output in (shown[0], again[0]):
        assert set(output.data) == {"text/html", "text/plain"}
        assert "Completed" in output.data["text/html"]
        assert output.data["text/plain"] == "script train.py [run-1]: Completed"
    assert gone[0].text == "False\n"
