"""Watching a contender from outside: what its processes use, when trials begin and end, when a process dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

LOOK_S, WEIGH_S = 0.1, 1.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Watched:
    """One run of a contender."""

    began: float
    """Seconds since the epoch, as all times here."""
    ended: float = 0.0
    exit_code: int = 0
    stamps: list[tuple[str, int, float]] = field(default_factory=list)
    """What, which process, when; from the scripts, in order."""
    deaths: dict[str, float] = field(default_factory=dict)
    """When the process that held a lock was gone, by the lock."""
    processor_s: float = 0.0
    """Of all processes that belong to the contender and ran no trial."""
    peak_mb: float = 0.0
    """Of the same, shared pages divided among those that share them."""
    values: int = 0
    """How many were reported in all."""
    last_words: str = ""

    def times(self, what: str) -> list[float]:
        """When scripts said it, in order."""
        return sorted(at for said, _, at in self.stamps if said.partition(":")[0] == what)

    def rate(self, skip: int) -> float:
        """Trials a second, from the end of the ``skip``-th on."""
        ends = self.times("end")
        return (len(ends) - skip) / (ends[-1] - ends[skip - 1])

    def stop_delay_s(self) -> float:
        """Median from the moment before a bad value was reported until its process was gone."""
        said = {what.partition(":")[2]: at for what, _, at in self.stamps if what.startswith("reported:")}
        return median(self.deaths[lock] - at for lock, at in said.items() if lock in self.deaths)


class Processes:
    """What the processes of a contender use, looked at now and then.

    Args:
        root: The process that was started; its descendants belong to it.
        word: So does, whoever is its parent, a process in whose command line it stands.
    """

    def __init__(self, root: int, word: str) -> None:
        self._root = root
        self._word = word
        self._began = _uptime_ticks()
        self._seen: dict[int, tuple[int, int]] = {}
        """By process: ticks when it was first seen and when it was last seen."""
        self._weights: list[dict[int, float]] = []

    def look(self, *, weigh: bool) -> None:
        """See what is there now."""
        parents: dict[int, int] = {}
        ticks: dict[int, int] = {}
        for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))):  # noqa: PTH208 - a list is enough
            with contextlib.suppress(OSError, IndexError, ValueError):
                stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                parents[pid], ticks[pid] = int(stat[1]), int(stat[11]) + int(stat[12])
                if pid not in self._seen and self._belongs(pid, parents):
                    before = ticks[pid] if int(stat[19]) < self._began else 0
                    self._seen[pid] = (before, ticks[pid])
        for pid in self._seen.keys() & ticks.keys():
            self._seen[pid] = (self._seen[pid][0], ticks[pid])
        if weigh:
            self._weights.append({pid: _megabytes(pid) for pid in self._seen.keys() & ticks.keys()})

    def processor_s(self, without: set[int]) -> float:
        """Of all but these."""
        return sum(last - first for pid, (first, last) in self._seen.items() if pid not in without) / TICKS

    def peak_mb(self, without: set[int]) -> float:
        """Of all but these, at one time."""
        totals = (sum(mb for pid, mb in each.items() if pid not in without) for each in self._weights)
        return max(totals, default=0.0)

    def _belongs(self, pid: int, parents: dict[int, int]) -> bool:
        if pid == self._root or parents[pid] == self._root or parents[pid] in self._seen:
            return True
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return pid != os.getpid() and self._word in command


class Locks:
    """Waits for the locks that bad trials hold."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[str] = set()
        self.deaths: dict[str, float] = {}

    def look(self) -> None:
        """Wait for each new one in a thread of its own."""
        for path in self._folder.glob("*.locked"):
            if path.name not in self._known:
                self._known.add(path.name)
                threading.Thread(target=self._wait, args=(path,), daemon=True).start()

    def _wait(self, path: Path) -> None:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.deaths[path.name] = time.time()


def watch(command: list[str], folder: Path, stamps: Path, word: str, limit_s: float) -> Watched:
    """Run a contender to its end; one that takes longer than ``limit_s`` seconds is ended."""
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with (folder / "output.txt").open("wb") as output:
        found = Watched(began=time.time())
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder, env=environment
        )
    processes, locks = Processes(process.pid, word), Locks(folder)
    next_weight = 0.0
    while process.poll() is None:
        weigh = time.time() >= next_weight
        next_weight = time.time() + WEIGH_S if weigh else next_weight
        processes.look(weigh=weigh)
        locks.look()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_S)
        if time.time() - found.began > limit_s:
            process.kill()
    found.ended, found.exit_code = time.time(), process.wait()
    time.sleep(LOOK_S)
    if stamps.exists():
        lines = (line.split() for line in stamps.read_text(encoding="utf-8").splitlines())
        found.stamps = [(what, int(pid), float(at)) for what, pid, at in lines]
    trials = {pid for _, pid, _ in found.stamps}
    found.deaths = dict(locks.deaths)
    found.processor_s, found.peak_mb = processes.processor_s(trials), processes.peak_mb(trials)
    words_said = (folder / "output.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    found.last_words = words_said[-1] if words_said else ""
    return found


def _uptime_ticks() -> int:
    return int(float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0]) * TICKS)


def _megabytes(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
