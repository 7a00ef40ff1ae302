"""The training scripts of the contests: the same for all contenders but for the line that reports a value."""

from __future__ import annotations

from pathlib import Path

REPORT = {
    "stdout": "def report(value):\n    print(f'acc={value}', flush=True)\n",
    "none": "def report(value):\n    print(f'acc={value}')\n",
    "syne tune": """import json
_made = time.perf_counter()
_lines = 0
def report(value):
    global _lines
    line = {"acc": value, "st_worker_timestamp": time.time(), "st_worker_time": time.perf_counter() - _made,
            "st_worker_iter": _lines}
    _lines += 1
    print("[tune-metric]: " + json.dumps(line), flush=True)
""",
    "ray": "from ray import tune\ndef report(value):\n    tune.report({'acc': value})\n",
    "hyperstep": """from azureml.core import Run
_run = Run.get_context()
def report(value):
    _run.log("acc", value)
""",
}
"""How each contender is told a value, in its quickest way."""

_BEGIN = """
import os, sys, time
def stamp(what):
    stamps = os.open({stamps!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(stamps, f"{{what}} {{os.getpid()}} {{time.time()!r}}\\n".encode())
    os.close(stamps)
stamp("start")
x = float(sys.argv[sys.argv.index("--x") + 1])
"""
_SKLEARN = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
table = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [x, 0.5, 0.1, 0.9]})
fitted = LogisticRegression(C=x + 0.1).fit(table, [0, 0, 1, 1])
report(float(fitted.score(table, [0, 0, 1, 1])))
"""
_THREADS = """
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
chance = np.random.default_rng(1)
table, labels = chance.random((2000, 20)), chance.integers(0, 2, 2000)
fitted = HistGradientBoostingClassifier(max_iter=50, learning_rate=0.01 + x / 10).fit(table, labels)
report(float(fitted.score(table, labels)))
"""
"""OpenMP starts as many threads as there are cores, in each trial, unless somebody tells it otherwise."""
_INGEST = """
for number in range({points}):
    report(x)
"""
_STOP = """
import fcntl, glob, random
def claim(name):
    try:
        os.close(os.open(os.path.join({folder!r}, name), os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False
def count(pattern):
    return len(glob.glob(os.path.join({folder!r}, pattern)))
if claim("good"):
    report(0.9)
    claim("good.reported")
    while count("*.locked") < {bad}:
        time.sleep(0.05)
    time.sleep(1)
else:
    while not count("good.reported"):
        time.sleep(0.01)
    name = f"{{os.getpid()}}-{{time.time_ns()}}.lock"
    lock = open(os.path.join({folder!r}, name), "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.rename(lock.name, lock.name + "ed")
    time.sleep(0.2 + random.random() / 5)
    stamp(f"reported:{{name}}ed")
    report(0.1)
    time.sleep(60)
"""
"""The first trial is good, all others are bad. A bad one holds a lock for as long as its process lives, so that who
waits for the lock knows the moment of its end."""

LIBRARIES = {"libraries": ("pandas", "sklearn.linear_model"), "threads": ("numpy", "sklearn.ensemble")}
"""What the scripts of a contest import, besides the standard library."""


def write(path: Path, contest: str, reporting: str, *, stamps: Path, **facts: object) -> None:
    """Write the script of a contest.

    Args:
        path: Where.
        contest: ``trivial``, ``libraries``, ``threads``, ``ingest`` or ``stop``.
        reporting: A key of ``REPORT``.
        stamps: Where trials say when they begin and end.
        facts: What the contest's script needs to know.
    """
    body = {
        "trivial": "report(x)\n",
        "libraries": _SKLEARN,
        "threads": _THREADS,
        "ingest": _INGEST,
        "stop": _STOP,
    }[contest]
    text = body.format(**facts) if contest in {"ingest", "stop"} else body
    path.write_text(_BEGIN.format(stamps=str(stamps)) + REPORT[reporting] + text + 'stamp("end")\n', encoding="utf-8")
