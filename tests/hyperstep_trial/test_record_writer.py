"""Records on the disk: whole, at once, whatever threads, forks and kills do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyperstep_trial.record_writer import RecordWriter

_FOUR_THREADS = """
import threading
from hyperstep_trial import Run

def work(number):
    run = Run.get_context()
    for step in range(200):
        run.log(f"thread{number}", "x" * 500, step=step)

threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

_FORKED_CHILDREN = """
import os
from hyperstep_trial import Run

run = Run.get_context()
run.log("parent", -1)
children = []
for number in range(4):
    pid = os.fork()
    if pid == 0:
        for step in range(200):
            run.log(f"child{number}", "x" * 5000, step=step)
        os._exit(0)
    children.append(pid)
for pid in children:
    assert os.waitpid(pid, 0)[1] == 0
"""

_DIES_AFTER_LOGGING = """
import os, signal
from hyperstep_trial import Run
Run.get_context().log("acc", 0.5)
os.kill(os.getpid(), signal.SIGKILL)
"""

_CLOSES_EVERYTHING = """
import os
from hyperstep_trial import Run
run = Run.get_context()
run.log("acc", 0.5)
os.closerange(3, 256)
notes = os.open("notes.txt", os.O_WRONLY | os.O_CREAT)
os.chdir("/")
run.log("acc", 0.6)
"""


@pytest.mark.parametrize(("script", "names"), [(_FOUR_THREADS, "thread"), (_FORKED_CHILDREN, "child")])
def test_lines_of_concurrent_writers_stay_whole(
    script: str, names: str, finish: Callable[..., str], written: Callable[[], list[dict[str, Any]]]
) -> None:
    finish(script)
    records = [record for record in written() if record["name"] != "parent"]
    for number in range(4):
        steps = [record["step"] for record in records if record["name"] == f"{names}{number}"]
        assert steps == list(range(200))


def test_what_was_logged_is_in_the_file_when_the_process_is_killed_right_after(
    start: Callable[..., subprocess.Popen[str]], written: Callable[[], list[dict[str, Any]]]
) -> None:
    process = start(_DIES_AFTER_LOGGING)
    assert process.wait() == -signal.SIGKILL
    assert [record["value"] for record in written()] == [0.5]


def test_a_script_that_closes_descriptors_and_moves_away_still_logs(
    tmp_path: Path, finish: Callable[..., str], written: Callable[[], list[dict[str, Any]]]
) -> None:
    finish(_CLOSES_EVERYTHING)
    assert [record["value"] for record in written()] == [0.5, 0.6]
    assert (tmp_path / "notes.txt").read_text() == ""


def test_the_doorbell_hears_the_run_id_after_the_line_is_written(
    attempt_folder: Path, written: Callable[[], list[dict[str, Any]]]
) -> None:
    path = str(attempt_folder / "bell")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(path)
        RecordWriter(str(attempt_folder), "HD_1_0", path).write({"kind": "untag", "name": "a"})
        assert bell.recv(100) == b"HD_1_0"
    assert written() == [{"kind": "untag", "name": "a"}]


@pytest.mark.parametrize("listening", [True, False])
def test_nobody_waits_for_a_doorbell_that_is_full_or_dead(
    listening: bool, attempt_folder: Path, written: Callable[[], list[dict[str, Any]]]
) -> None:
    path = str(attempt_folder / "bell")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(path)
        if not listening:
            bell.close()
        writer = RecordWriter(str(attempt_folder), "HD_1_0", path)
        for number in range(1000):
            writer.write({"kind": "untag", "name": str(number)})
    assert len(written()) == 1000


def test_a_line_that_did_not_fit_is_told_and_does_not_spoil_the_next(
    attempt_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = RecordWriter(str(attempt_folder), "HD_1_0")
    whole_write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole_write(descriptor, data[:10]))
    with pytest.raises(OSError, match="is the disk full"):
        writer.write({"kind": "untag", "name": "lost"})
    monkeypatch.setattr(os, "write", whole_write)
    writer.write({"kind": "untag", "name": "kept"})
    lines = (attempt_folder / "records.jsonl").read_text().splitlines()
    assert json.loads(lines[-1]) == {"kind": "untag", "name": "kept"}
    assert len(lines) == 2


def test_a_flush_before_the_first_record_is_nothing(attempt_folder: Path) -> None:
    RecordWriter(str(attempt_folder), "HD_1_0").sync()
    assert list(attempt_folder.iterdir()) == []
