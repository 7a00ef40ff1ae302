"""A training script of five epochs, which writes outside of the home whatever it has done.

The file that ``FAULTS_OUTSIDE`` names gets a line when an attempt starts, one when ``log`` has returned, one at the
end. With ``--report FILE`` it is the step after the sweep, which reads the model.
``FAULTS_ODD=1`` has it log what is no number, and write lines that are no records; ``FAULTS_HANG=n`` has trial ``n``
ignore SIGTERM and sleep; ``FAULTS_CHILD=1`` has each trial leave a child in a session of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from hyperstep_trial import Run

EPOCHS = 5
ODD = (float("nan"), float("inf"), None, "no number", float("-inf"))
_PAUSE_S = 0.05


def note(what: str, **facts: object) -> None:
    """One line in the file outside, in one write."""
    folder = Path(os.environ["HYPERSTEP_ATTEMPT_FOLDER"])
    number = int(os.environ["HYPERSTEP_ATTEMPT"])
    line = json.dumps({"what": what, "run": folder.parent.name, "attempt": number, **facts})
    descriptor = os.open(os.environ["FAULTS_OUTSIDE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, line.encode() + b"\n")
    os.close(descriptor)


def log(name: str, value: object) -> None:
    """Log until there is room for it, and write down outside that it was logged."""
    run = Run.get_context()
    while True:
        try:
            run.log(name, value)
        except OSError:  # the disk is full
            time.sleep(_PAUSE_S)
        else:
            note("logged", name=name, value=repr(value))
            return


def save(text: str) -> None:
    """Write the model, as soon as there is room for it."""
    while True:
        try:
            Path("outputs").mkdir(exist_ok=True)
            Path("outputs/model.txt").write_text(text)
        except OSError:
            time.sleep(_PAUSE_S)
        else:
            return


def write_garbage() -> None:
    """Lines in the records file that are none."""
    with (Path(os.environ["HYPERSTEP_ATTEMPT_FOLDER"]) / "records.jsonl").open("ab") as records:
        records.write(b'{"kind": "scalar", "name"\n\xff\xfe\x00garbage\n[1, 2]\n')


def hang() -> None:
    """Refuse to end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(600)


def train(x: float) -> None:
    """Train, so to say."""
    for epoch in range(EPOCHS):
        time.sleep(float(os.environ.get("FAULTS_EPOCH_S", "0.01")))
        if os.environ.get("FAULTS_ODD"):
            write_garbage()
            log("odd", ODD[epoch])
        log("acc", x * (epoch + 1) - abs(x - 0.5))
    if os.environ.get("FAULTS_HANG") == os.environ["AZUREML_RUN_ID"].rpartition("_")[2]:
        hang()
    save(f"{x!r}\n")


def report(file: Path) -> None:
    """Say what the best trial's model is."""
    text = file.read_text()
    log("best x", float(text))
    save(text)


def main() -> None:
    """Do what is asked for, and write down its start and its end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--x", type=float, default=0.0)
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    note("start")
    if os.environ.get("FAULTS_CHILD"):
        sleeping = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
        subprocess.Popen(sleeping, start_new_session=True)
    if options.report:
        report(options.report)
    else:
        train(options.x)
    note("end")


if __name__ == "__main__":
    main()
