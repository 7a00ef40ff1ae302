"""Chance with a seed: the same, cold and warm. Without one it is looked at in ``test_chance``."""

from __future__ import annotations

from tests.launchers.warm.cases.case import Case

CASES = (
    Case("random with a seed", "import random\nrandom.seed(3)\nprint(random.random(), random.Random(4).random())"),
    Case(
        "numpy with a seed",
        "import numpy as np\nnp.random.seed(3)\nprint(np.random.rand(3), np.random.default_rng(3).random(2))\n"
        "print(np.random.get_state()[0])",
        modules=("numpy",),
    ),
    Case("hash with a seed", "print(hash('a'), hash(b'b'), list({'x', 'y', 'z'}))", env={"PYTHONHASHSEED": "0"}),
)
