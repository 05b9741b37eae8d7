"""What seals secrets in elt_ops: Airflow's own key."""

from cryptography.fernet import Fernet, MultiFernet

from include.config.settings import load_settings
from include.core.errors import ConfigError


def build_sealer() -> MultiFernet:
    """Airflow's keys, the newest first, understood as Airflow understands them.

    Raises:
        ConfigError: If there is none.
    """
    keys = [key.strip() for key in (load_settings().fernet_key or "").split(",") if key.strip()]
    try:
        found = [Fernet(key) for key in keys]
    except ValueError:
        found = []
    if not found:
        raise ConfigError(
            "no usable `AIRFLOW__CORE__FERNET_KEY`. Expected Airflow's key, to encrypt the OAuth "
            "refresh token with: it is never stored plainly. Set it in the environment of the "
            "workers."
        )
    return MultiFernet(found)
