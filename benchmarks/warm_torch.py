"""What a trial that trains with torch costs, cold and warm: an MLP on scikit-learn's digits, started by the launcher.

``python benchmarks/warm_torch.py [ROUNDS]``, in an environment with torch and scikit-learn (``make test-libraries``
makes one). In each round every way runs its trials once, one way after the other; medians of the rounds are printed,
and the median of the rounds' ratios. CPU time is user and system time of host, servers and trials. The memory of a
trial that is its own is what the system tells at its end, that of the server while it waits.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hyperstep.runtime.runner.warm.imports import learn, read_note
from hyperstep.shim import shim_path
from hyperstep_trial.boot_environment import boot_environment
from hyperstep_trial.import_note import NOTE_VARIABLE
from warm_starts import Launched, Place, cpu_s

SCRIPT = """
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(7)
x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x / 16, dtype=torch.float32), torch.tensor(y)
net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
best, loss = torch.optim.Adam(net.parameters(), 1e-3), nn.CrossEntropyLoss()
for _ in range(5):
    for images, labels in DataLoader(TensorDataset(x, y), 64, shuffle=True):
        best.zero_grad()
        loss(net(images), labels).backward()
        best.step()
print((net(x).argmax(1) == y).float().mean().item())
lines = open("/proc/self/smaps_rollup").read().splitlines()
print(sum(int(line.split()[1]) for line in lines if line.startswith("Private_")), file=open("own_kb", "w"))
"""
WAYS = {
    "one at a time, two threads": (1, {"OMP_NUM_THREADS": "2"}),
    "two at a time, a thread each": (2, {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}),
    "two at a time, two threads each": (2, {"OMP_NUM_THREADS": "2"}),
}
TRIALS = 2


def modules_of(script: str, folder: Path) -> tuple[str, ...]:
    """What a cold run of it has noted, as for a sweep."""
    folder.mkdir()
    (folder / "train.py").write_text(script)
    note_file = folder / "note.json"
    env = {**boot_environment(os.environ, shim_path()), NOTE_VARIABLE: str(note_file)}
    subprocess.run([sys.executable, "train.py"], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
    note = read_note(note_file)
    assert note is not None
    return learn(note, str(folder), 0.0).modules


class Bed:
    """A host and a server whose trials have these variables."""

    def __init__(self, top: Path, modules: tuple[str, ...], in_flight: int, env: dict[str, str]) -> None:
        os.environ.update({"OMP_WAIT_POLICY": "", **env})
        if not os.environ["OMP_WAIT_POLICY"]:
            del os.environ["OMP_WAIT_POLICY"]
        self.attempts = top / "attempts"
        self.place, self.in_flight = Place(self.attempts, SCRIPT), in_flight
        self.launched = Launched(top, modules)
        self.launched.warm_up(self.place)
        self.found: dict[str, list[tuple[float, float, int]]] = {"cold": [], "warm": []}

    def measure(self, way: str) -> None:
        """Run some trials; note what one takes: wall time and CPU time in ms, memory of its own in kB."""
        before = set(self.attempts.iterdir())
        run = self.launched.cold if way == "cold" else self.launched.warm
        used, began = cpu_s(self.launched.pids()), time.monotonic()
        run(self.place, TRIALS, in_flight=self.in_flight)
        elapsed = time.monotonic() - began
        used = cpu_s(self.launched.pids()) - used
        own = [int((f / "work" / "own_kb").read_text()) for f in self.attempts.iterdir() if f not in before]
        self.found[way].append((elapsed / TRIALS * 1000, used / TRIALS * 1000, max(own)))

    def report(self) -> None:
        """Print the medians."""
        for way, values in self.found.items():
            wall, cpu, own = (statistics.median(column) for column in zip(*values, strict=True))
            print(f"  {way}: {wall:7.0f} ms a trial, {cpu:7.0f} ms CPU, {own / 1024:5.0f} MB of its own")
        pairs = list(zip(self.found["cold"], self.found["warm"], strict=True))
        wall, cpu = (statistics.median(cold[n] / warm[n] for cold, warm in pairs) for n in (0, 1))
        status = Path(f"/proc/{self.launched.pids()[1]}/status").read_text()
        resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        print(f"  cold by warm: {wall:.1f} in wall time, {cpu:.1f} in CPU time; server {resident / 1024:.0f} MB")


def main() -> None:
    """One table for each way."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, (in_flight, env) in WAYS.items():
        top = Path(tempfile.mkdtemp(prefix="hs-", dir="/tmp"))
        bed = Bed(top, modules_of(SCRIPT, top / "first"), in_flight, env)
        print(f"\n{name}; load {os.getloadavg()[0]:.1f}")
        try:
            for _ in range(rounds):
                for way in ("cold", "warm"):
                    bed.measure(way)
            bed.report()
        finally:
            bed.launched.close()
            shutil.rmtree(top)


if __name__ == "__main__":
    main()
