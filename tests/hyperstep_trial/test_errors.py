"""The exceptions that scripts catch."""

from __future__ import annotations

from hyperstep_trial.errors import AzureMLException, RunEnvironmentException, UserErrorException


def test_the_message_is_the_text_alone_and_the_cause_is_told_with_it() -> None:
    error = UserErrorException("No such thing.", inner_exception=OSError("gone"), target="x")
    assert error.message == "No such thing."
    assert str(error) == "No such thing. (caused by OSError: gone)"
    assert str(AzureMLException("Alone.")) == "Alone."


def test_they_are_no_value_errors() -> None:
    assert issubclass(RunEnvironmentException, AzureMLException)
    assert not issubclass(UserErrorException, ValueError)
