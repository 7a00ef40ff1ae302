"""The names of ``azureml.core.authentication``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AbstractAuthentication": "hyperstep.azureml_v1.core.authentication",
        "AccessToken": "hyperstep.azureml_v1.core.authentication",
        "ArmTokenAuthentication": "hyperstep.azureml_v1.core.authentication",
        "Audience": "hyperstep.azureml_v1.core.authentication",
        "AuthenticationException": "hyperstep.azureml_v1.exceptions",
        "AzureCliAuthentication": "hyperstep.azureml_v1.core.authentication",
        "InteractiveLoginAuthentication": "hyperstep.azureml_v1.core.authentication",
        "MsiAuthentication": "hyperstep.azureml_v1.core.authentication",
        "ServicePrincipalAuthentication": "hyperstep.azureml_v1.core.authentication",
        "TokenAuthentication": "hyperstep.azureml_v1.core.authentication",
        "UserErrorException": "hyperstep.azureml_v1.exceptions",
    },
)
