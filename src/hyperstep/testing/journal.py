"""What every journal must keep true: inherit the class and say how a store is opened."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.errors import ConflictError, NotFoundError, NotOwnerError, StoreError
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import AttemptEnd, AttemptKey, Launched, ThreadUse
from hyperstep.records.metric import MetricKind, MetricRecord, Scalar
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import AttemptRecord, ChildGroup, Journal, RunStore, StartCounts
from hyperstep.testing.run_store import OWNER, StoreFactory, root_run, scalar, trial_run


class JournalContract(StoreFactory):
    """The promises of ``Journal`` and ``JournalWriter``."""

    @pytest.fixture
    def journal(self, store: RunStore) -> Journal:
        """The journal of a sweep with two trials, which nobody owns yet."""
        return store.create([root_run(), trial_run(0), trial_run(1)], folder="f", spec={"nan": math.inf})

    @pytest.fixture
    def other(self, journal: Journal, other_store: RunStore) -> Journal:
        """Another process's view of it."""
        return other_store.journal(journal.root_id)

    def test_what_was_submitted_comes_back(self, other: Journal) -> None:
        assert other.spec() == {"nan": math.inf}

    def test_a_missing_run_is_not_found(self, journal: Journal) -> None:
        with pytest.raises(NotFoundError, match="nobody"):
            journal.run("nobody")
        assert journal.metrics("nobody") == []
        assert journal.artifacts("nobody") == []
        assert journal.events("nobody") == []
        assert journal.decisions("nobody") == []
        assert journal.attempts("nobody") == []
        assert journal.metrics_of_children("nobody") == {}

    def test_a_transaction_that_raises_writes_nothing(self, journal: Journal, other: Journal) -> None:
        before = other.version()
        with pytest.raises(KeyError, match="stop here"):
            _write_everything_and_raise(journal)
        assert other.version() == before
        assert [run.id for run in other.runs()] == ["HD_root", "HD_root_0", "HD_root_1"]
        assert (other.events("HD_root"), other.decisions("HD_root"), other.metrics("HD_root_0")) == ([], [], [])
        assert (other.artifacts("HD_root_0"), other.attempts()) == ([], [])
        with journal.transaction(0) as writer:
            assert writer.append_event("HD_root", "x", {}, 1.0) == 0

    def test_readers_see_whole_transactions(self, journal: Journal, other: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.put_run(trial_run(2))
            writer.append_event("HD_root", "x", {}, 1.0)
            for view in (journal, other):
                assert len(view.runs()) == 3
                assert view.events("HD_root") == []
        for view in (journal, other):
            assert len(view.runs()) == 4
            assert len(view.events("HD_root")) == 1

    def test_a_transaction_within_a_transaction_is_refused(self, journal: Journal) -> None:
        with journal.transaction(0) as writer:
            with pytest.raises(StoreError, match="one transaction"), journal.transaction(0):
                pass
            writer.append_event("HD_root", "x", {}, 1.0)
        assert len(journal.events("HD_root")) == 1

    def test_the_version_grows_with_each_commit(self, journal: Journal, other: Journal) -> None:
        seen = [other.version()]
        for _ in range(2):
            journal.acquire(OWNER)
            seen.append(other.version())
        with journal.transaction(2) as writer:
            writer.append_event("HD_root", "x", {}, 1.0)
        seen.append(other.version())
        assert seen == sorted(set(seen))
        assert journal.version() == other.version() == seen[-1]

    def test_nobody_owns_a_new_run(self, journal: Journal) -> None:
        assert journal.owner() is None

    def test_ownerships_are_counted(self, journal: Journal, other: Journal) -> None:
        assert journal.acquire(OWNER) == replace(OWNER, epoch=1)
        assert other.acquire(replace(OWNER, pid=8, epoch=9)) == replace(OWNER, pid=8, epoch=2)
        assert journal.owner() == other.owner() == replace(OWNER, pid=8, epoch=2)

    def test_of_takers_who_saw_the_same_owner_one_gets_the_run(self, journal: Journal, other: Journal) -> None:
        assert journal.acquire(OWNER, after=0).epoch == 1
        with pytest.raises(NotOwnerError, match="process 7 on here with epoch 1"):
            other.acquire(replace(OWNER, pid=8), after=0)
        assert other.acquire(replace(OWNER, pid=9), after=1).epoch == 2
        assert journal.owner() == replace(OWNER, pid=9, epoch=2)

    def test_an_owner_keeps_the_boot_of_its_machine(self, journal: Journal, other: Journal) -> None:
        journal.acquire(replace(OWNER, boot="b-1"))
        owner = other.owner()
        assert owner is not None
        assert owner.boot == "b-1"

    def test_a_beat_is_seen_and_is_no_news(self, journal: Journal, other: Journal) -> None:
        mine = journal.acquire(OWNER)
        version = other.version()
        journal.beat(mine.epoch, 10.0)
        journal.beat(mine.epoch, 12.5)
        assert other.owner() == replace(mine, beat=2, beat_at=12.5)
        assert other.version() == version

    def test_only_the_newest_owner_beats(self, journal: Journal, other: Journal) -> None:
        for epoch in (0, 1):
            with pytest.raises(NotOwnerError):
                journal.beat(epoch, 1.0)
        first = journal.acquire(OWNER)
        journal.beat(first.epoch, 2.0)
        second = other.acquire(replace(OWNER, pid=8, beat=9))
        with pytest.raises(NotOwnerError, match="process 8 on here"):
            journal.beat(first.epoch, 3.0)
        assert journal.owner() == second == replace(OWNER, pid=8, epoch=2)

    def test_only_the_newest_owner_writes(self, journal: Journal, other: Journal) -> None:
        first = journal.acquire(OWNER)
        with journal.transaction(first.epoch) as writer:
            writer.append_event("HD_root", "first", {}, 1.0)
        second = other.acquire(replace(OWNER, pid=8))
        for epoch in (0, first.epoch, second.epoch + 1):
            with pytest.raises(NotOwnerError, match="process 8 on here"), journal.transaction(epoch) as writer:
                writer.append_event("HD_root", "late", {}, 1.0)
        with other.transaction(second.epoch) as writer:
            writer.append_event("HD_root", "second", {}, 1.0)
        assert [event.kind for event in journal.events("HD_root")] == ["first", "second"]

    def test_runs_are_listed_by_creation_and_number(self, journal: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.put_run(trial_run(9, created_at=50.0))
            writer.put_run(trial_run(8, created_at=50.0))
            writer.put_run(trial_run(1, status=RunStatus.COMPLETED))
        assert [run.number for run in journal.runs(kind=RunKind.TRIAL)] == [8, 9, 0, 1]
        assert [run.id for run in journal.runs(kind=RunKind.SWEEP)] == ["HD_root"]
        assert len(journal.runs(parent_id="HD_root")) == 4
        assert journal.runs(parent_id="HD_root", kind=RunKind.STEP) == []

    def test_runs_of_one_moment_and_number_keep_their_order(self, journal: Journal) -> None:
        names = ["z", "a", "m"]
        with journal.transaction(0) as writer:
            for name in names:
                writer.put_run(replace(trial_run(0), id=name, created_at=900.0))
            writer.put_run(replace(trial_run(0), id="z", created_at=900.0, name="again"))
        assert [run.id for run in journal.runs()][-3:] == names

    def test_a_run_changes_only_to_a_status_that_may_follow(self, journal: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.put_run(trial_run(0, status=RunStatus.FINALIZING))
            writer.put_run(trial_run(0, status=RunStatus.COMPLETED))
            writer.put_run(trial_run(0, status=RunStatus.COMPLETED, reason="said again"))
        with journal.transaction(0) as writer, pytest.raises(ConflictError, match="Completed"):
            writer.put_run(trial_run(0, status=RunStatus.RUNNING))
        assert journal.run("HD_root_0") == trial_run(0, status=RunStatus.COMPLETED, reason="said again")

    def test_events_are_numbered_for_each_run(self, journal: Journal, other: Journal) -> None:
        with journal.transaction(0) as writer:
            numbers = [writer.append_event(run, "k", {"n": n}, n) for n, run in enumerate(["a", "b", "a", "a"])]
        with other.transaction(0) as writer:
            numbers.append(writer.append_event("a", "k", {"deep": [1, {"x": None}]}, 9.0))
        assert numbers == [0, 0, 1, 2, 3]
        assert [(event.sequence, event.time) for event in journal.events("a")] == [(0, 0), (1, 2), (2, 3), (3, 9)]
        assert [event.sequence for event in journal.events("a", after=1)] == [2, 3]
        assert journal.events("a", after=3) == []
        last = journal.events("a", after=2)[0]
        assert (last.run_id, last.kind, last.body) == ("a", "k", {"deep": [1, {"x": None}]})

    def test_decisions_keep_their_evidence(self, journal: Journal, other: Journal) -> None:
        with journal.transaction(0) as writer:
            first = writer.append_decision("HD_root", 4, "stop", "HD_root_0", {"best": math.nan, "n": 3}, 2.0)
            second = writer.append_decision("HD_root", 5, "keep", "HD_root_1", {}, 3.0)
        assert (first, second) == (0, 1)
        found = other.decisions("HD_root")[0]
        assert (found.event, found.kind, found.subject, found.time) == (4, "stop", "HD_root_0", 2.0)
        assert found.evidence["n"] == 3
        assert _is_nan(found.evidence["best"])
        assert [decision.sequence for decision in other.decisions("HD_root", after=0)] == [1]

    def test_metrics_come_back_in_order(self, journal: Journal, other: Journal) -> None:
        values: list[object] = [1, 2.5, "text", True, None, [1.0, "a"], {"x": 1}, {"x": [1, 2]}, 10**30, "ünï"]
        records = [scalar(n, value, step=n) for n, value in enumerate(values)]  # type: ignore[arg-type]
        with journal.transaction(0) as writer:
            writer.add_metrics(records[::-1])
        assert other.metrics("HD_root_0") == records

    @pytest.mark.parametrize("kind", list(MetricKind))
    def test_every_kind_of_metric_comes_back(self, journal: Journal, kind: MetricKind) -> None:
        with journal.transaction(0) as writer:
            writer.add_metrics([scalar(0, kind=kind)])
        assert journal.metrics("HD_root_0") == [scalar(0, kind=kind)]

    def test_nan_and_infinities_come_back(self, journal: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.add_metrics([scalar(0, math.nan), scalar(1, math.inf), scalar(2, -math.inf)])
        values = [record.value for record in journal.metrics("HD_root_0")]
        assert _is_nan(values[0])
        assert values[1:] == [math.inf, -math.inf]

    def test_odd_values_from_a_script_are_kept(self, journal: Journal) -> None:
        odd = scalar(0, step=2**70, name="half \ud800 pair", value="\ud800\x00")  # type: ignore[arg-type]
        with journal.transaction(0) as writer:
            writer.add_metrics([odd, scalar(1, step=-(2**70), name="nul \x00 '; --")])
        found = journal.metrics("HD_root_0")
        assert found[0] == replace(odd, name="half \\ud800 pair")
        assert journal.metrics("HD_root_0", name=odd.name) == found[:1]
        assert found[1].step == -(2**70)
        assert journal.metrics("HD_root_0", name="nul \x00 '; --") == found[1:]

    def test_a_metric_counts_once(self, journal: Journal, other: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.add_metrics([scalar(0, 0.1), scalar(1, 0.2), scalar(1, 0.9)])
        with other.transaction(0) as writer:
            writer.add_metrics([scalar(1, 0.8), scalar(2, 0.3)])
        assert [record.value for record in journal.metrics("HD_root_0")] == [0.1, 0.2, 0.3]

    def test_children_are_counted_by_what_they_have_in_common(self, journal: Journal, other: Journal) -> None:
        odd, like, tags = {"a.dotted name": "x"}, {"other": "a.dotted name"}, {"reused_from": "x"}
        with journal.transaction(0) as writer:
            for number, status in enumerate((RunStatus.COMPLETED, RunStatus.CANCELED, RunStatus.CANCELED), start=2):
                run = replace(trial_run(number), status=status, properties=odd if number == 3 else like)
                writer.put_run(replace(run, tags=tags, reused_from="HD_1_0" if number == 4 else None))
        counted = other.count_children("HD_root", RunKind.TRIAL, tuple(odd))
        assert dict(counted) == {
            ChildGroup(trial_run(0).status, False, (None,)): 2,
            ChildGroup(RunStatus.COMPLETED, False, (None,)): 1,
            ChildGroup(RunStatus.CANCELED, False, ("x",)): 1,
            ChildGroup(RunStatus.CANCELED, True, (None,)): 1,
        }
        assert other.count_children("HD_root", RunKind.STEP, ()) == {}
        assert [run.number for run in other.newest_children("HD_root", RunKind.TRIAL, 2)] == [3, 4]
        assert other.newest_children("HD_root", RunKind.TRIAL, 9)[0] == other.run("HD_root_0")

    def test_what_was_taken_over_is_found_with_its_source(self, journal: Journal, other: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.put_run(replace(trial_run(4), reused_from="HD_1_0"))
        assert other.taken_over() == {"HD_root_4": "HD_1_0"}

    def test_attempts_are_counted_and_those_that_are_open_found(self, journal: Journal, other: Journal) -> None:
        keys = [AttemptKey("HD_root_0", 0), AttemptKey("HD_root_0", 1), AttemptKey("HD_root_1", 0)]
        with journal.transaction(0) as writer:
            for key in keys:
                writer.put_attempt(AttemptRecord(key, 1.0, end=None if key.number else AttemptEnd(key, 0)))
        assert other.attempt_counts({"HD_root_0", "HD_root_1", "HD_root_2"}) == {"HD_root_0": 2, "HD_root_1": 1}
        assert other.attempt_counts(["HD_root_1"]) == {"HD_root_1": 1}
        assert other.attempt_counts(()) == {}
        assert [attempt.key for attempt in other.open_attempts()] == keys[1:2]

    def test_decisions_on_one_subject_are_found(self, journal: Journal, other: Journal) -> None:
        with journal.transaction(0) as writer:
            for subject in ("HD_root", "HD_root_0", "HD_root"):
                writer.append_decision("HD_root", 0, "k", subject, {}, 1.0)
        assert [decision.sequence for decision in other.decisions("HD_root", subject="HD_root")] == [0, 2]
        assert [d.sequence for d in other.decisions("HD_root", after=0, subject="HD_root")] == [2]

    def test_scalars_given_by_the_many_are_as_single_records(self, journal: Journal, other: Journal) -> None:
        values: list[Scalar] = [1, 2.5, 1e-300, -0.0, 10**16 + 0.5, "text", True, None, 2**63 - 1]
        values += [math.inf, -math.inf, math.nan]
        points = [(n, f"a{n % 3}", value, n or None, 1.5 + n) for n, value in enumerate(values)]
        points.append((len(values), "half \ud800 pair", 1.0, -(2**63), 0.0))
        with journal.transaction(0) as writer:
            writer.add_scalars("HD_root_0", 2, iter(points))
        one_by_one = [MetricRecord("HD_root_1", 2, n, name, MetricKind.SCALAR, v, s, t) for n, name, v, s, t in points]
        with journal.transaction(0) as writer:
            writer.put_run(trial_run(2))
            writer.add_metrics(one_by_one)
            writer.add_scalars("HD_root_0", 2, [(0, "again", 7.0, None, 0.0)])
        expected = [replace(record, run_id="HD_root_0") for record in other.metrics("HD_root_1")]
        assert [repr(record) for record in other.metrics("HD_root_0")] == [repr(record) for record in expected]

    def test_metrics_are_filtered_by_name(self, journal: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.add_metrics([scalar(0), scalar(1, name="loss"), scalar(2)])
        assert [record.sequence for record in journal.metrics("HD_root_0", name="accuracy")] == [0, 2]
        assert journal.metrics("HD_root_0", name="Accuracy") == []

    def test_only_the_last_attempts_metrics_count(self, journal: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.put_attempt(AttemptRecord(AttemptKey("HD_root_0", 0), 1.0))
            writer.add_metrics([scalar(0, 0.1), scalar(1, 0.2)])
        assert len(journal.metrics("HD_root_0")) == 2
        with journal.transaction(0) as writer:
            writer.put_attempt(AttemptRecord(AttemptKey("HD_root_0", 1), 2.0))
        assert journal.metrics("HD_root_0") == []
        assert journal.metrics_of_children("HD_root") == {}
        with journal.transaction(0) as writer:
            writer.add_metrics([scalar(0, 0.3, attempt=1), scalar(2, 0.9, attempt=0)])
        assert [record.value for record in journal.metrics("HD_root_0")] == [0.3]
        assert journal.metrics_of_children("HD_root") == {"HD_root_0": [scalar(0, 0.3, attempt=1)]}

    def test_metrics_without_an_attempt_record_count(self, journal: Journal) -> None:
        with journal.transaction(0) as writer:
            writer.add_metrics([scalar(0, 0.1), scalar(0, 0.2, attempt=1)])
        assert [record.value for record in journal.metrics("HD_root_0")] == [0.2]

    def test_metrics_of_children_are_by_child(self, journal: Journal) -> None:
        of_second = [scalar(n, n, run_id="HD_root_1") for n in range(3)]
        with journal.transaction(0) as writer:
            writer.put_run(trial_run(2))
            writer.add_metrics([*of_second, scalar(0), scalar(1, name="loss"), scalar(0, run_id="HD_root")])
        children = journal.metrics_of_children("HD_root")
        assert list(children) == ["HD_root_0", "HD_root_1"]
        assert children["HD_root_1"] == of_second
        assert journal.metrics_of_children("HD_root", name="loss") == {"HD_root_0": [scalar(1, name="loss")]}

    def test_an_artifact_is_replaced_by_path(self, journal: Journal, other: Journal) -> None:
        model = ArtifactRecord(run_id="HD_root_0", path="outputs/model.pkl", digest="a" * 64, size=2**40)
        log = ArtifactRecord(run_id="HD_root_0", path="logs/ä b.txt", digest="b" * 64, size=0)
        with journal.transaction(0) as writer:
            writer.add_artifact(replace(model, digest="c" * 64))
            writer.add_artifact(model)
            writer.add_artifact(log)
            writer.add_artifact(replace(log, run_id="HD_root_1", path="half \udcff"))
        assert other.artifacts("HD_root_0") == [log, model]
        assert [artifact.path for artifact in other.artifacts("HD_root_1")] == ["half \\udcff"]

    def test_an_attempt_is_replaced_by_number(self, journal: Journal, other: Journal) -> None:
        first = AttemptRecord(AttemptKey("HD_root_1", 0), 1.0, offset=10)
        end = AttemptEnd(first.key, exit_code=None, signal=9, lost=True, ended_at=2.0)
        others = [AttemptRecord(AttemptKey("HD_root_1", 1), 3.0), AttemptRecord(AttemptKey("HD_root_0", 0), 4.0)]
        with journal.transaction(0) as writer:
            for attempt in (first, *others, replace(first, end=end, offset=2**40)):
                writer.put_attempt(attempt)
        assert other.attempts("HD_root_1") == [replace(first, end=end, offset=2**40), others[0]]
        assert [attempt.key.run_id for attempt in other.attempts()] == ["HD_root_0", "HD_root_1", "HD_root_1"]

    def test_what_was_said_of_an_attempts_start_and_threads_stays(self, journal: Journal, other: Journal) -> None:
        launched, threads = Launched(warm=False, why_cold="the first"), ThreadUse(1, 3, 2, 4)
        first = AttemptRecord(AttemptKey("HD_root_1", 0), 1.0, launched=launched, threads=threads)
        with journal.transaction(0) as writer:
            writer.put_attempt(replace(first, launched=None, threads=None))
            writer.put_attempt(first)
            writer.put_attempt(replace(first, launched=None, threads=None, offset=5))
        assert other.attempts("HD_root_1") == [replace(first, offset=5)]

    def test_the_starts_below_a_run_are_counted(self, journal: Journal, other: Journal) -> None:
        warm, cold, threads = Launched(warm=True), Launched(why_cold="off"), ThreadUse(1, 3, 2, 4)
        records = [
            AttemptRecord(AttemptKey("HD_root_0", 0), 1.0, launched=warm, threads=threads),
            AttemptRecord(AttemptKey("HD_root_0", 1), 1.0, launched=cold),
            AttemptRecord(AttemptKey("HD_root_1", 0), 1.0, launched=cold, threads=threads),
            AttemptRecord(AttemptKey("HD_root_1", 1), 1.0),
        ]
        with journal.transaction(0) as writer:
            for record in records:
                writer.put_attempt(record)
        assert other.starts_below("HD_root") == StartCounts({warm: 1, cold: 2}, {threads: 2})
        assert other.starts_below("HD_root_0") == StartCounts({}, {})

    def test_records_do_not_change_behind_the_store(self, journal: Journal) -> None:
        body: dict[str, Json] = {"point": (1, 2)}
        with journal.transaction(0) as writer:
            writer.append_event("HD_root", "x", body, 1.0)
        body["point"] = None
        read = journal.events("HD_root")[0].body
        assert read == {"point": [1, 2]}
        assert isinstance(read, dict)
        read["point"] = 5
        assert journal.events("HD_root")[0].body == {"point": [1, 2]}

    def test_a_closed_journal_opens_again_when_asked(self, journal: Journal) -> None:
        journal.close()
        journal.close()
        assert journal.run("HD_root") == root_run()
        assert journal.acquire(OWNER).epoch == 1


def _write_everything_and_raise(journal: Journal) -> None:
    with journal.transaction(0) as writer:
        writer.put_run(trial_run(2))
        writer.append_event("HD_root", "x", {}, 1.0)
        writer.append_decision("HD_root", 0, "stop", "HD_root_0", {}, 1.0)
        writer.add_metrics([scalar(0)])
        writer.add_artifact(ArtifactRecord(run_id="HD_root_0", path="a", digest="d", size=1))
        writer.put_attempt(AttemptRecord(AttemptKey("HD_root_0", 0), 1.0))
        message = "stop here"
        raise KeyError(message)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
