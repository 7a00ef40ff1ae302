"""How a process ends: exit codes, tracebacks, signals, and what still runs meanwhile."""

from __future__ import annotations

import signal

from tests.launchers.warm.cases.case import Case

_READY = "import os\nopen('ready.tmp', 'w').close()\nos.replace('ready.tmp', 'ready')\n"
_HANG = _READY + "import time\ntime.sleep(300)\n"

CASES = (
    *(
        Case(f"exit {name}", f"import sys\nprint('before')\nsys.exit({argument})", exit_code=code)
        for name, argument, code in (
            ("0", "0", 0),
            ("3", "3", 3),
            ("None", "None", 0),
            ("nothing", "", 0),
            ("text", "'no data'", 1),
            ("True", "True", 1),
            ("256", "256", 0),
            ("-1", "-1", 255),
            ("float", "2.5", 1),
        )
    ),
    Case("SystemExit raised", "raise SystemExit(4)", exit_code=4),
    Case("exit of site", "exit(5)", exit_code=5),
    Case(
        "exit inside a function",
        "def main(): return 6\nif __name__ == '__main__':\n    raise SystemExit(main())",
        exit_code=6,
    ),
    Case("uncaught exception", "def f(x):\n    return 1 / x\nf(0)", exit_code=1),
    Case(
        "chained exceptions",
        "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('v') from e",
        exit_code=1,
    ),
    Case("exception group", "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])", exit_code=1),
    Case("exception with notes", "e = ValueError('x')\ne.add_note('a note')\nraise e", exit_code=1),
    Case("StopIteration", "next(iter(()))", exit_code=1),
    Case(
        "exception in a thread",
        "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='t')\nt.start()\nt.join()",
    ),
    Case("syntax error", "x = = 1\n", exit_code=1),
    Case("null byte in the source", "x = 1\0\n", exit_code=1),
    Case("bad encoding of the source", "# coding: nonsense\n", exit_code=1),
    Case(
        "own excepthook",
        "import sys\nsys.excepthook = lambda t, v, tb: print('hooked', t, v, tb.tb_lineno)\n1 / 0",
        exit_code=1,
    ),
    Case(
        "KeyboardInterrupt raised",
        "import atexit\natexit.register(print, 'bye')\nraise KeyboardInterrupt",
        exit_code=None,
    ),
    Case("interrupted", _HANG, signal=signal.SIGINT, exit_code=None),
    Case("terminated", _HANG, signal=signal.SIGTERM, exit_code=None),
    Case("killed", "print('unflushed')\n" + _HANG, signal=signal.SIGKILL, exit_code=None),
    Case(
        "SIGTERM handled",
        "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *a: sys.exit(7))\n" + _HANG,
        signal=signal.SIGTERM,
        exit_code=7,
    ),
    Case("own signal", "import os, signal\nos.kill(os.getpid(), signal.SIGUSR1)", exit_code=None),
    Case("os._exit", "import os, atexit\natexit.register(print, 'not run')\nprint('lost')\nos._exit(9)", exit_code=9),
    Case("os.abort", "import os\nos.abort()", exit_code=None),
    Case("segmentation fault", "import faulthandler\nfaulthandler.enable()\nfaulthandler._sigsegv()", exit_code=None),
    Case(
        "fault handler by the environment",
        "import faulthandler\nprint(faulthandler.is_enabled())\nfaulthandler._sigabrt()",
        env={"PYTHONFAULTHANDLER": "1"},
        exit_code=None,
    ),
    Case("fault handler dump", "import faulthandler\ndef f(): faulthandler.dump_traceback()\nf()"),
    Case("order of atexit", "import atexit\nfor n in range(3): atexit.register(print, n)\nprint('end')"),
    Case(
        "atexit after an exception",
        "import atexit, sys\n@atexit.register\ndef bye():\n    print('bye', '__file__' in globals(), hasattr(sys, 'last_value'))\n1 / 0",
        exit_code=1,
    ),
    Case("atexit that fails", "import atexit\natexit.register(lambda: 1 / 0)\natexit.register(print, 'first')"),
    Case(
        "atexit with logging and finalizers",
        "import weakref, logging\nclass A: pass\na = A()\nweakref.finalize(a, print, 'final')\n"
        "h = logging.FileHandler('log.txt')\nlogging.getLogger().addHandler(h)\nlogging.warning('to the file')",
    ),
    Case(
        "thread that is joined",
        "import threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(0.2), print('thread done'))).start()\nprint('main done')",
    ),
    Case(
        "daemon thread",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(300,), daemon=True).start()\nprint('done')",
    ),
    Case(
        "destructors",
        "class A:\n    def __init__(self, n): self.n = n\n    def __del__(self): print('del', self.n)\n"
        "a = A(1)\nb = A(2)\nb.me = b\nc = [A(3)]\ndef f(): return a",
    ),
    *(
        Case(
            f"destructors, and {title} that a library holds",
            "import collections, json, logging, os, sys, warnings\n"
            "class A:\n    def __init__(self, n): self.n = n\n"
            "    def __del__(self, write=os.write): write(1, word() + self.n)\n"
            "def word(): return b'del'\n"
            f"class H(logging.Handler): pass\ndef hook(*k): pass\n{held}\na = A(b'1')\nb = [A(b'2')]\nb.append(b)\nprint('end', flush=True)",
            modules=("collections", "json", "logging", "warnings"),
        )
        for title, held in {
            "a function": "json.JSONEncoder.default = hook",
            "a hook": "sys.excepthook = hook",
            "a warning's hook": "warnings.showwarning = hook",
            "a handler": "logging.getLogger().addHandler(H())",
            "a class": "collections.own = H",
        }.items()
    ),
    Case(
        "destructors in an own module, and its function that a library holds",
        "import helper\nprint('end')",
        files={
            "helper.py": "import json\nclass A:\n    def __del__(self): print('del')\n"
            "def f(): pass\njson.JSONEncoder.default = f\na = A()"
        },
    ),
    Case(
        "a file that a destructor writes, and a hook",
        "import os, sys\nclass Rows:\n    def __init__(self): self.rows = ['1']\n"
        "    def __del__(self, open=open):\n        with open('rows.csv', 'w') as f: f.write('\\n'.join(self.rows))\n"
        "def hook(*k): pass\nsys.excepthook = hook\nrows = Rows()",
    ),
    Case(
        "no modules among the modules",
        "import sys\nclass A: pass\nclass B:\n    __slots__ = ()\n    def __del__(self): print('del')\n"
        "sys.modules.update(a=None, b=A, c=B(), d=A(), e=5)\nprint('end')",
    ),
    Case(
        "destructors in an own module",
        "import helper\nhelper.keep(1)\nprint('end')",
        files={
            "helper.py": "kept = []\nclass A:\n    def __init__(self, n): self.n = n\n"
            "    def __del__(self): print('del', self.n)\ndef keep(n): kept.append(A(n))\n"
        },
    ),
    Case(
        "destructor after an exit",
        "import sys\nclass A:\n    def __del__(self): print('del')\na = A()\nsys.exit(3)",
        exit_code=3,
    ),
    Case(
        "names removed, then an exit",
        "import sys\nexit = sys.exit\nfor n in list(globals()):\n    if n != 'exit': del globals()[n]\nexit(8)",
        exit_code=8,
    ),
    Case(
        "temporary folder that goes",
        "import tempfile, os\nd = tempfile.TemporaryDirectory(dir='.')\nopen(os.path.join(d.name, 'x'), 'w').close()",
    ),
    Case(
        "out of memory",
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))\nx = bytearray(1 << 30)",
        exit_code=1,
    ),
    Case("script that is not readable as text", "\x80\x81", exit_code=1),
)
