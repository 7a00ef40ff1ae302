"""The script as ``__main__``: its names, its place, its source."""

from __future__ import annotations

from tests.launchers.warm.cases.case import Case

CASES = (
    Case(
        "names",
        "print(__name__, __file__, __spec__, __package__, __doc__, __cached__, __builtins__)\n"
        "print(type(__loader__).__name__, __loader__.name, __loader__.path, __loader__.is_package('__main__'))\n"
        "print(sorted(globals()), sorted(globals()) == sorted(locals()) == dir())",
    ),
    Case("docstring and annotations", '"""Trains."""\nx: int = 3\nprint(__doc__, __annotations__)'),
    Case("order of names", "print(list(globals()))"),
    Case(
        "future import",
        "from __future__ import annotations\ndef f(x: Missing) -> None: ...\nprint(f.__annotations__)\n"
        "exec('def g(x: int): ...')\nprint(g.__annotations__)",
    ),
    Case("module object", "import sys\nmain = sys.modules['__main__']\nprint(main, main.__dict__ is globals())"),
    Case("path with a dot", "import sys\nprint(__file__, sys.argv, sys.path[0])", path="./train.py"),
    Case(
        "script in a folder below",
        "import sys, near\nprint(__file__, sys.argv, sys.path[0], near.__file__)",
        path="code/train.py",
        files={"code/near.py": ""},
    ),
    Case("path through dots", "import sys\nprint(__file__, sys.path[0])", path="code/../code/./train.py"),
    Case(
        "frames",
        "import inspect, sys, traceback\nprint(len(inspect.stack()), sys._getframe().f_back)\ntraceback.print_stack()\n"
        "def f(): traceback.print_stack()\nf()",
    ),
    Case(
        "source",
        "import inspect, linecache\nclass A:\n    '''An A.'''\n    x = 1\ndef f(y):\n    return y\n"
        "print(inspect.getsource(A), inspect.getsource(f), inspect.getsourcefile(A), linecache.getline(__file__, 1))\n"
        "print(inspect.getmodule(f).__name__)",
    ),
    Case(
        "classes pickled",
        "import pickle, dataclasses\n@dataclasses.dataclass\nclass Point:\n    x: int\n"
        "again = pickle.loads(pickle.dumps(Point(3)))\nprint(again, type(again) is Point, Point.__module__)",
    ),
    Case("runpy", "import runpy\nprint(runpy.run_path('other.py')['x'])", files={"other.py": "x = __name__"}),
    Case("import of itself", "import sys\nprint(__name__)\nif __name__ == '__main__':\n    import train"),
    Case(
        "warnings of the compiler",
        "x = 3\nprint(x is 3)\nassert (x, 'always')\n",
    ),
    Case("source in another encoding", "# -*- coding: latin-1 -*-\nprint(ascii('\u00e9'))"),
    Case("arguments", "import sys\nprint(sys.argv, sys.orig_argv[1:])", arguments=("--x", "1", "", "ü \n", "-c")),
    Case(
        "usage text",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--rate', type=float)\nprint(p.parse_args())",
        arguments=("--rate", "fast"),
        exit_code=2,
    ),
    Case(
        "unittest",
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(1, 2)\n"
        "class Quiet(unittest.TextTestRunner):\n    def run(self, test):\n        return test(self._makeResult()) or self._makeResult()\n"
        "try:\n    unittest.main(exit=False, testRunner=lambda **k: type('R', (), {'run': staticmethod(lambda t: print(t))})())\n"
        "finally:\n    print('ran')",
        exit_code=1,
    ),
)
