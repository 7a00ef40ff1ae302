"""`hyperstep run` is transparent: real processes, pipes, files and terminals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.real_process import PATIENCE_S, OnTerminal, hyperstep, run, write_script

BYTES = """
import os, sys
os.write(1, bytes(range(256)))
os.write(2, b"\\xff\\xfe err \\r\\n")
print("no newline at the end", end="")
sys.stdout.flush()
sys.stderr.write("nor here")
"""

posix_only = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals and signals")


def test_streams_redirected_to_files_hold_exactly_what_the_script_wrote(tmp_path: Path) -> None:
    script = write_script(tmp_path, BYTES)
    written = {}
    for name, command in {"plain": [sys.executable, script], "ours": hyperstep("run", script)}.items():
        out, err = tmp_path / f"{name}.out", tmp_path / f"{name}.err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            assert (
                subprocess.run(command, stdout=stdout, stderr=stderr, timeout=PATIENCE_S, check=False).returncode == 0
            )
        written[name] = (out.read_bytes(), err.read_bytes())
    assert written["ours"] == written["plain"]
    assert written["ours"][0].startswith(bytes(range(256)))


def test_the_exit_code_is_the_scripts(tmp_path: Path) -> None:
    assert run("run", write_script(tmp_path, "raise SystemExit(3)")).returncode == 3


def test_an_exception_gives_pythons_own_traceback_and_exit_code_1(tmp_path: Path) -> None:
    done = run("run", write_script(tmp_path, "1 / 0"))
    assert done.returncode == 1
    assert done.stderr.endswith(b"ZeroDivisionError: division by zero\n")
    assert b"hyperstep" not in done.stderr


@posix_only
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_script_that_dies_of_a_signal_gives_128_plus_its_number(tmp_path: Path, number: signal.Signals) -> None:
    script = write_script(tmp_path, f"import os; os.kill(os.getpid(), {int(number)})")
    assert run("run", script).returncode == 128 + number


def test_the_script_reads_standard_input(tmp_path: Path) -> None:
    script = write_script(tmp_path, "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])")
    assert run("run", script, stdin=b"\x00abc\n").stdout == b"\ncba\x00"


def test_all_that_follows_the_script_is_the_scripts_options_included(tmp_path: Path) -> None:
    script = write_script(tmp_path, "import sys; print(sys.argv)")
    arguments = ["--help", "-q", "--json", "--debug", "--", "a b", ""]
    assert run("run", script, *arguments).stdout.decode().strip() == str([script, *arguments])


def test_a_script_that_is_not_there_is_answered_as_python_does(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.py")
    plain = subprocess.run([sys.executable, missing], capture_output=True, timeout=PATIENCE_S, check=False)
    ours = run("run", missing)
    assert (ours.returncode, ours.stdout, ours.stderr) == (plain.returncode, plain.stdout, plain.stderr)


def test_the_script_finds_our_azureml_and_its_submission_word(tmp_path: Path) -> None:
    script = write_script(
        tmp_path, "import azureml, os; print(azureml.__path__, len(os.environ['HYPERSTEP_SUBMISSION']))"
    )
    done = run("run", script)
    assert done.returncode == 0, done.stderr
    assert b"shim_path" in done.stdout
    assert done.stdout.endswith(b" 32\n")


def test_the_script_is_told_that_its_sweeps_are_to_be_deterministic(tmp_path: Path) -> None:
    script = write_script(tmp_path, "import os; print(os.environ.get('HYPERSTEP_DETERMINISTIC'))")
    assert run("run", "--deterministic", script).stdout == b"1\n"
    assert run("run", script).stdout == b"None\n"


def test_a_script_that_submits_nothing_leaves_no_home_behind(tmp_path: Path) -> None:
    assert run("run", write_script(tmp_path, "import time; time.sleep(0.3)")).returncode == 0
    assert not (tmp_path / "home").exists()


def test_records_that_cannot_be_read_do_not_touch_the_script(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "index.db").write_bytes(b"no database" * 1000)
    done = run("run", write_script(tmp_path, "import time; time.sleep(0.3); print('done'); raise SystemExit(4)"))
    assert (done.returncode, done.stdout, done.stderr) == (4, b"done\n", b"")
    done = run("run", write_script(tmp_path, "print('done')"))
    assert (done.returncode, done.stdout) == (0, b"done\n")
    assert done.stderr.startswith(b"hyperstep: what the script submitted cannot be shown: ")


@posix_only
def test_descriptors_that_the_shell_opened_reach_the_script(tmp_path: Path) -> None:
    script = write_script(tmp_path, "import os; os.write(int(os.environ['FD']), b'through')")
    read, write = os.pipe()
    env = {**os.environ, "FD": str(write)}
    subprocess.run(hyperstep("run", script), pass_fds=[write], env=env, timeout=PATIENCE_S, check=True)
    os.close(write)
    assert os.read(read, 100) == b"through"
    os.close(read)


@posix_only
def test_a_process_that_the_script_leaves_behind_does_not_hold_us_up(tmp_path: Path) -> None:
    script = write_script(tmp_path, "import subprocess; print(subprocess.Popen(['sleep', '300']).pid)")
    terminal = OnTerminal(hyperstep("run", script))
    assert terminal.wait() == 0
    os.kill(int(terminal.output), signal.SIGKILL)


@posix_only
def test_on_a_terminal_the_bytes_are_those_of_a_plain_run(tmp_path: Path) -> None:
    text = BYTES + "print(os.isatty(1), os.isatty(2), os.get_terminal_size(1).columns)\n"
    script = write_script(tmp_path, text)
    plain, ours = OnTerminal([sys.executable, script]), OnTerminal(hyperstep("run", script))
    assert (plain.wait(), ours.wait()) == (0, 0)
    assert ours.output == plain.output
    assert b"True True 80" in ours.output


@posix_only
def test_much_output_on_a_terminal_arrives_whole(tmp_path: Path) -> None:
    script = write_script(tmp_path, "for i in range(20000): print(i, 'é' * 20)")
    terminal = OnTerminal(hyperstep("run", script))
    assert terminal.wait() == 0
    assert terminal.output.decode() == "".join(f"{i} {'é' * 20}\r\n" for i in range(20000))


@posix_only
def test_with_stdout_in_a_file_stderr_stays_a_terminal(tmp_path: Path) -> None:
    text = "import os, sys\nos.write(1, bytes(range(256)))\nprint(os.isatty(1), os.isatty(2), file=sys.stderr)"
    terminal = OnTerminal(hyperstep("run", write_script(tmp_path, text)), stdout_file=tmp_path / "out")
    assert terminal.wait() == 0
    assert (tmp_path / "out").read_bytes() == bytes(range(256))
    assert terminal.output == b"False True\r\n"


@posix_only
def test_a_question_can_be_answered_on_the_terminal(tmp_path: Path) -> None:
    terminal = OnTerminal(hyperstep("run", write_script(tmp_path, "print('hello ' + input('name? '))")))
    terminal.read_until(b"name? ")
    terminal.type(b"Ada\n")
    assert terminal.wait() == 0
    assert b"hello Ada" in terminal.output


@posix_only
def test_a_new_window_size_reaches_the_script(tmp_path: Path) -> None:
    text = """
import os, signal
signal.signal(signal.SIGWINCH, lambda *_: None)
print("ready", flush=True)
while os.get_terminal_size(1) != (100, 30):
    signal.pause()
print("resized")
"""
    terminal = OnTerminal(hyperstep("run", write_script(tmp_path, text)))
    terminal.read_until(b"ready")
    terminal.resize(30, 100)
    assert terminal.wait() == 0
    assert b"resized" in terminal.output


COUNTING = """
import signal, sys, time
seen = []
def note(number, frame):
    seen.append(number)
signal.signal(signal.SIGINT, note)
signal.signal(signal.SIGTERM, note)
print("ready", flush=True)
while not seen:
    time.sleep(0.01)
time.sleep(0.3)
print("seen", seen)
sys.exit(5)
"""


@posix_only
def test_ctrl_c_reaches_the_script_once_and_the_script_decides(tmp_path: Path) -> None:
    terminal = OnTerminal(hyperstep("run", write_script(tmp_path, COUNTING)))
    terminal.read_until(b"ready")
    terminal.type(b"\x03")
    assert terminal.wait() == 5
    assert b"seen [2]" in terminal.output


@posix_only
def test_ctrl_c_in_a_script_that_does_not_mind_it_gives_130(tmp_path: Path) -> None:
    script = write_script(tmp_path, "import time\nprint('ready', flush=True)\ntime.sleep(300)")
    terminal = OnTerminal(hyperstep("run", script))
    terminal.read_until(b"ready")
    terminal.type(b"\x03")
    assert terminal.wait() == 130
    assert b"KeyboardInterrupt" in terminal.output


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_without_a_terminal_is_handed_on(tmp_path: Path, number: signal.Signals) -> None:
    script = write_script(tmp_path, COUNTING)
    with subprocess.Popen(hyperstep("run", script), stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 5
        assert process.stdout.read() == f"seen [{int(number)}]\n".encode()


@posix_only
@pytest.mark.parametrize("options", [(), ("-q",), ("--plain",)])
def test_a_script_runs_where_standard_output_is_closed(tmp_path: Path, options: tuple[str, ...]) -> None:
    script = write_script(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w').close()\nraise SystemExit(3)")
    command = ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *hyperstep("run", *options, script)]
    done = subprocess.run(command, stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stderr) == (3, b"")
    assert (tmp_path / "ran").exists()


@posix_only
@pytest.mark.parametrize("options", [(), ("--plain",)])
def test_the_exit_code_is_known_where_ends_of_children_are_ignored(tmp_path: Path, options: tuple[str, ...]) -> None:
    command = hyperstep("run", *options, write_script(tmp_path, "raise SystemExit(3)"))
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    done = subprocess.run([sys.executable, "-c", ignoring, *command], timeout=PATIENCE_S, check=False)
    assert done.returncode == 3


@posix_only
def test_ctrl_z_stops_both_and_both_go_on(tmp_path: Path) -> None:
    text = """
import time
print("ready", flush=True)
input()
print("went on")
"""
    terminal = OnTerminal(hyperstep("run", write_script(tmp_path, text)))
    terminal.read_until(b"ready")
    terminal.signal(signal.SIGTSTP)
    _, status = os.waitpid(terminal._pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    terminal.signal(signal.SIGCONT)
    terminal.type(b"\n")
    assert terminal.wait() == 0
    assert b"went on" in terminal.output


@pytest.mark.skipif(os.name != "posix", reason="a process takes another one's place on POSIX only")
def test_a_quiet_run_becomes_its_script(tmp_path: Path) -> None:
    script = write_script(tmp_path, "import os; print(os.getpid())")
    with subprocess.Popen(hyperstep("run", "-q", script), stdout=subprocess.PIPE) as command:
        assert command.stdout is not None
        assert int(command.stdout.read()) == command.pid
