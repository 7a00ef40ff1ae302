"""What a process finds around itself: environment, folder, descriptors, limits, flags."""

from __future__ import annotations

from tests.launchers.warm.cases.case import Case

CASES = (
    Case(
        "environment",
        "import os\nprint({k: v for k, v in os.environ.items() if k != 'PYTHONPATH'}, list(os.environ) == list(dict(os.environ)))\n"
        "print(os.getenv('GREETING'), os.environb[b'GREETING'], ascii(os.environ.get('BYTES')))",
        env={"GREETING": "grüße = \n", "EMPTY": "", "BYTES": "\udcff", "AZUREML_RUN_ID": "run-7", "HYPERSTEP_X": "y"},
    ),
    Case(
        "environment of children",
        "import subprocess\nprint(subprocess.run(['env'], capture_output=True).stdout.decode())",
    ),
    Case("environment in C", "import os\nos.system('env | sort | grep -v ^_=')", env={"AZUREML_RUN_ID": "run-8"}),
    Case("folder", "import os\nprint(os.getcwd(), os.listdir())"),
    Case(
        "descriptors",
        "import os\nprint(sorted(os.listdir('/proc/self/fd'), key=int)[:-1])\n"
        "print([os.readlink(f'/proc/self/fd/{n}') for n in range(3)])",
    ),
    Case(
        "umask and limits",
        "import os, resource\nprint(oct(os.umask(0)), [resource.getrlimit(n) for n in range(16)])\n"
        "print(os.nice(0), os.sched_getaffinity(0))",
    ),
    Case("groups", "import os\nme = os.getpid()\nprint(os.getpgrp() == me, os.getsid(0) == me, os.getppid() > 1)"),
    Case(
        "signals",
        "import signal\nprint([(n, str(signal.getsignal(n))[:40]) for n in sorted(signal.valid_signals())])\n"
        "print(signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.set_wakeup_fd(-1))",
    ),
    Case("flags", "import sys\nprint(sys.flags, sys.warnoptions, sys._xoptions, sys.dont_write_bytecode)"),
    Case(
        "flags given",
        "import sys\nprint(sys.flags, sys.warnoptions, sys._xoptions)\nassert False",
        options=("-O", "-Werror::UserWarning", "-X", "utf8", "-B"),
    ),
    Case(
        "safe path",
        "import sys\nprint(sys.path[0])\nimport helper",
        options=("-P",),
        files={"helper.py": ""},
        exit_code=1,
    ),
    Case(
        "warnings as errors",
        "import os, warnings\nprint(os.getpid() > 0)\nwarnings.warn('no')",
        options=("-W", "error"),
        exit_code=1,
    ),
    Case("collector", "import gc\nprint(gc.isenabled(), gc.get_threshold(), gc.callbacks, gc.garbage)"),
    Case(
        "recursion limit",
        "import sys\nprint(sys.getrecursionlimit(), sys.getswitchinterval())\ndef f(n): return f(n + 1)\nf(0)",
        exit_code=1,
    ),
    Case(
        "threads",
        "import threading\nm = threading.main_thread()\n"
        "print(m is threading.current_thread(), m.name, threading.active_count(), m.native_id == __import__('os').getpid())",
    ),
    Case(
        "warning filters",
        "import warnings\nprint(warnings.filters)\nwarnings.warn('old', DeprecationWarning)\nwarnings.warn('user')\n"
        "def f(): warnings.warn('deep', stacklevel=3)\nf()",
        modules=("warnings",),
    ),
    Case(
        "locale",
        "import locale, sys\nprint(locale.getlocale(), sys.getfilesystemencoding(), locale.setlocale(locale.LC_ALL))",
    ),
    Case(
        "time",
        "import time, logging\nprint(time.process_time() < 2)\n"
        "r = logging.LogRecord('', 0, '', 0, '', (), None)\nprint(r.relativeCreated < 20_000)",
    ),
    Case(
        "executable",
        "import os, sys\nprint(sys.executable, sys.prefix, sys.base_prefix, os.readlink('/proc/self/exe'))",
    ),
    Case("temporary folder", "import tempfile\nprint(tempfile.gettempdir())", env={"TMPDIR": "{shared}"}),
)
