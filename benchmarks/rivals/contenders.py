"""Who takes part, and with which interpreter."""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parents[1] / ".bench" / "rivals"
CONSTRAINTS = HERE.parent / "rivals-constraints.txt"
PACKAGES = {
    "optuna": "optuna",
    "syne-tune": "syne-tune",
    "ray": "ray[tune]",
    "scikit-learn": "scikit-learn",
    "pandas": "pandas",
}
"""What is installed for each."""
ALL = frozenset({"trivial", "libraries", "ingest", "stop", "growth", "cold", "threads"})


@dataclass(frozen=True)
class Contender:
    """One of them."""

    name: str
    file: str
    reporting: str
    """See ``scripts.REPORT``."""
    arguments: tuple[str, ...] = ()
    package: str = ""
    """Of ``PACKAGES``; empty for one that runs with our own interpreter."""
    contests: frozenset[str] = ALL
    waits: bool = False
    """Whether a script's report returns when the driver has it; else the driver's end shows that all has arrived."""
    slow: bool = False
    """It looks for news every few seconds: it gets few trials, and no contest of thousands."""
    warms_up: bool = False
    """It learns from a first sweep."""
    ours: bool = False
    starts: str = ""
    """How its trials must have been started, ``cold`` or ``warm``; empty when it starts them as it likes."""
    fewer: int = 50
    """By which it is given fewer values to report: those that take a thousand a second would take hours."""

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return VENV / "bin" / "python" if self.package else Path(sys.executable)

    def command(self, job: Path) -> list[str]:
        """What starts it."""
        return [str(self.python), str(HERE / self.file), str(job), *self.arguments]


LIMIT = frozenset({"trivial", "libraries", "growth", "cold", "threads"})
CONTENDERS = (
    Contender("bare processes", "bare.py", "stdout", contests=LIMIT),
    Contender("bare fork server", "fork_server.py", "none", contests=LIMIT - {"cold"}),
    Contender(
        "hyperstep, cold trials", "hyperstep_tune.py", "hyperstep", ("--warm", "off"), ours=True, starts="cold", fewer=1
    ),
    Contender("hyperstep, first sweep", "hyperstep_tune.py", "hyperstep", ours=True, fewer=1),
    Contender(
        "hyperstep, warm trials",
        "hyperstep_tune.py",
        "hyperstep",
        warms_up=True,
        ours=True,
        starts="warm",
        fewer=1,
    ),
    Contender("Optuna + subprocess, SQLite", "optuna_subprocess.py", "stdout", package="optuna"),
    Contender(
        "Syne Tune local, 0.01 s poll",
        "syne_tune_local.py",
        "syne tune",
        ("--poll", "0.01"),
        package="syne-tune",
        fewer=1,
    ),
    Contender(
        "Syne Tune local, as shipped", "syne_tune_local.py", "syne tune", package="syne-tune", slow=True, fewer=1
    ),
    Contender("Ray Tune, function", "ray_tune.py", "ray", package="ray", waits=True),
    Contender("Ray Tune, subprocess", "ray_tune.py", "stdout", ("--subprocess",), package="ray"),
)


def install() -> dict[str, str]:
    """Have the rivals in a virtual environment of their own; returns why not, by package."""
    if not (VENV / "bin" / "python").exists():
        venv.create(VENV, with_pip=True)
    missing = {}
    for package, wanted in PACKAGES.items():
        command: list[str | Path] = [VENV / "bin/pip", "install", "--quiet", "--no-input", "-c", CONSTRAINTS, wanted]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            missing[package] = done.stderr.strip().splitlines()[-1]
    return missing


def versions() -> str:
    """Of the rivals."""
    code = "import importlib.metadata as m, sys; print(', '.join(f'{p} {m.version(p)}' for p in sys.argv[1:]))"
    done = subprocess.run([VENV / "bin/python", "-c", code, *PACKAGES], capture_output=True, text=True, check=False)
    return done.stdout.strip()
