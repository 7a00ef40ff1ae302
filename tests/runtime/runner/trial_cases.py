"""The mutation suite of trials: one line changes something, and each trial must be taken over, or run for a reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.runtime.runner.reuse_bed import STORE
from tests.runtime.runner.reuse_cases import (
    attribute,
    config,
    edit,
    large_data,
    move,
    reverse_space,
    rules,
    space,
    touch,
    touch_data,
    tune_field,
    write,
)
from tests.runtime.runner.trial_bed import TrialBed

from hyperstep.pipeline.spec import DataMode, OutputSpec

Change = Callable[[TrialBed], object]
ALL = "4 HIT"
NONE = "4 MISS (no finished trial of this point)"
STOPS = {"name": "Bandit", "properties": {"slack_amount": 0.001}}
KEEPS = {"name": "Bandit", "properties": {"slack_amount": 100.0}}


@dataclass(frozen=True)
class TrialCase:
    """One line of the table: a sweep of four trials, a change, the sweep once more."""

    what: str
    """What is changed, for people."""
    change: Change
    trials: str = ALL
    """How many trials are taken over, how many run and why; or why all run."""
    before: Change | None = None
    combined: bool = False
    unseeded: bool = False


def two(*changes: Change) -> Change:
    """One after the other."""

    def change(bed: TrialBed) -> None:
        for each in changes:
            each(bed)

    return change


def policy(definition: dict[str, Any]) -> Change:
    """Another policy."""
    return attribute_of("policy", definition)


def attribute_of(part: str, value: object) -> Change:
    """Replace a part of the sweep."""
    return lambda bed: bed.config.update({part: value})


def grid(*rates: float) -> Change:
    """All of these rates, each once."""
    space = {"lr": ["choice", [list(rates)]], "n": ["choice", [[1]]]}
    return attribute_of("sampler", {"name": "GRID", "space": space, "order": ["lr", "n"]})


def unseeded(bed: TrialBed) -> None:
    """No seed is given: one is drawn for each submission."""
    bed.seed_given = False


def give_seed(seed: int) -> Change:
    """The seed is given from now on."""
    return two(lambda bed: setattr(bed, "seed_given", True), config("sampler", seed=seed))


def data_elsewhere(bed: TrialBed) -> None:
    shutil.copytree(bed.store / "raw", bed.store / "copy")
    bed.data = ((STORE, "copy"),)


def edit_data(bed: TrialBed) -> None:
    (bed.store / "raw" / "a.csv").write_text("3,4\n")


def edit_large_data(bed: TrialBed) -> None:
    (bed.store / "raw" / "a.csv").write_text("LARGE" * 100)


def remove_run(bed: TrialBed) -> None:
    assert bed.newest is not None
    bed.home.store.journal(bed.newest.id).close()
    shutil.rmtree(bed.home.root_folder(bed.newest.id))


def forced(change: Change, back: Change) -> Change:
    """A sweep that is forced, with something else changed for that one."""
    return two(change, rules(without=("*",)), TrialBed.sweep, rules(without=()), back)


def remove_newest(bed: TrialBed) -> None:
    """As `hyperstep rm` does it."""
    assert bed.newest is not None
    bed.home.store.remove_root(bed.newest.id)


OLDER = "MISS (the earlier run is older than one that was forced)"
SHARED = OutputSpec("shared", STORE, DataMode.MOUNT, "$shared", "shared")
MORE = config("limits", max_total=6)
WOULD_GO_ON = "2 HIT, 2 MISS (stopped early, where this sweep's policy would go on)"
EARLIER = [{"point": {"lr": 0.7, "n": 1}, "best": 0.7}]
KEEP = attribute_of("keep_history", {})
WIDER = space(lr=["uniform", [0, 1]])
ONE_MORE = space(m=["choice", [[1, 2]]])
NESTED = space(n=["choice", [[{"a": 1, "b": 2}]]])
ALIKE = space(**{"--n": ["choice", [[4, 5, 6]]]})
ONE_FILE = "3 HIT, 1 MISS: `files of the run: outputs/model.txt`"
ONE = "1 HIT, 3 MISS (no finished trial of this point)"
SIX = "4 HIT, 2 MISS (no finished trial of this point)"

_CASES = (
    TrialCase("nothing", lambda _bed: None),
    TrialCase("all files touched", touch),
    TrialCase("the checkout moved", move),
    TrialCase("an ignored file edited", lambda bed: write(bed, "tune/notes.log", "another note")),
    TrialCase("more trials", MORE, SIX),
    TrialCase("fewer trials", config("limits", max_total=3), "3 HIT"),
    TrialCase("fewer trials at one time", config("limits", max_concurrent=1)),
    TrialCase("a time limit of the sweep", config("limits", max_duration_s=3600.0)),
    TrialCase("the time limit of a trial", attribute("duration_s", 60.0)),
    TrialCase("a policy that stops nothing", policy(KEEPS)),
    TrialCase("a policy that stops some of them sooner", policy(STOPS)),
    TrialCase("the goal", config("metric", goal="minimize")),
    TrialCase("the primary metric, to another that was logged", config("metric", name="loss")),
    TrialCase("`deterministic`", attribute_of("deterministic", True)),
    TrialCase(
        "`deterministic`, and the policy", two(policy(STOPS), attribute_of("deterministic", True)), combined=True
    ),
    TrialCase("the space written in another order", reverse_space),
    TrialCase("the seed that was given", config("sampler", seed=2), NONE),
    TrialCase("the sampler", config("sampler", name="SOBOL"), NONE),
    TrialCase("a bound of the space", space(lr=["uniform", [0, 1]]), NONE),
    TrialCase("one more hyperparameter", space(m=["choice", [[1]]]), NONE),
    TrialCase(
        "the order of keys within an option that is a dict",
        space(n=["choice", [[{"b": 2, "a": 1}]]]),
        NONE,
        before=NESTED,
    ),
    TrialCase(
        "the space in another order, with a name written twice: `n` and `--n`", reverse_space, NONE, before=ALIKE
    ),
    TrialCase("nothing but that history is kept", KEEP),
    TrialCase("history kept, and more trials", two(KEEP, MORE), SIX, combined=True),
    TrialCase("a wider range, history kept", two(WIDER, KEEP)),
    TrialCase("a wider range in another order, history kept", two(WIDER, reverse_space, KEEP), combined=True),
    TrialCase("a wider range, history kept, and more trials", two(WIDER, KEEP, MORE), SIX, combined=True),
    TrialCase(
        "a wider range, history kept, and code",
        two(WIDER, KEEP, edit("tune/lib/model.py")),
        "MISS: `code: lib/model.py`",
        combined=True,
    ),
    TrialCase(
        "a wider range, history kept, `deterministic`",
        two(WIDER, KEEP, attribute_of("deterministic", True)),
        combined=True,
    ),
    TrialCase("a narrower range, history kept", two(space(lr=["uniform", [0.75, 1]]), KEEP), ONE),
    TrialCase("an option added, history kept", two(space(n=["choice", [[1, 2, 3, 4]]]), KEEP)),
    TrialCase("an option removed, history kept", two(space(n=["choice", [[1, 2]]]), KEEP), ONE),
    TrialCase(
        "one more hyperparameter, with a default for the past",
        two(ONE_MORE, attribute_of("keep_history", {"past": {"m": 1}})),
    ),
    TrialCase("one more hyperparameter, history kept, no default", two(ONE_MORE, KEEP), NONE),
    TrialCase("nothing, large data", lambda _bed: None, before=large_data),
    TrialCase("large data touched", touch_data, before=large_data),
    TrialCase("large data touched, and more trials", two(touch_data, MORE), SIX, before=large_data, combined=True),
    TrialCase("large data edited", edit_large_data, "MISS: `inputs: raw`", before=large_data),
    TrialCase(
        "large data touched, and code",
        two(touch_data, edit("tune/lib/model.py")),
        "MISS: `code: lib/model.py`, `inputs: raw`",
        before=large_data,
        combined=True,
    ),
    TrialCase("a module edited", edit("tune/lib/model.py"), "MISS: `code: lib/model.py`"),
    TrialCase("an argument added", lambda bed: bed.arguments.append("--fast"), "MISS: `arguments`"),
    TrialCase("the data edited", edit_data, "MISS: `inputs: raw`"),
    TrialCase("equal data at another path", data_elsewhere),
    TrialCase(
        "a package of the environment",
        lambda bed: bed.environment.update(packages=["numpy"]),
        "MISS: `environment: packages`",
    ),
    TrialCase("an environment variable", lambda bed: bed.variables.update(A="2"), "MISS: `environment_variables: A`"),
    TrialCase("`version=`", tune_field(version="2"), "MISS: `version`"),
    TrialCase("the pattern of the metric", attribute("pattern", "acc=(.*)"), "MISS: `metric_pattern`"),
    TrialCase("the step's name", tune_field(name="other"), ALL),
    TrialCase("a file of one trial gone from the store", TrialBed.remove_a_file, ONE_FILE),
    TrialCase("a file of one trial cut short", TrialBed.cut_a_file, ONE_FILE),
    TrialCase("the earlier run's folder removed", remove_run, NONE),
    TrialCase(
        "a trial had failed",
        attribute("failing", frozenset()),
        "3 HIT, 1 MISS (no finished trial of this point)",
        before=attribute("failing", frozenset({2})),
    ),
    TrialCase("stopped early, the policy unchanged", lambda _bed: None, before=policy(STOPS)),
    TrialCase("stopped early, and more trials", MORE, SIX, before=policy(STOPS)),
    TrialCase(
        "stopped early beside an option that is no more in the space",
        grid(0.5),
        "1 MISS (stopped early, where this sweep's policy would go on)",
        before=two(policy(STOPS), grid(0.9, 0.5)),
    ),
    TrialCase(
        "stopped early beside a better option that is still in the space",
        grid(0.9, 0.5),
        "2 HIT",
        before=two(policy(STOPS), grid(0.9, 0.5, 0.7)),
    ),
    TrialCase("stopped early, and no policy now", policy({"name": "Default"}), WOULD_GO_ON, before=policy(STOPS)),
    TrialCase(
        "an output that all trials write to",
        tune_field(outputs=(SHARED,)),
        "MISS (its trials write to an output that all of them share)",
    ),
    TrialCase("`allow_reuse=False`", tune_field(allow_reuse=False), "MISS (allow_reuse is False)"),
    TrialCase("`--no-reuse`", rules(without=("*",)), "MISS (--no-reuse)"),
    TrialCase(
        "a sweep with `--no-reuse`, of which a trial failed",
        forced(attribute("failing", frozenset({2})), attribute("failing", frozenset())),
        f"3 HIT, 1 {OLDER}",
    ),
    TrialCase(
        "a sweep with `--no-reuse` of fewer trials",
        forced(config("limits", max_total=3), config("limits", max_total=4)),
        f"3 HIT, 1 {OLDER}",
    ),
    TrialCase(
        "a sweep with `--no-reuse`, removed again",
        two(forced(lambda _bed: None, lambda _bed: None), remove_newest),
        f"4 {OLDER}",
    ),
    TrialCase(
        "one with `allow_reuse=False`, of which all trials failed",
        two(
            attribute("failing", frozenset(range(4))),
            tune_field(allow_reuse=False),
            TrialBed.sweep,
            tune_field(allow_reuse=True),
            attribute("failing", frozenset()),
        ),
        f"4 {OLDER}",
    ),
    TrialCase(
        "a sweep with `--no-reuse` of which a trial failed, history kept",
        two(
            forced(attribute("failing", frozenset({2})), attribute("failing", frozenset())),
            attribute_of("keep_history", {}),
        ),
        f"3 HIT, 1 {OLDER}",
        combined=True,
    ),
    TrialCase('`reuse.trials = "run"`, v1\'s rule', rules(trials=False), "MISS (reuse.trials is run)"),
    TrialCase("older than `reuse.max_age`", rules(max_age_s=1e-9), "4 MISS: `age`"),
    TrialCase("more trials and another policy", two(MORE, policy(KEEPS)), SIX, combined=True),
    TrialCase(
        "more trials, and code", two(MORE, edit("tune/lib/model.py")), "MISS: `code: lib/model.py`", combined=True
    ),
    TrialCase(
        "an argument and a variable",
        two(lambda bed: bed.arguments.append("--fast"), lambda bed: bed.variables.update(A="2")),
        "MISS: `arguments`, `environment_variables: A`",
        combined=True,
    ),
    TrialCase("nothing", lambda _bed: None, unseeded=True),
    TrialCase("large data touched", touch_data, before=large_data, unseeded=True),
    TrialCase("more trials", MORE, SIX, unseeded=True),
    TrialCase("fewer trials", config("limits", max_total=2), "2 HIT", unseeded=True),
    TrialCase("more trials at one time", config("limits", max_concurrent=4), unseeded=True),
    TrialCase("the space written in another order", reverse_space, unseeded=True),
    TrialCase("another order, and more trials", two(reverse_space, MORE), SIX, combined=True, unseeded=True),
    TrialCase("a policy", policy(KEEPS), unseeded=True),
    TrialCase("a time limit of the sweep", config("limits", max_duration_s=3600.0), unseeded=True),
    TrialCase("the goal", config("metric", goal="minimize"), unseeded=True),
    TrialCase("the checkout moved", move, unseeded=True),
    TrialCase("a module edited", edit("tune/lib/model.py"), "MISS: `code: lib/model.py`", unseeded=True),
    TrialCase("the data edited", edit_data, "MISS: `inputs: raw`", unseeded=True),
    TrialCase("a bound of the space", space(lr=["uniform", [0, 1]]), NONE, unseeded=True),
    TrialCase("the sampler", config("sampler", name="SOBOL"), NONE, unseeded=True),
    TrialCase("`--new-seed`", rules(new_seed=True), NONE, unseeded=True),
    TrialCase("it goes on from earlier trials", attribute_of("history", EARLIER), NONE, unseeded=True),
    TrialCase("a wider range, history kept", two(WIDER, KEEP), unseeded=True),
    TrialCase("the same seed given", give_seed(100), unseeded=True),
    TrialCase("another seed given", give_seed(7), NONE, unseeded=True),
    TrialCase("more trials and another policy", two(MORE, policy(KEEPS)), SIX, combined=True, unseeded=True),
    TrialCase("the checkout moved, and more trials", two(move, MORE), SIX, combined=True, unseeded=True),
)

TRIAL_CASES = {f"{'no seed: ' if case.unseeded else ''}{case.what}": case for case in _CASES}
