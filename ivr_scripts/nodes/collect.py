"""Collect digits, look them up as an account if asked to, and read back the last four.

`back` (optional exit) is taken by a lone *. Names and addresses are never said: whoever keys an
account number may not be its owner. An account known from the flow before is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ivr_scripts.actions import AccountAnswered, Collect, Event, FetchAccount
from ivr_scripts.nodes.asking import ask_again, ask_key, digits_of
from ivr_scripts.speech.digits import last_four
from ivr_scripts.state import Leave, Move, Stay, View

FREE = frozenset({"failed", "unavailable"})


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset({"done", "failed"} | ({"unavailable"} if props.get("check") else set()))


def begin(view: View) -> Move:
    if view.facts.carried and view.node.props.get("check") == "account":
        return Leave("done", facts=replace(view.facts, carried=False))
    return _ask(view)


def hear(view: View, event: Event) -> Move:
    if view.phase == "checking" and isinstance(event, AccountAnswered):
        return _checked(view, event)
    if view.phase == "confirming":
        return _confirmed(view, digits_of(event))
    return _keyed(view, digits_of(event))


def _ask(view: View) -> Stay:
    props = view.node.props
    action = Collect(
        view.node.parts("prompt"),
        min_digits=1,
        max_digits=props["max_digits"],
        timeout_s=props["timeout_s"],
        digit_timeout_s=props["digit_timeout_s"],
        terminators="#",
    )
    return Stay(action, phase="asking", tries=view.tries)


def _keyed(view: View, keyed: str) -> Move:
    props = view.node.props
    digits = keyed.rstrip("#")
    if digits == "*" and "back" in view.node.exits:
        return Leave("back", keyed="*")
    valid = digits.isdigit() and props["min_digits"] <= len(digits) <= props["max_digits"]
    if not valid:
        return ask_again(view, _ask(view), exit_name="failed", keyed=keyed)
    if props.get("check") == "account":
        return Stay(FetchAccount(digits), phase="checking", tries=view.tries, note=digits)
    return _accept(view, digits)


def _checked(view: View, answer: AccountAnswered) -> Move:
    if not answer.available:
        return Leave("unavailable", keyed=view.note)
    if answer.account is None:
        unknown = _ask(view)
        first = view.node.parts("unknown") or None
        return ask_again(view, unknown, exit_name="failed", keyed=view.note, first=first)
    account = answer.account
    facts = replace(view.facts, account=account)
    return _accept(replace(view, facts=facts), view.note)


def _accept(view: View, digits: str) -> Move:
    if not view.node.props.get("confirm"):
        return _done(view, digits)
    asked = _ask_confirmation(view, digits, tries=view.tries)
    return replace(asked, facts=view.facts)


def _ask_confirmation(view: View, digits: str, tries: int) -> Stay:
    parts = (*view.node.parts("confirm"), *last_four(digits), *view.node.parts("confirm_keys"))
    return ask_key(view, parts, phase="confirming", tries=tries, note=digits)


def _confirmed(view: View, key: str) -> Move:
    if key == "1":
        return _done(view, view.note)
    forget = replace(view.facts, account=None)
    if key in ("2", "*"):
        again = replace(_ask(view), facts=forget)
        if view.tries + 1 >= view.node.props["tries"]:
            return Leave("failed", keyed=key, facts=forget)
        return replace(again, tries=view.tries + 1)
    asked = _ask_confirmation(view, view.note, tries=view.tries)
    return ask_again(view, asked, exit_name="failed", keyed=key, first=())


def _done(view: View, digits: str) -> Move:
    facts = replace(view.facts, digits=digits)
    if facts.account is not None and view.node.props.get("check") == "account":
        facts = replace(
            facts, account_no=facts.account.account_no, premise_id=facts.account.premise_id
        )
    return Leave("done", keyed=digits, facts=facts)
