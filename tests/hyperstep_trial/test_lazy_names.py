"""Names that load their module on first use."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

_BELOW = """
from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {"Own": "lazy_package.loaded:Original"})
"""

_PACKAGE = """
from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Fraction": "fractions",
        "Number": "lazy_package.loaded:Original",
        "_Hidden": "fractions:Fraction",
        "__version__": "lazy_package.loaded:VERSION",
    },
)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    folder = tmp_path / "lazy_package"
    folder.mkdir()
    (folder / "__init__.py").write_text(_PACKAGE)
    (folder / "loaded.py").write_text("class Original: pass\nVERSION = '1'\n")
    (folder / "broken.py").write_text("import a_module_that_is_not_there\n")
    (folder / "below.py").write_text(_BELOW)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("lazy_package")
    for name in [name for name in sys.modules if name.partition(".")[0] == "lazy_package"]:
        del sys.modules[name]


def test_a_name_loads_its_module_when_it_is_first_used(package: ModuleType) -> None:
    assert "lazy_package.loaded" not in sys.modules
    assert package.Number.__name__ == "Original"
    assert "lazy_package.loaded" in sys.modules
    assert vars(package)["Number"] is package.Number


def test_public_names_are_listed_before_they_are_loaded(package: ModuleType) -> None:
    assert package.__all__ == ["Fraction", "Number"]
    assert {"Fraction", "Number", "_Hidden", "__name__"} <= set(dir(package))


def test_submodules_are_found_as_attributes(package: ModuleType) -> None:
    assert package.loaded is sys.modules["lazy_package.loaded"]


def test_a_module_below_a_package_offers_the_packages_names_too(package: ModuleType) -> None:
    assert package.below.Fraction is package.Fraction
    assert package.below.__all__ == ["Own"]
    with pytest.raises(AttributeError, match=r"no lazy_package\.below\.Nothing\. lazy_package\.below offers: Own\."):
        _ = package.below.Nothing


def test_a_special_name_that_is_listed_is_offered_by_its_own_module_only(package: ModuleType) -> None:
    assert package.__version__ == "1"
    assert not hasattr(package.below, "__version__")


def test_an_error_inside_a_submodule_is_not_hidden(package: ModuleType) -> None:
    with pytest.raises(ModuleNotFoundError, match="a_module_that_is_not_there"):
        _ = package.broken


def test_an_unknown_name_lists_the_nearest_and_all_names(package: ModuleType) -> None:
    expected = r"hyperstep has no lazy_package\.Fractoin\. Nearest: Fraction\. .* offers: Fraction, Number, _Hidden\."
    with pytest.raises(AttributeError, match=expected):
        _ = package.Fractoin
    assert not hasattr(package, "nothing_like_it")


@pytest.mark.usefixtures("package")
def test_an_unknown_name_in_a_from_import_says_the_same() -> None:
    with pytest.raises(ImportError, match=r"hyperstep has no lazy_package\.Fractoin\. Nearest: Fraction\."):
        exec("from lazy_package import Fractoin")  # noqa: S102 - the statement itself is what is tested


def test_special_names_are_answered_as_any_module_does(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="has no attribute '__wrapped__'"):
        _ = package.__wrapped__
