"""How long a user waits for the first thing to happen: help, an import in a trial, a submit until the first line runs.

    make bench-start-up                    # 7 rounds
    python benchmarks/start_up.py 15       # that many

Everything takes its turn in each round, beside `python -c pass`, which nothing of ours can be faster than. Two figures
each: how long it took, and processor time (user and system, of all processes), which is the steadier one on a machine
that others use too. A submit is counted from the call to the first line of the step's script; its processor time is not
told, for the host and the runner outlive it.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from hyperstep.launchers.glance import live_hosts
from hyperstep.shim import shim_path
from hyperstep_trial.boot_environment import boot_environment

ROUNDS = 7
IMPORTS = {
    "a trial's boot": "pass",
    "from azureml.core import Run": "from azureml.core import Run; Run.get_context()",
    "usual names of azureml.core": "from azureml.core import Workspace, Experiment, Dataset, Datastore, Model, Run",
}
DRIVER = """
import sys, time
from azureml.core import Experiment, Workspace
from azureml.pipeline.core import Pipeline
from azureml.pipeline.steps import PythonScriptStep
workspace = Workspace.from_config()
step = PythonScriptStep(name="work", script_name="work.py", source_directory="source", compute_target="local",
                        arguments=sys.argv[1:], allow_reuse=False)
pipeline = Pipeline(workspace, [step])
start = time.time()
run = Experiment(workspace, "start").submit(pipeline)
with open(sys.argv[1], "a") as file:
    file.write(f"{start}\\n")
run.wait_for_completion(show_output=False)
"""
STEP = "import time; now = time.time()\nimport sys\nwith open(sys.argv[1], 'a') as file:\n    file.write(f'{now}\\n')\n"


def command(arguments: list[str], env: dict[str, str] | None = None) -> Callable[[], tuple[float, float]]:
    """A whole process: how long it took, and its processor time, in seconds."""

    def work() -> tuple[float, float]:
        before, start = _processor_s(), time.perf_counter()
        subprocess.run(arguments, env=env, check=True, capture_output=True)
        return time.perf_counter() - start, _processor_s() - before

    return work


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def submit(folder: Path) -> float:
    """Seconds from the call of ``submit`` to the first line of the step's script."""
    times = folder / f"{time.time_ns()}.txt"
    env = boot_environment(os.environ, shim_path())
    subprocess.run([sys.executable, "driver.py", str(times)], cwd=folder, env=env, check=True, capture_output=True)
    first, second = sorted(map(float, times.read_text().split()))
    return second - first


@contextlib.contextmanager
def own_hosts() -> Iterator[None]:
    """No trial host runs, and whichever is started ends with the block."""
    with tempfile.TemporaryDirectory(prefix="hs-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        try:
            yield
        finally:
            for pid in live_hosts().values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            del os.environ["TMPDIR"]
            tempfile.tempdir = None


def show(name: str, found: list[tuple[float, float]], bare: list[tuple[float, float]]) -> None:
    """One line: medians, and what is above the bare process of the same round."""
    wall, processor = (median(each[field] for each in found) * 1e3 for field in (0, 1))
    above = median(one[1] - other[1] for one, other in zip(found, bare, strict=True)) * 1e3
    print(f"{name:40} {wall:7.0f} ms, processor {processor:5.0f} ms, {above:5.0f} ms above `python -c pass`")


def main() -> None:
    """Measure, and say under which load."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    trial = boot_environment(os.environ, shim_path())
    works = {
        "python -c pass": command([sys.executable, "-c", "pass"]),
        "hyperstep --help": command([sys.executable, "-m", "hyperstep", "--help"]),
        **{name: command([sys.executable, "-c", code], trial) for name, code in IMPORTS.items()},
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    submits: dict[str, list[float]] = {"no host": [], "a host runs": []}
    with tempfile.TemporaryDirectory(prefix="hyperstep-bench-") as place:
        folder = Path(place)
        os.environ["HYPERSTEP_HOME"] = str(folder / "home")
        (folder / "source").mkdir()
        (folder / "source" / "work.py").write_text(STEP, encoding="utf-8")
        (folder / "driver.py").write_text(DRIVER, encoding="utf-8")
        for _ in range(rounds):
            for name, work in works.items():
                found[name].append(work())
            with own_hosts():
                for times in submits.values():
                    times.append(submit(folder))
    for name, taken in found.items():
        show(name, taken, found["python -c pass"])
    for name, seconds in submits.items():
        print(f"submit to the script's first line, {name:5} {median(seconds) * 1e3:7.0f} ms")
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
