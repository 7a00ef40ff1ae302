"""From options to the engine's step."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.artifact_store.memory import MemoryArtifactStore
from hyperstep.artifact_store.snapshot import load_snapshot
from hyperstep.cli.tuning_options import SAMPLERS, parse_policy, parse_space
from hyperstep.cli.tuning_request import Execution, Objective, Search, Stopping, TuningLimits, TuningRequest
from hyperstep.cli.tuning_step import DEFAULT_TRIALS, experiment_name, make_step
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import Forbids, StepSpec, TrainingKind
from hyperstep.records.goal import Goal
from hyperstep.settings import Settings
from hyperstep.sweep.config import SweepConfig


@pytest.fixture
def request_(tmp_path: Path) -> TuningRequest:
    source = tmp_path / "src"
    source.mkdir()
    (source / "train.py").write_text("print('hi')\n", encoding="utf-8")
    return TuningRequest(
        script=source / "train.py",
        arguments=("--epochs", "3"),
        search=Search(parse_space(["opt=choice:adam,sgd", "n=choice:1,2,3"])),
        objective=Objective("acc"),
        limits=TuningLimits(),
        stopping=Stopping(parse_policy("none")),
        execution=Execution(),
    )


def searching(request: TuningRequest, **changes: object) -> TuningRequest:
    return replace(request, search=replace(request.search, **changes))


def step_of(request: TuningRequest, tmp_path: Path) -> StepSpec:
    return make_step(request, MemoryArtifactStore(), Settings(home=tmp_path / "home", slots=3))


def config_of(step: StepSpec) -> SweepConfig:
    assert step.tuning is not None
    return SweepConfig.from_json(dict(step.tuning.config))


def test_the_scripts_folder_becomes_the_snapshot(request_: TuningRequest, tmp_path: Path) -> None:
    store = MemoryArtifactStore()
    step = make_step(request_, store, Settings(home=tmp_path / "home"))
    assert [file.path for file in load_snapshot(step.code.snapshot, store).files] == ["train.py"]
    assert (step.code.script, step.code.arguments, step.name) == ("train.py", ("--epochs", "3"), "train")


def test_without_limits_there_are_20_trials_as_many_at_a_time_as_slots(request_: TuningRequest, tmp_path: Path) -> None:
    config = config_of(step_of(request_, tmp_path))
    assert (config.limits.max_total, config.limits.max_concurrent) == (DEFAULT_TRIALS, 3)
    assert (config.metric.name, config.metric.goal) == ("acc", Goal.MAXIMIZE)


def test_a_grid_is_tried_as_a_whole(request_: TuningRequest, tmp_path: Path) -> None:
    assert config_of(step_of(searching(request_, sampler="grid"), tmp_path)).limits.max_total == 6


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_that_draws_has_a_seed_in_the_record(
    request_: TuningRequest, tmp_path: Path, sampler: str
) -> None:
    defined = config_of(step_of(searching(request_, sampler=sampler), tmp_path)).sampler.to_json()
    assert isinstance(defined.get("seed"), int) is (sampler != "grid")


def test_what_is_asked_for_here_wins_over_the_settings(request_: TuningRequest, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", deterministic=True, max_failed=3, retries=2)
    said = config_of(make_step(request_, MemoryArtifactStore(), settings))
    assert (said.deterministic, said.limits.max_failed, said.limits.max_retries) == (True, 3, 2)
    asked = config_of(
        make_step(replace(request_, limits=TuningLimits(max_failed=0, retries=0)), MemoryArtifactStore(), settings)
    )
    assert (asked.limits.max_failed, asked.limits.max_retries) == (0, 0)
    plain = config_of(step_of(request_, tmp_path))
    assert (plain.deterministic, plain.limits.max_failed, plain.limits.max_retries) == (False, None, 0)


def test_a_seed_that_was_drawn_is_not_called_given(request_: TuningRequest, tmp_path: Path) -> None:
    drawn = step_of(request_, tmp_path).tuning
    given = step_of(searching(request_, seed=7), tmp_path).tuning
    assert drawn is not None
    assert given is not None
    assert (drawn.seed_given, given.seed_given) == (False, True)
    assert given.config["sampler"]["seed"] == 7  # type: ignore[index, call-overload]


def test_metrics_are_always_written_and_a_model_when_asked_for(request_: TuningRequest, tmp_path: Path) -> None:
    def kinds(step: StepSpec) -> list[TrainingKind]:
        return [output.training.kind for output in step.outputs if output.training]

    assert kinds(step_of(request_, tmp_path)) == [TrainingKind.METRICS]
    asked = step_of(replace(request_, model_file="outputs/m.pkl"), tmp_path)
    assert kinds(asked) == [TrainingKind.METRICS, TrainingKind.MODEL]


def test_a_missing_script_is_refused(request_: TuningRequest, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="The training script must exist"):
        step_of(replace(request_, script=tmp_path / "no.py"), tmp_path)


def test_a_policy_that_breaks_its_rule_is_refused_before_anything_starts(
    request_: TuningRequest, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="slack_factor or a slack_amount"):
        step_of(replace(request_, stopping=Stopping(parse_policy("bandit:evaluation_interval=2"))), tmp_path)


def test_paths_seen_from_here_are_made_absolute_unless_the_scripts_folder_has_them(
    request_: TuningRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data.csv", "both.csv", "src/both.csv"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    given = ("--data", "data.csv", "--file=data.csv", "both.csv", "missing.csv", "--flag", str(tmp_path / "data.csv"))
    absolute = str(tmp_path / "data.csv")
    expected = ("--data", absolute, f"--file={absolute}", "both.csv", "missing.csv", "--flag", absolute)
    assert step_of(replace(request_, arguments=given), tmp_path).code.arguments == expected


def test_paths_into_the_scripts_folder_are_given_as_trials_see_them_and_may_be_reused(
    request_: TuningRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("src/data/a.csv", "src/kept.csv", "src/left/out.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "src" / ".amlignore").write_text("left/\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    step = step_of(replace(request_, arguments=("--data=src/data", "src/kept.csv", "src/../src/kept.csv")), tmp_path)
    assert (step.code.arguments, step.allow_reuse) == (("--data=data", "kept.csv", "kept.csv"), True)
    ignored = step_of(replace(request_, arguments=("src/left/out.csv",)), tmp_path)
    assert (ignored.code.arguments, ignored.allow_reuse) == ((str(tmp_path / "src/left/out.csv"),), False)


def test_data_behind_our_back_forbids_reuse(
    request_: TuningRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert step_of(request_, tmp_path).allow_reuse
    for given in ("data.csv", f"--data={tmp_path / 'data.csv'}"):
        assert not step_of(replace(request_, arguments=(given,)), tmp_path).allow_reuse


def test_an_absolute_path_in_any_spelling_forbids_reuse(request_: TuningRequest, tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "d.txt").touch()
    folder = str(tmp_path / "dir")
    for given in (
        folder,
        f"--data={folder}",
        f"{folder}/*.txt",
        f"csv:{folder}/d.txt",
        f"file://{folder}/d.txt",
        f"train={folder}/d.txt",
        f"{folder}/d.txt,{folder}/e.txt",
        f"{folder}/not-yet",
        "~/",
        str(request_.script.parent),
    ):
        step = step_of(replace(request_, arguments=("--data", given)), tmp_path)
        assert (step.allow_reuse, step.forbidden_by, step.code.arguments) == (
            False,
            Forbids.OUTSIDE_PATHS,
            ("--data", given),
        )
    assert step_of(replace(request_, arguments=("--data", "/no-such-folder/x")), tmp_path).allow_reuse


def test_an_absolute_path_among_the_hyperparameters_forbids_reuse(request_: TuningRequest, tmp_path: Path) -> None:
    space = parse_space([f"data=choice:small,{tmp_path}"])
    assert not step_of(searching(request_, space=space), tmp_path).allow_reuse


@pytest.mark.parametrize(
    ("name", "experiment"), [("train.py", "train"), ("my model!.py", "my-model"), ("__.py", "tune")]
)
def test_an_experiment_is_named_like_the_script(name: str, experiment: str) -> None:
    assert experiment_name(Path(name)) == experiment


@pytest.mark.parametrize(
    ("option", "name"), [("random", "RANDOM"), ("sobol", "SOBOL"), ("bayesian", "BayesianOptimization")]
)
def test_each_sampler_is_made_with_the_seed_and_the_goal(
    request_: TuningRequest, tmp_path: Path, option: str, name: str
) -> None:
    given = replace(searching(request_, sampler=option, seed=7), objective=Objective("acc", Goal.MINIMIZE))
    sampler = config_of(step_of(given, tmp_path)).sampler
    assert (sampler.name, sampler.to_json()["seed"]) == (name, 7)
    assert sampler.goal is (Goal.MINIMIZE if option == "bayesian" else None)
    assert list(sampler.propose(0, ()) or ()) == ["opt", "n"]
