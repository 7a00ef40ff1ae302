"""What a script reads by its place in a datastore counts as an input does; what it writes there itself does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_changing_inputs import told, trials_of
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import HEAD as IMPORTS
from tests.runtime.test_reads_by_name import STORE, WAITS, change_after_the_read, once, reading

from hyperstep.pipeline.reuse import Reason
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label, submit_pipeline, submit_step

HEAD = """
store = ws.get_default_datastore()
"""
DOWNLOADS = HEAD + "store.download('o', prefix='ref')\nprint(open('o/ref/a.txt').read())\n"
READS = {
    "download": DOWNLOADS,
    "file dataset": HEAD + "d = Dataset.File.from_files(store.path('ref/'))\nprint(d.download('o'))\n",
    "paths": HEAD + "print(Dataset.File.from_files((store, 'ref/*.txt')).to_path())\n",
    "mount": HEAD
    + "with Dataset.File.from_files(store.path('ref/')).mount() as m:\n    print(os.listdir(m.mount_point))\n",
    "some of them": HEAD + "print(Dataset.File.from_files(store.path('ref/')).take(1).download('o'))\n",
    "table": HEAD
    + "print(Dataset.Tabular.from_delimited_files(store.path('ref/a.txt'), validate=False).to_pandas_dataframe())\n",
}
OWN = {
    "uploads": """
os.makedirs("made")
open("made/new.txt", "w").write(run.id)
store.upload("made", "ref/own", overwrite=True)
store.download("o", prefix="ref/own")
""",
    "uploads where it read": """
store.download("o", prefix="ref/a")
os.makedirs("made")
open("made/new.txt", "w").write(run.id)
store.upload("made", "ref/own", overwrite=True)
print(Dataset.File.from_files(store.path("ref/own/new.txt")).to_path())
""",
    "registers": """
os.makedirs("made")
open("made/new.txt", "w").write("new")
Dataset.File.upload_directory("made", (store, "made"), overwrite=True).register(ws, "made")
print(Dataset.get_by_name(ws, "made").to_path())
""",
}


@pytest.fixture
def folder(bench: Bench) -> Path:
    """Files in a datastore."""
    place = bench.home.datastore_folder("local", STORE) / "ref"
    place.mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (place / name).write_text(f"{name}\n1\n")
    return place


@pytest.mark.parametrize("read", READS)
def test_files_that_are_read_by_their_place_count_by_content(
    bench: Bench, label: Label, folder: Path, read: str
) -> None:
    spec = reading(bench, READS[read])
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    (folder / "a.txt").write_text("a.txt\n2\n")
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second)[0] is Reason.READS_CHANGED


def test_an_empty_folder_in_a_folder_that_is_mounted_counts_also_beside_own_files(
    bench: Bench, label: Label, folder: Path
) -> None:
    spec = reading(bench, HEAD + OWN["uploads"].partition("store.download")[0] + READS["mount"].removeprefix(HEAD))
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    (folder / "bird").mkdir()
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second)[0] is Reason.READS_CHANGED


def test_files_that_were_looked_for_in_vain_count_when_they_appear(bench: Bench, label: Label, folder: Path) -> None:
    script = (
        HEAD + "try:\n    Dataset.File.from_files((store, 'late'))\nexcept UserErrorException:\n    print('none')\n"
    )
    spec = reading(bench, script)
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    folder.with_name("late").write_text("there now")
    assert submit(bench, spec, label)[1]["read"].reused_from is None


@pytest.mark.parametrize("change", ["replaced", "away"])
def test_a_step_whose_files_changed_after_they_were_read_is_no_source(
    bench: Bench, label: Label, gate: Path, folder: Path, change: str
) -> None:
    spec = reading(bench, DOWNLOADS + WAITS)
    root = submit_pipeline(bench.home, spec, label)
    change_after_the_read(bench, gate, folder, change)
    assert bench.wait(root.id).error is None
    folder.mkdir(exist_ok=True)
    (folder / "a.txt").write_text("quite another")
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second) == (Reason.UNSTEADY, [f"read: files {STORE}/ref*"])


def test_trials_that_read_files_by_their_place_stand_for_others_while_these_are_the_same(
    bench: Bench, label: Label, folder: Path
) -> None:
    step = bench.tuning_step(IMPORTS + DOWNLOADS + "run.log('acc', 1.0)\n", sweep_config(total=2, concurrent=1))

    def reused() -> list[bool]:
        sweep = submit_step(bench.home, step, label)
        assert bench.wait(sweep.id).status is RunStatus.COMPLETED
        return [trial.reused_from is not None for trial in trials_of(bench, sweep)]

    assert reused() == [False, False]
    assert reused() == [True, True]
    (folder / "a.txt").write_text("changed")
    assert reused() == [False, False]


@pytest.mark.parametrize("own", OWN)
def test_what_a_job_puts_there_itself_does_not_count(bench: Bench, label: Label, folder: Path, own: str) -> None:
    assert folder.exists()
    spec = reading(bench, HEAD + OWN[own])
    first = once(bench, spec, label)
    for path in (folder / "own", folder.with_name("made")):
        if path.exists() and own != "registers":
            (path / "new.txt").write_text("of another run")
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
