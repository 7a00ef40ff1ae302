"""What must be equal to share a warm server, and what can never be warm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import CodeSpec, DataMode, OutputSpec, StepSpec, TuningSpec
from hyperstep.runtime.runner.warm.conditions import why_never
from hyperstep.runtime.runner.warm.demand import require_warm
from hyperstep.runtime.runner.warm.imports import Imports
from hyperstep.runtime.runner.warm.key import common_variables, script_key, server_key
from hyperstep.runtime.runner.warm.search_path import why_shadowed

_OUTPUT = OutputSpec("model", "store", DataMode.MOUNT, "$AZUREML_DATAREFERENCE_model", "model_path")
CODE = CodeSpec("a" * 64, "train.py")
STEP = StepSpec("id", "train", CODE, outputs=(_OUTPUT,))
ENV = {
    "PATH": "/bin",
    "OMP_NUM_THREADS": "1",
    "AZUREML_RUN_ID": "HD_1_0",
    "HYPERSTEP_ATTEMPT_FOLDER": "/runs/1",
    "AML_PARAMETER_rate": "0.1",
    "model_path": "/store/1",
    "PWD": "/here",
}


def nothing_learnt(_step: StepSpec) -> str:
    return ""


def test_trials_of_a_sweep_share_what_is_not_of_one_run() -> None:
    other = {name: f"{value}x" for name, value in ENV.items() if name not in {"PATH", "OMP_NUM_THREADS"}}
    common = common_variables(ENV, STEP)
    assert common == {"PATH": "/bin", "OMP_NUM_THREADS": "1"}
    assert common_variables({**ENV, **other}, STEP) == common


def test_a_variable_that_the_user_gave_counts_whatever_its_name() -> None:
    step = replace(STEP, code=replace(CODE, environment_variables={"AZUREML_MINE": "1"}))
    assert common_variables({**ENV, "AZUREML_MINE": "1"}, step)["AZUREML_MINE"] == "1"


def test_the_scripts_key_changes_with_interpreter_variables_and_code(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("")
    common = common_variables(ENV, STEP)
    key = script_key(str(python), common, CODE)
    assert key == script_key(str(python), dict(reversed(common.items())), CODE)
    others = {
        script_key(str(python), {**common, "A": "1"}, CODE),
        script_key(str(python), {**common, "OMP_NUM_THREADS": "2"}, CODE),
        script_key(str(python), common, replace(CODE, snapshot="b" * 64)),
        script_key(str(python), common, replace(CODE, script="other.py")),
        script_key("/other/python", common, CODE),
    }
    os.utime(python, (1, 1))
    assert len({key, script_key(str(python), common, CODE), *others}) == 7
    assert script_key(str(python), common, replace(CODE, arguments=("--x", "1"))) == script_key(
        str(python), common, CODE
    )


def test_the_servers_key_changes_when_a_library_does_and_not_with_the_script(tmp_path: Path) -> None:
    file = tmp_path / "library.py"
    file.write_text("1")
    imports = Imports(("library",), (str(file),), 1.0)
    key = server_key("python", {}, imports)
    assert key == server_key("python", {}, replace(imports, duration_s=9.0))
    assert key != server_key("python", {}, replace(imports, modules=("library2",)))
    file.write_text("22")
    assert key != server_key("python", {}, imports)


@pytest.mark.parametrize(
    "name", ["project.pth", "__editable___project_finder.py", "sitecustomize.py", "usercustomize.py"]
)
def test_the_servers_key_changes_with_what_a_starting_interpreter_reads(tmp_path: Path, name: str) -> None:
    site, path = tmp_path / "site", tmp_path / "path"
    variables = {"PYTHONPATH": os.pathsep.join(["", "relative", str(path)])}
    imports = Imports((), (), 1.0, (str(site),))
    for folder in (site, path):
        folder.mkdir()
        keys = [server_key("python", variables, imports)]
        (folder / "library.py").write_text("")
        assert server_key("python", variables, imports) == keys[0]
        for text in ("/one", "/the/other"):
            (folder / name).write_text(text)
            keys.append(server_key("python", variables, imports))
        (folder / name).unlink()
        assert server_key("python", variables, imports) == keys[0]
        assert len(set(keys)) == 3


def test_a_module_on_the_python_path_shadows_a_library_that_lies_elsewhere(tmp_path: Path) -> None:
    first, second, library = (tmp_path / name for name in ("first", "second", "library"))
    variables = {"PYTHONPATH": f"{first}{os.pathsep}{second}"}
    for folder in (first, second / "kept", first / "numbers"):
        folder.mkdir(parents=True)
    (second / "kept" / "__init__.py").write_text("")
    (first / "hyperstep_trial.py").write_text("")
    files = [library / "numbers.py", second / "kept" / "__init__.py", library / "hyperstep_trial" / "__init__.py"]
    imports = Imports(("numbers", "kept", "hyperstep_trial"), tuple(map(str, files)), 1.0)
    assert why_shadowed(imports, variables) == ""
    (first / "numbers" / "__init__.py").write_text("")
    assert "library: numbers" in why_shadowed(imports, variables)
    (first / "kept.so").write_text("")
    assert "library: kept, numbers" in why_shadowed(imports, variables)
    assert why_shadowed(imports, {}) == ""


@pytest.mark.parametrize(
    ("mode", "code", "env", "platform", "word"),
    [
        ("off", CODE, ENV, "linux", "off"),
        ("auto", CODE, ENV, "darwin", "macOS"),
        ("always", CODE, ENV, "win32", "Windows"),
        ("auto", replace(CODE, command=("python", "x.py"), script=""), ENV, "linux", "command"),
        ("auto", replace(CODE, script="train.sh"), ENV, "linux", "Python file"),
        ("auto", CODE, {**ENV, "PYTHONHASHSEED": "0"}, "linux", "PYTHONHASHSEED"),
        ("auto", CODE, {**ENV, "LD_PRELOAD": "/lib/x.so"}, "linux", "LD_PRELOAD"),
        ("auto", CODE, {**ENV, "MALLOC_ARENA_MAX": "1"}, "linux", "MALLOC_ARENA_MAX"),
        ("auto", CODE, {**ENV, "PYTHONSTARTUP": "/x.py"}, "linux", "PYTHONSTARTUP"),
    ],
)
def test_each_condition_has_its_reason(
    mode: str, code: CodeSpec, env: dict[str, str], platform: str, word: str
) -> None:
    assert word in why_never(mode, code, env, platform)


@pytest.mark.parametrize("mode", ["auto", "always"])
def test_a_script_in_a_usual_environment_may_be_warm(mode: str) -> None:
    assert why_never(mode, CODE, {**ENV, "LD_LIBRARY_PATH": ""}, "linux") == ""


@pytest.mark.parametrize(
    ("step", "platform", "word"),
    [
        (STEP, "darwin", "macOS"),
        (replace(STEP, code=replace(CODE, environment_variables={"PYTHONHASHSEED": "1"})), "linux", "PYTHONHASHSEED"),
        (replace(STEP, code=replace(CODE, command=("x",)), tuning=TuningSpec({}, warm="always")), "linux", "command"),
    ],
)
def test_what_is_to_be_warm_always_and_never_can_be_is_refused(step: StepSpec, platform: str, word: str) -> None:
    with pytest.raises(InvalidInputError, match=word):
        require_warm("always", [step], nothing_learnt, platform)


def test_what_was_learnt_speaks_against_tuning_steps_only() -> None:
    def learnt(_step: StepSpec) -> str:
        return "its script uses a GPU"

    require_warm("always", [STEP], learnt, "linux")
    with pytest.raises(InvalidInputError, match="uses a GPU"):
        require_warm("always", [STEP, replace(STEP, tuning=TuningSpec({}))], learnt, "linux")


def test_always_asks_nothing_of_steps_that_say_otherwise_or_are_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    off = replace(STEP, tuning=TuningSpec({}, warm="off"))
    command = replace(STEP, code=replace(CODE, command=("x",)))
    for name in os.environ:
        if name.startswith(("LD_", "PYTHON", "MALLOC_")):
            monkeypatch.delenv(name)
    require_warm("always", [off, command, STEP], nothing_learnt, "linux")
    monkeypatch.setenv("HYPERSTEP_FOREGROUND", "1")
    with pytest.raises(InvalidInputError, match="foreground"):
        require_warm("always", [STEP], nothing_learnt, "linux")
