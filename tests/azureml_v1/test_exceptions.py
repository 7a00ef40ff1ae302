"""The tree of v1 exceptions."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1 import exceptions
from hyperstep_trial.errors import AzureMLException, UserErrorException


@pytest.mark.parametrize("name", exceptions.__all__)
def test_every_exception_is_an_azureml_exception(name: str) -> None:
    assert issubclass(getattr(exceptions, name), AzureMLException)


def test_a_user_error_is_no_value_error() -> None:
    assert not issubclass(exceptions.UserErrorException, ValueError)


def test_an_authentication_failure_is_a_user_error() -> None:
    assert issubclass(exceptions.AuthenticationException, UserErrorException)


def test_a_failed_run_shows_its_error_as_json() -> None:
    error = exceptions.ActivityFailedException({"error": {"code": "UserError", "message": "no such file"}})
    assert '"message": "no such file"' in error.message


def test_several_errors_are_told_together() -> None:
    error = exceptions.AzureMLAggregatedException([ValueError("one"), ValueError("two")])
    assert error.message == "one\ntwo"


def test_the_message_alone_is_an_attribute() -> None:
    assert exceptions.WebserviceException("ModelNotFound: x", status_code=404).message == "ModelNotFound: x"
