"""Doing one fault to a scene; each tells what it hit and how it is undone."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from hyperstep.launchers.process_table import children_of, keeper_of
from hyperstep.testing.faults import storage
from hyperstep.testing.faults.plan import HITS_STARTS, HITS_TRIALS, Fault, FaultKind
from hyperstep.testing.faults.processes import HOST, Found, find, half_started, open_attempts
from hyperstep.testing.faults.scene import Scene

_VICTIMS = {
    FaultKind.KILL_RUNNER: ("runner",),
    FaultKind.KILL_HOST: ("host",),
    FaultKind.KILL_KEEPER: ("keeper",),
    FaultKind.KILL_HOST_AND_KEEPER: ("host", "keeper"),
    FaultKind.KILL_SERVER: ("server",),
    FaultKind.KILL_TRIAL: ("trial",),
    FaultKind.KILL_HOST_AND_RUNNER: ("host", "runner"),
    FaultKind.KILL_ALL: ("host", "keeper", "server", "spare", "runner", "trial"),
    FaultKind.STOP_RUNNER: ("runner",),
    FaultKind.FENCE_RUNNER: ("runner",),
    FaultKind.STOP_TRIAL: ("trial",),
}


@dataclass(frozen=True, slots=True)
class Done:
    """A fault that was done."""

    words: str
    hits: frozenset[str] = frozenset()
    """Attempts that it may have cost: ``run folder/attempt``."""
    undo: Callable[[], None] | None = None
    """To be called when it has lasted long enough."""


def do(fault: Fault, scene: Scene, chance: random.Random) -> Done | None:
    """Do a fault; None when there is no victim now."""
    if fault.kind is FaultKind.FULL_DISK:
        storage.fill(scene.home)
        return Done("filled the disk", undo=lambda: storage.empty(scene.home))
    victims = find(scene, *_VICTIMS.get(fault.kind, ("runner",)))
    if fault.kind in {FaultKind.KILL_TRIAL, FaultKind.STOP_TRIAL}:
        victims = [chance.choice(_of_trial(victims, fault))] if _of_trial(victims, fault) else []
    if not victims:
        return None
    if fault.kind is FaultKind.SLOW_STORAGE:
        return _slow(fault, scene)
    if fault.kind in {FaultKind.STOP_RUNNER, FaultKind.STOP_TRIAL, FaultKind.FENCE_RUNNER}:
        return _stop(fault, scene, victims)
    return _kill(fault, scene, victims)


def _of_trial(victims: list[Found], fault: Fault) -> list[Found]:
    if fault.when.trial is None:
        return victims
    name = f"trial-{fault.when.trial:04d}/attempt-{fault.when.attempt}"
    return [victim for victim in victims if victim.attempt is not None and str(victim.attempt).endswith(name)]


def _kill(fault: Fault, scene: Scene, victims: list[Found]) -> Done:
    """Stopped first, so that what is hit is what had no end marker at that moment."""
    for victim in victims:
        victim.send(signal.SIGSTOP)
    hits: set[str] = set()
    if fault.kind is FaultKind.KILL_TRIAL:
        folders = [victim.attempt for victim in victims if victim.attempt is not None]
        hits = {f"{folder.parent.name}/{folder.name}" for folder in folders}
    elif fault.kind in HITS_TRIALS:
        hits = open_attempts(scene)
    elif fault.kind in HITS_STARTS:
        hits = half_started(scene) if all(map(_leaves_another, victims)) else open_attempts(scene)
    for victim in victims:
        victim.send(signal.SIGKILL)
    return Done(f"{fault.kind.value}: {_words(victims)}", frozenset(hits))


def _leaves_another(victim: Found) -> bool:
    """Whether the keeper of a host, or the host of a keeper, lives: then it will know how attempts end."""
    if victim.role == "host":
        return keeper_of(victim.pid) is not None
    children = map(psutil.Process, children_of(victim.pid))
    return victim.role != "keeper" or any(HOST in child.cmdline() for child in children)


def _stop(fault: Fault, scene: Scene, victims: list[Found]) -> Done:
    for victim in victims:
        victim.send(signal.SIGSTOP)
    if fault.kind is FaultKind.FENCE_RUNNER:
        resume(scene, "--force", "latest")

    def go_on() -> None:
        for victim in victims:
            victim.send(signal.SIGCONT)

    return Done(f"{fault.kind.value}: {_words(victims)}", undo=go_on)


def _slow(fault: Fault, scene: Scene) -> Done:
    over = threading.Event()
    locking = threading.Thread(target=storage.hold_locks, args=(scene.home, fault.lasts_s, over), daemon=True)
    stopping = threading.Thread(target=_stop_in_pulses, args=(scene, over), daemon=True)

    def end() -> None:
        over.set()
        locking.join()
        stopping.join()

    locking.start()
    stopping.start()
    return Done(fault.kind.value, undo=end)


def _stop_in_pulses(scene: Scene, over: threading.Event) -> None:
    while not over.is_set():
        runners = find(scene, "runner")
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for runner in runners:
                runner.send(number)
            over.wait(0.1)


def resume(scene: Scene, *options: str) -> None:
    """What somebody does who looks at runs that lost their runners: ``hyperstep resume … --detach``."""
    command = [sys.executable, "-m", "hyperstep", "resume", "-q", "--detach", *options]
    with scene.log.open("ab") as log, contextlib.suppress(OSError):
        subprocess.run(
            command, env=scene.environment(), cwd=scene.folder, stdout=log, stderr=log, check=False, timeout=120
        )


def _words(victims: list[Found]) -> str:
    return ", ".join(f"{v.role} {v.pid}" + (f" ({_short(v)})" if v.attempt else "") for v in victims)


def _short(found: Found) -> str:
    return os.path.join(*found.attempt.parts[-2:]) if found.attempt else ""  # noqa: PTH118 - a text for people
