"""The exception tree of HyperDrive."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.exceptions import AzureMLException
from hyperstep.azureml_v1.train.exceptions import (
    HyperDriveConfigException,
    HyperDriveException,
    HyperDriveNotImplementedException,
    HyperDriveRehydrateException,
    HyperDriveScenarioNotSupportedException,
    HyperDriveServiceException,
)


@pytest.mark.parametrize(
    ("kind", "parent"),
    [
        (HyperDriveException, AzureMLException),
        (HyperDriveServiceException, HyperDriveException),
        (HyperDriveConfigException, HyperDriveException),
        (HyperDriveRehydrateException, HyperDriveException),
        (HyperDriveScenarioNotSupportedException, HyperDriveConfigException),
        (HyperDriveNotImplementedException, HyperDriveScenarioNotSupportedException),
    ],
)
def test_each_class_stands_below_its_parent_and_keeps_its_message(
    kind: type[HyperDriveException], parent: type[Exception]
) -> None:
    assert kind.__bases__ == (parent,)
    error = kind("what is wrong", inner_exception=OSError("cause"), target="argument")
    assert error.message == "what is wrong"
    assert isinstance(error.inner_exception, OSError)
    assert error.error_code
