"""How many trials a second can be started and ended: bare processes, a bare fork server, the launcher cold and warm.

``python benchmarks/warm_starts.py [ROUNDS]``: two trials in flight. In each round every way runs its trials once, one
way after the other, so that what else the machine does meets all of them; medians of the rounds are printed, and each
way's rate in relation to its limit as the median of the rounds' ratios. CPU time is that of all processes, the driver's
included. Claims, exit files and their fsync are part of the launcher's ways, and of no other.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hyperstep.launchers.local import LocalLauncher
from hyperstep.records.attempt import Attempt, AttemptKey, WarmStart
from hyperstep.records.attempt import Launched as HowLaunched

IN_FLIGHT = 2
_SCIENCE = (
    "import pandas\nfrom sklearn.linear_model import LogisticRegression\n"
    "LogisticRegression().fit([[0.0], [1.0]], [0, 1])\nprint(pandas.DataFrame({'a': [1]}).a.sum())\n"
)
SCRIPTS = {
    "trivial": ("print('hello')\n", (), 60),
    "scikit-learn + pandas": (
        _SCIENCE,
        ("pandas", "sklearn.linear_model"),
        12,
    ),
}
WARM_FACTOR = 4
"""Of the fast ways so many more trials are run."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Place:
    """Working folders, each with the script."""

    def __init__(self, top: Path, script: str) -> None:
        self._top = top
        self._script = script
        self._number = 0

    def next(self) -> Path:
        """A new attempt's folder."""
        self._number += 1
        folder = self._top / str(self._number)
        (folder / "work").mkdir(parents=True)
        (folder / "work" / "train.py").write_text(self._script)
        return folder


def bare_processes(place: Place, trials: int) -> None:
    """``python train.py``, as often."""
    live: list[subprocess.Popen[bytes]] = []
    for _ in range(trials):
        folder = place.next()
        with (folder / "log.txt").open("ab") as log:
            live.append(
                subprocess.Popen(
                    [sys.executable, "train.py"],
                    cwd=folder / "work",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        if len(live) == IN_FLIGHT:
            ended, _ = os.wait()
            live = [each for each in live if each.pid != ended]
    for each in live:
        each.wait()


class ForkServer:
    """The bare one."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        program = Path(__file__).parent / "bare_fork_server.py"
        self.process = subprocess.Popen(
            [sys.executable, program, *modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def run(self, place: Place, trials: int) -> None:
        """Fork as often."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        for number in range(trials + IN_FLIGHT):
            if number >= IN_FLIGHT:
                stdout.readline()
            if number < trials:
                print(place.next() / "work", file=stdin, flush=True)


class Launched:
    """The launcher, with a trial host of its own."""

    def __init__(self, top: Path, modules: tuple[str, ...]) -> None:
        self._ended = threading.Event()
        self._launcher = LocalLauncher(self._ended.set, top / "host.sock")
        self._warm = WarmStart("benchmark", modules)
        self._number = 0

    def pids(self) -> list[int]:
        """Host and warm server."""
        link = self._launcher._link_to_host(start=True)  # noqa: SLF001
        assert link is not None
        return [link.ask("hello")["pid"], *(server["pid"] for server in link.ask("hosts")["servers"])]

    def warm_up(self, place: Place) -> None:
        """Until a server is ready."""
        launched = HowLaunched(for_now=True)
        while not launched.warm:
            assert launched.for_now, launched.why_cold
            launched = self._launch(place, self._warm)
            self._wait()

    def cold(self, place: Place, trials: int, in_flight: int = IN_FLIGHT) -> None:
        """As often, cold."""
        self._run(place, trials, None, in_flight)

    def warm(self, place: Place, trials: int, in_flight: int = IN_FLIGHT) -> None:
        """As often, warm."""
        self._run(place, trials, self._warm, in_flight)

    def _run(self, place: Place, trials: int, warm: WarmStart | None, in_flight: int) -> None:
        live = 0
        for _ in range(trials):
            assert self._launch(place, warm).warm == (warm is not None)
            live += 1
            if live == in_flight:
                live -= self._wait()
        while live:
            live -= self._wait()

    def _launch(self, place: Place, warm: WarmStart | None) -> HowLaunched:
        self._number += 1
        key, argv = AttemptKey("run", self._number), (sys.executable, "train.py")
        return self._launcher.launch(Attempt(key, place.next(), argv, dict(os.environ), warm=warm))

    def _wait(self) -> int:
        while True:
            self._ended.wait()
            self._ended.clear()
            ends = self._launcher.poll()
            assert all(end.succeeded for end in ends)
            if ends:
                return len(ends)

    def close(self) -> None:
        """End the host and its servers."""
        host = self.pids()[0]
        self._launcher.close()
        os.kill(host, 15)
        while Path(f"/proc/{host}").exists():
            time.sleep(0.01)


def cpu_s(others: list[int]) -> float:
    """CPU time of this process, its children, and others with theirs, in seconds."""
    used = sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in (0, -1))
    for pid in others:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used += sum(map(int, fields[11:15])) / _TICKS
    return used


@contextmanager
def measured(into: dict[str, list[tuple[float, float]]], name: str, trials: int, others: list[int]) -> Iterator[None]:
    """Note rate and CPU time (ms) of a trial."""
    used, began = cpu_s(others), time.monotonic()
    yield
    elapsed = time.monotonic() - began
    into.setdefault(name, []).append((trials / elapsed, (cpu_s(others) - used) / trials * 1000))


def measure(title: str, rounds: int) -> None:
    """One table."""
    script, modules, trials = SCRIPTS[title]
    top = Path(tempfile.mkdtemp(prefix="hs-", dir="/tmp"))
    place, server, launched = Place(top / "attempts", script), ForkServer(modules), Launched(top, modules)
    try:
        launched.warm_up(place)
        found: dict[str, list[tuple[float, float]]] = {}
        ways: dict[str, tuple[Callable[[Place, int], None], int, Callable[[], list[int]]]] = {
            "bare process": (bare_processes, trials, list),
            "launcher, cold": (launched.cold, trials, launched.pids),
            "bare fork server": (server.run, trials * WARM_FACTOR, lambda: [server.process.pid]),
            "launcher, warm": (launched.warm, trials * WARM_FACTOR, launched.pids),
        }
        for _ in range(rounds):
            for name, (run, count, others) in ways.items():
                with measured(found, name, count, others()):
                    run(place, count)
        _print(title, found)
    finally:
        server.process.communicate()
        launched.close()
        shutil.rmtree(top)


def _print(title: str, found: dict[str, list[tuple[float, float]]]) -> None:
    print(f"\n{title}, {IN_FLIGHT} in flight; load {os.getloadavg()[0]:.1f}")
    for name, values in found.items():
        limit = found["bare process" if name.endswith(("process", "cold")) else "bare fork server"]
        rate, cpu = (statistics.median(column) for column in zip(*values, strict=True))
        ratio = statistics.median(own[0] / other[0] for own, other in zip(values, limit, strict=True))
        costs = statistics.median(own[1] / other[1] for own, other in zip(values, limit, strict=True))
        print(
            f"  {name:18} {rate:7.1f} trials/s  {cpu:8.2f} ms CPU    rate {ratio:5.2f}, CPU {costs:5.2f} of its limit"
        )


if __name__ == "__main__":
    for each in SCRIPTS:
        measure(each, int(sys.argv[1]) if len(sys.argv) > 1 else 5)
