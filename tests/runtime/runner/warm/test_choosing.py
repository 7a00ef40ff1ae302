"""Which attempts of a sweep are warm, driven by a real runner with attempts that are played."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.runtime.runner import trial_bed
from tests.runtime.runner.trial_bed import TrialBed, make_bed

from hyperstep.launchers.process_activity import Activity
from hyperstep.launchers.process_table import boot_id, look_up
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, Launched
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import AttemptRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner import attempts
from hyperstep.runtime.runner.context import Envelope
from hyperstep.runtime.runner.warm import choosing, stillness
from hyperstep.runtime.runner.warm.choosing import DOUBTED, FIRST
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.scripted_launcher import ScriptedLauncher
from hyperstep_trial.import_note import NOTE_VARIABLE

Play = Callable[[Attempt, Behaviour], Behaviour]


@dataclass
class Warmth:
    """How the sweeps of a bed are started, and what was."""

    bed: TrialBed
    mode: str = "auto"
    can_warm: bool = True
    play: Play = lambda _attempt, behaviour: behaviour
    library: tuple[str, ...] = ("json", "decimal")
    launched: list[Attempt] = field(default_factory=list)

    def sweep(self) -> list[AttemptRecord]:
        """Run a sweep; its attempts, trial by trial."""
        self.launched.clear()
        self.bed.sweep()
        assert self.bed.newest is not None
        journal = self.bed.home.store.journal(self.bed.newest.id)
        return [record for trial in self.bed.trials for record in journal.attempts(trial.id)]

    def behaviour(self, attempt: Attempt, usual: Behaviour) -> Behaviour:
        """What an attempt does; one that is asked to notes its imports."""
        self.launched.append(attempt)
        if NOTE_VARIABLE in attempt.env:
            folder = str(Path(json.__file__).parents[1])
            modules = [(name, f"{folder}/{name}.py") for name in self.library]
            note: dict[str, Any] = {"site": [], "library": [folder], "modules": modules, "hidden": [], "gpu": False}
            Path(attempt.env[NOTE_VARIABLE]).write_text(json.dumps(note))
        return self.play(attempt, usual)


@pytest.fixture
def warmth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warmth]:
    for name in ("PYTHONHASHSEED", "PYTHONSTARTUP", "LD_LIBRARY_PATH", "LD_PRELOAD"):
        monkeypatch.delenv(name, raising=False)
    home = Home.open()
    bed = make_bed(home, tmp_path)
    bed.rules = ReuseRules(trials=False)
    bed.config["limits"] = {"max_total": 4, "max_concurrent": 1}
    found = Warmth(bed)

    def launcher(notify: Callable[[], None], script: Callable[[Attempt], Behaviour]) -> ScriptedLauncher:
        return ScriptedLauncher(notify, lambda a: found.behaviour(a, script(a)), warms=found.can_warm)

    def envelope(_bed: TrialBed) -> Envelope:
        return Envelope(sys.executable, 4, 0.0, bed.rules, warm=found.mode)

    monkeypatch.setattr(trial_bed, "ScriptedLauncher", launcher)
    monkeypatch.setattr(TrialBed, "_envelope", envelope)
    yield found
    home.close()


def how(records: list[AttemptRecord]) -> list[str]:
    """``warm``, or why not."""
    return ["warm" if launched.warm else launched.why_cold for r in records if (launched := r.launched)]


def changed(behaviour: Behaviour, **fields: Any) -> Behaviour:
    """The same behaviour but for some of its fields."""
    return Behaviour(**{**vars_of(behaviour), **fields})


def vars_of(behaviour: Behaviour) -> dict[str, Any]:
    return {field.name: getattr(behaviour, field.name) for field in dataclasses.fields(behaviour)}


def when_warm(**ending: int) -> Play:
    """Warm attempts end otherwise than cold ones."""

    def play(attempt: Attempt, behaviour: Behaviour) -> Behaviour:
        return changed(behaviour, **ending) if attempt.warm else behaviour

    return play


def statuses(warmth: Warmth) -> set[RunStatus]:
    return {trial.status for trial in warmth.bed.trials}


def test_the_first_is_cold_and_what_it_imported_is_what_the_others_are_forked_with(warmth: Warmth) -> None:
    assert how(warmth.sweep()) == [FIRST, "warm", "warm", "warm"]
    starts = [attempt.warm for attempt in warmth.launched]
    assert starts[0] is None
    assert len(set(starts[1:])) == 1
    assert starts[1] is not None
    assert starts[1].modules == ("json", "decimal")
    assert how(warmth.sweep()) == ["warm"] * 4


def test_while_the_first_warm_one_runs_the_others_are_cold(warmth: Warmth) -> None:
    warmth.bed.config["limits"] = {"max_total": 6, "max_concurrent": 2}
    found = how(warmth.sweep())
    assert found[:3] == [FIRST, FIRST, "warm"]
    assert "being tried" in found[3]
    assert found[4:] == ["warm", "warm"]


def test_a_changed_script_is_learnt_anew_and_shares_the_server(warmth: Warmth) -> None:
    warmth.sweep()
    before = warmth.launched[-1].warm
    (warmth.bed.code("tune") / "train.py").write_text("print()")
    assert how(warmth.sweep()) == [FIRST, "warm", "warm", "warm"]
    assert warmth.launched[-1].warm == before


def test_a_changed_variable_is_another_server(warmth: Warmth, monkeypatch: pytest.MonkeyPatch) -> None:
    warmth.sweep()
    before = warmth.launched[-1].warm
    monkeypatch.setenv("SOMETHING", "else")
    assert how(warmth.sweep()) == [FIRST, "warm", "warm", "warm"]
    after = warmth.launched[-1].warm
    assert before is not None
    assert after is not None
    assert after.modules == before.modules
    assert after.key != before.key


def test_off_is_off(warmth: Warmth) -> None:
    warmth.mode = "off"
    assert how(warmth.sweep()) == ["warm is off"] * 4
    assert not any(NOTE_VARIABLE in attempt.env for attempt in warmth.launched)


def test_what_the_sampling_says_wins(warmth: Warmth) -> None:
    tuning = warmth.bed.tuning_step().tuning
    assert tuning is not None
    warmth.bed.step = {**warmth.bed.step, "tuning": replace(tuning, warm="off")}
    assert how(warmth.sweep()) == ["warm is off"] * 4


def test_always_says_what_was_cold_all_the_same(warmth: Warmth) -> None:
    warmth.mode, warmth.can_warm = "always", False
    found = how(warmth.sweep())
    assert found[0] == f"although warm = always: {FIRST}"
    assert all("starts every process anew" in why for why in found[1:])
    assert all(why.startswith("although warm = always") for why in found)


def test_a_crash_has_the_trial_run_again_cold_and_the_libraries_remembered(warmth: Warmth) -> None:
    warmth.play = when_warm(signal=int(signal.SIGSEGV))
    first, crashed, again, *rest = how(warmth.sweep())
    assert (first, crashed, again) == (FIRST, "warm", DOUBTED)
    assert len(rest) == 2
    assert all("ended by SIGSEGV, and cold it ended well" in why for why in rest)
    assert statuses(warmth) == {RunStatus.COMPLETED}
    assert all("SIGSEGV" in why for why in how(warmth.sweep()))


def test_a_crash_that_cold_attempts_have_too_condemns_nothing(warmth: Warmth) -> None:
    def crash_warm_and_cold(attempt: Attempt, behaviour: Behaviour) -> Behaviour:
        crashes = attempt.key.run_id.endswith("_1") and attempt.key.number < 2
        return changed(behaviour, signal=int(signal.SIGABRT)) if crashes else behaviour

    warmth.play = crash_warm_and_cold
    assert how(warmth.sweep())[:4] == [FIRST, "warm", DOUBTED, "warm"]
    assert statuses(warmth) == {RunStatus.COMPLETED}
    assert all(why == "warm" for why in how(warmth.sweep()))


def test_a_failure_that_only_warm_attempts_have_is_not_the_users(warmth: Warmth) -> None:
    warmth.play = when_warm(exit_code=1)
    records = warmth.sweep()
    assert statuses(warmth) == {RunStatus.COMPLETED}
    doubts = [record for record in records if record.end and record.end.doubt]
    assert len(doubts) == 1
    assert doubts[0].end is not None
    assert "it was warm, and failed with exit code 1" in doubts[0].end.doubt
    assert "cold it ended well" in how(records)[-1]


def test_a_failure_that_cold_attempts_have_too_is_the_users_and_condemns_nothing(warmth: Warmth) -> None:
    warmth.bed.failing = frozenset({1})
    records = warmth.sweep()
    assert [trial.status for trial in warmth.bed.trials].count(RunStatus.FAILED) == 1
    assert how(records)[-1] == "warm"
    assert len(records) == 5
    error = warmth.bed.trials[1].error
    assert error is not None
    assert "exit code 1" in error.message


def test_a_failure_is_doubted_once_only(warmth: Warmth) -> None:
    warmth.bed.failing = frozenset({1, 2})
    records = warmth.sweep()
    assert len(records) == 5
    assert [trial.status for trial in warmth.bed.trials].count(RunStatus.FAILED) == 2


def test_once_the_libraries_are_proven_a_failure_is_a_failure(warmth: Warmth) -> None:
    warmth.bed.failing = frozenset({3})
    records = warmth.sweep()
    assert len(records) == 4
    assert warmth.bed.trials[3].status is RunStatus.FAILED


def test_more_imports_of_a_warm_trial_are_added_once(warmth: Warmth) -> None:
    warmth.sweep()
    before = warmth.launched[-1].warm
    warmth.library = ("json", "decimal", "wave", "colorsys", "bisect")
    warmth.sweep()
    warmth.sweep()
    after = warmth.launched[-1].warm
    assert before is not None
    assert after is not None
    assert after.modules == warmth.library
    assert after.key != before.key


def test_trials_decide_the_same_warm_and_cold(warmth: Warmth) -> None:
    warmth.bed.config = {**warmth.bed.config, "deterministic": True, "policy": {"name": "MedianStopping"}}
    logs = []
    for mode in ("off", "auto"):
        warmth.mode = mode
        warmth.sweep()
        assert warmth.bed.newest is not None
        decisions = warmth.bed.home.store.journal(warmth.bed.newest.id).decisions(warmth.bed.newest.id)
        logs.append([(d.kind, d.evidence) for d in decisions if d.kind not in {"reuse", "history"}])
    assert logs[0] == logs[1]


def test_one_that_hangs_is_ended_and_run_again_cold(warmth: Warmth, monkeypatch: pytest.MonkeyPatch) -> None:
    still = Activity(cpu_s=1.0, running=0, all_asleep=True)
    monkeypatch.setattr(attempts, "activity_of", lambda _pid: still)
    monkeypatch.setattr(stillness, "patience_s", lambda _least, _cold: 0.2)
    warmth.play = lambda attempt, behaviour: changed(behaviour, hangs=attempt.warm is not None)
    found = how(warmth.sweep())
    assert found[:2] == [FIRST, "warm"]
    assert len(found) == 5
    assert all("hung" in why for why in found[3:])
    assert statuses(warmth) == {RunStatus.COMPLETED}


@pytest.mark.parametrize("stopped", [False, True])
def test_what_ended_well_or_was_stopped_by_us_just_when_it_seemed_to_hang_did_not_hang(
    warmth: Warmth, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    stop, judge = ScriptedLauncher.stop, choosing.WarmStarts.judge
    ended: list[AttemptKey] = []

    def end_first(launcher: ScriptedLauncher, key: AttemptKey, grace_s: float) -> None:
        if stopped or ended:
            stop(launcher, key, grace_s)
        else:
            launcher.end(key, 0)
        ended.append(key)

    def judge_stopped(
        starts: choosing.WarmStarts, start: choosing.Start, end: AttemptEnd, *rest: Any, **how: Any
    ) -> Any:
        how["ours"] = how["ours"] or (stopped and ended == [end.key])
        return judge(starts, start, end, *rest, **how)

    monkeypatch.setattr(attempts, "activity_of", lambda _pid: Activity(cpu_s=1.0, running=0, all_asleep=True))
    monkeypatch.setattr(stillness, "patience_s", lambda _least, _cold: 0.2)
    monkeypatch.setattr(ScriptedLauncher, "stop", end_first)
    monkeypatch.setattr(choosing.WarmStarts, "judge", judge_stopped)
    warmth.play = lambda attempt, behaviour: changed(behaviour, hangs=attempt.warm is not None and not ended)
    found = how(warmth.sweep())
    assert len(ended) == 1
    assert found == [FIRST, *["warm"] * (4 if stopped else 3)]


def limited(warmth: Warmth, **limits: float) -> None:
    """Have the attempts of its sweeps limited."""
    warmth.bed.step = {**warmth.bed.step, "code": replace(warmth.bed.tuning_step().code, **limits)}


@pytest.mark.parametrize("limits", [{"max_silence_s": 0.3}, {"max_duration_s": 0.3}], ids=str)
def test_a_limit_that_only_warm_attempts_break_is_not_the_users(warmth: Warmth, limits: dict[str, float]) -> None:
    limited(warmth, **limits)
    warmth.play = lambda attempt, behaviour: changed(behaviour, hangs=attempt.warm is not None)
    records = warmth.sweep()
    assert statuses(warmth) == {RunStatus.COMPLETED}
    assert how(records)[:3] == [FIRST, "warm", DOUBTED]
    assert len(records) == 5
    assert all("0.3" in why and "cold it ended well" in why for why in how(records)[3:])
    (doubt,) = (record.end.doubt for record in records if record.end and record.end.doubt)
    assert doubt.startswith("it was warm, and ")
    (verdict,) = (warmth.bed.home.path / "cache" / "warm" / "verdicts").glob("*.json")
    assert json.loads(verdict.read_text()).get("watch") is None


def test_a_limit_that_cold_attempts_break_too_is_the_users_and_is_doubted_once_only(warmth: Warmth) -> None:
    limited(warmth, max_silence_s=0.3)
    warmth.play = lambda attempt, behaviour: changed(behaviour, hangs=attempt.key.run_id.endswith(("_1", "_2")))
    records = warmth.sweep()
    assert [trial.status for trial in warmth.bed.trials].count(RunStatus.FAILED) == 2
    assert how(records) == [FIRST, "warm", DOUBTED, "warm", "warm"]
    for trial in warmth.bed.trials[1:3]:
        assert trial.error is not None
        assert "max_silence_s" in trial.error.message


def test_what_ended_well_when_it_was_told_to_for_a_limit_teaches_nothing(warmth: Warmth) -> None:
    limited(warmth, max_silence_s=0.3)
    warmth.play = lambda _attempt, behaviour: changed(behaviour, hangs=True)
    assert how(warmth.sweep()) == [FIRST] * 4


def test_launched_is_what_the_launcher_said(warmth: Warmth) -> None:
    records = warmth.sweep()
    assert records[1].launched == Launched(warm=True)


def test_a_watch_that_nobody_keeps_any_more_is_over(warmth: Warmth) -> None:
    warmth.sweep()
    (file,) = (warmth.bed.home.path / "cache" / "warm" / "verdicts").glob("*.json")
    state = look_up(os.getpid())
    assert state is not None
    for pid, started_at in ((os.getpid(), state.started_at), (1 << 22, 1.0)):
        runner = {"pid": pid, "started_at": started_at, "boot": boot_id()}
        watch = {"run_id": "gone", "script": "other", "runner": list(runner.values()), "doubted": False}
        file.write_text(json.dumps({"why_cold": "", "proven_for": [], "kills": 0, "watch": watch}))
        assert how(warmth.sweep()) == ["warm"] * 4
