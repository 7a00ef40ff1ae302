"""The limit of who forks trials: the libraries are imported once, and each trial is a fork that runs the script."""

from __future__ import annotations

import gc
import os
import random
import runpy
import sys
from importlib import import_module
from pathlib import Path

from job import Job


def run(job: Job, number: int, share: float) -> None:
    """The child: its own output and arguments, then the script as ``__main__``."""
    log = os.open(Path(job.folder) / f"log{number}.txt", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = [job.script, "--x", str(share)]
    code = 1
    try:
        runpy.run_path(job.script, run_name="__main__")
        code = 0
    finally:
        sys.stdout.flush()
        os._exit(code)


def main(job: Job) -> None:
    """Import, then fork as many at a time as are asked for."""
    for library in job.libraries:
        import_module(library)
    compile("", "<string>", "exec")  # makes the types of syntax trees, which each child would make for itself
    gc.collect()
    gc.freeze()  # so that no child's collector writes to what it shares
    chance, running = random.Random(1), set[int]()  # noqa: S311 - no secret is made
    for number in range(job.trials):
        if len(running) == job.concurrent:
            running.discard(os.wait()[0])
        share = chance.random()
        child = os.fork()
        if not child:
            run(job, number, share)
        running.add(child)
    while running:
        running.discard(os.wait()[0])


if __name__ == "__main__":
    main(Job.read())
