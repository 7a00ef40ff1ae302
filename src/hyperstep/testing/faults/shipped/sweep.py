"""The driver of the shipped sweep: ``python -m hyperstep.testing.faults.shipped.sweep KEY=VALUE…`` submits it."""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec.structs import replace

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.digest import Json
from hyperstep.pipeline.spec import CodeSpec, DataMode, OutputSpec, StepSpec, TrainingKind, TrainingSpec, TuningSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import Label, submit_step
from hyperstep.settings import load_settings

SCRIPTS = Path(__file__).parent
_POLICIES: dict[str, Json] = {
    "none": {"name": "Default", "properties": {}},
    "bandit": {"name": "Bandit", "properties": {"slack_factor": 0.2, "evaluation_interval": 1}},
    "median": {"name": "MedianStopping", "properties": {"evaluation_interval": 1, "delay_evaluation": 1}},
}
_SAMPLERS: dict[str, dict[str, Json]] = {
    "random": {"name": "RANDOM", "space": {"x": ["uniform", [0, 1]]}, "seed": 7},
    "sobol": {"name": "SOBOL", "space": {"x": ["uniform", [0, 1]]}, "seed": 7},
    "grid": {"name": "GRID", "space": {"x": ["choice", [[n / 16 for n in range(16)]]]}},
    "bayesian": {"name": "BayesianOptimization", "space": {"x": ["uniform", [0, 1]]}, "seed": 7, "goal": "maximize"},
}


def sweep_config(sampler: str, policy: str, trials: int, declared: int, *, deterministic: bool) -> dict[str, Json]:
    """The sweep's configuration.

    Args:
        sampler: ``random``, ``grid``, ``sobol`` or ``bayesian``.
        policy: ``none``, ``bandit`` or ``median``.
        trials: How many.
        declared: Trials at one time, at most.
        deterministic: Whether it decides in logical time.
    """
    limits: Json = {"max_total": trials, "max_concurrent": declared, "max_duration_s": None, "max_lost_attempts": 2}
    return {
        "sampler": {**_SAMPLERS[sampler], "order": ["x"]},
        "policy": _POLICIES[policy],
        "metric": {"name": "acc", "goal": "maximize"},
        "limits": limits,
        "deterministic": deterministic,
    }


def main(options: dict[str, str]) -> None:
    """Submit."""
    home = Home.open(replace(load_settings(), stop_grace_s=float(options.get("grace_s", "5"))))
    snapshot = take_snapshot(SCRIPTS, home.artifacts, SnapshotLimits(None, None))
    limit = float(options["limit_s"]) if "limit_s" in options else None
    config = sweep_config(
        options.get("sampler", "random"),
        options.get("policy", "bandit"),
        int(options.get("trials", "6")),
        int(options.get("declared", "2")),
        deterministic=options.get("deterministic", "1") == "1",
    )
    training = TrainingSpec(TrainingKind.MODEL, "outputs/model.txt")
    model = OutputSpec("model", "workspaceblobstore", DataMode.MOUNT, "$MODEL", "MODEL", training=training)
    code = CodeSpec(snapshot.digest, "train.py", max_duration_s=limit)
    step = StepSpec("tune0000", "tune", code, outputs=(model,), tuning=TuningSpec(config), kind="HyperDriveStep")
    submit_step(home, step, Label("local", "faults"))
    home.close()


if __name__ == "__main__":
    main(dict(argument.split("=", 1) for argument in sys.argv[1:]))
