"""Who asks, by Airflow's own login: its cookie or bearer token, its auth manager's rights.

The only file of the room that knows Airflow. Source: airflow 3.3.2,
api_fastapi/core_api/security.py and auth/managers/base_auth_manager.py (read 2026-11).
"""

import logging
from typing import Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import (
    DagAccessEntity,
    DagDetails,
)
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from fastapi import HTTPException
from starlette.requests import Request

from include.config.settings import load_settings
from include.console.people import Person

log = logging.getLogger(__name__)


class AirflowRights:
    """One user's rights to DAGs."""

    def __init__(self, user: Any) -> None:
        self._user = user

    def may_read(self, dag_id: str) -> bool:
        """Whether Airflow shows the DAG to this user."""
        details = DagDetails(id=dag_id)
        return bool(
            get_auth_manager().is_authorized_dag(method="GET", details=details, user=self._user)
        )

    def may_run(self, dag_id: str) -> bool:
        """Whether Airflow lets this user trigger it."""
        return bool(
            get_auth_manager().is_authorized_dag(
                method="POST",
                access_entity=DagAccessEntity.RUN,
                details=DagDetails(id=dag_id),
                user=self._user,
            )
        )

    def may_administer(self) -> bool:
        """Whoever may change Airflow's configuration: no viewer, no user of one tenant."""
        return bool(get_auth_manager().is_authorized_configuration(method="PUT", user=self._user))


async def fetch_person(request: Request) -> Person | None:
    """The person Airflow knows; None for anybody else, and when it cannot tell."""
    bearer = await bearer_scheme(request)
    try:
        user = await get_user(request, None, bearer)
        rights = AirflowRights(user)
        name, is_admin = str(user.get_name()), rights.may_administer()
    except HTTPException:
        return None
    except Exception:
        log.exception("the auth manager failed; nobody is let in")
        return None
    members = load_settings().tenant_members
    confined = members.get(name, frozenset()) if members and not is_admin else None
    tenants = None if confined is not None and "*" in confined else confined
    return Person(name, rights, is_admin, tenants, has_cookie=bearer is None)
