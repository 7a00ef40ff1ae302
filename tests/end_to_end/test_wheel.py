"""The built wheel, installed elsewhere, runs the example outside the checkout: alone, and beside a foreign azureml."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NSPKG = (
    "import sys, types, os;"
    "p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('azureml',));"
    "m = sys.modules.setdefault('azureml', types.ModuleType('azureml'));"
    "mp = m.__dict__.setdefault('__path__', []);"
    "(p not in mp) and mp.append(p)\n"
)

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(target.glob("*.whl"))


@pytest.fixture
def other_environment(wheel: Path, tmp_path: Path) -> Path:
    """A virtual environment with the wheel; the libraries it needs are lent by ours, but not hyperstep itself."""
    folder = tmp_path / "other"
    venv.create(folder, with_pip=False, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (folder / "bin" / "hyperstep").write_text(
        f"#!{folder}/bin/python\nimport sys\nfrom hyperstep.cli.main import main\nsys.exit(main())\n"
    )
    (folder / "bin" / "hyperstep").chmod(0o755)
    return folder


def plant_foreign_azureml(environment: Path) -> None:
    site = next(environment.glob("lib/python*/site-packages"))
    for package in ("core", "train", "pipeline"):
        (site / "azureml" / package).mkdir(parents=True)
        (site / "azureml" / package / "__init__.py").write_text(
            "raise RuntimeError('the foreign azureml was loaded')\n"
        )
    information = site / "azureml_core-1.61.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: azureml-core\nVersion: 1.61.0\n")
    (site / "azureml_core-1.61.0-py3.8-nspkg.pth").write_text(NSPKG)


def copy_of_the_example(folder: Path) -> Path:
    """The digits example, with fewer trials: what can be missing from a wheel is needed by the first."""
    shutil.copytree(
        ROOT / "examples" / "digits", folder, ignore=shutil.ignore_patterns("results", "data", "__pycache__")
    )
    driver = folder / "pipeline.py"
    text = driver.read_text(encoding="utf-8")
    for whole, few in (("max_total_runs=20", "max_total_runs=3"), ('"--epochs", 60', '"--epochs", 5')):
        assert whole in text
        text = text.replace(whole, few)
    driver.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("foreign", [False, True], ids=["alone", "beside-a-foreign-azureml"])
def test_the_installed_wheel_runs_the_example_outside_the_checkout(
    other_environment: Path, tmp_path: Path, *, foreign: bool
) -> None:
    if foreign:
        plant_foreign_azureml(other_environment)
    project = copy_of_the_example(tmp_path / "project")
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    where = [str(other_environment / "bin" / "python"), "-c", "import hyperstep; print(hyperstep.__file__)"]
    found = subprocess.run(where, cwd=project, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(other_environment))
    result = subprocess.run(
        [str(other_environment / "bin" / "hyperstep"), "run", "pipeline.py"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "best trial:" in result.stdout
    printed = dict(line.split(":", 1) for line in result.stdout.splitlines() if line.startswith(("metrics:", "model:")))
    assert Path(printed["metrics"].strip()).is_file()
    assert Path(printed["model"].strip()).is_file()
