"""A local launcher whose attempts are warm from the first one on: what tests that look at warm attempts need."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from msgspec.structs import replace

from hyperstep.launchers.launch import Launch, SettledLaunch
from hyperstep.launchers.local import LocalLauncher
from hyperstep.records.attempt import Attempt, AttemptKey, Launched
from hyperstep.testing.launcher_bench import PATIENCE_S

_LOOK_AGAIN_S = 0.02


class WarmedLauncher(LocalLauncher):
    """Has a server ready before an attempt that may be warm is launched, and expects it to be warm."""

    def begin_launch(self, attempt: Attempt) -> Launch:
        """As in the base.

        Raises:
            AssertionError: It was not started warm.
        """
        if attempt.warm is None or not Path(attempt.argv[0]).exists():
            return super().begin_launch(attempt)
        _warm_up(self.control_path, attempt)
        launched = super().begin_launch(attempt).outcome()
        assert launched == Launched(warm=True), launched
        return SettledLaunch(launched)


def _warm_up(control_path: Path, model: Attempt) -> None:
    """Launch attempts that do nothing until one is warm."""
    folder = Path(tempfile.mkdtemp(prefix="hs-warm-"))
    script = folder / "nothing.py"
    script.touch()
    launcher = LocalLauncher(lambda: None, control_path)
    deadline, number = time.monotonic() + PATIENCE_S, 0
    launched = Launched(for_now=True)
    while not launched.warm:
        assert launched.for_now, launched.why_cold
        assert time.monotonic() < deadline, launched.why_cold
        number += 1
        place = folder / str(number)
        (place / "work").mkdir(parents=True)
        argv = (model.argv[0], str(script))
        launched = launcher.launch(replace(model, key=AttemptKey("nothing", number), folder=place, argv=argv))
        while not launcher.poll():
            time.sleep(_LOOK_AGAIN_S / 10)
    launcher.close()
    shutil.rmtree(folder)
