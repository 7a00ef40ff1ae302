"""What loading a tabular dataset costs beside bare pandas: time and peak memory, as ratios.

Usage: python benchmarks/tabular_loading.py [rows]

Each load runs in a process of its own, so that its peak memory is its own; each is done three times and the best time
and the lowest peak count. The product aims to stay within about twice pandas' own time and memory at ten million rows.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 10_000_000
REPEATS = 3
_CHUNK = 1_000_000
_KIB = 1024


def make_files(folder: Path, rows: int) -> None:
    """Write the same rows as one delimited file and one parquet file: a number, a float, a text, an ISO day."""
    import numpy as np  # noqa: PLC0415 - the measuring process imports what it measures, and no more
    import pandas as pd  # noqa: PLC0415

    random = np.random.default_rng(0)
    days = np.datetime_as_string(np.datetime64("2020-01-01") + np.arange(1000))
    chunks = []
    for start in range(0, rows, _CHUNK):
        count = min(_CHUNK, rows - start)
        chunk = pd.DataFrame(
            {
                "id": np.arange(start, start + count),
                "value": random.random(count),
                "city": random.choice(["Oslo", "Rome", "Lima"], count),
                "day": random.choice(days, count),
            }
        )
        chunk.to_csv(folder / "rows.csv", mode="a", header=start == 0, index=False)
        chunks.append(chunk)
    pd.concat(chunks, ignore_index=True).to_parquet(folder / "rows.parquet", index=False)


def load(how: str, folder: Path) -> int:
    """Load one file one way; returns how many rows there are."""
    if how.startswith("pandas"):
        import pandas as pd  # noqa: PLC0415

        if how == "pandas csv":
            return len(pd.read_csv(folder / "rows.csv", parse_dates=["day"]))
        return len(pd.read_parquet(folder / "rows.parquet"))
    from hyperstep.azureml_v1.core.dataset import Dataset  # noqa: PLC0415

    if how == "dataset csv":
        return len(Dataset.Tabular.from_delimited_files(str(folder / "rows.csv")).to_pandas_dataframe())
    return len(Dataset.Tabular.from_parquet_files(str(folder / "rows.parquet")).to_pandas_dataframe())


def measure(how: str, folder: Path) -> tuple[float, float]:
    """Best time in seconds and lowest peak memory in MiB of a load, each in a new process."""
    found = []
    for _ in range(REPEATS):
        command = [sys.executable, __file__, "--load", how, str(folder)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found.append([float(part) for part in text.split()])
    return min(seconds for seconds, _ in found), min(peak for _, peak in found)


def main(arguments: list[str]) -> None:
    """Measure, or be one of the processes that it takes: ``--make`` for the files, ``--load`` for one load.

    The files are made elsewhere because a child's peak memory never reads lower than its parent's.
    """
    if arguments[:1] == ["--make"]:
        make_files(Path(arguments[1]), int(arguments[2]))
        return
    if arguments[:1] == ["--load"]:
        start = time.perf_counter()
        load(arguments[1], Path(arguments[2]))
        seconds = time.perf_counter() - start
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB)
        return
    rows = int(arguments[0]) if arguments else ROWS
    with tempfile.TemporaryDirectory() as name:
        os.environ["HYPERSTEP_HOME"] = str(Path(name) / "home")
        subprocess.run([sys.executable, __file__, "--make", name, str(rows)], check=True)
        print(f"{rows} rows  pandas            dataset           time ratio  memory ratio")
        for kind in ("csv", "parquet"):
            bare, ours = measure(f"pandas {kind}", Path(name)), measure(f"dataset {kind}", Path(name))
            cells = [f"{seconds:6.2f} s {peak:6.0f} MiB" for seconds, peak in (bare, ours)]
            print(f"{kind:10}  {'  '.join(cells)}  {ours[0] / bare[0]:10.2f}  {ours[1] / bare[1]:12.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
