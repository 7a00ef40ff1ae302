"""Records on the disk: whole, at once, whatever threads, forks and kills do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyperstep_trial.record_writer import RING_EVERY_S, RecordWriter

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


_LEAVES_ITS_NUMBERS_TO_OTHERS = """
import os, socket
from hyperstep_trial import Run
run = Run.get_context()
run.log("acc", 0.5)
os.closerange(3, 256)
files = [os.open(f"notes{n}.txt", os.O_RDWR | os.O_CREAT) for n in range(8)]
run.log("acc", 0.6)
os.closerange(3, 256)
listener = socket.create_server(("127.0.0.1", 0))
talking = [socket.create_connection(listener.getsockname()) for _ in range(8)]
heard = [listener.accept()[0] for _ in talking]
run.log("acc", 0.7)
for one in talking:
    one.close()
print(*(len(other.recv(100)) for other in heard), *(os.path.getsize(f"notes{n}.txt") for n in range(8)))
"""

_COUNTS_ITS_CALLS = """
import os
from hyperstep_trial import Run
run = Run.get_context()
run.log("acc", 0.1)
calls = []
for name in ("open", "write", "close"):
    real = getattr(os, name)
    setattr(os, name, lambda *given, name=name, real=real: calls.append(name) or real(*given))
for step in range(5):
    run.log("acc", 0.5, step=step)
print(*calls)
"""


def test_what_got_the_number_of_a_descriptor_that_was_closed_is_never_written_to(
    attempt_folder: Path, finish: Callable[..., str], written: Callable[[], list[dict[str, Any]]]
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(str(attempt_folder / "bell"))
        output = finish(_LEAVES_ITS_NUMBERS_TO_OTHERS, {"HYPERSTEP_DOORBELL": str(attempt_folder / "bell")})
    assert set(output.split()) == {"0"}
    assert [record["value"] for record in written()] == [0.5, 0.6, 0.7]


def test_a_call_writes_once_and_opens_nothing(finish: Callable[..., str]) -> None:
    assert finish(_COUNTS_ITS_CALLS).split() == ["write"] * 5


def test_a_records_file_that_was_removed_is_made_again(
    attempt_folder: Path, written: Callable[[], list[dict[str, Any]]]
) -> None:
    writer = RecordWriter(str(attempt_folder), "HD_1_0")
    writer.write({"kind": "untag", "name": "a"})
    (attempt_folder / "records.jsonl").unlink()
    writer.write({"kind": "untag", "name": "b"})
    assert written() == [{"kind": "untag", "name": "b"}]


def test_a_bell_is_rung_again_only_after_a_while(attempt_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    path = str(attempt_folder / "bell")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(path)
        bell.setblocking(False)
        writer = RecordWriter(str(attempt_folder), "HD_1_0", path)
        heard = []
        for passed in (0.0, RING_EVERY_S / 2, RING_EVERY_S, 0.0):
            now[0] += passed
            writer.write_scalar("acc", 0.5, None)
            try:
                heard.append(bell.recv(100))
            except BlockingIOError:
                heard.append(b"")
    assert heard == [b"HD_1_0", b"", b"HD_1_0", b""]


def test_a_bell_that_nobody_hears_is_rung_at_the_next_call(attempt_folder: Path) -> None:
    path = str(attempt_folder / "bell")
    writer = RecordWriter(str(attempt_folder), "HD_1_0", path)
    writer.write_scalar("acc", 0.5, None)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(path)
        writer.write_scalar("acc", 0.5, None)
        assert bell.recv(100) == b"HD_1_0"


@pytest.mark.parametrize(
    ("name", "value", "step"), [("a", 0.1, None), ('ünï \ud800 "', 1e-320, 3), ("a", -(2**63) + 1, 0)]
)
def test_the_short_way_writes_what_the_long_one_does(
    name: str, value: float, step: int | None, attempt_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1764438851.25)
    writer = RecordWriter(str(attempt_folder), "HD_1_0")
    writer.write_scalar(name, value, step)
    writer.write({"kind": "scalar", "name": name, "value": value, "step": step, "time": time.time()})
    short, long = (attempt_folder / "records.jsonl").read_bytes().splitlines()
    assert short == long


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


def test_a_line_of_another_process_that_did_not_fit_does_not_spoil_the_next_of_ours(
    attempt_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, other = (RecordWriter(str(attempt_folder), "HD_1_0") for _ in range(2))
    ours.write_scalar("acc", 1.0, None)
    whole_write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: whole_write(descriptor, data[:10]))
        with pytest.raises(OSError, match="is the disk full"):
            other.write_scalar("acc", 2.0, None)
    for value in (3.0, 4.0):
        ours.write_scalar("acc", value, None)
    lines = (attempt_folder / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["value"] for line in lines if line.endswith("}")] == [1.0, 3.0, 4.0]
    assert len(lines) == 4


def test_a_flush_before_the_first_record_is_nothing(attempt_folder: Path) -> None:
    RecordWriter(str(attempt_folder), "HD_1_0").sync()
    assert list(attempt_folder.iterdir()) == []
