"""Reading the command line of a Python, up to its script."""

from __future__ import annotations

import pytest

from hyperstep.launchers.host.warm.command_line import CommandLine, read_command_line


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("/py train.py --x 1", "/py"),
        ("/py -u train.py -c", "/py -u"),
        ("/py -bOOB -W error train.py", "/py -bOOB -W error"),
        ("/py -Werror -Xutf8 -X dev train.py -m", "/py -Werror -Xutf8 -X dev"),
        ("/py -uW ignore train.py", "/py -uW ignore"),
    ],
)
def test_what_comes_before_the_script_is_options(words: str, options: str) -> None:
    argv = words.split()
    assert read_command_line(argv) == CommandLine(tuple(options.split()), argv.index("train.py"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "whole path"),
        ("python train.py", "whole path"),
        ("/py", "no script"),
        ("/py -u", "no script"),
        ("/py -W error", "no script"),
        ("/py -W", "no script"),
        ("/py -c pass", "-c"),
        ("/py -m train", "-m"),
        ("/py -um train", "-m"),
        ("/py -I train.py", "-I"),
        ("/py -sE train.py", "-E"),
        ("/py -S train.py", "-S"),
        ("/py -i train.py", "-i"),
        ("/py -x train.py", "-x"),
        ("/py - train.py", "with -"),
        ("/py --check-hash-based-pycs always train.py", "--check-hash-based-pycs"),
    ],
)
def test_what_cannot_be_warm_says_why(words: str, why: str) -> None:
    answer = read_command_line(words.split())
    assert isinstance(answer, str)
    assert why in answer
