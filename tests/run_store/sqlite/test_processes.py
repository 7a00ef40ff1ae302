"""Many processes on one home at once: nothing torn, nothing lost, a killed writer leaves whole records."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.forked import said_in_child

from hyperstep.run_store import open_run_store
from hyperstep.testing.run_store import OWNER, root_run

_CREATE = """
import sys
from pathlib import Path
from hyperstep.run_store import open_run_store
from hyperstep.testing.run_store import root_run, trial_run

home, name = Path(sys.argv[1]), sys.argv[2]
sys.stdin.read(1)
store = open_run_store(home)
for n in range(5):
    run_id = f"{name}-{n}"
    journal = store.create([root_run(run_id), trial_run(0, run_id)], folder=run_id, spec=n)
    with journal.transaction(0) as writer:
        writer.append_event(run_id, "first", {}, 1.0)
        writer.append_event(run_id, "second", {}, 1.0)
    store.put_named("local", "model", "shared", {"by": run_id}, 1.0)
store.close()
"""

_WRITE_FOR_EVER = """
import sys
from pathlib import Path
from hyperstep.run_store import open_run_store
from hyperstep.testing.run_store import root_run, scalar, trial_run

journal = open_run_store(Path(sys.argv[1])).journal("HD_root")
n = 0
while True:
    with journal.transaction(0) as writer:
        writer.append_event("HD_root", "begin", {"n": n}, 1.0)
        writer.put_run(trial_run(n))
        writer.add_metrics([scalar(s, run_id=f"HD_root_{n}") for s in range(200)])
        if n == 20:
            print("inside", flush=True)
        writer.append_event("HD_root", "end", {"n": n}, 1.0)
    n += 1
"""


def test_processes_create_runs_at_once_while_another_reads(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-c", _CREATE, str(home)]
    writers = [subprocess.Popen([*command, f"w{n}"], stdin=subprocess.PIPE) for n in range(8)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"x")
        writer.stdin.close()
    reader = open_run_store(home, read_only=True)
    while any(writer.poll() is None for writer in writers):
        for run in reader.roots():
            journal = reader.journal(run.id)
            assert [found.id for found in journal.runs()] == [run.id, f"{run.id}_0"]
            assert len(journal.events(run.id)) in {0, 2}
    assert [writer.returncode for writer in writers] == [0] * 8
    assert len(reader.roots()) == 40
    assert [record.version for record in reader.all_named("local", "model")] == list(range(40, 0, -1))
    reader.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_writer_killed_in_a_transaction_leaves_whole_records(tmp_path: Path) -> None:
    store = open_run_store(tmp_path)
    journal = store.create([root_run()], folder="f", spec=None)
    writer = subprocess.Popen([sys.executable, "-c", _WRITE_FOR_EVER, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"inside\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    events = journal.events("HD_root")
    assert [event.kind for event in events] == ["begin", "end"] * (len(events) // 2)
    children = journal.metrics_of_children("HD_root")
    assert {len(records) for records in children.values()} == {200}
    assert len(children) == len(events) // 2 >= 20
    assert journal.acquire(OWNER).epoch == 1
    store.close()


def test_a_writer_waits_for_another_process(tmp_path: Path) -> None:
    first, second = open_run_store(tmp_path), open_run_store(tmp_path)
    journal = first.create([root_run()], folder="f", spec=None)
    entered = threading.Event()

    def write_too() -> None:
        entered.set()
        with second.journal("HD_root").transaction(0) as writer:
            writer.append_event("HD_root", "second", {}, 1.0)

    thread = threading.Thread(target=write_too)
    with journal.transaction(0) as writer:
        thread.start()
        entered.wait()
        writer.append_event("HD_root", "first", {}, 1.0)
    thread.join()
    assert [event.kind for event in journal.events("HD_root")] == ["first", "second"]
    first.close()
    second.close()


def test_threads_share_one_journal(tmp_path: Path) -> None:
    store = open_run_store(tmp_path)
    journal = store.create([root_run()], folder="f", spec=None)

    def append() -> None:
        for _ in range(50):
            with journal.transaction(0) as writer:
                writer.append_event("HD_root", "x", {}, 1.0)
            assert journal.events("HD_root")

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.sequence for event in journal.events("HD_root")] == list(range(200))
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_goes_on_with_connections_of_its_own(tmp_path: Path) -> None:
    store = open_run_store(tmp_path)
    journal = store.create([root_run()], folder="f", spec=None)
    with journal.transaction(0) as writer:
        writer.append_event("HD_root", "parent", {}, 1.0)
    assert len(journal.events("HD_root")) == 1

    def write_too() -> None:
        with journal.transaction(0) as writer:
            writer.append_event("HD_root", f"child sees {len(journal.events('HD_root'))}", {}, 1.0)
        store.close()

    assert said_in_child(write_too) == "None"
    with journal.transaction(0) as writer:
        writer.append_event("HD_root", "parent again", {}, 1.0)
    assert [event.kind for event in journal.events("HD_root")] == ["parent", "child sees 1", "parent again"]
    store.close()
