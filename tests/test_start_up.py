"""What may be loaded where a process's start is what a user waits for: lists, so that nothing creeps in.

A module more is a fraction of a millisecond, a heavy one several. Who adds one to a list has a reason, and who needs
one for some cases only imports it where it is needed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.real_process import PATIENCE_S, run, write_script
from tests.hyperstep_trial.client_modules import CLIENT

from hyperstep.shim import shim_path
from hyperstep_trial.boot_environment import boot_environment

_SHOW = "import sys; print('LOADED', *sorted(sys.modules))"
_HELP = {
    "hyperstep",
    "hyperstep.__main__",
    "hyperstep.cli",
    "hyperstep.cli.becoming",
    "hyperstep.cli.exit_codes",
    "hyperstep.cli.lazy_group",
    "hyperstep.cli.main",
    "hyperstep.cli.root",
    "hyperstep.errors",
    "hyperstep_trial",
    "hyperstep_trial.boot_environment",
}
_BOOT = {"__future__", "hyperstep_trial", "hyperstep_trial.finder", "sitecustomize"}
_RUN = {
    "_json",
    "_socket",
    "azureml",
    "azureml.core",
    "azureml.core.run",
    "hyperstep_trial.lazy_names",
}
_QUIET = {
    "__future__",
    "hyperstep",
    "hyperstep.cli",
    "hyperstep.cli.becoming",
    "hyperstep.cli.main",
    "hyperstep.runtime",
    "hyperstep.runtime.foreground",
    "hyperstep_trial",
    "hyperstep_trial.boot_environment",
}
_SHOWN = {
    "hyperstep.cli.exit_codes",
    "hyperstep.cli.forwarding",
    "hyperstep.cli.pseudoterminal",
    "hyperstep.cli.script_process",
    "hyperstep.cli.shown_script",
    "hyperstep.cli.started_process",
    "hyperstep.errors",
}
_ENGINE = {"artifact_store", "launchers", "policies", "records", "run_store", "samplers", "search_space", "sweep"}
_HEAVY = {
    "asyncio",
    "click",
    "csv",
    "dataclasses",
    "html",
    "lzma",
    "multiprocessing",
    "numpy",
    "optuna",
    "pandas",
    "pathspec",
    "psutil",
    "rich",
    "secrets",
    "shutil",
    "socket",
    "statistics",
    "subprocess",
    "tempfile",
    "yaml",
}

_PIPELINE = """
from azureml.core import Experiment, Workspace
from azureml.pipeline.core import Pipeline
from azureml.pipeline.steps import PythonScriptStep
workspace = Workspace.from_config()
step = PythonScriptStep(name="work", script_name="work.py", source_directory="source", compute_target="local")
run = Experiment(workspace, "start").submit(Pipeline(workspace, [step]))
run.wait_for_completion(show_output=False)
print(run.get_steps().__next__().get_status())
"""


def loaded(output: str) -> set[str]:
    """The modules that a process says it has loaded."""
    (line,) = [line for line in output.splitlines() if line.startswith("LOADED ")]
    return set(line.split()[1:])


def in_trial(statements: str) -> set[str]:
    """What a trial's process has loaded after these statements, beyond what Python loads by itself."""
    environment = boot_environment(os.environ, shim_path())
    bare = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
    sets = [
        loaded(
            subprocess.run(
                [sys.executable, "-c", f"{code}\n{_SHOW}"],
                env=env,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=True,
            ).stdout
        )
        for code, env in ((statements, environment), ("", bare))
    ]
    return sets[0] - sets[1]


def of_ours(modules: set[str]) -> set[str]:
    """Those of the product."""
    return {name for name in modules if name.partition(".")[0] in {"hyperstep", "hyperstep_trial", "azureml"}}


def test_help_loads_the_list_of_commands_and_click() -> None:
    code = (
        "import runpy, sys; sys.argv[1:] = ['--help']\n"
        f"try: runpy.run_module('hyperstep', run_name='__main__')\nexcept SystemExit: {_SHOW}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    found = loaded(done.stdout)
    assert of_ours(found) <= _HELP
    assert not (_HEAVY - {"click", "lzma", "shutil"}) & found
    assert {name for name in found if name.partition(".")[0] in {"msgspec", "sqlite3", "logging"}} == set()


def test_a_quiet_run_becomes_its_script_without_the_command_line(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        f"def become(*_given):\n    {_SHOW}\n    os._exit(0) if not sys.stdout.flush() else None\n"
        "os.execvpe = become\n"
        "from hyperstep.cli.main import main\n"
        f"sys.argv[1:] = ['run', '-q', {str(tmp_path / 'script.py')!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    found = loaded(done.stdout)
    assert of_ours(found) <= _QUIET
    assert not {*_HEAVY, "logging", "pathlib", "re", "typing", "uuid"} & found


def test_a_script_is_started_before_the_command_line_and_the_display_are_loaded(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        f"def spawn(*_given, **_more):\n    {_SHOW}\n    os._exit(0) if not sys.stdout.flush() else None\n"
        "os.posix_spawnp = spawn\n"
        "from hyperstep.cli.main import main\n"
        f"sys.argv[1:] = ['run', {str(tmp_path / 'script.py')!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    found = loaded(done.stdout)
    assert of_ours(found) <= _QUIET | _SHOWN
    assert not {*_HEAVY, "json", "logging", "msgspec", "pathlib", "re", "threading", "typing", "uuid"} & found


def test_a_trials_boot_loads_the_finder_only() -> None:
    assert in_trial("") <= _BOOT


@pytest.mark.parametrize(
    "statements",
    [
        "import azureml.core",
        "from azureml.core import Run",
        "from azureml.core.run import Run",
        "from azureml.core import Run; run = Run.get_context(); run.id",
    ],
)
def test_what_a_step_script_needs_loads_the_client_and_not_the_engine(
    statements: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AZUREML_RUN_ID", "run")
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", str(tmp_path))
    assert in_trial(statements) <= _BOOT | CLIENT | _RUN


def test_the_names_that_scripts_import_beside_it_do_not_load_the_engine() -> None:
    found = in_trial("from azureml.core import Workspace, Experiment, Dataset, Datastore, Model, Run")
    assert {name.split(".")[1] for name in of_ours(found) if name.startswith("hyperstep.")} & _ENGINE == set()
    assert not {*_HEAVY, "sqlite3", "hyperstep.runtime.home"} - {"shutil", "lzma", "tempfile"} & found


def test_a_reused_pipeline_loads_no_sweeps_no_launcher_and_nothing_heavy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "work.py").write_text("print('work')\n")
    script = write_script(tmp_path, _PIPELINE + _SHOW)
    assert run("run", "-q", script).returncode == 0
    done = run("run", "-q", script)
    assert done.returncode == 0
    found = loaded(done.stdout.decode())
    assert not _HEAVY & found
    engine = {name for name in of_ours(found) if name.startswith("hyperstep.") and ".azureml_v1." not in name}
    floors = {name.split(".")[1] for name in engine}
    assert not floors & {"cli", "compatibility", "notebook", "policies", "samplers", "search_space", "sweep", "testing"}
    assert {name for name in engine if name.startswith("hyperstep.launchers.")} == {"hyperstep.launchers.process_table"}
    assert not {f"hyperstep.runtime.runner.{name}" for name in ("attempts", "loop", "sweep_driver", "steps")} & engine
    assert len(of_ours(found)) <= 195
