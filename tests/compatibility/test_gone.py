"""Names gone from numpy, pandas and scikit-learn are pointed out; the table is true of what is installed."""

from __future__ import annotations

import importlib
import inspect
import warnings
from pathlib import Path

import pytest

from hyperstep.compatibility.checking import check
from hyperstep.compatibility.gone import gone_names

BACK_IN_NUMPY_2 = {"numpy.bool", "numpy.long"}
OLD = """import numpy as np
import pandas as pd
from sklearn.externals import joblib
from sklearn.preprocessing import OneHotEncoder
import sklearn.datasets as data
x = np.array([1], dtype=np.float)
y = np.bool_(True)
encoder = OneHotEncoder(sparse=False)
names = encoder.get_feature_names()
frame = pd.read_csv("a.csv")
frame = frame.append(frame)
z = something.ix[0]
b = data.load_boston()
for key, value in z.iteritems():
    pass
rows = []
rows.append(1)
other = unknown.append(frame)
"""


def found(tmp_path: Path, code: str) -> dict[str, list[int]]:
    file = tmp_path / "old.py"
    file.write_text(code, encoding="utf-8")
    return {gone.name: [place.line for place in gone.places] for gone in check(file).gone}


def test_gone_names_are_found_with_their_lines(tmp_path: Path) -> None:
    assert found(tmp_path, OLD) == {
        "sklearn.externals.joblib": [3],
        "numpy.float": [6],
        "sklearn.preprocessing.OneHotEncoder(sparse=)": [8],
        "sklearn.preprocessing.OneHotEncoder.get_feature_names": [9],
        "pandas.DataFrame.append": [11, 18],
        "pandas.DataFrame.ix": [12],
        "sklearn.datasets.load_boston": [13],
        "pandas.DataFrame.iteritems": [14],
    }


def test_each_has_a_replacement(tmp_path: Path) -> None:
    file = tmp_path / "old.py"
    file.write_text(OLD, encoding="utf-8")
    result = check(file)
    assert all(gone.replacement and gone.since for gone in result.gone)
    assert result.works  # nothing of azureml is wrong with it


def test_current_code_gives_nothing(tmp_path: Path) -> None:
    code = "import numpy as np\nimport pandas as pd\nx = np.float64(1)\nrows = []\nrows.append(x)\npd.concat([])\n"
    assert found(tmp_path, code) == {}


@pytest.mark.parametrize("name", sorted(gone_names()))
def test_the_name_is_gone_from_what_is_installed(name: str) -> None:
    dotted, _, keyword = name.rstrip("=)").partition("(")
    value = resolved(dotted)
    since = tuple(int(part) for part in gone_names()[name][0].split("."))
    installed = importlib.import_module(dotted.partition(".")[0]).__version__.split(".")
    if tuple(int(part) for part in installed[: len(since)]) < since:
        pytest.skip("the installed version still has it")
    if keyword:
        assert callable(value)
        assert keyword not in inspect.signature(value).parameters
    elif name not in BACK_IN_NUMPY_2:
        assert value is None


def resolved(dotted: str) -> object:
    """What a dotted name leads to; None when it leads nowhere."""
    parts = dotted.split(".")
    value: object = importlib.import_module(parts[0])
    for index, part in enumerate(parts[1:], start=1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                value = getattr(value, part)
            except (AttributeError, ImportError):
                try:
                    value = importlib.import_module(".".join(parts[: index + 1]))
                except ImportError:
                    return None
    return value
