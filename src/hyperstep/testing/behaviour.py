"""What the process of an attempt does, described so that a real process and a fake can both do it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field  # noqa: TID251 - of a dataclass
from pathlib import Path

from hyperstep.records.attempt import Attempt

REPORT_NAME = "report.json"
"""File in the working folder by which a real process tells what it finds itself in, once it has done all but end."""

_PROGRAM = """
import json, os, signal, sys, time
behaviour = json.loads(sys.argv[1])
if behaviour["ignores_terminate"]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
report = {
    "pid": os.getpid(), "group": os.getpgrp(), "session": os.getsid(0), "cwd": os.getcwd(),
    "env": dict(os.environ), "stdin": sys.stdin.read(),
    "descriptors": [n for n in range(64) if os.path.exists("/dev/fd/%d" % n)],
    "interruptible": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "blocked": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))), "children": [],
}
for stream, text in behaviour["output"]:
    out = sys.stdout if stream == "out" else sys.stderr
    out.write(text)
    out.flush()
for name, text in behaviour["files"].items():
    with open(name, "w") as file:
        file.write(text)
if behaviour["records"]:
    with open(os.path.join(os.pardir, "records.jsonl"), "a") as file:
        file.writelines(line + "\\n" for line in behaviour["records"])
for number in range(behaviour["children"] + behaviour["strangers"]):
    child = os.fork()
    if not child:
        if number >= behaviour["children"]:
            os.setsid()
        time.sleep(300)
        os._exit(0)
    report["children"].append(child)
with open("report.tmp", "w") as file:
    json.dump(report, file)
os.replace("report.tmp", "report.json")
if behaviour["hangs"]:
    time.sleep(300)
while behaviour["waits"] and not os.path.exists("go"):
    time.sleep(0.01)
if behaviour["signal"]:
    os.kill(os.getpid(), behaviour["signal"])
os._exit(behaviour["exit_code"])
"""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the process of an attempt does, in the order of the fields."""

    startable: bool = True
    """False when there is no such program."""
    ignores_terminate: bool = False
    """SIGTERM does not end it, nor its children."""
    output: tuple[tuple[str, str], ...] = ()
    """What it writes: pairs of ``out`` or ``err`` and a text."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files that it writes into its working folder: name and text."""
    records: tuple[str, ...] = ()
    """Lines that it appends to its records file."""
    children: int = 0
    """How many processes it forks that sleep on. Real processes only."""
    strangers: int = 0
    """The same, each in a session of its own."""
    hangs: bool = False
    """It goes on until it is stopped (a real one ends after five minutes)."""
    waits: bool = False
    """It goes on until there is a file ``go`` in its working folder. Real processes only."""
    vanishes: bool = False
    """It ends and leaves no exit marker. The fake only."""
    signal: int | None = None
    """The signal by which it ends itself."""
    exit_code: int = 0

    def argv(self, script: Path | None = None) -> tuple[str, ...]:
        """A command line that does it; ``from_argv`` reads it back.

        Args:
            script: Where the program is to be, and is written when absent; without it the command line holds it.
        """
        interpreter = sys.executable if self.startable else "/nowhere/python"
        if script is None:
            return (interpreter, "-S", "-c", _PROGRAM, json.dumps(asdict(self)))
        if not script.exists():  # else an earlier process may be reading it
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_text(_PROGRAM, encoding="utf-8")
        return (interpreter, str(script), json.dumps(asdict(self)))

    @classmethod
    def from_argv(cls, attempt: Attempt) -> Behaviour:
        """What the attempt's command line, made by ``argv``, does."""
        fields = json.loads(attempt.argv[-1])
        fields["output"] = tuple((stream, text) for stream, text in fields["output"])
        fields["records"] = tuple(fields["records"])
        return cls(**fields)
