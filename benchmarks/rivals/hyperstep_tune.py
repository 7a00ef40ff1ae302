"""hyperstep, as its command line is used: ``hyperstep tune script.py``; with ``--warm WHEN`` it is passed on.

Each turn has a trial host of its own, which no other turn has warmed up: hosts are found by the temporary folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from job import Job

COMMAND = [sys.executable, "-m", "hyperstep", "tune"]


def main(job: Job) -> int:
    """Tune."""
    warm = sys.argv[sys.argv.index("--warm") + 1] if "--warm" in sys.argv else ""
    home = os.environ.get("HYPERSTEP_HOME") or str(Path(job.folder) / "home")
    temporary = Path(job.folder).parent / "t"  # short, as it is part of a socket's address
    temporary.mkdir(exist_ok=True)
    os.environ |= {"HYPERSTEP_HOME": home, "HYPERSTEP_SLOTS": str(job.concurrent), "TMPDIR": str(temporary)}
    options = ["--space", "x=uniform:0,1", "--metric", "acc", "--seed", "1", "--no-reuse", "--quiet"]
    limits = ["--max", str(job.trials), "--concurrent", str(job.concurrent)]
    policy = [] if job.stop_below is None else ["--policy", "bandit:slack_amount=0.2"]
    chosen = ["--warm", warm] if warm else []
    command = [*COMMAND, *options, *limits, *policy, *chosen, job.script]
    return os.execv(command[0], command)  # noqa: S606 - becomes it: no process of ours stands between


if __name__ == "__main__":
    sys.exit(main(Job.read()))
