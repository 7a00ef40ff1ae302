"""The warm server: a Python that has imported a script's libraries and is forked once for each trial.

It is the trial's own interpreter, started by the trial host as ``python [options] /proc/self/fd/N``. Python gets as far
as it gets before it opens the script; there the path hook that ``boot/sitecustomize.py`` has set stops it, and the
server imports, forks and waits. In a child the hook lets go: Python opens what descriptor N holds by then, the compiled
script, and runs it as ``__main__`` as it runs any. No frame of ours is below it, and its end is the interpreter's own.
The server never runs library code, it only imports; what the script finds is put right in the child.

Spares are children that were forked ahead and wait for their order, so that a launch is one message. The host and the
server talk by packets on socket N, fields separated by a zero byte:

===========  ==========================  =============================================================================
from         packet                      meaning
===========  ==========================  =============================================================================
host         preload, module …           what to import, in this order; the first packet
server       ready, names, skipped       top-level names that it has loaded beyond a bare Python, one a line; modules
                                         that could not be imported, each with why, one a line
server       refused, why                it is not safe to fork; the server has ended
server       spare, number, pid          a child waits; one end of its order socket comes with the packet
server       unused, number              a spare has ended, and is reaped; the next one comes after a second
host         used, number, exit file     its order follows; the server makes another spare
server       ended, number, how, code    ``how`` is ``code`` or ``signal``, the child is not reaped yet; or ``lost``:
                                         a library has reaped it
host         reap, number                the exit file is written; or the child is of no use, and was killed
host         retire                      no more orders: make no spares, go when all children have ended
===========  ==========================  =============================================================================

When the host is gone the server takes no more orders, writes the exit files of its children itself, and goes when all
have ended. When the server dies its children fall to the host, which adopts orphans. An order, on the order socket,
is its length (8 bytes, big-endian) with the descriptor of the log, and then the fields of ``order.py``.
"""
