"""Processes and threads that a script starts."""

from __future__ import annotations

from tests.launchers.warm.cases.case import Case

_POOL = (
    "import multiprocessing as mp\nimport os\n"
    "def square(x):\n    return x * x\n"
    "class Shift:\n    def __init__(self, n): self.n = n\n    def __call__(self, x): return x + self.n\n"
    "if __name__ == '__main__':\n"
    "    context = mp.get_context({method!r})\n"
    "    with context.Pool(2) as pool:\n"
    "        print(pool.map(square, range(5)), pool.map(Shift(10), range(3)))\n"
    "    queue = context.Queue()\n"
    "    p = context.Process(target=queue.put, args=(os.getcwd(),))\n"
    "    p.start()\n    print(queue.get() == os.getcwd())\n    p.join()\n    print(p.exitcode)\n"
)

_OWN_CLASS = (
    "import multiprocessing as mp\nimport sys\n"
    "class Result:\n    def __init__(self, v): self.v = v\n"
    "def f(x): return Result(2 * x)\n"
    "if __name__ == '__main__':\n"
    "    with mp.get_context({method!r}).Pool(1) as pool:\n"
    "        print([r.v for r in pool.map_async(f, range(3)).get(timeout=60)])\n"
    "    print(sys.modules['__mp_main__'] is sys.modules['__main__'])\n"
)

CASES = (
    *(Case(f"own class back by {method}", _OWN_CLASS.format(method=method)) for method in ("spawn", "forkserver")),
    *(Case(f"multiprocessing by {method}", _POOL.format(method=method)) for method in ("fork", "spawn", "forkserver")),
    Case(
        "multiprocessing that fails",
        "import multiprocessing as mp\ndef f():\n    raise ValueError('in the child')\n"
        "if __name__ == '__main__':\n    p = mp.get_context('fork').Process(target=f, name='p')\n    p.start()\n    p.join()\n    print(p.exitcode)",
    ),
    Case(
        "spawn from a folder below",
        _POOL.format(method="spawn"),
        path="code/train.py",
    ),
    Case(
        "executors",
        "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\n"
        "def f(x): return x + 1\n"
        "if __name__ == '__main__':\n"
        "    for kind in (ThreadPoolExecutor, ProcessPoolExecutor):\n"
        "        with kind(2) as pool: print(list(pool.map(f, range(4))))",
    ),
    Case(
        "same Python",
        "import subprocess, sys\n"
        "print(subprocess.run([sys.executable, '-c', 'import sys, os; print(sys.argv, sorted(os.listdir(\"/proc/self/fd\"))[:3])', 'a'], "
        "capture_output=True, text=True).stdout)",
    ),
    Case("program that fails", "import subprocess\nsubprocess.run(['false'], check=True)", exit_code=1),
    Case(
        "pipe that breaks",
        "import subprocess\np = subprocess.Popen(['true'], stdin=subprocess.PIPE)\np.wait()\n"
        "try:\n    p.stdin.write(b'x' * 100000)\n    p.stdin.flush()\nexcept BrokenPipeError as e:\n    print(e)\nos = 1",
    ),
    Case(
        "own fork",
        "import os, sys\nprint('before', flush=True)\npid = os.fork()\nif pid == 0:\n    print('child')\n    sys.exit(3)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))",
    ),
    Case("no children at first", "import os\ntry:\n    os.wait()\nexcept ChildProcessError as e:\n    print(e)"),
    Case(
        "asyncio",
        "import asyncio\nasync def main():\n    await asyncio.sleep(0)\n"
        "    p = await asyncio.create_subprocess_exec('echo', 'hi', stdout=-1)\n    print((await p.communicate())[0])\n"
        "    return 3\nprint(asyncio.run(main()))",
    ),
    Case("replaced by another program", "import os\nprint('gone', flush=True)\nos.execvp('echo', ['echo', 'other'])"),
)
