"""Forms in work beside a call, kept by the server while the call lives: so a transferred call
takes them along, and a supervisor sees what is being written. Redis only; no record is made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import redis
from flask_babel import gettext as _

from crm_web.areas.desk.errors import BadCommand, DraftMoved
from crm_web.columns import to_ms, utc_now
from crm_web.redis_link import client
from esl_controller.contract import keys

FORMS = ("ticket", "customer")  # a wrap-up is each agent's own
MAX_FIELDS = 40
MAX_TEXT = 5000
KEPT_S = 12 * 3600


def all_of(contact_id: str) -> dict[str, dict[str, Any]]:
    """form → {rev, values, by, agent_no, at}; `rev` counts the savings, `at` in ms."""
    found = client().hgetall(_key(contact_id))
    return {str(form): json.loads(text) for form, text in found.items()}


def of_form(contact_ids: Sequence[str], form: str) -> dict[str, dict[str, Any]]:
    """contact_id → this form's draft, of those that have one; asked at once."""
    with client().pipeline(transaction=False) as pipe:
        for contact_id in contact_ids:
            pipe.hget(_key(contact_id), form)
        texts = pipe.execute()
    return {key: json.loads(text) for key, text in zip(contact_ids, texts, strict=True) if text}


def save(
    contact_id: str, form: str, raw: Any, rev: int, by: Mapping[str, str]
) -> dict[str, Any]:
    """Keep `raw` as revision `rev` + 1. Raises DraftMoved, with the newer draft in its details,
    when somebody else saved in between; raises BadCommand for what is no form."""
    values = _checked(form, raw)
    key = _key(contact_id)
    with client().pipeline() as pipe:
        try:
            pipe.watch(key)
            text = pipe.hget(key, form)
            present = json.loads(text) if text else None
            known = present["rev"] if present else 0
            if present and known != rev and present["agent_no"] != by["agent_no"]:
                raise DraftMoved(_("%(name)s 刚改过草稿", name=present["by"]), draft=present)
            draft = {
                "rev": known + 1,
                "values": values,
                "by": by["name"],
                "agent_no": by["agent_no"],
                "at": to_ms(utc_now()),
            }
            pipe.multi()
            pipe.hset(key, form, json.dumps(draft, ensure_ascii=False))
            pipe.expire(key, KEPT_S)
            pipe.execute()
        except redis.exceptions.WatchError as error:
            raise DraftMoved(_("草稿刚被改过"), draft=all_of(contact_id).get(form)) from error
    return draft


def drop(contact_id: str, form: str) -> None:
    """The form was saved for good, or thrown away."""
    client().hdel(_key(contact_id), form)


def _checked(form: str, raw: Any) -> dict[str, str]:
    if form not in FORMS or not isinstance(raw, Mapping) or len(raw) > MAX_FIELDS:
        raise BadCommand(_("没有这个表单"))
    return {
        str(name)[:64]: str(value)[:MAX_TEXT] for name, value in raw.items() if name != "csrf_token"
    }


def _key(contact_id: str) -> str:
    return keys.DRAFTS + contact_id
