"""A child that was forked ahead: it waits for its order, and becomes what the order says."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without enum and all that
import _socket
import os
import sys

from hyperstep_trial.import_note import note_at_exit
from hyperstep_trial.warm.attempt_mark import AttemptMark
from hyperstep_trial.warm.environment import StartChanges, replace_environment, set_arguments
from hyperstep_trial.warm.freshness import freshen, freshen_start
from hyperstep_trial.warm.main_script import Script
from hyperstep_trial.warm.order import SpareOrder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_STARTED = 126


def wait_and_become(
    orders: _socket.socket,
    number: int,
    changes: StartChanges,
    mark: AttemptMark,
    hook: Callable[[str], object] | None,
) -> None:
    """Returns when this process is to run its script; ends when nobody is left to give an order.

    Args:
        orders: Where the order comes.
        number: The descriptor whose path Python runs.
        changes: What the start makes of an environment.
        mark: Where it is shown whose this process is.
        hook: The path hook, to be taken away.
    """
    freshen()
    received = SpareOrder.receive(orders)
    if received is None:
        os.kill(os.getpid(), _signal.SIGKILL)  # never an orderly end: half an order may have been announced
        return
    order, log = received
    orders.close()
    os.dup2(log, 1)
    os.dup2(log, 2)
    if log not in {1, 2}:
        os.close(log)
    mark.write(os.path.dirname(order.work_folder))  # noqa: PTH120 - no pathlib
    try:
        os.chdir(order.work_folder)
    except OSError as error:
        os.write(2, f"The process could not be started: {error}\n".encode())
        os._exit(_NOT_STARTED)
    replace_environment(changes.apply_to(order.env))
    set_arguments(order.argv, order.script)
    freshen_start()
    note_at_exit(next(reversed(sys.modules)))
    try:
        Script.of_file(order.argv[order.script]).arrange(number, hook)
    except Exception:  # noqa: BLE001 - Python itself says best what is wrong with a script
        _become_cold(order)


def _become_cold(order: SpareOrder) -> None:
    """Be replaced by a cold process of the same command."""
    for name in ("SIGPIPE", "SIGXFSZ"):  # ignored by Python, and what is ignored would stay so
        _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
    env = dict(entry.split(b"=", 1) for entry in order.env)
    try:
        os.execvpe(order.argv[0], order.argv, env)  # noqa: S606 - a list, no shell
    except OSError as error:
        os.write(2, f"The process could not be started: {error}\n".encode())
        os._exit(_NOT_STARTED)
