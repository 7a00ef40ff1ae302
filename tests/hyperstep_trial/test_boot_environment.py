"""The environment that carries the finder to a process and its children."""

from __future__ import annotations

import os
from pathlib import Path

from hyperstep_trial.boot_environment import boot_environment


def test_the_boot_folder_comes_before_what_the_user_has_on_pythonpath() -> None:
    base = {"PYTHONPATH": os.pathsep.join(["/a", "/b"]), "HOME": "/home"}
    env = boot_environment(base, Path("/shim"))
    boot, *rest = env["PYTHONPATH"].split(os.pathsep)
    assert (Path(boot) / "sitecustomize.py").is_file()
    assert rest == ["/a", "/b"]
    assert env["HYPERSTEP_SHIM_PATH"] == "/shim"
    assert env["HOME"] == "/home"
    assert base["PYTHONPATH"] == os.pathsep.join(["/a", "/b"])


def test_doing_it_twice_adds_it_once() -> None:
    once = boot_environment({}, "/shim")
    assert boot_environment(once, "/shim") == once
    assert os.pathsep not in once["PYTHONPATH"]
