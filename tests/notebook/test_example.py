"""The shipped notebook, executed as it is: twice, so that its cells are seen to be re-runnable."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hyperstep.notebook.execution import read

pytestmark = pytest.mark.end_to_end
NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebooks" / "tuning_in_a_pipeline.ipynb"


def run(notebook: Path) -> dict[str, dict[str, str]]:
    """Execute it; the last output of each cell, by the cell's last line."""
    line = [sys.executable, "-m", "hyperstep", "run", str(notebook)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    cells = [cell for cell in read(notebook.with_suffix(".executed.ipynb")).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    shown = {}
    for cell in cells:
        for output in cell.outputs:
            data = {"text": output.text} if output.output_type == "stream" else dict(output.data)
            shown[cell.source.splitlines()[-1]] = data
    return shown


def test_the_notebook_tunes_shows_downloads_and_registers_and_runs_again(tmp_path: Path) -> None:
    notebook = tmp_path / NOTEBOOK.name
    shutil.copy(NOTEBOOK, notebook)
    first = run(notebook)

    panel = first["RunDetails(pipeline_run).show()"]
    assert set(panel) == {"text/html", "text/plain"}, "the widget has given way to what stays in the file"
    assert "8 of 8 trials finished" in panel["text/html"]
    assert panel["text/html"].count("<polyline") + panel["text/html"].count("<circle") == 8
    assert "register_model_step01" in panel["text/plain"]
    assert "<table" in first["pipeline_run"]["text/html"]
    sweep = first["hd_step_run"]["text/html"]
    assert sweep.index("HD_") < sweep.index("<th>Best primary metric</th>") < sweep.index("--learning-rate")
    assert sweep.count("<tr>") == 2 + 1 + 8, "the run, and its trials, best first"
    assert "validation_acc" in first["df"]["text/html"]
    assert first["print(model.name, model.version)"]["text"] == "digits-from-a-notebook 1\n"
    best = json.loads(next((tmp_path / "results").rglob("metrics_data")).read_text(encoding="utf-8"))
    assert len(best) == 8

    again = run(notebook)
    assert again["print(model.name, model.version)"]["text"] == "digits-from-a-notebook 1\n", "the steps were reused"
    reused = re.findall(r"reused from ([\w-]+)", again["RunDetails(pipeline_run).show()"]["text/html"])
    assert len(set(reused)) == 2
