"""Code is read without being run, and each azureml name gets its verdict with its places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hyperstep.compatibility.checking import CheckResult, check
from hyperstep.compatibility.verdicts import Outcome


def checked(folder: Path, code: str) -> CheckResult:
    file = folder / "script.py"
    file.write_text(code, encoding="utf-8")
    return check(file)


def outcomes(result: CheckResult) -> dict[str, str]:
    return {finding.name: finding.verdict.outcome.value for finding in result.names}


def lines_of(result: CheckResult, name: str) -> list[int]:
    return [place.line for finding in result.names if finding.name == name for place in finding.places]


def test_names_are_found_through_imports_aliases_and_attribute_chains(tmp_path: Path) -> None:
    result = checked(
        tmp_path,
        "import azureml.core\n"
        "import azureml.train.hyperdrive as hd\n"
        "from azureml.core import Workspace as W\n"
        "ws = W.from_config()\n"
        "hd.choice(1, 2)\n"
        "azureml.core.Experiment(ws, 'e')\n",
    )
    assert result.works
    assert lines_of(result, "azureml.core.Workspace") == [3, 4]
    assert lines_of(result, "azureml.core.Workspace.from_config") == [4]
    assert lines_of(result, "azureml.train.hyperdrive.choice") == [5]
    assert lines_of(result, "azureml.core.Experiment") == [6]


def test_names_taken_from_modules_that_only_imported_them_work(tmp_path: Path) -> None:
    result = checked(
        tmp_path,
        "import azureml.core\n"
        "from azureml.core.compute.amlcompute import AmlCompute, ComputeTargetException\n"
        "from azureml.train.hyperdrive.run import PrimaryMetricGoal\n"
        "PrimaryMetricGoal.MAXIMIZE\n"
        "azureml.core.__version__\n",
    )
    assert result.works
    assert "works" in outcomes(result).values()


def test_star_imports_offer_their_names(tmp_path: Path) -> None:
    result = checked(tmp_path, "from azureml.train.hyperdrive import *\nspace = {'x': uniform(0, 1)}\n")
    assert outcomes(result)["azureml.train.hyperdrive.uniform"] == "works"
    assert lines_of(result, "azureml.train.hyperdrive.uniform") == [2]


def test_methods_are_followed_through_what_calls_and_properties_give(tmp_path: Path) -> None:
    result = checked(
        tmp_path,
        "from azureml.core import Experiment, ScriptRunConfig, Workspace, Run\n"
        "from azureml.train.hyperdrive import HyperDriveConfig\n"
        "ws = Workspace.from_config()\n"
        "config = HyperDriveConfig(run_config=ScriptRunConfig('.'), hyperparameter_sampling=None,\n"
        "    primary_metric_name='m', primary_metric_goal=None, max_total_runs=1)\n"
        "run = Experiment(ws, 'e').submit(config)\n"
        "best = run.get_best_run_by_primary_metric()\n"
        "print(best.get_metrics())\n"
        "for child in run.get_children():\n"
        "    child.get_file_names()\n"
        "ids = [each.id for each in run.get_children()]\n"
        "def train(run: Run):\n"
        "    run.log('m', 1)\n",
    )
    found = outcomes(result)
    assert found["azureml.train.hyperdrive.HyperDriveRun.get_best_run_by_primary_metric"] == "works"
    assert found["azureml.core.Run.get_metrics"] == "works"
    assert found["azureml.core.Run.get_file_names"] == "works"
    assert lines_of(result, "azureml.core.Run.id") == [11]
    assert lines_of(result, "azureml.core.Run.log") == [13]
    assert result.works


def test_a_parameter_hides_an_outer_name(tmp_path: Path) -> None:
    result = checked(
        tmp_path,
        "from azureml.core import Run\nrun = Run.get_context()\n"
        "def f(run):\n    run.no_such_thing()\nrun.log('a', 1)\n",
    )
    assert result.works
    assert lines_of(result, "azureml.core.Run.log") == [5]


def test_what_is_set_on_configurations_counts_when_v1_knows_it(tmp_path: Path) -> None:
    result = checked(
        tmp_path,
        "from azureml.core import Environment\nenv = Environment('e')\n"
        "env.docker.enabled = True\nenv.my_own_note = 1\n",
    )
    assert outcomes(result)["azureml.core.environment.DockerSection.enabled"] == "works differently"
    assert "my_own_note" not in " ".join(outcomes(result))


@pytest.mark.parametrize(
    ("code", "name", "says"),
    [
        (
            "from azureml.pipeline.steps import DatabricksStep",
            "azureml.pipeline.steps.DatabricksStep",
            "PythonScriptStep",
        ),
        (
            "from azureml.train.automl import AutoMLConfig",
            "azureml.train.automl.AutoMLConfig",
            "Tune a training script",
        ),
        ("from azureml.contrib.services import x", "azureml.contrib.services.x", "not part of hyperstep"),
        ("import azureml.explain.model", "azureml.explain.model", "shap"),
        ("from azureml.core import Workspaces", "azureml.core.Workspaces", "Nearest: Workspace"),
        ("from azureml.cor import Workspace", "azureml.cor.Workspace", "Nearest: azureml.core"),
        (
            "from azureml.core import Workspace\nWorkspace.from_confg()",
            "azureml.core.Workspace.from_confg",
            "v1 has no such name either. Nearest: from_config",
        ),
        (
            "from azureml.train.hyperdrive import HyperDriveConfig\nHyperDriveConfig(pipeline=None)",
            "azureml.train.hyperdrive.HyperDriveConfig(pipeline=)",
            "run_config=",
        ),
        (
            "from azureml.core import ScriptRunConfig\nScriptRunConfig('.', scrip='x')",
            "azureml.core.ScriptRunConfig(scrip=)",
            "no parameter in v1 either. Nearest: script",
        ),
    ],
)
def test_what_is_not_supported_says_why_and_what_to_do(tmp_path: Path, code: str, name: str, says: str) -> None:
    result = checked(tmp_path, f"{code}\n")
    assert not result.works
    explanations = {finding.name: finding.verdict.explanation for finding in result.with_outcome(Outcome.UNSUPPORTED)}
    assert set(explanations) == {name}
    assert says in explanations[name]


def test_keywords_of_a_refused_method_are_not_reported_again(tmp_path: Path) -> None:
    result = checked(tmp_path, "from azureml.core import Model\nModel.deploy(workspace=1, name='n')\n")
    assert outcomes(result) == {"azureml.core.Model": "works", "azureml.core.Model.deploy": "not supported"}


def test_an_older_keyword_that_is_still_taken_works(tmp_path: Path) -> None:
    code = "from azureml.pipeline.steps import HyperDriveStep\nHyperDriveStep('n', hyperdrive_run_config=1)\n"
    assert checked(tmp_path, code).works


def test_what_works_differently_says_how(tmp_path: Path) -> None:
    result = checked(tmp_path, "from azureml.core import Workspace\nws = Workspace.from_config()\n")
    assert result.works
    assert [(f.name, "'local'" in f.verdict.explanation) for f in result.with_outcome(Outcome.DIFFERS)] == [
        ("azureml.core.Workspace.from_config", True)
    ]


def test_members_of_what_is_refused_anyway_are_not_reported_again(tmp_path: Path) -> None:
    result = checked(
        tmp_path,
        "from azureml.core.webservice import AciWebservice\nAciWebservice.deploy_configuration(cpu_cores=1)\n",
    )
    assert list(outcomes(result)) == ["azureml.core.webservice.AciWebservice"]


def test_notebook_cells_share_their_names_and_magics_are_skipped(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["import azureml.nothing"]},
        {
            "cell_type": "code",
            "source": ["%pip install azureml-sdk\n", "from azureml.core import Workspace\n", "!ls\n"],
        },
        {"cell_type": "code", "source": "%%time\nws = Workspace.from_config()\nfiles = !ls\nWorkspace?"},
        {
            "cell_type": "code",
            "source": "%%writefile src/train.py\nfrom azureml.core import Run\nRun.get_context().log('a', 1)",
        },
        {"cell_type": "code", "source": "%%bash\nfrom nowhere"},
        {"cell_type": "code", "source": "ws.get_default_datastore()"},
    ]
    file = tmp_path / "tune.ipynb"
    file.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
    result = check(tmp_path)
    assert result.unreadable == []
    assert result.works
    places = {finding.name: [(place.cell, place.line) for place in finding.places] for finding in result.names}
    assert places["azureml.core.Workspace.from_config"] == [(3, 2)]
    assert places["azureml.core.Run.log"] == [(4, 3)]
    assert places["azureml.core.Workspace.get_default_datastore"] == [(6, 1)]
    assert str(result.names[0].places[0]).startswith(f"{file} cell ")


def test_a_written_script_does_not_see_the_notebooks_names(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": "from azureml.core import Run"},
        {"cell_type": "code", "source": "%%writefile train.py\nRun.no_such_name"},
    ]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert check(tmp_path).works


def test_code_that_is_not_python_3_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("import os\nprint 'hello'\n", encoding="utf-8")
    (tmp_path / "new.py").write_text("from azureml.core import Run\n", encoding="utf-8")
    (tmp_path / "bad.ipynb").write_text("not json", encoding="utf-8")
    result = check(tmp_path)
    assert not result.works
    assert [(each.place.file.name, each.place.line) for each in result.unreadable] == [("bad.ipynb", 1), ("old.py", 2)]
    assert list(outcomes(result)) == ["azureml.core.Run"]


def test_a_file_in_another_encoding_is_read_or_reported(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(
        "# -*- coding: latin-1 -*-\nfrom azureml.core import Run  # é\n".encode("latin-1")
    )
    (tmp_path / "broken.py").write_bytes(b"x = '\xe9'\n")
    result = check(tmp_path)
    assert list(outcomes(result)) == ["azureml.core.Run"]
    assert [each.place.file.name for each in result.unreadable] == ["broken.py"]


def test_hidden_folders_and_environments_are_left_out(tmp_path: Path) -> None:
    for folder in (".git", "__pycache__", "myenv", "src"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "code.py").write_text("import azureml.core\n", encoding="utf-8")
    (tmp_path / "myenv" / "pyvenv.cfg").write_text("", encoding="utf-8")
    assert [file.parent.name for file in check(tmp_path).files] == ["src"]


def test_reading_runs_nothing(tmp_path: Path) -> None:
    result = checked(tmp_path, "open('made.txt', 'w').write('x')\nraise SystemExit(1)\n")
    assert result.works
    assert [file.name for file in tmp_path.iterdir()] == ["script.py"]


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "nothing")
