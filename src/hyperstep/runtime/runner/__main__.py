"""``python -m hyperstep.runtime.runner HOME ROOT_ID``: own one root run and drive it to its end.

With ``--stand-by`` alone: wait to be told which.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from hyperstep.codec import from_json
from hyperstep.errors import HyperstepError, InvalidInputError, LaunchError, NotOwnerError
from hyperstep.launchers import can_host, local_launcher
from hyperstep.launchers.guard import Ownership, fence_elsewhere
from hyperstep.launchers.host.reaper import adopt_orphans
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.records.attempt import AttemptKey
from hyperstep.run_store.base import Owner
from hyperstep.runtime.doorbell import doorbell_path, hung
from hyperstep.runtime.guarding import FORCE, INLINE, runner_command
from hyperstep.runtime.home import Home
from hyperstep.runtime.inbox import open_inbox
from hyperstep.runtime.pause_note import PauseNote
from hyperstep.runtime.runner.clock import machine_clock
from hyperstep.runtime.runner.context import Envelope, RunnerContext, note
from hyperstep.runtime.runner.loop import Runner, fail_all
from hyperstep.runtime.runner.obstacles import Obstacle, Patience, obstacle_of
from hyperstep.runtime.runner.ownership import take_over
from hyperstep.runtime.runner.parent import Parent
from hyperstep.runtime.runner.standby import become_runner
from hyperstep.runtime.runner.submitted import submitted
from hyperstep.runtime.runner.waiting import Waiting
from hyperstep.runtime.runner_program import STAND_BY
from hyperstep.settings import load_settings

EXIT_BROKEN = 3
"""The runner could neither go on nor say so in the records: the next one may."""


def main(home_folder: str, root_id: str, *options: str) -> int:
    """Exit code 0 when the run has ended or somebody else owns it, 1 when it was failed as nobody could go on.

    Args:
        home_folder: The home.
        root_id: The root run.
        options: ``--force`` takes it from a living owner; ``--inline`` uses no trial host, and ends with our parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = Parent(root_id) if INLINE in options else None
    home = Home.open(replace(load_settings(Path(home_folder)), home=Path(home_folder)), look=False)
    waiting = Waiting(home, root_id, time.sleep) if parent is None else parent
    patience = Patience(home, PauseNote(None), note, waiting.wait)  # a note in the folder is for the owner only
    journal = patience.until_done(lambda: home.store.journal(root_id))
    if patience.until_done(lambda: _has_ended(home, root_id)):
        return 0
    if parent is not None:
        parent.root_folder = home.root_folder(root_id)
        adopt_orphans()  # so that what leaves an attempt's group is found when that ends
    owner = patience.until_done(lambda: take_over(journal, force=FORCE in options))
    waiting.close()
    if owner is None:
        return 0
    try:
        return _drive(home, root_id, owner, inline=INLINE in options)
    except NotOwnerError as error:
        note(str(error))
        return 0


def _has_ended(home: Home, root_id: str) -> bool:
    root = home.store.journal(root_id).run(root_id)
    if root.status.is_terminal:
        home.store.update_root(root)  # an earlier owner may have died before it could
    return root.status.is_terminal


def _drive(home: Home, root_id: str, owner: Owner, *, inline: bool) -> int:
    journal, folder = home.store.journal(root_id), home.root_folder(root_id)
    note(f"owner of {root_id} with epoch {owner.epoch}, process {owner.pid}")
    patience = Patience(home, PauseNote(folder), note, time.sleep)
    open_inbox(folder)
    clock = patience.until_done(
        lambda: machine_clock(folder, journal.runs(), [e.time for e in journal.events(root_id)])
    )
    envelope = patience.until_done(lambda: _envelope(submitted(journal)))
    home.artifacts.verify = envelope.reuse.verify
    context = RunnerContext(home, journal, owner.epoch, envelope, clock.now)
    ownership = Ownership(runner_command(home, root_id), owner.epoch, owner.pid, owner.pid_started_at)
    if owner.epoch > 1 and not inline and can_host():
        _fence_elsewhere(ownership)
    faults: Mapping[AttemptKey, str] = {}
    while not context.root.status.is_terminal:
        runner: Runner | None = None
        try:
            with hung(doorbell_path(folder)) as bell:
                launcher = local_launcher(bell.ring, use_host=False if inline else None, ownership=ownership)
                runner = Runner(context, launcher, bell, patience, faults)
                runner.run()
        except NotOwnerError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the run must not stay Running
            obstacle = obstacle_of(error, home)
            if obstacle is None:
                traceback.print_exc()
                return _give_up(context, runner, error)
            faults = _sit_out(patience, obstacle, runner, faults)
            if journal.run(root_id).status.is_terminal:  # only the index, or an answer, was still to be written
                patience.until_done(lambda: home.store.update_root(journal.run(root_id)))
            # what was in memory may be half of a transaction that was not written: the record is what counts
            context = RunnerContext(home, journal, owner.epoch, context.envelope, clock.now)
    note(f"ended: {context.root.status.value}")
    return 0


def _fence_elsewhere(ownership: Ownership) -> None:
    with contextlib.suppress(LaunchError):  # the launcher tells that there can be no hosts
        fence_elsewhere(ownership)


def _sit_out(
    patience: Patience, obstacle: Obstacle, runner: Runner | None, faults: Mapping[AttemptKey, str]
) -> Mapping[AttemptKey, str]:
    """Wait until the run can go on; returns why some attempts failed, as it was seen meanwhile, or before."""
    if runner is None:
        patience.sit_out(obstacle)
        return faults
    patience.sit_out(obstacle, runner.keep_watch)
    return patience.until_done(runner.put_aside, runner.keep_watch)


def _give_up(context: RunnerContext, runner: Runner | None, error: Exception) -> int:
    if runner is not None:
        runner.end_processes()
    fail_all(context, _explain(error, context.home.root_folder(context.root.id) / "runner.log"))
    return 1


def _explain(error: Exception, log: Path) -> str:
    if isinstance(error, InvalidInputError):
        return str(error)
    kind = "" if isinstance(error, HyperstepError) else f"{type(error).__name__}: "
    return f"The runner could not go on: {kind}{error}. See {log}."


def _envelope(spec: Mapping[str, Any]) -> Envelope:
    rules = from_json(ReuseRules, spec.get("reuse", {}))
    silence = spec.get("max_silence_s")
    return Envelope(
        str(spec["python"]),
        int(spec["slots"]),
        float(spec["stop_grace_s"]),
        rules,
        None if silence is None else float(silence),
        str(spec.get("warm", "auto")),
    )


def _run_or_break(arguments: list[str]) -> int:
    try:
        return main(*(become_runner() if arguments == [STAND_BY] else arguments))
    except Exception:  # noqa: BLE001 - told by the exit code, which the trial host reads
        traceback.print_exc()
        return EXIT_BROKEN


if __name__ == "__main__":
    sys.exit(_run_or_break(sys.argv[1:]))
