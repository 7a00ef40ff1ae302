"""A resubmit of an unchanged pipeline: our decision beside a bare walk, our whole command beside DVC's.

    make bench-reuse                     # 200, 2,000 and 20,000 files
    python benchmarks/reuse.py 2000      # that many

DVC is installed into a virtual environment of its own (``.bench/dvc``, kept), from the package index. All ratios are
of one run on one machine: the median over rounds, in each of which everything takes its turn, of the ratio in that
round. On a machine that others use too, processor time (user and system, of all processes) is the steadier measure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from msgspec.structs import replace

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.pipeline.spec import CodeSpec, PipelineSpec, StepSpec
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.reuse_options import reuse_rules
from hyperstep.runtime.runner.reuse.step_facts import StepQuestion
from hyperstep.runtime.runner.reuse.step_reuse import look_for_source
from hyperstep.runtime.runner.reuse.step_sources import remember_step
from hyperstep.runtime.submission import Label, root_run
from hyperstep.settings import load_settings

SIZES = (200, 2_000, 20_000)
FOLDERS = 40
BYTES_EACH = 100 * 1024
ROUNDS = 5
SETTLE_S = 2.5
"""Files that are younger are read again, by us as by git."""

QUIET, DVC = "hyperstep run -q", "dvc repro"
OPTIONS = {QUIET: ["-q"], "hyperstep run": []}
DVC_FOLDER = Path(__file__).resolve().parents[1] / ".bench" / "dvc"

SCRIPT = """
from azureml.core import Experiment, Workspace
from azureml.pipeline.core import Pipeline
from azureml.pipeline.steps import PythonScriptStep
workspace = Workspace.from_config()
step = PythonScriptStep(name="work", script_name="work.py", source_directory="source", compute_target="local")
Experiment(workspace, "bench").submit(Pipeline(workspace, [step])).wait_for_completion(show_output=False)
"""
STAGE = "stages:\n  work:\n    cmd: python source/work.py\n    deps:\n    - source\n"


def walk(folder: str) -> int:
    """The least that anybody must do: look at every file."""
    count = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            os.stat(entry.path)  # noqa: PTH116 - the least that can be done
            count += walk(entry.path) if entry.is_dir() else 1
    return count


def decide(home: Home, folder: Path, *, completed: bool = False) -> bool:
    """Snapshot, fingerprint, look-up and check of the source; a first time the run is recorded as completed."""
    snapshot = take_snapshot(folder, home.artifacts, SnapshotLimits(None, None))
    step = StepSpec("work0000", "work", CodeSpec(snapshot.digest, "work.py"))
    spec = PipelineSpec(steps=(step,))
    answer = look_for_source(StepQuestion(home, "local", spec, step, {}, reuse_rules(home.settings)), time.time())
    if completed:
        run = root_run(Label("local", "bench"), RunKind.SCRIPT, f"bench-{time.time_ns()}", "work")
        run = replace(run, status=RunStatus.COMPLETED, started_at=time.time(), ended_at=time.time())
        home.store.create([run], folder=run.id, spec=None)
        remember_step(home, run, step, answer.fingerprint, time.time())
    return answer.decision.is_hit


class Taken(NamedTuple):
    """What one go cost, seconds."""

    wall_s: float
    processor_s: float


def take_turns(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[Taken]]:
    """What each cost in each round."""
    taken: dict[str, list[Taken]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start, before = time.perf_counter(), os.times()
            work()
            now = os.times()
            taken[name].append(Taken(time.perf_counter() - start, sum(now[:4]) - sum(before[:4])))
    return taken


def middle_ms(found: list[Taken], field: int) -> float:
    """Median, milliseconds."""
    return median(each[field] for each in found) * 1e3


def ratio(slow: list[Taken], fast: list[Taken], field: int) -> float:
    """Median of the ratios, round by round."""
    return median(one[field] / other[field] for one, other in zip(slow, fast, strict=True))


def make_project(folder: Path, n_files: int) -> Path:
    """A source folder with that many files; 200 MB at 2,000."""
    source = folder / "source"
    each = min(BYTES_EACH, 2_000 * BYTES_EACH // n_files)
    for number in range(n_files - 1):
        place = source / f"d{number % FOLDERS}" / f"f{number}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(f"{number:012d}".encode() * (each // 12))
    (source / "work.py").write_text("print('work')\n", encoding="utf-8")
    (folder / "pipeline.py").write_text(SCRIPT, encoding="utf-8")
    return source


def install_dvc(folder: Path) -> Path | None:
    """The command; None when it cannot be had."""
    if (folder / "bin" / "dvc").exists():
        return folder / "bin" / "dvc"
    venv.create(folder, with_pip=True)
    done = subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "dvc"], check=False)
    return folder / "bin" / "dvc" if done.returncode == 0 else None


def command(arguments: list[str | Path], folder: Path) -> Callable[[], object]:
    """A whole process in a folder."""
    return lambda: subprocess.run(arguments, cwd=folder, check=True, capture_output=True)


def measure(n_files: int, dvc: Path | None, folder: Path) -> None:
    """One size."""
    source = make_project(folder, n_files)
    os.environ["HYPERSTEP_HOME"] = str(folder.with_name(f"{folder.name}-home"))
    os.environ["AML_SNAPSHOT_NO_FILE_LIMIT"] = "1"
    home = Home.open(load_settings(folder))
    time.sleep(SETTLE_S)
    decide(home, source, completed=True)
    time.sleep(SETTLE_S)
    if not decide(home, source):
        message = "an unchanged step must be a hit"
        raise SystemExit(message)
    found = take_turns({"walk": lambda: walk(str(source)), "decision": lambda: decide(home, source)}, 3 * ROUNDS)
    home.close()
    walked, decided = middle_ms(found["walk"], 0), middle_ms(found["decision"], 0)
    times = ratio(found["decision"], found["walk"], 0)
    print(f"{n_files:6} files: walk {walked:.1f} ms, decision {decided:.1f} ms: {times:.1f}x", flush=True)
    ours = [sys.executable, "-m", "hyperstep", "run"]
    works = {name: command([*ours, *options, "pipeline.py"], folder) for name, options in OPTIONS.items()}
    works[QUIET]()
    time.sleep(SETTLE_S)
    if dvc is not None:
        (folder / "dvc.yaml").write_text(STAGE, encoding="utf-8")
        for arguments in (["init", "--no-scm", "--quiet"], ["repro", "--quiet"]):
            subprocess.run([dvc, *arguments], cwd=folder, check=True, capture_output=True)
        works[DVC] = command([dvc, "repro", "--quiet"], folder)
    processes = take_turns(works, ROUNDS)
    for name, taken in processes.items():
        words = f"{n_files:6} files: {name}: {middle_ms(taken, 0):.0f} ms, processor {middle_ms(taken, 1):.0f} ms"
        if dvc is not None and name != DVC:
            by = [ratio(processes[DVC], taken, field) for field in (0, 1)]
            words += f"; DVC takes {by[0]:.1f}x as long, {by[1]:.1f}x the processor time"
        print(words, flush=True)


def main() -> None:
    """Measure the sizes that were asked for."""
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="hyperstep-bench-") as folder:
        dvc = install_dvc(DVC_FOLDER)
        for n_files in sizes:
            place = Path(folder) / f"p{n_files}"
            place.mkdir()
            measure(n_files, dvc, place)


if __name__ == "__main__":
    main()
