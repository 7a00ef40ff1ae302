"""What every run store must keep true: inherit the class and say how a store is opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.errors import ConflictError, InvalidInputError, NotFoundError, StoreError
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.run import ForcedRun, RunError, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import CHANGED, Owner, RunStore, StoredFingerprint

OWNER = Owner(pid=7, pid_started_at=1.5, host="here")


def root_run(run_id: str = "HD_root", **changes: object) -> RunRecord:
    """A root run, for tests."""
    run = RunRecord(
        id=run_id,
        root_id=run_id,
        kind=RunKind.SWEEP,
        name="tune",
        workspace="local",
        experiment="digits",
        status=RunStatus.RUNNING,
        created_at=100.0,
    )
    return replace(run, **changes)


def trial_run(number: int, root_id: str = "HD_root", **changes: object) -> RunRecord:
    """A trial below it, for tests."""
    run = root_run(root_id, kind=RunKind.TRIAL, parent_id=root_id, number=number, created_at=101.0 + number)
    return replace(run, id=f"{root_id}_{number}", root_id=root_id, **changes)


def scalar(sequence: int, value: float = 0.5, **changes: object) -> MetricRecord:
    """A metric record of the first trial, for tests."""
    record = MetricRecord(
        run_id="HD_root_0", attempt=0, sequence=sequence, name="accuracy", kind=MetricKind.SCALAR, value=value, time=1.0
    )
    return replace(record, **changes)


class StoreFactory(ABC):
    """How the implementation under test is opened."""

    @abstractmethod
    def open_store(self, place: Path, *, read_only: bool = False) -> RunStore:
        """A store over what is recorded at ``place``; opening twice is like two processes."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[RunStore]:
        """An empty store."""
        store = self.open_store(tmp_path / "place")
        yield store
        store.close()

    @pytest.fixture
    def other_store(self, tmp_path: Path) -> Iterator[RunStore]:
        """Another process's view of the same records."""
        store = self.open_store(tmp_path / "place")
        yield store
        store.close()

    @pytest.fixture
    def reader(self, tmp_path: Path) -> Iterator[RunStore]:
        """A view for reading only."""
        store = self.open_store(tmp_path / "place", read_only=True)
        yield store
        store.close()


class RunStoreContract(StoreFactory):
    """The promises of ``RunStore``."""

    def test_digests_are_told_wherever_records_speak_of_them(self, store: RunStore) -> None:
        digests = [f"{n:064x}" for n in range(5)]
        root = root_run(properties={"ContentSnapshotId": digests[0]})
        journal = store.create([root], folder="f", spec={"code": digests[1], "no digest": digests[4] + "0"})
        with journal.transaction(0) as writer:
            writer.append_event(root.id, "x", {"a": [digests[2]]}, 1.0)
        store.put_named("local", "model", "m", {"files": [{"digest": digests[3]}]}, 1.0)
        assert journal.mentioned_digests() == set(digests[:3])
        assert store.mentioned_digests() == {digests[3]}

    def test_a_removed_root_is_forgotten_with_all_that_was_found_through_it(
        self, store: RunStore, other_store: RunStore
    ) -> None:
        for name in ("one", "two"):
            store.create([root_run(name)], folder=name, spec=None).close()
            store.register_run(f"step of {name}", name)
            found = _fingerprint(f"step of {name}", digest=name, created_at=1.0)
            store.remember(replace(found, root_id=name))
            store.remember_sweep(replace(found, root_id=name))
        changed = _fingerprint("changed", digest="changed", created_at=1.0)
        store.remember(replace(changed, root_id="changed", record={CHANGED: "inputs: raw"}))
        assert store.reuse_sources() == {"one", "two"}
        store.remove_root("one")
        assert [run.id for run in other_store.roots()] == ["two"]
        assert other_store.reuse_sources() == {"two"}
        assert other_store.recall("local", "one") is None
        assert other_store.recall_sweeps("local", "one") == []
        assert [sweep.root_id for sweep in other_store.recall_sweeps("local", "two")] == ["two"]
        for gone in ("one", "step of one"):
            with pytest.raises(NotFoundError):
                other_store.root_of(gone)
        assert other_store.root_of("step of two") == "two"
        with pytest.raises(NotFoundError):
            store.remove_root("one")

    def test_a_new_store_is_empty(self, store: RunStore) -> None:
        assert store.roots() == []
        assert store.all_named("local", "model") == []

    def test_a_created_run_is_found_by_every_view(self, store: RunStore, other_store: RunStore) -> None:
        step = root_run(kind=RunKind.STEP, id="step", parent_id="HD_root")
        store.create([root_run(), replace(step, root_id="HD_root")], folder="20260101-tune", spec={"seed": 3})
        assert other_store.roots() == [root_run()]
        assert other_store.folder_of("HD_root") == "20260101-tune"
        journal = other_store.journal("HD_root")
        assert journal.root_id == "HD_root"
        assert journal.spec() == {"seed": 3}
        assert [run.id for run in journal.runs()] == ["HD_root", "step"]

    def test_every_field_of_a_run_comes_back(self, store: RunStore) -> None:
        run = root_run(
            started_at=1.25,
            ended_at=2.5,
            status=RunStatus.FAILED,
            script="train.py",
            arguments=("--lr", "0.1", "näme with spaces"),
            properties={"b": "2", "a": "1"},
            tags={"it's": "👍"},
            error=RunError(code="UserError", message="no", details="line\nline"),
            reason="time limit",
            reused_from="other",
        )
        journal = store.create([run], folder="f", spec=None)
        assert journal.run(run.id) == run
        assert store.roots() == [run]

    def test_an_id_is_taken_once(self, store: RunStore) -> None:
        store.create([root_run()], folder="f", spec=1)
        with pytest.raises(ConflictError, match="HD_root"):
            store.create([root_run()], folder="g", spec=2)
        assert store.folder_of("HD_root") == "f"
        assert store.journal("HD_root").spec() == 1

    def test_a_folder_is_taken_once(self, store: RunStore) -> None:
        store.create([root_run()], folder="f", spec=1)
        with pytest.raises(ConflictError, match="folder"):
            store.create([root_run("other")], folder="f", spec=2)
        assert [run.id for run in store.roots()] == ["HD_root"]

    def test_new_runs_must_begin_with_their_root(self, store: RunStore) -> None:
        for runs in ([], [trial_run(0)], [root_run(), root_run("other")]):
            with pytest.raises(InvalidInputError):
                store.create(runs, folder="f", spec=None)
        assert store.roots() == []

    def test_a_refused_creation_leaves_the_id_and_the_folder_free(self, store: RunStore) -> None:
        ended = trial_run(0, status=RunStatus.COMPLETED)
        with pytest.raises(ConflictError):
            store.create([root_run(), ended, replace(ended, status=RunStatus.RUNNING)], folder="f", spec=None)
        assert store.roots() == []
        store.create([root_run()], folder="f", spec=None)

    def test_roots_are_listed_newest_first(self, store: RunStore) -> None:
        for run_id, created_at in (("b", 2.0), ("c", 3.0), ("a", 1.0), ("c2", 3.0)):
            store.create([root_run(run_id, created_at=created_at)], folder=run_id, spec=None)
        assert [run.id for run in store.roots()] == ["c2", "c", "b", "a"]
        assert [run.id for run in store.roots(limit=2)] == ["c2", "c"]
        assert store.roots(limit=0) == []

    def test_roots_are_filtered(self, store: RunStore) -> None:
        store.create([root_run("a", workspace="w1")], folder="a", spec=None, submission="s1")
        store.create([root_run("b", workspace="w2")], folder="b", spec=None, submission="s1")
        store.create([root_run("c", workspace="w2", experiment="other")], folder="c", spec=None)
        assert [run.id for run in store.roots(workspace="w2")] == ["c", "b"]
        assert [run.id for run in store.roots(experiment="other")] == ["c"]
        assert [run.id for run in store.roots(submission="s1")] == ["b", "a"]
        assert [run.id for run in store.roots(submission="s1", workspace="w1")] == ["a"]

    def test_the_index_follows_a_roots_status(self, store: RunStore, other_store: RunStore) -> None:
        store.create([root_run()], folder="f", spec=None, submission="s")
        ended = root_run(status=RunStatus.COMPLETED, ended_at=200.0, tags={"a": "b"})
        store.update_root(ended)
        assert other_store.roots(submission="s") == [ended]

    def test_unknown_ids_are_not_found(self, store: RunStore) -> None:
        store.create([root_run()], folder="f", spec=None)
        for call in (store.root_of, store.folder_of, store.journal, store.resolve):
            with pytest.raises(NotFoundError, match="nobody"):
                call("nobody")
        with pytest.raises(NotFoundError, match="nobody"):
            store.update_root(root_run("nobody"))
        with pytest.raises(NotFoundError, match="nobody"):
            store.register_run("x", "nobody")

    def test_runs_are_found_below_their_root(self, store: RunStore, other_store: RunStore) -> None:
        sweep = replace(root_run("HD_sweep"), root_id="pipe", parent_id="pipe")
        trial = replace(trial_run(3, "HD_sweep"), root_id="pipe")
        store.create([root_run("pipe"), sweep, trial], folder="f", spec=None)
        assert other_store.root_of("HD_sweep") == "pipe"  # at once, without a further word
        store.register_run("HD_sweep", "pipe")
        assert other_store.root_of("pipe") == "pipe"
        assert other_store.root_of("HD_sweep") == "pipe"
        assert other_store.root_of("HD_sweep_3") == "pipe"
        with pytest.raises(NotFoundError, match="HD_sweep_4"):
            other_store.root_of("HD_sweep_4")

    def test_a_unique_beginning_names_a_run(self, store: RunStore) -> None:
        store.create([root_run("HD_3fa1"), trial_run(12, "HD_3fa1")], folder="a", spec=None)
        store.create([root_run("HD_3fb1", created_at=500.0), trial_run(12, "HD_3fb1")], folder="b", spec=None)
        store.register_run("step-1", "HD_3fb1")
        assert store.resolve("HD_3fa1") == "HD_3fa1"
        assert store.resolve("HD_3fa") == "HD_3fa1"
        assert store.resolve("st") == "step-1"
        assert store.resolve("HD_3fa1_12") == "HD_3fa1_12"
        assert store.resolve("HD_3fb_12") == "HD_3fb1_12"
        assert store.resolve("latest") == "HD_3fb1"

    def test_a_beginning_of_several_lists_them(self, store: RunStore) -> None:
        store.create([root_run("HD_3fa1"), trial_run(1, "HD_3fa1")], folder="a", spec=None)
        store.create([root_run("HD_3fb1"), trial_run(1, "HD_3fb1")], folder="b", spec=None)
        with pytest.raises(InvalidInputError, match=r"HD_3fa1, HD_3fb1"):
            store.resolve("HD_3f")
        with pytest.raises(InvalidInputError, match=r"HD_3fa1_1, HD_3fb1_1"):
            store.resolve("HD_3f_1")

    def test_a_whole_id_wins_over_a_longer_one(self, store: RunStore) -> None:
        for run_id in ("run", "run-2"):
            store.create([root_run(run_id)], folder=run_id, spec=None)
        assert store.resolve("run") == "run"

    @pytest.mark.parametrize("text", ["%", "HD%", "_", "hd_", "latest", "HD_root_", "HD_root_x", "_1"])
    def test_other_texts_name_no_run(self, store: RunStore, text: str) -> None:
        if text != "latest":
            store.create([root_run()], folder="f", spec=None)
        with pytest.raises(NotFoundError):
            store.resolve(text)

    def test_an_empty_text_names_no_run(self, store: RunStore) -> None:
        store.create([root_run()], folder="f", spec=None)
        with pytest.raises(InvalidInputError):
            store.resolve("")

    def test_named_things_count_versions(self, store: RunStore, other_store: RunStore) -> None:
        first = store.put_named("local", "model", "digits", {"path": "a"}, 1.0)
        second = other_store.put_named("local", "model", "digits", {"path": "b"}, 2.0)
        store.put_named("local", "dataset", "digits", {}, 3.0)
        store.put_named("elsewhere", "model", "digits", {}, 4.0)
        assert (first.version, second.version) == (1, 2)
        assert store.named("local", "model", "digits") == second
        assert store.named("local", "model", "digits", 1) == first
        assert store.all_named("local", "model") == [second, first]

    def test_named_things_are_listed_by_name_then_newest(self, store: RunStore) -> None:
        for name in ("b", "a", "b"):
            store.put_named("local", "model", name, {}, 1.0)
        listed = store.all_named("local", "model")
        assert [(record.name, record.version) for record in listed] == [("a", 1), ("b", 2), ("b", 1)]
        assert [record.version for record in store.all_named("local", "model", "b")] == [2, 1]

    def test_a_missing_name_is_not_found(self, store: RunStore) -> None:
        record = store.put_named("local", "model", "digits", {}, 1.0)
        with pytest.raises(NotFoundError, match="nothing"):
            store.named("local", "model", "nothing")
        with pytest.raises(NotFoundError, match="2"):
            store.named("local", "model", "digits", 2)
        with pytest.raises(NotFoundError):
            store.replace_named(replace(record, version=2))

    def test_a_replaced_version_has_the_new_body(self, store: RunStore) -> None:
        record = store.put_named("local", "model", "digits", {"tags": ["a"]}, 1.0)
        store.replace_named(replace(record, body={"tags": []}))
        assert store.named("local", "model", "digits") == replace(record, body={"tags": []})

    def test_a_version_that_another_has_replaced_meanwhile_is_left(
        self, store: RunStore, other_store: RunStore
    ) -> None:
        record = store.put_named("local", "model", "digits", {"tags": ["a"]}, 1.0)
        assert other_store.replace_named(replace(record, body={"tags": ["b"]}), expected=record.body)
        assert not store.replace_named(replace(record, body={"tags": ["c"]}), expected=record.body)
        assert store.named("local", "model", "digits").body == {"tags": ["b"]}

    def test_a_removed_versions_number_is_not_given_again(self, store: RunStore) -> None:
        for _ in range(2):
            store.put_named("local", "model", "digits", {}, 1.0)
        store.remove_named("local", "model", "digits", 2)
        assert store.named("local", "model", "digits").version == 1
        store.remove_named("local", "model", "digits")
        store.remove_named("local", "model", "digits")
        assert store.all_named("local", "model") == []
        assert store.put_named("local", "model", "digits", {}, 1.0).version == 3

    def test_the_newest_equal_fingerprint_is_recalled(self, store: RunStore, other_store: RunStore) -> None:
        first = _fingerprint("run-1", created_at=1.0)
        store.remember(first)
        store.remember(_fingerprint("run-3", created_at=3.0))
        store.remember(_fingerprint("run-2", created_at=2.0))
        store.remember(_fingerprint("run-4", digest="other", created_at=4.0))
        found = other_store.recall("local", "digest")
        assert found == _fingerprint("run-3", created_at=3.0)
        assert [f.run_id for f in other_store.recall_all("local", "digest", limit=9)] == ["run-3", "run-2", "run-1"]
        assert [f.run_id for f in other_store.recall_all("local", "digest", limit=2)] == ["run-3", "run-2"]
        assert other_store.recall("elsewhere", "digest") is None
        assert other_store.recall("local", "unknown") is None

    def test_a_steps_fingerprints_are_remembered_newest_first(self, store: RunStore) -> None:
        assert store.remembered("local", "train", limit=9) == []
        for number in (1, 2, 3):
            store.remember(_fingerprint(f"run-{number}", digest=str(number), created_at=1.0))
        assert [f.run_id for f in store.remembered("local", "train", limit=9)] == ["run-3", "run-2", "run-1"]
        assert [f.run_id for f in store.remembered("local", "train", limit=2)] == ["run-3", "run-2"]
        assert store.remembered("local", "other", limit=9) == []

    def test_all_sweeps_of_a_digest_are_recalled_newest_first_each_run_once(
        self, store: RunStore, other_store: RunStore
    ) -> None:
        store.remember_sweep(_fingerprint("sweep-1", created_at=1.0))
        store.remember_sweep(_fingerprint("sweep-2", created_at=2.0))
        store.remember_sweep(_fingerprint("sweep-2", digest="other", created_at=2.0))
        store.remember_sweep(_fingerprint("sweep-1", created_at=3.0))
        found = other_store.recall_sweeps("local", "digest")
        assert found == [_fingerprint("sweep-1", created_at=3.0), _fingerprint("sweep-2", created_at=2.0)]
        assert [s.run_id for s in other_store.recall_sweeps("local", "other")] == ["sweep-2"]
        assert other_store.recall_sweeps("elsewhere", "digest") == []
        assert store.recall("local", "digest") is None

    def test_the_sweeps_of_a_step_are_remembered_newest_first(self, store: RunStore) -> None:
        assert store.remembered_sweeps("local", "train", limit=9) == []
        for number in (1, 2, 3):
            store.remember_sweep(_fingerprint(f"sweep-{number}", digest=str(number), created_at=float(number)))
        assert [s.run_id for s in store.remembered_sweeps("local", "train", limit=2)] == ["sweep-3", "sweep-2"]
        assert store.remembered_sweeps("local", "other", limit=9) == []

    def test_the_newest_forced_run_is_told_and_the_newest_of_another_root_run(
        self, store: RunStore, other_store: RunStore
    ) -> None:
        assert store.newest_forced("local", "digest") is None
        for number in (1, 2, 3):
            store.remember_forced(_forced(f"run-{number}", began_at=float(number)))
        store.remember_forced(_forced("run-4", digest="other"))
        assert other_store.newest_forced("local", "digest") == _forced("run-3", began_at=3.0)
        assert other_store.newest_forced("local", "digest", besides="root of run-3") == _forced("run-2", began_at=2.0)
        assert other_store.newest_forced("elsewhere", "digest") is None
        assert other_store.newest_forced("local", "unknown") is None

    def test_of_the_forced_runs_of_one_root_run_the_first_counts(self, store: RunStore) -> None:
        first = _forced("run-1", began_at=1.0)
        store.remember_forced(first)
        store.remember_forced(replace(first, run_id="run-2", began_at=2.0))
        assert store.newest_forced("local", "digest") == first
        assert store.newest_forced("local", "digest", besides=first.root_id) is None

    def test_that_a_run_was_forced_is_known_after_it_was_removed(self, store: RunStore, other_store: RunStore) -> None:
        store.create([root_run("one")], folder="one", spec=None).close()
        forced = replace(_forced("step"), root_id="one")
        store.remember_forced(forced)
        store.remove_root("one")
        assert other_store.newest_forced("local", "digest") == forced

    def test_a_reading_store_reads_and_refuses_to_write(self, store: RunStore, reader: RunStore) -> None:
        assert reader.roots() == []
        journal = store.create([root_run()], folder="f", spec=7)
        epoch = journal.acquire(OWNER).epoch
        record = store.put_named("local", "model", "digits", {}, 1.0)
        assert reader.roots() == [root_run()]
        assert reader.journal("HD_root").spec() == 7
        writes = (
            lambda: reader.create([root_run("b")], folder="b", spec=None),
            lambda: reader.update_root(root_run()),
            lambda: reader.register_run("x", "HD_root"),
            lambda: reader.put_named("local", "model", "digits", {}, 1.0),
            lambda: reader.replace_named(record),
            lambda: reader.remove_named("local", "model", "digits"),
            lambda: reader.remember(_fingerprint("run", created_at=1.0)),
            lambda: reader.remember_sweep(_fingerprint("run", created_at=1.0)),
            lambda: reader.remember_forced(_forced("run")),
            lambda: reader.journal("HD_root").acquire(OWNER),
            lambda: reader.journal("HD_root").transaction(epoch).__enter__(),
        )
        for write in writes:
            with pytest.raises(StoreError, match="reading only"):
                write()
        assert store.roots() == reader.roots() == [root_run()]

    def test_what_was_read_is_the_readers_own(self, store: RunStore) -> None:
        tags = {"a": "1"}
        store.create([root_run(tags=tags)], folder="f", spec=None)
        tags["a"] = "2"
        read = store.roots()[0].tags
        assert read == {"a": "1"}
        assert isinstance(read, dict)
        read["a"] = "3"
        assert store.roots()[0].tags == {"a": "1"}

    def test_a_closed_store_opens_again_when_asked(self, store: RunStore) -> None:
        store.create([root_run()], folder="f", spec=None)
        store.close()
        store.close()
        assert store.journal("HD_root").run("HD_root") == root_run()


def _fingerprint(run_id: str, *, digest: str = "digest", created_at: float) -> StoredFingerprint:
    return StoredFingerprint(
        workspace="local",
        digest=digest,
        run_id=run_id,
        root_id="root",
        step="train",
        parts={"code": "c", "seed": None},
        outputs={"model": {"path": "p"}},
        created_at=created_at,
    )


def _forced(run_id: str, *, digest: str = "digest", began_at: float = 1.0) -> ForcedRun:
    return ForcedRun("local", digest, run_id, f"root of {run_id}", began_at)
