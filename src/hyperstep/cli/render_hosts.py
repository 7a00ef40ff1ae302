"""Trial hosts and warm servers as text and as JSON."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from hyperstep.cli import wording
from hyperstep.cli.escaping import escape
from hyperstep.cli.render_conditions import conditions_document, differences
from hyperstep.cli.render_tables import columns
from hyperstep.digest import Json
from hyperstep.launchers.hosts import HostState, StoppedHost, WarmServerState
from hyperstep.launchers.inherited import Conditions

_NAMED = 5
"""Libraries that are named of a server, those with the most modules."""


def host_lines(hosts: Sequence[HostState], now: float, here: Conditions) -> Iterator[str]:
    """Each host: whom it serves, and a table of its servers.

    Args:
        hosts: As they stand.
        now: Seconds since the epoch.
        here: What this process has inherited.
    """
    for host in hosts:
        if host.stands_still:
            yield wording.stands_still("trial host", host.pid)
            continue
        attempts, runners = wording.how_many(host.attempts, "attempt"), wording.how_many(len(host.runs), "runner")
        yield f"trial host {host.pid}: {attempts} watched, {runners} guarded"
        yield f"  {_serves(host, here)}"
        if host.runs:
            yield f"  runs of {', '.join(map(escape, _homes(host.runs)))}"
        if host.servers:
            header = ("pid", "age", "trials", "alive", "memory", "modules", "libraries", "interpreter")
            yield from (f"  {line}" for line in columns(header, (_row(server, now) for server in host.servers)))
            for server in host.servers:
                yield from (f"  {server.pid} could not import {escape(module)}" for module in server.skipped)
        else:
            yield "  no warm server"


def host_documents(hosts: Sequence[HostState]) -> list[Json]:
    """The same for ``--json``."""
    return [
        {
            "pid": host.pid,
            "control_path": str(host.path),
            "attempts": host.attempts,
            "runners": len(host.runs),
            "homes": list(_homes(host.runs)),
            "ours": host.ours,
            "stands_still": host.stands_still,
            "conditions": conditions_document(host.conditions) if host.conditions else None,
            "servers": [_server_document(server) for server in host.servers],
        }
        for host in hosts
    ]


def stopped_lines(stopped: Sequence[StoppedHost]) -> Iterator[str]:
    """What was told to end."""
    if not stopped:
        yield "No trial host runs."
        return
    for host in stopped:
        if host.stands_still:
            yield wording.stands_still("trial host", host.pid)
            continue
        ended = "ended: it had nothing to do" if host.ended else f"stays, with {_goes_on(host)}"
        yield f"trial host {host.pid} {ended}; {wording.how_many(host.servers, 'warm server')} told to end"
    yield "These were all trial hosts of yours on this machine, of every home and checkout; no trial was ended."


def stopped_document(stopped: StoppedHost) -> Json:
    """The same of one host."""
    return {
        "pid": stopped.pid,
        "servers": stopped.servers,
        "ended": stopped.ended,
        "stands_still": stopped.stands_still,
        "attempts": stopped.attempts,
        "withheld": stopped.withheld,
        "runners": len(stopped.runs),
        "homes": list(_homes(stopped.runs)),
    }


def main_libraries(modules: Sequence[str]) -> list[str]:
    """The libraries with the most modules, by the name that they are imported by; Python's own are not counted."""
    tops = Counter(top for module in modules if (top := module.partition(".")[0]) not in sys.stdlib_module_names)
    return [name for name, _ in tops.most_common() if not name.startswith("_")]


def _serves(host: HostState, here: Conditions) -> str:
    if host.ours:
        return "serves what is submitted from here"
    if host.conditions is None:
        return "of another installation, which does not say what it has inherited"
    found = differences(host.conditions, here)
    return f"serves other conditions: {escape(', '.join(found))}" if found else "of another interpreter or installation"


def _goes_on(host: StoppedHost) -> str:
    """What a host that stays still has to do, and for which homes."""
    attempts, runners = wording.how_many(host.attempts, "live attempt"), wording.how_many(len(host.runs), "runner")
    whose = f" of {', '.join(map(escape, _homes(host.runs)))}" if host.runs else ""
    ends = f" and {wording.how_many(host.withheld, 'end')} that no disk takes yet" if host.withheld else ""
    return f"{attempts} and {runners}{whose}{ends}"


def _homes(runs: Sequence[str]) -> list[str]:
    """The homes of runs, given by their folders: these are below ``runs`` in a home."""
    return sorted({str(Path(run).parents[1]) for run in runs})


def _row(server: WarmServerState, now: float) -> tuple[str, ...]:
    libraries = main_libraries(server.modules)
    more = f" and {len(libraries) - _NAMED} more" if len(libraries) > _NAMED else ""
    return (
        str(server.pid),
        wording.duration(max(0.0, now - server.started_at)),
        str(server.forks),
        str(server.live),
        wording.file_size(server.rss_bytes),
        str(len(server.modules)),
        f"{', '.join(libraries[:_NAMED])}{more}" or "none",
        escape(server.interpreter),
    )


def _server_document(server: WarmServerState) -> Json:
    return {
        "pid": server.pid,
        "key": server.key,
        "interpreter": server.interpreter,
        "started_at": wording.moment(server.started_at),
        "forks": server.forks,
        "live": server.live,
        "rss_bytes": server.rss_bytes,
        "module_count": len(server.modules),
        "libraries": list(main_libraries(server.modules)),
        "skipped": list(server.skipped),
    }
