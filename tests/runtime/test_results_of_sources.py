"""What a source registered must still be there; of a sweep that is taken whole it is told that trials had failed."""

from __future__ import annotations

import pytest
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_changing_inputs import told
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import once, reading
from tests.runtime.test_taken_over_reads import completed, taken_over, tuning

from hyperstep.cli.main import main
from hyperstep.pipeline.reuse import Reason
from hyperstep.runtime.submission import Label

REGISTERS = "open('m', 'w').write('1')\nModel.register(ws, 'm', 'mine')\n"


def test_a_step_whose_model_is_gone_runs_again(bench: Bench, label: Label) -> None:
    spec = reading(bench, REGISTERS)
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    bench.home.store.remove_named("local", "model", "mine")
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second) == (Reason.REGISTERED_GONE, ["model mine version 1"])


def test_what_a_script_removes_again_itself_is_no_result(bench: Bench, label: Label) -> None:
    spec = reading(bench, REGISTERS.replace("Model.reg", "mine = Model.reg") + "mine.delete()\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id


def test_a_trial_whose_model_is_gone_stands_for_no_other(bench: Bench, label: Label) -> None:
    script = f"{REGISTERS}run.log('acc', 1.0)\n"
    completed(bench, tuning(bench, script, sweep_config(total=2, concurrent=1)), label)
    bench.home.store.remove_named("local", "model", "mine", 1)
    second, _ = completed(bench, tuning(bench, script, sweep_config(total=2, concurrent=2)), label)
    assert taken_over(bench, second) == 1


FAILS = "if sys.argv[sys.argv.index('--x') + 1] == '1':\n    sys.exit(1)\nrun.log('acc', 1.0)\n"


@pytest.mark.parametrize("command", ["why", "show"])
def test_of_a_sweep_that_is_taken_whole_it_is_told_that_trials_had_failed(
    bench: Bench, label: Label, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tuning(bench, FAILS, sweep_config(total=3))
    first, step = completed(bench, spec, label)
    second, again = completed(bench, spec, label)
    assert again.reused_from == step.id
    (decision,) = bench.home.store.journal(second.id).decisions(second.id)
    assert decision.evidence["failed_trials"] == {"failed": 1, "trials": 3, "root_run": first.id}
    assert main([command, second.id]) == 0
    shown = capsys.readouterr().out
    assert f"1 of its 3 trials had failed; to run it: hyperstep rerun {first.id[:8]} --failed" in shown
    assert "--no-reuse=tune" in shown
