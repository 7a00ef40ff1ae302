"""Standard streams: what they are, how they buffer and encode, in which order things come out."""

from __future__ import annotations

from tests.launchers.warm.cases.case import Case

_LOOK = (
    "import sys\n"
    "for s in (sys.stdin, sys.stdout, sys.stderr):\n"
    "    print(s.name, s.mode, s.encoding, s.errors, s.isatty(), s.line_buffering, s.write_through, s.seekable(), s.closed)\n"
    "print(sys.stdout is sys.__stdout__, sys.stdin.read() == '', sys.stdout.fileno())\n"
)
_ORDER = "import os, sys\nfor n in range(3):\n    print('out', n)\n    print('err', n, file=sys.stderr)\n    os.write(1, b'raw\\n')\n"

CASES = (
    Case("streams", _LOOK),
    Case("streams unbuffered", _LOOK + _ORDER, env={"PYTHONUNBUFFERED": "1"}),
    Case("streams unbuffered by option", _ORDER, options=("-u",)),
    Case("streams encoded", _LOOK + "print('\u20ac')", env={"PYTHONIOENCODING": "ascii:backslashreplace"}),
    Case("streams in UTF-8 mode", _LOOK + "print('\u20ac')", env={"PYTHONUTF8": "1"}),
    Case("streams in the C locale", _LOOK + "print('\u20ac')", env={"LC_ALL": "C"}),
    Case("order of output", _ORDER),
    Case(
        "much output",
        "import sys\nfor n in range(20_000):\n    print(n)\n    if n % 1000 == 0: print(n, file=sys.stderr)",
    ),
    Case("output of C", "import ctypes\nctypes.CDLL(None).printf(b'from C\\n')\nprint('from Python')"),
    Case("output of C after an exit", "import ctypes, sys\nctypes.CDLL(None).printf(b'from C\\n')\nsys.exit(0)"),
    Case("output turned elsewhere", "import sys\nsys.stdout = open('out.txt', 'w')\nprint('hello')"),
    Case("file that nobody closes", "f = open('out.txt', 'w')\nf.write('kept')\ndef g(): return f"),
    Case(
        "file that a library holds",
        "import logging\nf = open('out.txt', 'w')\nf.write('kept')\nlogging.mine = f\ndel f",
    ),
    Case("closed output", "import sys\nprint('before')\nsys.stdout.close()"),
    Case("lost output", "import os\nprint('lost')\nos.close(1)", exit_code=120),
    Case("full disk", "import os, sys\nos.dup2(os.open('/dev/full', os.O_WRONLY), 1)\nprint('lost')", exit_code=120),
    Case(
        "logging",
        "import logging\nlogging.basicConfig(level='INFO')\nlogging.info('hello')\n"
        "logging.getLogger('x').warning('w', stack_info=True)\nlogging.lastResort.stream.write('last\\n')",
    ),
    Case("input", "print(input())", exit_code=1),
)
