"""The trial host: a small process that starts, watches and ends attempts, and outlives the runner that started it.

``python -m hyperstep.launchers.host CONTROL_SOCKET [--idle-s N]`` goes to the background at once and returns 0 when a
host listens on the socket, be it this one or one that was there before. It has one thread (it is to fork attempts from
its own memory one day) and loads little. SIGTERM makes it deaf to new clients; it leaves when its attempts have ended.

Protocol: one JSON object a line. A request ``{"id", "do", …}`` is answered by ``{"id", "ok": true, …}`` or
``{"id", "ok": false, "error", "message"}``, in order:

=========  ================================================================  =====================================
do         with                                                              answer
=========  ================================================================  =====================================
hello                                                                        pid of the host
launch     files (work, log, claim, exit), argv, env; folder names it        pid; error ``claimed`` or ``start``
watch      folder                                                            pid, or null when it is not live here
stop       folder, grace_s
pids                                                                         pids: folder to process id
=========  ================================================================  =====================================

The client that launched an attempt, and each that asked to watch it, is told its end once, after the exit file was
written: ``{"ended": folder, "exit_code", "signal", "ended_at"}``.
"""
