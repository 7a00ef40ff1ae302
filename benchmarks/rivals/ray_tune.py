"""Ray Tune: the script's body as a function in its worker, or with ``--subprocess`` the script as a process in it.

Best honest configuration: actors are reused between trials (it takes 0.9 trials a second without that), but not where
trials are stopped, which takes seconds with it; no dashboard, no loggers, no usage statistics, a small object store.
Stopping is Tune's own ``stop``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from job import Job

os.environ |= {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",
    "RAY_DEDUP_LOGS": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "3600",
    "TUNE_MAX_PENDING_TRIALS_PG": "4",
    "RAY_AIR_NEW_OUTPUT": "0",
}
import ray
from ray import tune


def in_worker(config: dict[str, Any]) -> None:
    """The script's code, compiled once a worker, in this process."""
    script = config["script"]
    source = compile(Path(script).read_text(encoding="utf-8"), script, "exec")
    argv, sys.argv = sys.argv, [script, "--x", str(config["x"])]
    try:
        exec(source, {"__name__": "__main__", "__file__": script})  # noqa: S102 - the benchmark's own script
    finally:
        sys.argv = argv


def in_subprocess(config: dict[str, Any]) -> None:
    """The script as a process, its lines ``acc=…`` reported one by one; it ends with the trial."""
    command = [sys.executable, "-u", config["script"], "--x", str(config["x"])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout or ():
                tune.report({"acc": float(line.removeprefix("acc="))})
        except BaseException:
            process.kill()
            raise


def main(job: Job) -> None:
    """Fit."""
    ray.init(
        num_cpus=job.concurrent,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=80_000_000,
        runtime_env={"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}},
    )
    function = in_subprocess if "--subprocess" in sys.argv else in_worker
    below = job.stop_below
    tuner = tune.Tuner(
        tune.with_resources(function, {"cpu": 1}),
        param_space={"x": tune.uniform(0, 1), "script": job.script},
        tune_config=tune.TuneConfig(
            num_samples=job.trials,
            max_concurrent_trials=job.concurrent,
            reuse_actors=below is None,
            metric="acc",
            mode="max",
        ),
        run_config=tune.RunConfig(
            storage_path=job.folder,
            verbose=0,
            stop=None if below is None else lambda _trial, result: result["acc"] < below,
        ),
    )
    tuner.fit()
    ray.shutdown()


if __name__ == "__main__":
    main(Job.read())
