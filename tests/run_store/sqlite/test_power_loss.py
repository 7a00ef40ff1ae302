"""What a loss of power may cost: images of a home that are cut at random, as a disk may hold them."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hyperstep.artifact_store.files import FileArtifactStore
from hyperstep.digest import digest_file
from hyperstep.run_store import open_run_store
from hyperstep.testing.run_store import root_run, scalar

N_CUTS = 12
_LOG_HEADER = 32
"""Bytes; they change whenever SQLite begins the log anew."""

_WRITE = """
import sys
from pathlib import Path
from hyperstep.artifact_store import open_artifact_store
from hyperstep.run_store import open_run_store
from hyperstep.testing.run_store import scalar

home = Path(sys.argv[1])
store, artifacts = open_run_store(home), open_artifact_store(home)
journal = store.journal("HD_root")
for n in range(100_000):
    with journal.transaction(0) as writer:
        writer.append_event("HD_root", "begin", {"n": n}, float(n))
        writer.add_metrics([scalar(n * 20 + i) for i in range(20)])
        writer.append_event("HD_root", "end", {"n": n}, float(n))
    artifacts.put_bytes(b"%d" % n * 5000)
    store.put_named("local", "model", "m", {"n": n}, float(n))
    if n % 10 == 0:
        journal.sync()
        print(n, flush=True)
"""


def image(home: Path, target: Path, chance: random.Random, synced_bytes: int) -> None:
    """What a disk may hold after the power went: each log is torn somewhere behind what was synced.

    The copy of the database comes first and its log after it, so that the log is never older; SQLite's own checkpoints
    sync the log before the database.
    """
    for name in ("runs/f/run.db", "index.db"):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        log = home / f"{name}-wal"
        data = b""
        while not data:  # a log that began anew meanwhile belongs to another state of the database
            before = log.read_bytes()
            shutil.copyfile(home / name, target / name)
            after = log.read_bytes()
            data = after if after[:_LOG_HEADER] == before[:_LOG_HEADER] else b""
        least = min(synced_bytes, len(data)) if name.startswith("runs") else 0
        kept = chance.randint(least, len(data))
        tail = bytes(chance.getrandbits(8) for _ in range(chance.randint(0, 5000)))
        (target / f"{name}-wal").write_bytes(data[:kept] + tail)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    store = open_run_store(home)
    store.create([root_run()], folder="f", spec=None)
    store.close()
    return home


@pytest.mark.skipif(sys.platform == "win32", reason="files that are open cannot be copied there")
def test_records_after_a_loss_of_power_are_the_first_so_many_transactions_and_no_synced_one_is_missing(
    home: Path, tmp_path: Path
) -> None:
    chance = random.Random(7)
    writer = subprocess.Popen([sys.executable, "-c", _WRITE, str(home)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    lost = []
    try:
        for cut in range(N_CUTS):
            synced = int(writer.stdout.readline())
            size = (home / "runs/f/run.db-wal").stat().st_size
            target = tmp_path / f"image-{cut}"
            image(home, target, chance, size)
            lost.append(check_image(target, synced))
            shutil.rmtree(target)
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert len(lost) == N_CUTS


def check_image(home: Path, synced: int) -> int:
    """The image opens and holds a beginning of what was written; returns how much was there beyond what was synced."""
    store = open_run_store(home)
    events = store.journal("HD_root").events("HD_root")
    assert [(e.kind, e.body["n"]) for e in events] == [
        (kind, n) for n in range(len(events) // 2) for kind in ("begin", "end")
    ]
    metrics = store.journal("HD_root").metrics("HD_root_0")
    assert [m.sequence for m in metrics] == list(range(len(events) // 2 * 20))
    assert scalar(0).run_id == "HD_root_0"
    versions = [record.version for record in store.all_named("local", "model", "m")]
    assert versions == list(range(len(versions), 0, -1))
    assert len(events) // 2 > synced
    store.close()
    return len(events) // 2 - synced


def test_an_object_is_there_in_full_or_not_at_all_when_its_writer_is_killed(home: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", _WRITE, str(home)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.kill()
    writer.wait()
    writer.stdout.close()
    held = list(FileArtifactStore(home / "objects").objects())
    assert held
    for found in held:
        assert digest_file(home / "objects" / found.digest[:2] / found.digest[2:]) == found.digest
