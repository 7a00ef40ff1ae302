"""Datacache stores: copies of data near a cluster. There is no cluster here, so they can be named and not used."""

from __future__ import annotations

from typing import Any, NoReturn

from hyperstep.azureml_v1.exceptions import UserErrorException


class DatacacheStore:
    """Refused when made: local data needs no cache.

    Args:
        workspace: Whose.
        name: Its name.
        **kwargs: Accepted and not used.

    Raises:
        UserErrorException: Always.
    """

    def __init__(self, workspace: object, name: str, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        del workspace, kwargs
        refuse_cache(f"DatacacheStore {name!r}")


def refuse_cache(what: str) -> NoReturn:
    """Say that there are no caches here.

    Raises:
        UserErrorException: Always.
    """
    message = f"{what}: datacache stores are not built, since local data needs no cache. Mount the dataset instead."
    raise UserErrorException(message)
