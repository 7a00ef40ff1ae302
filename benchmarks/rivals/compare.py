"""hyperstep beside its rivals and beside the limits, in one run on one machine: ``make bench``.

    python benchmarks/rivals/compare.py                      # five rounds; some hours with 10,000 trials each
    python benchmarks/rivals/compare.py --quick              # one round, few trials: does it work, roughly where we are
    python benchmarks/rivals/compare.py --quick trivial stop # these contests
    … --write                                                # put the figures into docs/benchmarks.md and its picture

In each round every contender has its turn, one after the other. Figures are medians over the rounds. Rivals are
installed into an environment of their own (``.bench/rivals``); one that cannot be installed or does not end is left out
with the reason.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import scripts
from contenders import CONTENDERS, VENV, Contender, install, versions
from contests import BESIDE, CONCURRENT, CONTESTS, Contest
from job import Job
from picture import draw, in_digits
from watching import Watched, watch

sys.path.append(str(Path(__file__).resolve().parents[1]))
from machine import in_words, load

ROOT = Path(__file__).resolve().parents[2]
PAGE, PICTURE = ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "benchmarks.svg"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
ROUNDS = 5
LIMIT_S, QUICK_LIMIT_S = 3 * 3600.0, 150.0


@dataclass
class Results:
    """Figures by contest and contender, and why some have none."""

    figures: defaultdict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    loads: list[float] = field(default_factory=list)

    def median(self, contest: Contest, contender: Contender) -> float | None:
        """Over the rounds; None without a figure."""
        found = self.figures.get((contest.name, contender.name))
        return median(found) if found else None

    def cell(self, contest: Contest, contender: Contender) -> str:
        """For the table."""
        figure = self.median(contest, contender)
        if figure is not None:
            return in_digits(figure)
        return "skipped" if (contest.name, contender.name) in self.reasons else ""


def take_turn(contest: Contest, contender: Contender, folder: Path, *, quick: bool) -> Watched:
    """One contender, one contest, once."""
    folder.mkdir()
    script, stamps, job = folder / "script" / "train.py", folder / "stamps.txt", folder / "job.json"
    script.parent.mkdir()
    work = folder / "work"
    work.mkdir()
    facts = {
        "points": contest.points_of(contender, quick=quick),
        "folder": str(work),
        "bad": contest.trials_of(contender, quick=quick) - 1,
    }
    scripts.write(script, contest.script, contender.reporting, stamps=stamps, **facts)
    libraries = scripts.LIBRARIES if contest.script == "libraries" else ()
    trials = contest.trials_of(contender, quick=quick)
    Job(str(script), trials, CONCURRENT, str(work), contest.stop_below, libraries).write(job)
    os.environ["HYPERSTEP_HOME"] = str(folder / "home")
    limit_s = QUICK_LIMIT_S if quick else LIMIT_S
    if contender.warms_up:
        learnt = watch(contender.command(job), work, stamps, contender.words(folder), limit_s)
        if learnt.exit_code:
            return learnt
        stamps.unlink(missing_ok=True)
    return watch(contender.command(job), work, stamps, contender.words(folder), limit_s)


def measure(contest: Contest, contender: Contender, folder: Path, results: Results, *, quick: bool) -> None:
    """One turn, and what is read from it."""
    run = take_turn(contest, contender, folder, quick=quick)
    run.values = len(run.times("end")) * contest.points_of(contender, quick=quick)
    results.loads.append(load())
    expected = contest.trials_of(contender, quick=quick)
    finished = run.deaths if contest.stop_below is not None else run.times("end")
    enough = len(finished) >= (expected - 1 if contest.stop_below is not None else expected)
    if run.exit_code or not enough:
        reason = run.last_words[:200] or f"{len(finished)} of {expected} trials"
        results.reasons[contest.name, contender.name] = f"exit code {run.exit_code}: {reason}"
        print(f"    {contender.name:30} skipped: {results.reasons[contest.name, contender.name]}", flush=True)
        return
    for each in (contest, *BESIDE.get(contest.name, ())):
        figure = each.figure(run, contender, contest)
        results.figures[each.name, contender.name].append(figure)
        print(f"    {contender.name:30} {each.title}: {in_digits(figure)} {each.unit}", flush=True)


def why_not(contest: Contest, contender: Contender, missing: dict[str, str]) -> str | None:
    """Why a contender has no turn; empty where the question does not arise, None when it has one."""
    if contest.name not in contender.contests:
        return ""
    if contender.package in missing:
        return f"cannot be installed: {missing[contender.package]}"
    if contest.name == "growth" and contender.slow:
        return "it looks for news every 5 s: thousands of trials would take hours"
    return None


def compare(contests: Sequence[Contest], rounds: int, *, quick: bool) -> Iterator[Results]:
    """All contests, all rounds; yields what is known after each contest."""
    results, missing = Results(), install()
    with tempfile.TemporaryDirectory(prefix="hyperstep-bench-", ignore_cleanup_errors=True) as name:
        for contest in contests:
            for turn in range(rounds):
                print(f"{contest.title}, round {turn + 1} of {rounds}, load {load():.1f}", flush=True)
                for place, contender in enumerate(CONTENDERS):
                    reason = why_not(contest, contender, missing)
                    if reason is None and (contest.name, contender.name) not in results.reasons:
                        folder = Path(name) / f"{contest.name}-{turn}-{place}"
                        measure(contest, contender, folder, results, quick=quick)
                        end_processes_of(folder)
                        shutil.rmtree(folder, ignore_errors=True)
                    elif reason:
                        results.reasons[contest.name, contender.name] = reason
            yield results


def end_processes_of(folder: Path) -> None:
    """End what a contender left behind: processes in whose command line its own folder stands."""
    for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))):  # noqa: PTH208
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if pid != os.getpid() and str(folder) in command:
                os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def table(contests: Sequence[Contest], results: Results) -> list[str]:
    """In Markdown: a contender a row."""
    shown = [each for contest in contests for each in (contest, *BESIDE.get(contest.name, ()))]
    lines = ["| | " + " | ".join(f"{each.title} ({each.unit})" for each in shown) + " |", "|---|" + "---|" * len(shown)]
    for contender in CONTENDERS:
        cells = [results.cell(each, contender) for each in shown]
        lines.append(f"| {contender.name} | " + " | ".join(cells) + " |")
    return lines


def write(results: Results, rounds: int, *, quick: bool) -> None:
    """The page and the picture, with the contests that have been held."""
    contests = [contest for contest in CONTESTS if any(name == contest.name for name, _ in results.figures)]
    kind = "one quick round: an indication, no more" if quick else f"medians of {rounds} rounds"
    loads = f"Load from {min(results.loads):.1f} to {max(results.loads):.1f} meanwhile; {kind}."
    head = f"Measured {in_words(['hyperstep'])} {loads} Rivals: {versions()}."
    reasons = [f"* {contender}, *{contest}*: {reason}" for (contest, contender), reason in results.reasons.items()]
    skipped = ["", "Skipped, and why:", "", *reasons] if reasons else []
    text = "\n".join([BEGIN, head, "", *table(contests, results), *skipped, END])
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: text, page, flags=re.DOTALL), encoding="utf-8")
    PICTURE.write_text(draw(contests, CONTENDERS, results.median, note=kind), encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Compare what was asked for."""
    quick = "--quick" in arguments
    names = [text for text in arguments if not text.startswith("--")]
    known = {contest.name: contest for contest in CONTESTS}
    contests = [known[name] for name in names] or list(CONTESTS)
    rounds = 1 if quick else ROUNDS
    print(f"rivals in {VENV}", flush=True)
    for results in compare(contests, rounds, quick=quick):
        if "--write" in arguments:
            write(results, rounds, quick=quick)
    print("\n".join(table(contests, results)))
    for (contest, contender), reason in results.reasons.items():
        print(f"skipped: {contender}, {contest}: {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
