"""Short-lived SIP credentials of browsers' phones. This is their one writer in Redis.

A page gets a random password for the own extension under an id (`sid`) that its phone sends with
every request; the controller lets FreeSWITCH check the phone against it. An agent has one at a
time: the newest page owns the phone. docs/decisions/0010 says what happens without Redis.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import redis

from crm_web.columns import to_ms, utc_now
from crm_web.redis_link import client
from crm_web.transaction import on_commit
from esl_controller.contract import keys

GOODBYE_S = 30  # after signing out: long enough for the page to unregister its phone
log = logging.getLogger("crm_web.phone_sessions")


@dataclass(frozen=True)
class Credentials:
    """What a phone registers with. `expires` in ms; open desks move it on."""

    extension: str
    realm: str
    sid: str
    expires: int
    ha1: str = field(repr=False)


def issue(agent_no: str, extension: str, realm: str, login_session: int) -> Credentials:
    """New credentials, valid from the commit on; the agent's earlier ones end at that moment."""
    password, sid = secrets.token_urlsafe(32), secrets.token_urlsafe(18)
    identity = f"{extension}:{realm}:{password}"
    made = Credentials(
        extension=extension,
        realm=realm,
        sid=sid,
        expires=to_ms(utc_now()) + keys.PHONE_SESSION_S * 1000,
        # SIP digest is defined with MD5; the password behind it has 256 random bits.
        ha1=hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest(),
    )
    record = {
        "agent_no": agent_no,
        "extension": extension,
        "ha1": made.ha1,
        "login_session": login_session,
    }
    on_commit(lambda: _store(agent_no, sid, json.dumps(record)))
    return made


def _store(agent_no: str, sid: str, record: str) -> None:
    with client().pipeline(transaction=True) as pipe:
        pipe.set(_session(sid), record, ex=keys.PHONE_SESSION_S)
        pipe.set(_newest(agent_no), sid, ex=keys.PHONE_SESSION_S, get=True)
        _done, before = pipe.execute()
    if before and before != sid:
        client().delete(_session(before))


def keep(agents: Iterable[str]) -> None:
    """Desks of these agents are alive: their credentials last another while. Raises RedisError."""
    with client().pipeline(transaction=False) as pipe:
        for agent_no in agents:
            pipe.getex(_newest(agent_no), ex=keys.PHONE_SESSION_S)
        for sid in filter(None, pipe.execute()):
            pipe.expire(_session(str(sid)), keys.PHONE_SESSION_S)
        pipe.execute()


def let_go(agent_no: str, sid: str) -> None:
    """The agent has signed out: the page that holds these may still unregister, then they end.
    Those that another page has taken since, and other agents', stay as they are."""
    if _record(sid).get("agent_no") != agent_no:
        return
    client().expire(_session(sid), GOODBYE_S)
    if client().get(_newest(agent_no)) == sid:
        client().delete(_newest(agent_no))


def revoke(agent_no: str, *, of_login: int | None = None, but_login: int | None = None) -> None:
    """End the agent's credentials at once.

    `of_login`: only when this login session took them; `but_login`: not when this one did. Without
    Redis they end by their time; the controller cannot see new ones either.
    """
    try:
        sid = client().get(_newest(agent_no))
        login = _record(str(sid)).get("login_session") if sid else None
        if sid and (of_login is None or of_login == login) and (login != but_login or not login):
            client().delete(_newest(agent_no), _session(str(sid)))
    except redis.exceptions.RedisError as error:
        log.warning("agent %s: phone credentials not revoked: %s", agent_no, error)


def _record(sid: str) -> dict[str, Any]:
    value = client().get(_session(sid))
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else {}
    return found


def _session(sid: str) -> str:
    return f"{keys.PHONE_SESSION}{sid}"


def _newest(agent_no: str) -> str:
    return f"{keys.PHONE_NEWEST}{agent_no}"
