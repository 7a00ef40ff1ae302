"""Draw docs/progress.svg: the live display in the middle of the digits example, from a real run.

Usage: python docs/draw_progress.py [ended trials to wait for]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hyperstep.cli.render_live import live_lines
from hyperstep.cli.watching import Watcher
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "progress.svg"
WIDTH = 118
WEB_FONT = re.compile(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)
"""What would fetch a font from elsewhere; the viewer's own monospaced font does."""


def ended_trials(watcher: Watcher) -> int:
    """Trials of the followed runs that have ended."""
    trials = [t for view in watcher.views for step in view.steps if step.sweep for t in step.sweep.trials]
    return sum(trial.status.is_terminal and trial.status is not RunStatus.FAILED for trial in trials)


def main(enough: int) -> None:
    """Run the example in a home of its own until ``enough`` trials have ended, and draw what the terminal shows."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HYPERSTEP_HOME=folder)
        command = [sys.executable, "-m", "hyperstep", "run", str(ROOT / "examples/digits/pipeline.py")]
        script = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        watcher: Watcher | None = None
        while script.poll() is None:
            time.sleep(0.2)
            home = Home.open(read_only=True)
            watcher = Watcher(home.store, root_ids=tuple(root.id for root in home.store.roots()))
            watcher.look()
            if ended_trials(watcher) >= enough:
                break
        console = Console(record=True, width=WIDTH, file=Path(os.devnull).open("w"))  # noqa: SIM115 - ends with us
        console.print(Text("$ hyperstep run examples/digits/pipeline.py", style="bold"))
        for line in live_lines(watcher.views if watcher else [], time.time()):
            console.print(line, no_wrap=True, overflow="ellipsis")
        drawing = WEB_FONT.sub("", console.export_svg(title="hyperstep"))
        PICTURE.write_text(drawing, encoding="utf-8")
        script.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
