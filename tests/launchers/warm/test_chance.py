"""Two warm trials without a seed draw different numbers, whatever they draw them with."""

from __future__ import annotations

import importlib.util

import pytest
from tests.launchers.warm.cases.case import STANDARD, Case
from tests.launchers.warm.comparing import WarmBench

_DRAWS = {
    "random": "import random\nprint(random.random())",
    "numpy": "import numpy as np\nprint(np.random.rand())",
    "numpy, new generator": "import numpy as np\nprint(np.random.default_rng().random())",
    "torch": "import torch\nprint(torch.rand(1).item(), torch.initial_seed())",
    "uuid": "import uuid\nprint(uuid.uuid4())",
    "secrets": "import secrets\nprint(secrets.token_hex())",
    "tempfile": "import tempfile\nprint(tempfile.mktemp())",
    "multiprocessing": "import multiprocessing\nprint(bytes(multiprocessing.current_process().authkey))",
}


@pytest.mark.parametrize("name", _DRAWS)
def test_two_draws_differ(name: str, warm_bench: WarmBench) -> None:
    library = name.partition(",")[0]
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    modules = (*STANDARD, *(["numpy"] if library == "numpy" else []), *(["torch"] if library == "torch" else []))
    case = Case("chance", _DRAWS[name], modules=modules)
    drawn = {warm_bench.outcome(case, warm_bench.launch_warm(case)).log for _ in range(4)}
    assert len(drawn) == 4
    assert "Traceback" not in "".join(drawn)
