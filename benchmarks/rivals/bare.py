"""The limit of who starts a process a trial: nothing but ``python script.py``, as many at a time as are asked for."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from job import Job


def main(job: Job) -> None:
    """Start, wait, start the next; the output of each goes to a file."""
    chance, running = random.Random(1), set[int]()  # noqa: S311 - no secret is made
    for number in range(job.trials):
        if len(running) == job.concurrent:
            running.discard(os.wait()[0])
        with (Path(job.folder) / f"log{number}.txt").open("wb") as log:
            command = [sys.executable, job.script, "--x", str(chance.random())]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=job.folder)
        process.returncode = 0  # os.wait has it
        running.add(process.pid)
    while running:
        running.discard(os.wait()[0])


if __name__ == "__main__":
    main(Job.read())
