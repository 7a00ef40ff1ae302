"""The datastores of v1 that no local folder stands for: registering one says what to do instead."""

from __future__ import annotations

from typing import NoReturn

from hyperstep.azureml_v1.exceptions import UserErrorException

_FOLDER = "Copy the files into a folder, and register that: register_azure_blob_container(..., 'file:///path', ...)."
_TABLE = "Read the rows with pandas.read_sql, and register them: Dataset.Tabular.register_pandas_dataframe."


class UnbuiltDatastores:
    """Registrations that are refused."""

    @staticmethod
    def register_azure_data_lake(
        workspace: object,
        datastore_name: object,
        store_name: object,
        tenant_id: object = None,
        client_id: object = None,
        client_secret: object = None,
        resource_url: object = None,
        authority_url: object = None,
        subscription_id: object = None,
        resource_group: object = None,
        overwrite: object = False,
        grant_workspace_access: object = False,
    ) -> NoReturn:
        """Refused: the service is not reached.

        Raises:
            UserErrorException: Always.
        """
        del workspace, store_name, tenant_id, client_id, client_secret, resource_url
        del authority_url, subscription_id, resource_group, overwrite, grant_workspace_access
        _refuse("register_azure_data_lake", datastore_name, _FOLDER)

    @staticmethod
    def register_azure_data_lake_gen2(
        workspace: object,
        datastore_name: object,
        filesystem: object,
        account_name: object,
        tenant_id: object = None,
        client_id: object = None,
        client_secret: object = None,
        resource_url: object = None,
        authority_url: object = None,
        protocol: object = None,
        endpoint: object = None,
        overwrite: object = False,
        subscription_id: object = None,
        resource_group: object = None,
        grant_workspace_access: object = False,
    ) -> NoReturn:
        """Refused: the service is not reached.

        Raises:
            UserErrorException: Always.
        """
        del workspace, filesystem, account_name, tenant_id, client_id, client_secret
        del resource_url, authority_url, protocol, endpoint, overwrite, subscription_id
        del resource_group, grant_workspace_access
        _refuse("register_azure_data_lake_gen2", datastore_name, _FOLDER)

    @staticmethod
    def register_azure_sql_database(
        workspace: object,
        datastore_name: object,
        server_name: object,
        database_name: object,
        tenant_id: object = None,
        client_id: object = None,
        client_secret: object = None,
        resource_url: object = None,
        authority_url: object = None,
        endpoint: object = None,
        overwrite: object = False,
        username: object = None,
        password: object = None,
        subscription_id: object = None,
        resource_group: object = None,
        grant_workspace_access: object = False,
        **kwargs: object,
    ) -> NoReturn:
        """Refused: no databases are reached.

        Raises:
            UserErrorException: Always.
        """
        del workspace, server_name, database_name, tenant_id, client_id, client_secret
        del resource_url, authority_url, endpoint, overwrite, username, password
        del subscription_id, resource_group, grant_workspace_access, kwargs
        _refuse("register_azure_sql_database", datastore_name, _TABLE)

    @staticmethod
    def register_azure_postgre_sql(
        workspace: object,
        datastore_name: object,
        server_name: object,
        database_name: object,
        user_id: object,
        user_password: object,
        port_number: object = None,
        endpoint: object = None,
        overwrite: object = False,
        enforce_ssl: object = True,
        **kwargs: object,
    ) -> NoReturn:
        """Refused: no databases are reached.

        Raises:
            UserErrorException: Always.
        """
        del workspace, server_name, database_name, user_id, user_password, port_number
        del endpoint, overwrite, enforce_ssl, kwargs
        _refuse("register_azure_postgre_sql", datastore_name, _TABLE)

    @staticmethod
    def register_azure_my_sql(
        workspace: object,
        datastore_name: object,
        server_name: object,
        database_name: object,
        user_id: object,
        user_password: object,
        port_number: object = None,
        endpoint: object = None,
        overwrite: object = False,
        **kwargs: object,
    ) -> NoReturn:
        """Refused: no databases are reached.

        Raises:
            UserErrorException: Always.
        """
        del workspace, server_name, database_name, user_id, user_password, port_number
        del endpoint, overwrite, kwargs
        _refuse("register_azure_my_sql", datastore_name, _TABLE)

    @staticmethod
    def register_dbfs(workspace: object, datastore_name: object) -> NoReturn:
        """Refused: there is no Databricks here.

        Raises:
            UserErrorException: Always.
        """
        del workspace
        _refuse("register_dbfs", datastore_name, _FOLDER)

    @staticmethod
    def register_hdfs(
        workspace: object,
        datastore_name: object,
        protocol: object,
        namenode_address: object,
        hdfs_server_certificate: object,
        kerberos_realm: object,
        kerberos_kdc_address: object,
        kerberos_principal: object,
        kerberos_keytab: object = None,
        kerberos_password: object = None,
        overwrite: object = False,
    ) -> NoReturn:
        """Refused: there is no Hadoop here.

        Raises:
            UserErrorException: Always.
        """
        del workspace, protocol, namenode_address, hdfs_server_certificate, kerberos_realm, kerberos_kdc_address
        del kerberos_principal, kerberos_keytab, kerberos_password, overwrite
        _refuse("register_hdfs", datastore_name, _FOLDER)


def _refuse(what: str, name: object, remedy: str) -> NoReturn:
    message = f"{what}() is not built. {remedy} Received: {name!r}."
    raise UserErrorException(message)
