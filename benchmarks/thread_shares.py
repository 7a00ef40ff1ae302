"""What keeps trials within their share of the cores, cold and forked: paired measurements of several rules.

``python benchmarks/thread_shares.py [ROUNDS [MODEL...]]``, in an environment with scikit-learn and, if it is to be
measured, lightgbm. As many trials as there are cores run at once, each fitting a small model that asks for one thread
or for as many as there are cores. They are started cold, as ``python script``, or forked from a bare server that has
imported the same libraries. Rules are variables of the environment and, where named so, a core of its own for each
trial. A round runs every rule once, one after the other, so that what else the machine does meets all of them; medians
of the rounds are printed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

CORES = len(os.sched_getaffinity(0))
SHARE = "1"
THREADS = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    SHARE,
)
PASSIVE = {"OMP_WAIT_POLICY": "PASSIVE"}

_DATA = "from sklearn.datasets import make_classification\nX, y = make_classification(4000, 20, random_state=0)\n"
_FITS = {
    "lightgbm": "from lightgbm import LGBMClassifier\n"
    "LGBMClassifier(n_estimators=4, n_jobs={jobs}, verbose=-1).fit(X, y)\n",
    "forest": "from sklearn.ensemble import RandomForestClassifier\n"
    "RandomForestClassifier(10, n_jobs={jobs}, random_state=0).fit(X, y)\n",
    "histogram": "from sklearn.ensemble import HistGradientBoostingClassifier\n"
    "import threadpoolctl\n"
    "with threadpoolctl.threadpool_limits({jobs}):\n"
    "    HistGradientBoostingClassifier(max_iter=4).fit(X, y)\n",
}
_IMPORTS = {
    "lightgbm": "import sklearn.datasets, lightgbm, lightgbm.sklearn, pandas",
    "forest": "import sklearn.datasets, sklearn.ensemble",
    "histogram": "import sklearn.datasets, sklearn.ensemble, threadpoolctl",
}

_SERVER = """
import json, os, resource, sys, time
exec(sys.argv[1])
code, cores = compile(sys.argv[2], "trial", "exec"), json.loads(sys.argv[3])
def start(core):
    pid = os.fork()
    if pid == 0:
        if core is not None:
            os.sched_setaffinity(0, {core})
        exec(code, {"__name__": "__main__"})
        os._exit(0)
    return pid
for line in sys.stdin:
    waiting, live, begin = int(line), {}, time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    free = list(cores)
    while waiting or live:
        while waiting and free:
            core = free.pop()
            live[start(core)] = core
            waiting -= 1
        pid, status = os.wait()
        assert status == 0, status
        free.append(live.pop(pid))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps([time.monotonic() - begin, cpu]), flush=True)
"""
_COLD = _SERVER.replace("exec(sys.argv[1])\n", "import subprocess\n").replace(
    'exec(code, {"__name__": "__main__"})\n        os._exit(0)',
    'os.execv(sys.executable, [sys.executable, "-c", sys.argv[2]])',
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What keeps trials within their share."""

    name: str
    variables: Mapping[str, str]
    pinned: bool = False
    """Each trial on a core of its own."""


RULES = (
    Rule("none", {}),
    Rule("share", THREADS),
    Rule("share, passive", {**THREADS, **PASSIVE}),
    Rule("share, limit", {**THREADS, "OMP_THREAD_LIMIT": SHARE}),
    Rule("share, pinned", THREADS, pinned=True),
    Rule("share, passive, pinned", {**THREADS, **PASSIVE}, pinned=True),
)


class Batch:
    """A process that runs trials, so many at a time, each time it is told to."""

    def __init__(self, fit: str, jobs: int, rule: Rule, *, forked: bool) -> None:
        cores = sorted(os.sched_getaffinity(0)) if rule.pinned else [None] * CORES
        trial = _DATA + _FITS[fit].format(jobs=jobs)
        kept = {k: v for k, v in os.environ.items() if k not in THREADS}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER if forked else _COLD, _IMPORTS[fit], trial, json.dumps(cores)],
            env={**kept, **rule.variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, trials: int) -> tuple[float, float]:
        """Milliseconds of time and of CPU time for one trial."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError
        stdin.write(f"{trials}\n")
        stdin.flush()
        elapsed, cpu = json.loads(stdout.readline())
        return elapsed / trials * 1000, cpu / trials * 1000

    def end(self) -> None:
        """Have it end."""
        self._process.communicate()


@contextlib.contextmanager
def batches(fit: str, jobs: int, *, forked: bool) -> Iterator[dict[str, Batch]]:
    """One for each rule."""
    made = {rule.name: Batch(fit, jobs, rule, forked=forked) for rule in RULES}
    try:
        yield made
    finally:
        for batch in made.values():
            batch.end()


def main(rounds: int) -> None:
    """Print a table for each model and number of threads."""
    print(f"{CORES} cores, {CORES} trials at once, a share of {SHARE} thread; load {os.getloadavg()[0]:.1f}")
    for fit in sys.argv[2:] or _FITS:
        if fit == "lightgbm" and importlib.util.find_spec("lightgbm") is None:
            continue
        for jobs in (1, CORES):
            _measure(fit, jobs, rounds)


def _measure(fit: str, jobs: int, rounds: int) -> None:
    print(f"\n{fit}, {jobs} thread(s) asked for: median ms of time (of CPU) for one trial")
    with batches(fit, jobs, forked=False) as cold, batches(fit, jobs, forked=True) as forked:
        for made in (cold, forked):
            for batch in made.values():
                batch.run(CORES)  # files read, libraries loaded
        found: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for _ in range(rounds):
            for rule in RULES:
                found.setdefault((rule.name, "cold"), []).append(cold[rule.name].run(CORES))
                found.setdefault((rule.name, "forked"), []).append(forked[rule.name].run(2 * CORES))
    for rule in RULES:
        cells = [_cell(found[rule.name, how]) for how in ("cold", "forked")]
        print(f"  {rule.name:24} cold {cells[0]:>18}   forked {cells[1]:>18}")


def _cell(values: list[tuple[float, float]]) -> str:
    elapsed, cpu = (statistics.median(column) for column in zip(*values, strict=True))
    return f"{elapsed:7.0f} ({cpu:7.0f})"


if __name__ == "__main__":
    began = time.monotonic()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
    print(f"\ntook {time.monotonic() - began:.0f} s; load {os.getloadavg()[0]:.1f}")
