"""Mail through the connection type `smtp` of Airflow's provider; one message to all addresses."""

import html
from collections.abc import Mapping
from typing import Any

from include.alerts.audience import Target
from include.core.errors import Refused, Unreachable
from include.orchestration.alerts.channels import reaching


def run_send(target: Target, message: Mapping[str, Any]) -> None:
    """Send; the message's id is the same whenever it is sent, so that readers fold a second one."""
    import smtplib

    from airflow.providers.smtp.hooks.smtp import SmtpHook
    from airflow.sdk.exceptions import AirflowException

    connection = reaching.fetch_connection(target.connection)
    addresses = list(target.to) or _listed(connection)
    if not addresses:
        raise Refused(
            f"nobody to write to: connection `{target.connection}` has no `to`. Add it to Extra."
        )
    reaching.require_host(connection.host, connection.port)
    try:
        with reaching.inside_walls(), SmtpHook(smtp_conn_id=target.connection) as hook:
            hook.send_email_smtp(
                to=addresses,
                subject=" ".join(str(message["title"]).split()),
                html_content=build_html(message),
                from_email=hook.from_email or connection.login or addresses[0],
                mime_subtype="alternative",
                custom_headers={
                    "Message-ID": build_id(message),
                    "Auto-Submitted": "auto-generated",
                },
            )
    except smtplib.SMTPRecipientsRefused:
        raise Refused(
            "the mail server refused every address. Correct `to` or the contacts."
        ) from None
    except smtplib.SMTPResponseException as error:
        passing = 400 <= error.smtp_code < 500
        words = f"the mail server answered {error.smtp_code}."
        raise (Unreachable if passing else Refused)(words) from None
    except (OSError, smtplib.SMTPException, AirflowException) as error:
        raise Unreachable(
            f"the mail server failed: {type(error).__name__}. It is sent again."
        ) from None


def build_html(message: Mapping[str, Any]) -> str:
    """The text as it is; a mail program that shows HTML keeps its lines."""
    shown = html.escape(str(message["text"]))
    return f'<pre style="font-family: inherit; white-space: pre-wrap">{shown}</pre>'


def build_id(message: Mapping[str, Any]) -> str:
    """RFC 5322 id made of the message's own key."""
    key = "".join(one if one.isalnum() else "." for one in f"{message['dedup_key']}")
    return f"<{key}.{message['news']}.{message.get('delivery_id', 0)}@elt.invalid>"


def _listed(connection: Any) -> list[str]:
    given = connection.extra_dejson.get("to") or ()
    return [given] if isinstance(given, str) else [str(one) for one in given]
