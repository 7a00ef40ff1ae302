"""The mutation suite: one line changes something, and each step must be a HIT or a MISS that names the part."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace
from tests.runtime.runner.reuse_bed import PREPARE, STORE, TUNE, Bed

from hyperstep.pipeline.reuse_rules import DatasetReuse
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import REGISTERED_BY
from hyperstep.runtime.runner.reuse.read_kinds import RESULT, STEP
from hyperstep.runtime.runner.reuse.step_reads import run_state
from hyperstep.runtime.submission import Label, root_run

HIT = "HIT"
DAY_S = 86400.0


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    what: str
    """What is changed, for people."""
    change: Callable[[Bed], object]
    tune: str = HIT
    """``HIT``, or the parts that differ, or the reason in brackets."""
    prepare: str = HIT
    before: Callable[[Bed], object] | None = None
    """What is different from the start."""
    combined: bool = False
    """Whether two things are changed."""


def write(bed: Bed, name: str, text: str) -> None:
    """Write a file of the project, with its folders."""
    (bed.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (bed.folder / name).write_text(text)


def edit(name: str) -> Callable[[Bed], None]:
    """Add a line to a file of the project."""
    return lambda bed: write(bed, name, (bed.folder / name).read_text() + "# a comment\n")


def tune_field(**values: object) -> Callable[[Bed], None]:
    """Change fields of the step ``tune``."""
    return lambda bed: bed.step.update(values)


def both(*changes: Callable[[Bed], object]) -> Callable[[Bed], None]:
    """One after the other."""

    def change(bed: Bed) -> None:
        for each in changes:
            each(bed)

    return change


def rules(**values: object) -> Callable[[Bed], None]:
    """Change the rules of the submission."""
    return lambda bed: setattr(bed, "rules", replace(bed.rules, **values))


def attribute(name: str, value: object) -> Callable[[Bed], None]:
    """Change a field of the project."""
    return lambda bed: setattr(bed, name, value)


def config(part: str, **values: object) -> Callable[[Bed], None]:
    """Change a part of the sweep."""
    return lambda bed: bed.config[part].update(values)


def space(**values: object) -> Callable[[Bed], None]:
    """Change the search space; what is new stands last in the order that the sampler's JSON has."""

    def change(bed: Bed) -> None:
        sampler = bed.config["sampler"]
        sampler["space"].update(values)
        sampler["order"] = list(dict.fromkeys([*sampler["order"], *values]))

    return change


def reverse_space(bed: Bed) -> None:
    """Write the search space from its last hyperparameter to its first."""
    sampler = bed.config["sampler"]
    sampler["order"].reverse()
    sampler["space"] = {name: sampler["space"][name] for name in sampler["order"]}


def touch(bed: Bed) -> None:
    """Give every file of the project and its data another time."""
    for folder in (bed.folder, bed.store):
        for path in folder.rglob("*"):
            if path.is_file() and "index.db" not in path.name:
                os.utime(path, (1_700_000_000, 1_700_000_000))


def move(bed: Bed) -> None:
    """Move the checkout elsewhere."""
    bed.folder = bed.folder.rename(bed.folder.with_name("elsewhere"))


def same_size_and_time(bed: Bed) -> None:
    """Edit without a trace in size and modification time."""
    file = bed.code(TUNE) / "lib" / "model.py"
    before = file.stat()
    file.write_text("N = 2\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def edit_and_revert(bed: Bed) -> None:
    file = bed.code(TUNE) / "train.py"
    text = file.read_text()
    file.write_text("other")
    bed.spec()
    file.write_text(text)


def data(text: str, middle: str) -> Callable[[Bed], None]:
    """Change the data, and with it what the first step makes of it."""

    def change(bed: Bed) -> None:
        (bed.store / "raw" / "a.csv").write_text(text)
        bed.middle = middle

    return change


def more_data(bed: Bed) -> None:
    (bed.store / "raw" / "b.csv").write_text("3,4\n")
    bed.middle = "more"


def other_place(bed: Bed) -> None:
    """Equal data at another path."""
    shutil.copytree(bed.store / "raw", bed.store / "copy")
    bed.data = ((STORE, "copy"),)


def one_file(name: str) -> Callable[[Bed], None]:
    """The data are one file, at this path."""

    def change(bed: Bed) -> None:
        (bed.store / name).parent.mkdir(exist_ok=True)
        if not (bed.store / name).exists():
            shutil.copyfile(bed.store / "raw" / "a.csv", bed.store / name)
        bed.data = ((STORE, name),)

    return change


def empty_folder(bed: Bed) -> None:
    """A folder without a file among the data."""
    (bed.store / "raw" / "bird").mkdir()


def other_order(name: str) -> Callable[[Bed], None]:
    """The same mapping, put together in another order."""

    def change(bed: Bed) -> None:
        target = getattr(bed, name)
        items = list(reversed(target.items()))
        target.clear()
        target.update(items)

    return change


def overwrite_object(text: str) -> Callable[[Bed], None]:
    """Write over the stored file of the tuning step."""

    def change(bed: Bed) -> None:
        place = bed.object_of(TUNE)
        place.chmod(0o600)
        place.write_text(text)

    return change


def lose_records(bed: Bed) -> None:
    """Remove the folder of the run that was the source."""
    bed.home.store.close()
    shutil.rmtree(bed.home.root_folder(bed.runs[TUNE].root_id))


def new_process(bed: Bed) -> None:
    bed.home.store.close()
    bed.home = type(bed.home).open(bed.home.settings)


def large_data(bed: Bed) -> None:
    """Data above the limit up to which files are read at once."""
    (bed.store / "raw" / "a.csv").write_text("large" * 100)
    bed.rules = replace(bed.rules, hash_limit_bytes=100)


def touch_data(bed: Bed) -> None:
    os.utime(bed.store / "raw" / "a.csv", (1_700_000_000, 1_700_000_000))


def reads(kind: str, name: str) -> Callable[[Bed], None]:
    """The script reads the newest version of something by its name."""

    def change(bed: Bed) -> None:
        if kind == "dataset":
            bed.read_file(name)
            os.utime(bed.store / f"{name}.csv", (1_700_000_000, 1_700_000_000))
        else:
            bed.register(kind, name, {})
        bed.reads = [{"what": kind, "name": name, "asked": None, "found": "version 1"}]

    return change


def reads_run(bed: Bed) -> None:
    """The script reads another run."""
    other = root_run(Label("local", "e"), RunKind.SCRIPT, "other-run", "other")
    other = replace(other, status=RunStatus.COMPLETED, ended_at=1.0)
    bed.home.store.create([other], folder="other-run", spec=None)
    bed.reads = [{"what": "run", "name": "other-run", "asked": None, "found": run_state(bed.home, other.id, other.id)}]


def lose_other_run(bed: Bed) -> None:
    bed.home.store.close()
    shutil.rmtree(bed.home.path / "runs" / "other-run")


def unchanged(bed: Bed) -> None:
    """Nothing."""


def reads_absent(bed: Bed) -> None:
    bed.reads = [{"what": "model", "name": "best", "asked": None, "found": None}]


def own_model(bed: Bed) -> None:
    """The step itself registers a newer version."""
    bed.register("model", "best", {REGISTERED_BY: bed.runs[TUNE].root_id})


def newer_model_comes_and_goes(bed: Bed) -> None:
    """A newer version, which the step has read too, is removed again."""
    bed.register("model", "best", {})
    bed.reads = [{**read, "found": "version 2"} for read in bed.reads]
    bed.run()
    bed.home.store.remove_named("local", "model", "best", 2)


def only_the_newest_output_is_edited(bed: Bed) -> None:
    """An equal run before it is as it was again."""
    before = bed.output(TUNE)
    kept = before.read_text()
    before.write_text("other")
    bed.run()
    before.write_text(kept)
    bed.output(TUNE).write_text("other")


def output_of_a_forced_run_is_edited(bed: Bed) -> None:
    """An equal run before it is as it was: whoever forced that one knew of a change that nobody else sees."""
    bed.rules = replace(bed.rules, without=(TUNE,))
    bed.run()
    bed.rules = replace(bed.rules, without=())
    bed.output(TUNE).write_text("other")


def forced(change: Callable[[Bed], object] | None = None) -> Callable[[Bed], None]:
    """The step is forced and fails; with something else changed for that one run it completes."""

    def force(bed: Bed) -> None:
        usual, kept = bed.rules, copy.deepcopy(bed.config)
        bed.rules = replace(usual, without=(TUNE,))
        bed.fails = change is None
        if change is not None:
            change(bed)
        bed.run()
        bed.rules, bed.config, bed.fails = usual, kept, False

    return force


def remove_newest(bed: Bed) -> None:
    """As `hyperstep rm` does it."""
    bed.home.store.remove_root(bed.runs[TUNE].root_id)


def registers_model(bed: Bed) -> None:
    """The script registers a model."""
    bed.register("model", "mine", {})
    bed.reads = [{"what": f"{RESULT}model", "name": "mine", "asked": 1, "found": "version 1"}]


def reads_step(bed: Bed) -> None:
    """The script reads the run of the step before it."""
    bed.reads = [{"what": STEP, "name": PREPARE, "asked": None, "found": None}]


def unseeded(bed: Bed) -> None:
    """No seed is given: another one is drawn at each submission."""
    bed.seed_given = False


def draw(bed: Bed) -> None:
    bed.config["sampler"]["seed"] = 77


def folder_with(name: str) -> Callable[[Bed], None]:
    """A folder with a file in the source folder."""
    return lambda bed: write(bed, f"tune/{name}", "x")


def grow(bed: Bed) -> None:
    for number in range(50):
        write(bed, f"tune/cache/{number}.bin", "x" * number)


OLDER = "(the earlier run is older than one that was forced)"
DEFINITION = rules(datasets=DatasetReuse.DEFINITION)
MODEL = "tune/lib/model.py"

CASES: dict[str, Case] = {
    # nothing that counts
    "nothing": Case("nothing", unchanged),
    "another-process": Case("another process looks", new_process),
    "touched": Case("all files touched", touch),
    "moved": Case("the checkout moved", move),
    "pycache": Case("`__pycache__` appears", folder_with("__pycache__/train.pyc")),
    "git": Case("`.git` appears", folder_with(".git/HEAD")),
    "virtual-environment": Case("a virtual environment appears", folder_with("venv/pyvenv.cfg")),
    "ignored-file": Case("an ignored file edited", edit("tune/notes.log")),
    "ignored-folder": Case("an ignored folder grows", grow),
    "edit-and-revert": Case("a file edited and reverted", edit_and_revert),
    "space-order": Case("the space written in another order", reverse_space),
    "environment-order": Case("the environment written in another order", other_order("environment")),
    "variables-order": Case("environment variables in another order", other_order("variables")),
    "unused-parameter": Case(
        "a pipeline parameter that the step does not use", lambda b: b.parameters.update(unused="y")
    ),
    "step-id": Case("the step's place in the graph", tune_field(id="t9")),
    "target": Case("another compute target", tune_field(target="cluster", nodes=4)),
    # code
    "edit": Case("the entry script edited", edit("tune/train.py"), "code: train.py"),
    "edit-module": Case("a module edited", edit(MODEL), "code: lib/model.py"),
    "edit-unused": Case("a file edited that nothing imports", edit("tune/other.py"), "code: other.py"),
    "add": Case("a file added", lambda b: write(b, "tune/new.py", ""), "code: new.py"),
    "remove": Case("a file removed", lambda b: (b.folder / MODEL).unlink(), "code: lib/model.py"),
    "rename": Case(
        "a file renamed",
        lambda b: (b.folder / MODEL).rename(b.folder / "tune/lib/net.py"),
        "code: lib/model.py, code: lib/net.py",
    ),
    "same-size-and-time": Case("an edit of equal size, its time set back", same_size_and_time, "code: lib/model.py"),
    "executable": Case("a file made executable", lambda b: (b.folder / MODEL).chmod(0o755), "code: lib/model.py"),
    "ignore-rule": Case(
        "an ignore rule added",
        lambda b: write(b, "tune/.amlignore", "*.log\ncache/\nlib/\n"),
        "code: .amlignore, code: lib/model.py",
    ),
    # how it is called
    "argument": Case("an argument added", lambda b: b.arguments.append("--fast"), "arguments"),
    "argument-value": Case("an argument's value", lambda b: b.arguments.__setitem__(3, "4"), "arguments"),
    "argument-order": Case("arguments in another order", lambda b: b.arguments.reverse(), "arguments"),
    "script": Case("another entry script", attribute("script", "other.py"), "entry: script"),
    "parameter": Case("a pipeline parameter's value", lambda b: b.parameters.update(epochs="4"), "parameters: epochs"),
    "variable": Case("an environment variable", lambda b: b.variables.update(A="2"), "environment_variables: A"),
    "environment": Case(
        "a package of the environment",
        lambda b: b.environment.update(packages=["scikit-learn==1.6"]),
        "environment: packages",
    ),
    "version": Case("`version=`", tune_field(version="2"), "version"),
    "max-duration": Case("the time limit of a trial", attribute("duration_s", 60.0), "max_duration_s"),
    "name": Case("the step's name", tune_field(name="search"), "(no earlier run of this step can be reused)"),
    # the sweep
    "space-bound": Case("a bound of the space", space(lr=["uniform", [0, 2]]), "space: lr"),
    "space-more": Case("one more hyperparameter", space(momentum=["uniform", [0, 1]]), "space: momentum"),
    "space-options": Case("the order of options", space(n=["choice", [[2, 1]]]), "space: n"),
    "space-option-keys": Case(
        "the order of keys within an option that is a dict",
        space(n=["choice", [[{"b": 2, "a": 1}]]]),
        "space: n",
        before=space(n=["choice", [[{"a": 1, "b": 2}]]]),
    ),
    "space-constant-keys": Case(
        "the order of keys within a constant that is a dict",
        space(n={"b": 2, "a": 1}),
        "space: n",
        before=space(n={"a": 1, "b": 2}),
    ),
    "space-alike": Case(
        "the space in another order, with a name written twice: `n` and `--n`",
        reverse_space,
        "sampler: order",
        before=space(**{"--n": ["choice", [[1, 2]]]}),
    ),
    "sampler": Case("the sampler", config("sampler", name="SOBOL"), "sampler: name"),
    "seed": Case("the seed that was given", config("sampler", seed=2), "sampler: seed"),
    "policy": Case("the policy's slack", config("policy", properties={"slack_factor": 0.2}), "policy: properties"),
    "limit": Case("more trials", config("limits", max_total=40), "limits: max_total"),
    "concurrency": Case("fewer trials at one time", config("limits", max_concurrent=2), "limits: max_concurrent"),
    "goal": Case("the goal", config("metric", goal="minimize"), "metric: goal"),
    "metric": Case("the primary metric", config("metric", name="loss"), "metric: name"),
    "pattern": Case("the pattern of the metric", attribute("pattern", "acc=(.*)"), "metric_pattern"),
    "drawn-seed": Case("another seed drawn, none given", draw, before=unseeded),
    "seed-given": Case(
        "a seed given where none was", lambda b: setattr(b, "seed_given", True), "sampler: seed", before=unseeded
    ),
    # data
    "data": Case("the data edited, so is what is made of it", data("9,9\n", "other"), "inputs: middle", "inputs: raw"),
    "data-same-result": Case("the data edited, what is made of it equal", data("9,9\n", "middle"), HIT, "inputs: raw"),
    "data-touched": Case("the data touched", touch_data),
    "data-added": Case("a file of data added", more_data, "inputs: middle", "inputs: raw"),
    "data-elsewhere": Case("equal data at another path", other_place),
    "file-elsewhere": Case(
        "one file of data, equal in another folder", one_file("copy/a.csv"), before=one_file("raw/a.csv")
    ),
    "file-renamed": Case(
        "one file of data, equal under another name", one_file("raw/b.csv"), HIT, "inputs: raw", one_file("raw/a.csv")
    ),
    "empty-folder": Case("an empty folder among the data", empty_folder, HIT, "inputs: raw"),
    "definition-content": Case("the data edited, datasets by definition", data("9,9\n", "other"), before=DEFINITION),
    "definition-path": Case("equal data at another path, by definition", other_place, HIT, "inputs: raw", DEFINITION),
    "definition-step": Case(
        "the data edited, the step's datasets by definition",
        data("9,9\n", "other"),
        before=lambda b: b.prepare.update(dataset_reuse="definition"),
    ),
    "upstream-output": Case(
        "the step before makes another output",
        both(edit("prepare/prepare.py"), attribute("middle", "new")),
        "inputs: middle",
        "code: prepare.py",
    ),
    "upstream-equal-forced": Case(
        "`--no-reuse` of `tune`, which failed, and the step before edited, its output equal",
        both(forced(), edit("prepare/prepare.py")),
        OLDER,
        "code: prepare.py",
        combined=True,
    ),
    "upstream-equal": Case(
        "the step before edited, its output equal", edit("prepare/prepare.py"), HIT, "code: prepare.py"
    ),
    "upstream-empty-folder": Case(
        "the step before makes another empty folder",
        both(edit("prepare/prepare.py"), attribute("middle_folders", ("cat", "bird"))),
        "inputs: middle",
        "code: prepare.py",
        attribute("middle_folders", ("cat", "dog")),
    ),
    "large-touched": Case("large data touched", touch_data, HIT, "inputs: raw", large_data),
    "large-same": Case("nothing, large data", unchanged, before=large_data),
    # what the earlier run left
    "output-gone": Case("an output removed", lambda b: b.output(TUNE).unlink(), "output: model"),
    "output-changed": Case("an output edited", lambda b: b.output(TUNE).write_text("other"), "output: model"),
    "output-changed-newest": Case(
        "the output of the newest of two equal runs edited", only_the_newest_output_is_edited
    ),
    "output-changed-forced": Case(
        "the same, the newest run with `--no-reuse`", output_of_a_forced_run_is_edited, "output: model"
    ),
    "forced-failed": Case("`--no-reuse`, which failed", forced(), OLDER),
    "forced-removed": Case("a run with `--no-reuse`, removed again", both(forced(unchanged), remove_newest), OLDER),
    "forced-otherwise": Case(
        "a run with `--no-reuse` of more trials, and back", forced(config("limits", max_total=40)), OLDER
    ),
    "forced-anew": Case("`--no-reuse`, which failed, then a run", both(forced(), Bed.run)),
    "forced-for-a-seed": Case(
        "a run with `--new-seed`, removed again",
        both(rules(new_seed=True), Bed.run, remove_newest, rules(new_seed=False)),
        before=unseeded,
    ),
    "output-touched": Case("an output touched", lambda b: os.utime(b.output(TUNE), (1, 1))),
    "output-empty-folder-gone": Case(
        "an empty folder in the output of the step before removed",
        lambda b: (b.output(PREPARE) / "dog").rmdir(),
        HIT,
        "output: middle",
        attribute("middle_folders", ("cat", "dog")),
    ),
    "upstream-output-gone": Case(
        "the output of the step before removed", lambda b: b.output(PREPARE).unlink(), HIT, "output: middle"
    ),
    "records-gone": Case(
        "the earlier run's folder removed", lose_records, "(the earlier run's records or files are gone)"
    ),
    "file-gone": Case(
        "a file of the earlier run gone from the store",
        lambda b: b.object_of(TUNE).unlink(),
        "files of the run: logs/log.txt",
    ),
    "file-emptied": Case("a stored file emptied", overwrite_object(""), "files of the run: logs/log.txt"),
    "file-tampered": Case(
        "a stored file edited, its size the same, with `--verify`",
        both(overwrite_object("LOG OF TUNE"), rules(verify=True)),
        "files of the run: logs/log.txt",
    ),
    # what it read by name
    "read-version": Case(
        "a newer version of a dataset that it read by name",
        lambda b: b.read_file("ref"),
        "read: dataset ref",
        before=reads("dataset", "ref"),
    ),
    "read-content": Case(
        "the files of a dataset that it read by name",
        lambda b: (b.store / "ref.csv").write_text("new"),
        "read: dataset ref",
        before=reads("dataset", "ref"),
    ),
    "read-content-definition": Case(
        "the same, datasets by definition",
        lambda b: (b.store / "ref.csv").write_text("new"),
        before=both(reads("dataset", "ref"), DEFINITION),
    ),
    "read-model": Case(
        "a newer version of a model that it read",
        lambda b: b.register("model", "best", {}),
        "read: model best",
        before=reads("model", "best"),
    ),
    "read-model-again": Case(
        "a newer version of a model, which it read too, removed again",
        newer_model_comes_and_goes,
        before=reads("model", "best"),
    ),
    "registered": Case(
        "a newer version of a model that it registered",
        lambda b: b.register("model", "mine", {}),
        before=registers_model,
    ),
    "registered-gone": Case(
        "a model that it registered is removed",
        lambda b: b.home.store.remove_named("local", "model", "mine", 1),
        "model mine version 1",
        before=registers_model,
    ),
    "read-own-model": Case(
        "a newer version of that model, registered by itself", own_model, before=reads("model", "best")
    ),
    "read-absent": Case(
        "a model that it looked for in vain appears",
        lambda b: b.register("model", "best", {}),
        "read: model best",
        before=reads_absent,
    ),
    "read-run-gone": Case("a run that it read is removed", lose_other_run, "read: run other-run", before=reads_run),
    "read-step": Case("nothing, where it read the run of the step before", lambda _: None, before=reads_step),
    "read-step-anew": Case(
        "the step before edited, its output equal, where it read that one's run",
        edit("prepare/prepare.py"),
        f"read: step {PREPARE}",
        f"code: {PREPARE}.py",
        before=reads_step,
    ),
    "read-other": Case(
        "a dataset that it did not read", lambda b: b.read_file("another"), before=reads("dataset", "ref")
    ),
    # switches and settings
    "allow-reuse": Case("`allow_reuse=False`", tune_field(allow_reuse=False), "(allow_reuse is False)"),
    "regenerate": Case(
        "`regenerate_outputs=True`",
        lambda b: b.pipeline.update(regenerate_outputs=True),
        "(regenerate_outputs is True)",
        "(regenerate_outputs is True)",
    ),
    "no-reuse-step": Case("`--no-reuse=tune`", rules(without=("tune",)), "(--no-reuse)"),
    "no-reuse": Case("`--no-reuse`", rules(without=("*",)), "(--no-reuse)", "(--no-reuse)"),
    "too-old": Case(
        'two days go by, `reuse.max_age = "1d"`',
        both(attribute("later_s", 2 * DAY_S), rules(max_age_s=DAY_S)),
        "age",
        "age",
    ),
    "not-too-old": Case(
        'an hour goes by, `reuse.max_age = "1d"`', both(attribute("later_s", 3600.0), rules(max_age_s=DAY_S))
    ),
    "packages": Case('`reuse.packages = "key"`', rules(packages_count=True), "packages", "packages"),
    # two at once
    "edit+argument": Case(
        "code and an argument",
        both(edit(MODEL), lambda b: b.arguments.append("--x")),
        "arguments, code: lib/model.py",
        combined=True,
    ),
    "edit+touch": Case("code, and all touched", both(edit(MODEL), touch), "code: lib/model.py", combined=True),
    "moved+ignored": Case(
        "the checkout moved, an ignored file edited", both(edit("tune/notes.log"), move), combined=True
    ),
    "moved+edit": Case("the checkout moved, code edited", both(edit(MODEL), move), "code: lib/model.py", combined=True),
    "limit+policy": Case(
        "limits and policy",
        both(
            config("limits", max_total=40),
            config(
                "policy",
                name="TruncationSelection",
                properties={"truncation_percentage": 20, "evaluation_interval": 1, "delay_evaluation": 0},
            ),
        ),
        "limits: max_total, policy: name, policy: properties",
        combined=True,
    ),
    "seed+space": Case(
        "seed and space",
        both(config("sampler", seed=3), space(lr=["uniform", [0, 3]])),
        "sampler: seed, space: lr",
        combined=True,
    ),
    "drawn+limit": Case(
        "another seed drawn, and more trials",
        both(draw, config("limits", max_total=40)),
        "limits: max_total",
        before=unseeded,
        combined=True,
    ),
    "version+code": Case(
        "`version=` and code", both(tune_field(version="2"), edit(MODEL)), "code: lib/model.py, version", combined=True
    ),
    "data+limit": Case(
        "data and limits",
        both(data("9,9\n", "other"), config("limits", max_total=40)),
        "inputs: middle, limits: max_total",
        "inputs: raw",
        combined=True,
    ),
    "data-same+edit": Case(
        "the data edited with an equal result, and code",
        both(data("9,9\n", "middle"), edit(MODEL)),
        "code: lib/model.py",
        "inputs: raw",
        combined=True,
    ),
    "revert+variable": Case(
        "code edited and reverted, and a variable",
        both(edit_and_revert, lambda b: b.variables.update(A="2")),
        "environment_variables: A",
        combined=True,
    ),
    "order+parameter": Case(
        "the space in another order, and a parameter",
        both(reverse_space, lambda b: b.parameters.update(epochs="5")),
        "parameters: epochs",
        combined=True,
    ),
    "output-gone+edit": Case(
        "an output removed, and code",
        both(lambda b: b.output(TUNE).unlink(), edit(MODEL)),
        "code: lib/model.py",
        combined=True,
    ),
    "forbidden+edit": Case(
        "`allow_reuse=False`, and code",
        both(tune_field(allow_reuse=False), edit(MODEL)),
        "(allow_reuse is False)",
        combined=True,
    ),
    "definition+edit": Case(
        "the data edited by definition, and code",
        both(data("9,9\n", "x"), edit(MODEL)),
        "code: lib/model.py",
        before=DEFINITION,
        combined=True,
    ),
    "old+touched": Case(
        "two days go by, and all touched",
        both(touch, attribute("later_s", 2 * DAY_S), rules(max_age_s=DAY_S)),
        "age",
        "age",
        combined=True,
    ),
}
