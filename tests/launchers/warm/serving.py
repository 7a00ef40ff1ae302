"""What the tests of warm servers have in common: attempts to give them, and a look at host and server."""

from __future__ import annotations

from dataclasses import replace  # noqa: TID251 - of a dataclass
from typing import Any

import msgspec
import psutil
from tests.launchers.warm.cases.case import Case
from tests.launchers.warm.comparing import WarmBench

from hyperstep.launchers.host_link import host_pid
from hyperstep.records.attempt import Attempt
from hyperstep.testing.launcher_bench import wait_until
from hyperstep_trial.import_note import NOTE_VARIABLE

_READY = "import os, sys, time\nopen('ready.tmp', 'w').write(str(os.getpid()))\nos.replace('ready.tmp', 'ready')\n"
LEAVES_A_CHILD = (
    "import subprocess\n"
    "null = subprocess.DEVNULL\n"
    "child = subprocess.Popen(['sleep', '300'], cwd='/', stdout=null, stderr=null, start_new_session=True)\n"
    "open('pid', 'w').write(str(child.pid))\n"
)
NOTHING = Case("nothing", "pass", modules=("json",))
ENDS_WHEN_TOLD = Case(
    "ends when told", _READY + "while not os.path.exists('go'): time.sleep(0.01)\nsys.exit(3)", modules=("json",)
)


def servers_of(bench: WarmBench) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(bench, "hosts")["servers"]
    return found


def ask(bench: WarmBench, what: str) -> dict[str, Any]:
    link = bench.launcher._link_to_host(start=False)
    assert link is not None
    return link.ask(what)


def server_of(bench: WarmBench) -> int:
    (server,) = servers_of(bench)
    return int(server["pid"])


def host_of(bench: WarmBench) -> int:
    pid = host_pid(bench.launcher.control_path)
    assert pid is not None
    return pid


def hanging(bench: WarmBench, case: Case = ENDS_WHEN_TOLD) -> Attempt:
    """A warm attempt that lives until it is told to end."""
    attempt = bench.launch_warm(case)
    wait_until((attempt.work_folder / "ready").exists, "its start")
    return attempt


def launch_with_its_folder(bench: WarmBench, script: str) -> Attempt:
    """A warm attempt whose environment has the variables of a run."""
    bench.end_of(bench.launch_warm(NOTHING))
    attempt = bench.attempt(replace(NOTHING, script=script), warm=True)
    of_run = {"HYPERSTEP_ATTEMPT_FOLDER": str(attempt.folder), NOTE_VARIABLE: str(attempt.folder / "note.json")}
    attempt = msgspec.structs.replace(attempt, env={**attempt.env, **of_run})
    assert bench.launch(attempt).warm
    return attempt


def child_of(attempt: Attempt) -> int:
    return int((attempt.work_folder / "pid").read_text())


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid)


def let_go(attempt: Attempt) -> None:
    (attempt.work_folder / "go").touch()
