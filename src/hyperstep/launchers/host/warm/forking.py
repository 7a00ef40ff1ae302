"""Starting one attempt by a warm server, or saying why it is not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hyperstep.launchers.host.warm.spare import Spare
from hyperstep.launchers.host.warm.warm_server import WarmServer
from hyperstep.launchers.host.warm.warm_servers import Cold, Wanted, Warm, WarmServers
from hyperstep.launchers.process import AttemptFiles, kill_process

__all__ = ["Cold", "Forked", "Wanted", "fork_warm"]


class Forked(NamedTuple):
    """A child of a warm server that has become an attempt."""

    pid: int
    server: WarmServer
    number: int


def fork_warm(
    servers: WarmServers, files: AttemptFiles, argv: Sequence[str], env: Mapping[str, str], wanted: Wanted | None
) -> Forked | Cold:
    """Start an attempt by the server that it belongs to.

    Raises:
        OSError: It cannot be started, cold as little as warm: its folder or its log is of no use.
    """
    if wanted is None:
        return Cold("")
    found = servers.choose(wanted, argv, env, files.work_folder)
    if isinstance(found, Cold):
        return found
    os.scandir(files.work_folder).close()  # an error here is the launch's, as it is where the folder is entered cold
    log = os.open(files.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        return _order(found, files, log, argv, env)
    finally:
        os.close(log)


def _order(found: Warm, files: AttemptFiles, log: int, argv: Sequence[str], env: Mapping[str, str]) -> Forked | Cold:
    server = found.server
    while (spare := server.take_spare()) is not None:
        server.announce(spare.number, files.exit_file)
        if _takes(spare, files.work_folder, log, argv, found.command.script, env):
            return Forked(spare.pid, server, spare.number)
        server.reap(spare.number)
    return Cold(server.fault or "the warm server made no process in time", for_now=True)


def _takes(spare: Spare, work_folder: str, log: int, argv: Sequence[str], script: int, env: Mapping[str, str]) -> bool:
    try:
        spare.order(work_folder, log, argv, script, env)
    except ConnectionError:
        return False  # it has ended
    except OSError:
        kill_process(spare.pid)  # it stands still
        return False
    return True
