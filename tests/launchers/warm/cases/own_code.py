"""The user's own modules and data beside the script."""

from __future__ import annotations

from tests.launchers.warm.cases.case import Case

CASES = (
    Case(
        "own modules",
        "import sys, helper\nfrom package import part\nprint(helper.x, helper.__file__, part.y)\n"
        "print([m for m in sys.modules if m.startswith(('helper', 'package'))])",
        files={
            "helper.py": "x = 1",
            "package/__init__.py": "",
            "package/part.py": "from . import other\ny = other.z",
            "package/other.py": "z = 5",
        },
    ),
    Case("data beside the script", "print(open('data.csv').read())", files={"data.csv": "a,b\n1,2\n"}),
    Case("namespace package", "import space.part\nprint(space.__path__)", files={"space/part.py": ""}),
    Case("missing module", "import nowhere_to_be_found", exit_code=1),
    Case("error in an own module", "import broken", files={"broken.py": "def f(:\n"}, exit_code=1),
    Case(
        "error raised in an own module",
        "import helper\nhelper.f()",
        files={"helper.py": "def f():\n    1 / 0\n"},
        exit_code=1,
    ),
    Case("own module of a library's name", "import colorsys\nprint(colorsys.mine)", files={"colorsys.py": "mine = 1"}),
    Case(
        "module named like ours",
        "import server, hook, warm\nprint(server.x)",
        files={"server.py": "x = 1", "hook.py": "", "warm.py": ""},
    ),
    Case(
        "search path",
        "import sys\nprint(sys.path, sorted(map(str, sys.path_importer_cache))[:1])\n"
        "print(len(sys.path_hooks), len(sys.meta_path))",
    ),
    Case(
        "python path",
        "import elsewhere\nprint(elsewhere.__name__)",
        env={"PYTHONPATH": "{shared}"},
        shared={"elsewhere.py": ""},
    ),
    Case(
        "sitecustomize of the user",
        "import sys, sitecustomize\nprint(sys.noted, sitecustomize.__file__)",
        env={"PYTHONPATH": "{shared}"},
        shared={"sitecustomize.py": "import sys\nsys.noted = 'noted'"},
    ),
    Case(
        "resources",
        "import pkgutil\nprint(pkgutil.get_data('package', 'words.txt'))",
        files={"package/__init__.py": "", "package/words.txt": "words"},
    ),
)
