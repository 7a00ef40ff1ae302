"""The mutation suite of trials, driven by a real runner; the plan says it before, and the docs have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.runner.reuse_cases import reverse_space
from tests.runtime.runner.script_cases import SCRIPT_TRIAL_CASES
from tests.runtime.runner.test_step_reuse import DOCUMENT
from tests.runtime.runner.trial_bed import TrialBed, make_bed
from tests.runtime.runner.trial_cases import MORE, STOPS, TrialCase, policy, unseeded
from tests.runtime.runner.trial_cases import TRIAL_CASES as BARE_CASES

from hyperstep.digest import Json
from hyperstep.pipeline.plan import SweepVerdict, TrialVerdict, Verdict
from hyperstep.pipeline.reuse import Difference, Reason
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.sweep import reusing
from hyperstep.sweep.decision_log import decision_log
from hyperstep.sweep.instructions import RecordDecision

TRIAL_CASES = {**BARE_CASES, **SCRIPT_TRIAL_CASES}
BEGIN, END = "<!-- table of the trials: make reuse-table -->\n", "<!-- end of the table of trials -->\n"


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[TrialBed]:
    home = Home.open()
    yield make_bed(home, tmp_path / "project")
    home.close()


def words(verdict: SweepVerdict) -> str:
    """A verdict as the table has it."""
    if not verdict.trials:
        return f"MISS{_parts(verdict.reason, verdict.differences)}"
    counts: dict[str, int] = {}
    for trial in verdict.trials:
        told = _trial_words(trial)
        counts[told] = counts.get(told, 0) + 1
    return ", ".join(f"{counts[told]} {told}" for told in sorted(counts))


def _trial_words(trial: TrialVerdict) -> str:
    if trial.verdict is Verdict.HIT:
        return "HIT"
    return f"{trial.verdict.name}{_parts(trial.reason, trial.differences)}"


def _parts(reason: str, differences: tuple[Difference, ...]) -> str:
    parts = ", ".join(f"`{found.part}`" for found in differences if not found.part.startswith("run "))
    return f": {parts}" if parts else f" ({reason})"


@pytest.mark.parametrize("name", TRIAL_CASES)
def test_each_trial_is_taken_over_or_runs_for_the_reason_that_the_plan_gave_before(bed: TrialBed, name: str) -> None:
    case = TRIAL_CASES[name]
    if case.unseeded:
        unseeded(bed)
    if case.before is not None:
        case.before(bed)
    bed.sweep()
    case.change(bed)
    planned = words(bed.plan_trials())
    assert words(bed.sweep()) == case.trials
    assert planned == case.trials
    ran = [trial for trial in bed.trials if trial.reused_from is None]
    assert len(ran) == len(bed.trials) - int(case.trials.partition(" HIT")[0] if "HIT" in case.trials else 0)


def test_the_plan_leaves_open_what_hangs_on_trials_that_run(bed: TrialBed) -> None:
    policy({"name": "Bandit", "properties": {"slack_amount": 0.001}})(bed)
    bed.sweep()
    bed.remove_a_file_of(0)
    policy({"name": "Bandit", "properties": {"slack_amount": 0.002}})(bed)
    verdicts = [trial.verdict for trial in bed.plan_trials().trials]
    assert verdicts[0] is Verdict.MISS
    assert sorted(verdict.value for verdict in verdicts[1:]) == ["depends", "depends", "hit"]


def test_points_of_a_model_are_open_once_a_trial_runs(bed: TrialBed) -> None:
    bed.config["sampler"] |= {"name": "BayesianOptimization", "goal": "maximize"}
    bed.config["limits"]["max_concurrent"] = 1
    bed.sweep()
    MORE(bed)
    told = [trial.verdict for trial in bed.plan_trials().trials]
    assert told == [Verdict.HIT] * 4 + [Verdict.MISS, Verdict.DEPENDS]


def test_what_a_reused_trial_is_taken_from_is_the_trial_that_ran(bed: TrialBed) -> None:
    bed.sweep()
    first = bed.trials
    bed.sweep()
    bed.sweep()
    assert [trial.reused_from for trial in bed.trials] == [trial.id for trial in first]
    assert {trial.status for trial in bed.trials} == {RunStatus.COMPLETED}


def test_a_space_in_another_order_gives_equal_points_with_options_as_written(bed: TrialBed) -> None:
    bed.sweep()
    first = [_options(trial) for trial in bed.trials]
    reverse_space(bed)
    bed.rules = replace(bed.rules, without=("*",))
    bed.sweep()
    assert not any(trial.reused_from for trial in bed.trials)
    turned = [_options(trial) for trial in bed.trials]
    assert [[name for name, _ in options] for options in turned] == [["--n", "--lr"]] * 4
    assert [options[::-1] for options in turned] == first


def _options(trial: RunRecord) -> list[tuple[str, str]]:
    """The hyperparameters on a trial's command line."""
    texts = trial.arguments[-4:]
    return list(zip(texts[::2], texts[1::2], strict=True))


def test_the_decision_log_of_a_deterministic_sweep_is_the_same_with_and_without_reuse(bed: TrialBed) -> None:
    bed.config |= {"deterministic": True, "policy": STOPS}
    bed.sweep()
    first = log_of(bed)
    bed.sweep()
    assert all(trial.reused_from for trial in bed.trials)
    assert log_of(bed) == first
    assert [entry["kind"] for entry in first].count("stop") > 0
    bed.rules = replace(bed.rules, without=("*",))
    bed.sweep()
    assert not any(trial.reused_from for trial in bed.trials)
    assert log_of(bed) == first


def log_of(bed: TrialBed) -> list[dict[str, Json]]:
    """The newest sweep's decisions in logical order."""
    assert bed.newest is not None
    sweep = bed.newest.id
    recorded = bed.home.store.journal(sweep).decisions(sweep)
    numbers = [None if d.subject == sweep else int(d.subject.rpartition("_")[2]) for d in recorded]
    return decision_log([RecordDecision(d.kind, n, d.evidence) for d, n in zip(recorded, numbers, strict=True)])


def test_reasons_are_named_alike_by_the_controller_and_the_plan() -> None:
    assert Reason.WOULD_GO_ON.value == reusing.WOULD_GO_ON


def table() -> str:
    """The suite as the document has it."""
    lines = ["| what is changed | seed | trials |", "|---|---|---|"]
    lines += [f"| {case.what} | {_seed(case)} | {case.trials} |" for case in TRIAL_CASES.values()]
    return "\n".join(lines) + "\n"


def _seed(case: TrialCase) -> str:
    return "none" if case.unseeded else "given"


def test_the_document_has_the_table_of_this_suite() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == table(), "run: make reuse-table"


def test_the_suite_is_as_large_as_promised() -> None:
    assert len(TRIAL_CASES) >= 20
    assert sum(case.unseeded for case in TRIAL_CASES.values()) >= 10
    assert sum(case.combined for case in TRIAL_CASES.values()) >= 3


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    DOCUMENT.write_text(before + table() + after, encoding="utf-8")
