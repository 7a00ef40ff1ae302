"""The trial host: a small process that starts, watches and ends attempts and runners, and outlives whoever started it.

``python -m hyperstep.launchers.host CONTROL_SOCKET [--idle-s N]`` goes to the background at once and returns 0 when a
host listens on the socket, be it this one or one that was there before. It has one thread (it is to fork attempts from
its own memory one day) and loads little. SIGTERM makes it deaf to new clients; it leaves when its attempts have ended,
and guards no runner any more: those go to another host.

Protocol: one JSON object a line. A request ``{"id", "do", …}`` is answered by ``{"id", "ok": true, …}`` or
``{"id", "ok": false, "error", "message"}``, in order:

============  =============================================================  =====================================
do            with                                                           answer
============  =============================================================  =====================================
hello                                                                        pid of the host
launch        files (work, log, claim, exit), argv, env, max_duration_s,     pid, warm, why_cold, for_now; error
              grace_s, warm (null, or key and modules); folder names it      ``claimed``, ``start``, ``busy``
watch         folder                                                         pid, or null when it is not live here
stop          folder, grace_s
pids                                                                         pids: folder to process id; runners: run to
                                                                             process id of the guarded ones
guard         run, argv, env, cwd, log, given_up, and either extra, replace  pid, started; error ``start``
              (start a runner), or epoch, pid, started_at (this runner is
              it)
hosts                                                                        servers: the warm servers, see below
stop-servers                                                                 stopped: how many were told to end
============  =============================================================  =====================================

A warm server is ``{"pid", "key", "interpreter", "modules", "started_at", "forks", "live", "rss_bytes"}``: process id,
the key of ``WarmStart``, ``argv[0]``, what it has imported, seconds since the epoch, attempts started by it so far, how
many of them live, and its resident memory (most of which its attempts share). One that is told to end takes no more
attempts; those that it has started run on, and it goes when they have ended. ``why_cold`` says why an attempt with
``warm`` was started cold; with ``for_now`` the reason passes by itself, and the next one may be warm.

The client that launched an attempt, and each that asked to watch it, is told its end once, after the exit file was
written: ``{"ended": folder, "exit_code", "signal", "ended_at", "out_of_memory", "timed_out"}``. One with neither exit
code nor signal is lost, and has no exit file.

A guarded runner that ends with another exit code than 0 and 1, or by a signal, is followed by the next one, after a
growing pause; after several in a row that got nowhere the host leaves a note in the file ``given_up``. ``launch`` and
``stop`` of a runner carry ``run`` and ``epoch``; below the highest epoch seen for the run they are refused: error
``not-owner``.
"""
