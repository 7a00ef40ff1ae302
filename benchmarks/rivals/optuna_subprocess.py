"""Optuna with a subprocess a trial and its SQLite storage: as its documentation has it for scripts, the shortest way.

Best honest configuration: one process with a thread for each slot (``n_jobs``), random sampling, logging off. Each line
``acc=…`` of the script is reported as the next step; a threshold pruner asks after each whether to stop.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import optuna
from job import Job


def main(job: Job) -> None:
    """Optimize."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    below = job.stop_below
    study = optuna.create_study(
        storage=f"sqlite:///{Path(job.folder) / 'optuna.db'}",
        direction="maximize",
        sampler=optuna.samplers.RandomSampler(seed=1),
        pruner=optuna.pruners.NopPruner() if below is None else optuna.pruners.ThresholdPruner(lower=below),
    )

    def objective(trial: optuna.Trial) -> float:
        command = [sys.executable, "-u", job.script, "--x", str(trial.suggest_float("x", 0, 1))]
        value = 0.0
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=job.folder) as process:
            for step, line in enumerate(process.stdout or ()):
                value = float(line.removeprefix("acc="))
                trial.report(value, step)
                if below is not None and trial.should_prune():
                    process.kill()
                    raise optuna.TrialPruned
        return value

    study.optimize(objective, n_trials=job.trials, n_jobs=job.concurrent)


if __name__ == "__main__":
    main(Job.read())
