"""The step after the sweep: it reads the model, says so outside, and logs a number."""

from __future__ import annotations

import sys
from pathlib import Path

from hyperstep_trial import Run

from train import log, note, save

note("start")
text = Path(sys.argv[1]).read_text()
log(Run.get_context(), "best x", float(text))
save(text)
note("end")
