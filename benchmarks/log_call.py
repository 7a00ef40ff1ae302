"""What one ``run.log`` costs a script, and what it asks of the operating system.

    python benchmarks/log_call.py [CALLS]

A process as a trial is: with the boot folder on its path, a records file and a bell that somebody hears. System calls
are counted by ``strace``, where there is one, as the difference between many calls and one.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

from hyperstep.shim import shim_path
from hyperstep_trial.boot_environment import boot_environment

CALLS = 20_000
COUNTED = 500
SCRIPT = """
import sys, time
from azureml.core import Run
run, calls, took = Run.get_context(), int(sys.argv[1]), []
for number in range(calls):
    start = time.perf_counter_ns()
    run.log("acc", number / calls)
    took.append(time.perf_counter_ns() - start)
took.sort()
print(took[len(took) // 2] / 1e3, took[int(len(took) * 0.99)] / 1e3)
"""


def environment_of(folder: Path) -> dict[str, str]:
    """What a trial finds."""
    variables = {"AZUREML_RUN_ID": "HD_bench_0", "HYPERSTEP_ATTEMPT_FOLDER": str(folder)}
    return boot_environment({**os.environ, **variables, "HYPERSTEP_DOORBELL": str(folder / "bell")}, shim_path())


def run_script(folder: Path, calls: int, before: list[str]) -> str:
    """Log as often; returns the output."""
    command = [*before, sys.executable, "-c", SCRIPT, str(calls)]
    done = subprocess.run(command, env=environment_of(folder), capture_output=True, text=True, check=True)
    return done.stdout


def system_calls(folder: Path, calls: int) -> Counter[str]:
    """How often each system call was made."""
    traced = folder / "traced"
    run_script(folder, calls, ["strace", "-o", str(traced)])
    return Counter(re.findall(r"^(\w+)\(", traced.read_text(encoding="utf-8", errors="replace"), re.MULTILINE))


def hear(bell: socket.socket) -> None:
    """Take in whatever is rung, as a runner does."""
    while bell.recv(100) != b"enough":
        pass


def main() -> None:
    """Print the table."""
    calls = int(sys.argv[1]) if sys.argv[1:] else CALLS
    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        folder = Path(place)
        bell.bind(str(folder / "bell"))
        hearing = threading.Thread(target=hear, args=(bell,))
        hearing.start()
        middle, high = run_script(folder, calls, []).split()
        print(f"log: median {float(middle):.1f} us, p99 {float(high):.1f} us, of {calls}")
        if shutil.which("strace"):
            more = system_calls(folder, COUNTED + 1)
            more.subtract(system_calls(folder, 1))
            found = {name: count / COUNTED for name, count in more.items() if count > COUNTED / 100}
            print("system calls a log:", ", ".join(f"{name} {count:.2f}" for name, count in sorted(found.items())))
        bell.sendto(b"enough", str(folder / "bell"))
        hearing.join()


if __name__ == "__main__":
    main()
