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

    @staticmethod
    def register(
        workspace: object,
        name: object,
        data_store_list: object,
        data_management_compute_target: object,
        data_management_compute_auth: object,
        ttl_in_days: object,
        ttl_expiration_policy: object,
        default_replica_count: object,
        data_factory_resource_id: object = None,
        **kwargs: object,
    ) -> NoReturn:
        """Refused: local data needs no cache.

        Raises:
            UserErrorException: Always.
        """
        del workspace, name, data_store_list, data_management_compute_target, data_management_compute_auth, ttl_in_days
        del ttl_expiration_policy, default_replica_count, data_factory_resource_id, kwargs
        refuse_cache("DatacacheStore.register()")

    @staticmethod
    def update(
        workspace: object,
        name: object,
        data_management_compute_target: object = None,
        data_management_compute_auth: object = None,
        ttl_in_days: object = None,
        ttl_expiration_policy: object = None,
        default_replica_count: object = None,
        data_factory_resource_id: object = None,
        **kwargs: object,
    ) -> NoReturn:
        """Refused: local data needs no cache.

        Raises:
            UserErrorException: Always.
        """
        del (
            workspace,
            name,
            data_management_compute_target,
            data_management_compute_auth,
            ttl_in_days,
            ttl_expiration_policy,
        )
        del default_replica_count, data_factory_resource_id, kwargs
        refuse_cache("DatacacheStore.update()")

    @staticmethod
    def get_by_name(workspace: object, name: object) -> NoReturn:
        """Refused: local data needs no cache.

        Raises:
            UserErrorException: Always.
        """
        del workspace, name
        refuse_cache("DatacacheStore.get_by_name()")

    @staticmethod
    def list(workspace: object) -> NoReturn:
        """Refused: local data needs no cache.

        Raises:
            UserErrorException: Always.
        """
        del workspace
        refuse_cache("DatacacheStore.list()")


def refuse_cache(what: str) -> NoReturn:
    """Say that there are no caches here.

    Raises:
        UserErrorException: Always.
    """
    message = f"{what}: datacache stores are not built, since local data needs no cache. Mount the dataset instead."
    raise UserErrorException(message)
