"""Draw docs/widget.png: the panel of RunDetails in a real JupyterLab, in the middle of the example notebook.

Usage: python docs/draw_widget.py [KERNEL_PYTHON]

Needs `pip install jupyterlab ipywidgets playwright` and a Chromium (CHROMIUM=/path/to/it, else /usr/bin/chromium), in
an environment of their own if you like; KERNEL_PYTHON is then the interpreter with `hyperstep[notebook,examples]`.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "examples" / "notebooks" / "tuning_in_a_pipeline.ipynb"
PICTURE = ROOT / "docs" / "widget.png"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PATIENCE_MS = 300_000
LIVE = ".jupyter-widgets .hyperstep-run"
ENDED = ".jp-RenderedHTMLCommon > .hyperstep-run"


def prepare(folder: Path, kernel_python: str) -> None:
    """The notebook with our line as its first cell, and a kernel of the given interpreter."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    first = {"cell_type": "code", "id": "first", "metadata": {}, "source": "import hyperstep.azureml", "outputs": []}
    notebook["cells"].insert(0, {**first, "execution_count": None})
    notebook["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (folder / NOTEBOOK.name).write_text(json.dumps(notebook), encoding="utf-8")
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [kernel_python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    no_news = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(no_news), encoding="utf-8")


@contextlib.contextmanager
def jupyter_lab(folder: Path) -> Iterator[str]:
    """A server on the loopback interface; gives the notebook's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex()
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", f"--notebook-dir={folder}"]
    env = {
        **os.environ,
        "HYPERSTEP_HOME": str(folder / "home"),
        "JUPYTER_PATH": str(folder / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_TOKEN": token,
        "JUPYTER_PREFER_ENV_PATH": "0",
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
    }
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], env=env)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/api/status?token={token}")
        yield f"http://127.0.0.1:{port}/lab/tree/{NOTEBOOK.name}?token={token}"
    finally:
        server.terminate()
        server.wait()


def wait_until_up(address: str) -> None:
    """Until the server answers."""
    while True:
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.2)
        else:
            return


def draw(page: Page, address: str) -> None:
    """Run all cells, take the picture while the sweep goes on, and see that the panel ends by itself."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("Python 3 | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    panel = page.locator(LIVE)
    panel.get_by_text("4 of 8 trials finished").wait_for()
    page.keyboard.press("Control+b")  # puts the file list away
    panel.scroll_into_view_if_needed()
    panel.evaluate("panel => panel.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURE)
    page.locator(ENDED).get_by_text("8 of 8 trials finished").wait_for()


def main(kernel_python: str) -> None:
    """Start everything, draw, and end everything."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        prepare(folder, kernel_python)
        with jupyter_lab(folder) as address:
            chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            draw(browser.new_page(viewport={"width": 1200, "height": 820}), address)
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable)
