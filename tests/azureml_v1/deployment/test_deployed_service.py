"""A service that is up could be asked for much; here each question says what to do instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hyperstep.azureml_v1.deployment.webservice import AciWebservice, Webservice
from hyperstep.azureml_v1.exceptions import WebserviceException


@pytest.fixture(params=[Webservice, AciWebservice])
def service(request: pytest.FixtureRequest) -> Webservice:
    """A service as a subclass could make one: looking one up never gives one."""
    cls: type[Webservice] = request.param
    return cls.__new__(cls)


QUESTIONS: dict[str, Callable[[Webservice], object]] = {
    "state": lambda service: service.state,
    "scoring_uri": lambda service: service.scoring_uri,
    "wait_for_deployment": lambda service: service.wait_for_deployment(show_output=True),
    "update_deployment_state": lambda service: service.update_deployment_state(),
    "get_logs": lambda service: service.get_logs(num_lines=10),
    "run": lambda service: service.run(input="[]"),
    "get_keys": lambda service: service.get_keys(),
    "regen_key": lambda service: service.regen_key("Primary"),
    "get_token": lambda service: service.get_token(),
    "update": lambda service: service.update(),
    "delete": lambda service: service.delete(),
    "serialize": lambda service: service.serialize(),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_refused_in_one_line(service: Webservice, question: str) -> None:
    with pytest.raises(WebserviceException, match=r"not possible here.*serve them with") as caught:
        QUESTIONS[question](service)
    assert "\n" not in str(caught.value)
