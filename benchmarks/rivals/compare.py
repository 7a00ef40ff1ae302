"""hyperstep beside its rivals and beside the limits, on one machine: ``make bench``.

    python benchmarks/rivals/compare.py                      # all contests, some hours
    python benchmarks/rivals/compare.py trivial stop         # these
    python benchmarks/rivals/compare.py --quick              # one round, few trials: does it work, roughly where we are
    … --rounds 3                                             # instead of each contest's own number
    … --write                                                # keep the figures, for docs/benchmarks.md and its picture

In each round of a contest every contender has its turn, one after the other. Figures are medians over the rounds. What
is written is kept in ``results.json``: contests may be held at different times, contenders of one contest never are.
Rivals are installed into an environment of their own (``.bench/rivals``); one that cannot be installed or does not end
is left out with the reason.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import page
import results
import scripts
from contenders import CONTENDERS, VENV, Contender, install, versions
from contests import BESIDE, CONCURRENT, CONTESTS, Contest
from job import Job
from picture import in_digits
from proof import started_otherwise
from results import Held
from watching import Watched, watch

sys.path.append(str(Path(__file__).resolve().parents[1]))
from machine import in_words, load

LIMIT_S, QUICK_LIMIT_S = 3 * 3600.0, 150.0
LEARNS_FROM = {"trivial": 60}
"""Trials of the sweep before, by script: one to learn from, some while a server is started, one that tries it."""
LEARNS_FROM_FEW = 8


def take_turn(contest: Contest, contender: Contender, folder: Path, *, quick: bool) -> Watched:
    """One contender, one contest, once."""
    folder.mkdir()
    script, stamps, job = folder / "script" / "train.py", folder / "stamps.txt", folder / "job.json"
    script.parent.mkdir()
    work = folder / "work"
    work.mkdir()
    trials = contest.trials_of(contender, quick=quick)
    facts = {"points": contest.points_of(contender, quick=quick), "folder": str(work), "bad": trials - 1}
    scripts.write(script, contest.script, contender.reporting, stamps=stamps, **facts)
    libraries = scripts.LIBRARIES.get(contest.script, ())
    Job(str(script), trials, CONCURRENT, str(work), contest.stop_below, libraries).write(job)
    os.environ["HYPERSTEP_HOME"] = str(folder / "home")
    limit_s = QUICK_LIMIT_S if quick else LIMIT_S
    if contender.warms_up:
        earlier = folder / "earlier.json"
        few = LEARNS_FROM.get(contest.script, LEARNS_FROM_FEW) if contest.stop_below is None else trials
        Job(str(script), few, CONCURRENT, str(work), contest.stop_below, libraries).write(earlier)
        learnt = watch(contender.command(earlier), work, stamps, str(folder), limit_s)
        if learnt.exit_code:
            return learnt
        stamps.unlink(missing_ok=True)
        shutil.rmtree(work)  # what its trials told each other by files
        work.mkdir()
    return watch(contender.command(job), work, stamps, str(folder), limit_s)


def measure(contest: Contest, contender: Contender, folder: Path, held: Held) -> None:
    """One turn, and what is read from it."""
    run = take_turn(contest, contender, folder, quick=held.quick)
    run.values = len(run.times("end")) * contest.points_of(contender, quick=held.quick)
    held.loads.append(load())
    otherwise = "" if run.exit_code else started_otherwise(contender.starts, folder / "home", _cold_at_first(contest))
    expected = contest.trials_of(contender, quick=held.quick)
    finished = run.deaths if contest.stop_below is not None else run.times("end")
    enough = len(finished) >= (expected - 1 if contest.stop_below is not None else expected)
    if run.exit_code or not enough or otherwise:
        reason = otherwise or run.last_words[:200] or f"{len(finished)} of {expected} trials"
        held.skip(contender, f"exit code {run.exit_code}: {reason}")
        print(f"    {contender.name:30} skipped: {held.skipped[contender.name]}", flush=True)
        return
    for read in (contest, *BESIDE.get(contest.name, ())):
        figure = read.figure(run, contender, contest)
        held.add(read, contender, figure)
        print(f"    {contender.name:30} {read.title}: {in_digits(figure)} {read.unit}", flush=True)


def _cold_at_first(contest: Contest) -> int:
    """Where all trials of the sweep before were stopped or lasted to its end, the next one's first are still cold."""
    return 0 if contest.stop_below is None else CONCURRENT


def who_takes_part(contest: Contest, missing: dict[str, str], held: Held) -> list[Contender]:
    """Those that have a turn; of the others it is said why not, where the question arises."""
    found = []
    for contender in CONTENDERS:
        if contest.name not in contender.contests:
            continue
        if contender.package in missing:
            held.skipped[contender.name] = f"cannot be installed: {missing[contender.package]}"
        elif contest.name == "growth" and contender.slow:
            held.skipped[contender.name] = "it looks for news every 5 s: thousands of trials would take hours"
        else:
            found.append(contender)
    return found


def hold(contest: Contest, rounds: int, missing: dict[str, str], *, quick: bool) -> Held:
    """One contest, all rounds."""
    held = Held(quick)
    takes_part = who_takes_part(contest, missing, held)
    with tempfile.TemporaryDirectory(prefix="hyperstep-bench-", ignore_cleanup_errors=True) as name:
        for turn in range(rounds):
            print(f"{contest.title}, round {turn + 1} of {rounds}, load {load():.1f}", flush=True)
            for place, contender in enumerate(takes_part):
                if contender.name not in held.skipped:
                    folder = Path(name) / f"{turn}-{place}"
                    measure(contest, contender, folder, held)
                    end_processes_of(folder)
                    shutil.rmtree(folder, ignore_errors=True)
    held.when, held.rivals = in_words(["hyperstep"]), versions()
    return held


def end_processes_of(folder: Path) -> None:
    """End what a contender left behind: processes in whose command line its own folder stands."""
    for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))):  # noqa: PTH208
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if pid != os.getpid() and str(folder) in command:
                os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def main(arguments: Sequence[str]) -> None:
    """Compare what was asked for."""
    known = {contest.name: contest for contest in CONTESTS}
    parser = argparse.ArgumentParser(prog="compare")
    parser.add_argument("contests", nargs="*", metavar="CONTEST", help=f"of {', '.join(known)}")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    chosen = [known[name] for name in asked.contests] or list(CONTESTS)
    print(f"rivals in {VENV}", flush=True)
    missing, found = install(), {}
    for contest in chosen:
        rounds = asked.rounds or (1 if asked.quick else contest.rounds)
        found[contest.name] = held = hold(contest, rounds, missing, quick=asked.quick)
        if asked.write:
            results.keep(contest, held)
            page.write()
    print("\n".join(page.table(found)))
    for name, held in found.items():
        for contender, reason in held.skipped.items():
            print(f"skipped: {contender}, {name}: {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
