"""``python -m hyperstep.runtime.runner HOME ROOT_ID``: own one root run and drive it to its end."""

from __future__ import annotations

import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from hyperstep.codec import from_json
from hyperstep.errors import HyperstepError, InvalidInputError, NotOwnerError
from hyperstep.launchers import local_launcher
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.runtime.doorbell import doorbell_path, hung
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.loop import Runner, fail_all
from hyperstep.runtime.runner.ownership import owner_lock, this_process
from hyperstep.settings import load_settings


def main(home_folder: str, root_id: str) -> int:
    """Exit code 0 when the run has ended or somebody else owns it, 1 when the runner could not go on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    home = Home.open(replace(load_settings(Path(home_folder)), home=Path(home_folder)))
    with owner_lock(home.root_folder(root_id)) as is_ours:
        if not is_ours:
            return 0
        return _own(home, root_id)


def _own(home: Home, root_id: str) -> int:
    journal = home.store.journal(root_id)
    if journal.run(root_id).status.is_terminal:
        home.store.update_root(journal.run(root_id))  # an earlier owner may have died before it could
        return 0
    owner = journal.acquire(this_process())
    context = RunnerContext(home, journal, owner.epoch, _envelope(journal.spec()))
    context.note(f"owner of {root_id} with epoch {owner.epoch}, process {owner.pid}")
    runner: Runner | None = None
    try:
        with hung(doorbell_path(home.root_folder(root_id))) as bell:
            runner = Runner(context, local_launcher(bell.ring), bell)
            runner.run()
    except NotOwnerError as error:
        context.note(str(error))
        return 0
    except Exception as error:  # noqa: BLE001 - whatever it is, the run must not stay Running
        traceback.print_exc()
        if runner is not None:
            runner.end_processes()
        fail_all(context, _explain(error, home.root_folder(root_id) / "runner.log"))
        return 1
    context.note(f"ended: {context.root.status.value}")
    return 0


def _explain(error: Exception, log: Path) -> str:
    if isinstance(error, InvalidInputError):
        return str(error)
    kind = "" if isinstance(error, HyperstepError) else f"{type(error).__name__}: "
    return f"The runner could not go on: {kind}{error}. See {log}."


def _envelope(spec: object) -> Envelope:
    if not isinstance(spec, dict):
        rule = "What was submitted is recorded as an object."
        raise InvalidInputError(rule, received=spec)
    rules = from_json(ReuseRules, spec.get("reuse", {}))
    return Envelope(str(spec["python"]), int(spec["slots"]), float(spec["stop_grace_s"]), rules)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
