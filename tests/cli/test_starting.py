"""How processes were started, in words and as JSON."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from hyperstep.cli.commands.hosts import hosts
from hyperstep.cli.render_hosts import host_documents, host_lines, main_libraries, stopped_document, stopped_lines
from hyperstep.cli.starting import attempt_start, start_words, starting_lines, starts_document
from hyperstep.launchers.hosts import HostState, StoppedHost, WarmServerState
from hyperstep.launchers.inherited import Conditions
from hyperstep.records.attempt import Launched, ThreadUse
from hyperstep.run_store.base import StartCounts

WARM, FIRST = Launched(warm=True), Launched(warm=False, why_cold="first of this script and environment")


def starts(*launched: Launched, threads: ThreadUse | None = None) -> StartCounts:
    return StartCounts(Counter(launched), Counter([threads] * len(launched)) if threads else {})


@pytest.mark.parametrize(
    ("launched", "words"),
    [
        ((WARM, WARM), "started warm: 2 of 2 attempts"),
        ((FIRST, WARM), "started warm: 1 of 2 attempts (1 cold: first of this script and environment)"),
        (
            (FIRST, FIRST, Launched(why_cold="warm is off")),
            "started warm: 0 of 3 attempts (3 cold: 2 first of this script and environment; 1 warm is off)",
        ),
        ((Launched(),), "started warm: 0 of 1 attempt (1 cold)"),
    ],
)
def test_one_line_says_how_many_were_warm_and_why_the_others_were_not(
    launched: tuple[Launched, ...], words: str
) -> None:
    assert list(starting_lines(starts(*launched))) == [words]


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert list(starting_lines(starts())) == []
    assert list(starting_lines(None)) == []
    assert starts_document(None) is None
    assert start_words(WARM) == "warm"
    assert start_words(FIRST) == "cold (first of this script and environment)"


def test_too_many_threads_are_said_when_most_looks_saw_them() -> None:
    some = ThreadUse(share=1, looks=4, over=1, most=2)
    many = some._replace(over=3)
    assert list(starting_lines(starts(WARM, threads=some))) == ["started warm: 1 of 1 attempt"]
    told = list(starting_lines(starts(WARM, WARM, threads=many)))[1]
    assert told.startswith(
        "too many threads: up to 2 at work in one process, whose share is 1 core (seen in 6 of 8 looks)"
    )
    assert list(starting_lines(starts(WARM, threads=many._replace(looks=2, over=2))))[1:] == []


def test_a_look_counts_what_is_over_the_share() -> None:
    use = ThreadUse(2).after(1).after(3).after(2)
    assert use == ThreadUse(share=2, looks=3, over=1, most=3)


def test_documents_hold_the_same() -> None:
    assert starts_document(starts(FIRST, WARM, FIRST)) == {
        "warm": 1,
        "cold": [{"why_cold": FIRST.why_cold, "attempts": 2}],
        "threads": "",
    }
    assert attempt_start(None, None) == {"warm": None, "why_cold": "", "threads": None}
    assert attempt_start(WARM, ThreadUse(1, 2, 0, 1))["threads"] == {"share": 1, "looks": 2, "over": 0, "most": 1}


MODULES = ("json", "numpy", "sklearn", "sklearn.base", "numpy.core", "numpy.random", "_cython")
SKIPPED = ("lightgbm: OSError: libgomp.so.1 is missing",)
SERVER = WarmServerState(7, "key", "/venv/bin/python", MODULES, 100.0, 12, 2, 200_000_000, SKIPPED)
HERE = Conditions(0o022, 0, (0,), (0, 1), (("RLIMIT_NOFILE", 1024, 4096), ("RLIMIT_AS", -1, -1)), "")
SOCKET = Path("/tmp/hyperstep-0/a.sock")  # noqa: S108 - a name
HOST = HostState(5, SOCKET, 2, ("/home/me/.hyperstep/runs/r1",), (SERVER,), HERE, ours=True)


def test_a_host_is_shown_with_its_servers() -> None:
    assert main_libraries(MODULES) == ["numpy", "sklearn"]
    lines = list(host_lines([HOST, HOST._replace(servers=(), attempts=1, runs=())], 130.0, HERE))
    assert lines[:3] == [
        "trial host 5: 2 attempts watched, 1 runner guarded",
        "  serves what is submitted from here",
        "  runs of /home/me/.hyperstep",
    ]
    assert lines[4].split() == ["7", "30", "s", "12", "2", "200.0", "MB", "7", "numpy,", "sklearn", "/venv/bin/python"]
    assert lines[5] == "  7 could not import lightgbm: OSError: libgomp.so.1 is missing"
    assert lines[6:] == [
        "trial host 5: 1 attempt watched, 0 runners guarded",
        "  serves what is submitted from here",
        "  no warm server",
    ]


def test_a_host_that_serves_others_says_what_they_have_and_we_have_not() -> None:
    limits = (("RLIMIT_NOFILE", 333, 4096), ("RLIMIT_AS", 1 << 30, 1 << 30))
    theirs = Conditions(0o077, 10, (5, 0), (0, 1, 2, 5), limits, "SLURM_JOB_ID=7")
    other = HOST._replace(ours=False)
    hosts = [other._replace(conditions=theirs), other, other._replace(conditions=None)]
    lines = [line for line in host_lines(hosts, 130.0, HERE) if "serves" in line or "of another" in line]
    assert lines == [
        (
            "  serves other conditions: umask 0077 (here 0022), nice 10 (here 0), groups 5,0 (here 0), "
            "CPUs 0-2,5 (here 0-1), batch job SLURM_JOB_ID=7 (here none), nofile 333:4096 (here 1024:4096), "
            "as 1073741824 (here unlimited)"
        ),
        "  of another interpreter or installation",
        "  of another installation, which does not say what it has inherited",
    ]


def test_one_that_stands_still_is_shown_with_what_to_do() -> None:
    words = "trial host 5 stands still (stopped): `kill -CONT 5` lets it go on, `kill -9 5` ends it"
    assert list(host_lines([HOST._replace(stands_still=True)], 130.0, HERE)) == [words]
    assert words in stopped_lines([StoppedHost(5, 0, ended=False, stands_still=True)])


def test_a_hosts_document_counts_modules_and_names_libraries() -> None:
    (document,) = host_documents([HOST])
    assert isinstance(document, dict)
    (server,) = document["servers"]
    assert server["module_count"] == len(MODULES)
    assert server["libraries"] == ["numpy", "sklearn"]
    assert "modules" not in server
    assert (document["ours"], document["runners"], document["homes"]) == (True, 1, ["/home/me/.hyperstep"])
    assert document["conditions"] == {
        "umask": "0022",
        "nice": 0,
        "groups": [0],
        "cpus": [0, 1],
        "limits": {"nofile": [1024, 4096], "as": [None, None]},
        "job": "",
    }


def test_what_was_stopped_is_said() -> None:
    runs = ("/home/me/.hyperstep/runs/r1", "/tmp/other/runs/r2")  # noqa: S108 - names
    stopped = [StoppedHost(5, 1, ended=False, attempts=1, runs=runs), StoppedHost(6, 0, ended=True)]
    assert list(stopped_lines(stopped)) == [
        (
            "trial host 5 stays, with 1 live attempt and 2 runners of /home/me/.hyperstep, /tmp/other; "
            "1 warm server told to end"
        ),
        "trial host 6 ended: it had nothing to do; 0 warm servers told to end",
        "These were all trial hosts of yours on this machine, of every home and checkout; no trial was ended.",
    ]
    waits = next(stopped_lines([StoppedHost(7, 0, ended=False, withheld=2)]))
    assert waits.startswith("trial host 7 stays, with 0 live attempts and 0 runners and 2 ends that no disk takes yet;")
    assert stopped_document(stopped[0]) == {
        "pid": 5,
        "servers": 1,
        "ended": False,
        "stands_still": False,
        "attempts": 1,
        "withheld": 0,
        "runners": 2,
        "homes": ["/home/me/.hyperstep", "/tmp/other"],  # noqa: S108 - names
    }
    assert list(stopped_lines([])) == ["No trial host runs."]


@pytest.mark.usefixtures("own_hosts")
def test_without_a_host_there_is_nothing_to_list_or_stop() -> None:
    assert "No trial host runs" in CliRunner().invoke(hosts, []).output
    assert CliRunner().invoke(hosts, ["--json"]).output.strip() == "[]"
    assert "No trial host runs" in CliRunner().invoke(hosts, ["stop"]).output
