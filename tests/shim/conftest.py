"""Python processes with and without the boot folder, and an SDK installed beside us."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hyperstep.shim import shim_path
from hyperstep_trial.boot_environment import boot_environment

# What the SDK's distributions put beside their namespace packages: it runs at the start of each process.
_NAMESPACE_PTH = (
    "import sys, types, os;"
    "p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('azureml',));"
    "m = sys.modules.setdefault('azureml', types.ModuleType('azureml'));"
    "mp = m.__dict__.setdefault('__path__', []);"
    "(p not in mp) and mp.append(p)\n"
)


@pytest.fixture
def foreign_sdk(tmp_path: Path) -> Path:
    """A site folder in which a foreign ``azureml`` is installed as a namespace package."""
    site = tmp_path / "site"
    core = site / "azureml" / "core"
    core.mkdir(parents=True)
    (core / "__init__.py").write_text("FOREIGN = True\n")
    (site / "azureml_core-1.0-nspkg.pth").write_text(_NAMESPACE_PTH)
    return site


@pytest.fixture
def foreign_python(foreign_sdk: Path, tmp_path: Path) -> str:
    """The interpreter of a virtual environment that has the foreign SDK, and hyperstep."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # In this order, as pip would have it: the SDK's .pth files run first, hyperstep is found where this test finds it.
    (packages / "a_foreign.pth").write_text(f"import site; site.addsitedir({str(foreign_sdk)!r})\n")
    ours = [str(shim_path().parent.parent), *(entry for entry in sys.path if entry.endswith("site-packages"))]
    (packages / "b_hyperstep.pth").write_text("\n".join(ours) + "\n")
    return str(folder / "bin" / "python")


@pytest.fixture
def booted() -> dict[str, str]:
    """The environment of a process that hyperstep starts."""
    return boot_environment(_plain_environment(), shim_path())


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs code in a fresh process, without the boot folder unless the environment has it."""

    def run(
        code: str, env: Mapping[str, str] | None = None, executable: str = sys.executable, file: str = "script.py"
    ) -> subprocess.CompletedProcess[str]:
        script = tmp_path / file
        script.write_text(code)
        return subprocess.run(
            [executable, str(script)],
            env=_plain_environment() if env is None else env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "HYPERSTEP_SHIM_PATH"}}
