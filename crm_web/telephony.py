"""The only door to the switch: a command on the stream, after commit. The answer is an event."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from crm_web.columns import to_ms, utc_now
from crm_web.redis_link import client
from crm_web.transaction import on_commit
from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope
from esl_controller.domain.ids import new_ulid


def send(
    action: str,
    *,
    agent_no: str | None = None,
    contact_id: str | None = None,
    body: Mapping[str, Any] | None = None,
) -> str:
    """Send a command after the commit and return its id; answer the browser 202 with it.

    `action` is a name of the contract (ready, hang_up, config.published, …); `body` carries at
    least `by`. When Redis is away the commit still stands and the request answers 503.
    """
    command = Envelope(
        id=new_ulid(),
        type=action,
        at=to_ms(utc_now()),
        node=socket.gethostname(),
        agent_no=agent_no,
        contact_id=contact_id,
        body=dict(body or {}),
    )
    on_commit(lambda: _write(command))
    return command.id


def _write(command: Envelope) -> None:
    client().xadd(
        keys.COMMANDS,
        {keys.ENTRY_FIELD: command.encode()},
        maxlen=keys.COMMANDS_MAXLEN,
        approximate=True,
    )
