"""Syne Tune's local backend. As shipped it looks for news every 5 s; with ``--poll 0.01`` every 10 ms.

Best honest configuration: random search, no checkpoints, no saving of the tuner, logging off. The scripts print its
protocol by hand: to import its reporter takes a script 20 times as long as to start. Who stops a trial is the
scheduler, at the first result below the threshold.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from job import Job

os.environ["SYNETUNE_FOLDER"] = Job.read().folder
from syne_tune import StoppingCriterion, Tuner
from syne_tune.backend import LocalBackend
from syne_tune.config_space import uniform
from syne_tune.optimizer.baselines import RandomSearch
from syne_tune.optimizer.scheduler import SchedulerDecision


class Stopping(RandomSearch):  # type: ignore[misc]
    """Random search that stops what is below a threshold."""

    below: float | None = None

    def on_trial_result(self, trial: Any, result: dict[str, Any]) -> Any:  # noqa: ANN401 - as the base has it
        """Judge a result."""
        decision = super().on_trial_result(trial, result)
        return SchedulerDecision.STOP if self.below is not None and result["acc"] < self.below else decision


def main(job: Job) -> None:
    """Tune."""
    logging.disable(logging.CRITICAL)
    scheduler = Stopping({"x": uniform(0, 1)}, metrics=["acc"], do_minimize=False, random_seed=1)
    scheduler.below = job.stop_below
    poll = {"sleep_time": float(sys.argv[sys.argv.index("--poll") + 1])} if "--poll" in sys.argv else {}
    tuner = Tuner(
        trial_backend=LocalBackend(entry_point=job.script),
        scheduler=scheduler,
        stop_criterion=StoppingCriterion(max_num_trials_finished=job.trials),
        n_workers=job.concurrent,
        save_tuner=False,
        wait_trial_completion_when_stopping=True,
        suffix_tuner_name=False,
        **poll,
    )
    tuner.run()


if __name__ == "__main__":
    main(Job.read())
