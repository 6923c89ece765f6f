"""Choose one of the caller's premises by the end of its account number.

One premise is taken without asking, and so is an account chosen in the flow before. Addresses
are not said: the telephone may not be held by the person that the CRM knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from esl_controller.domain.callers import PremiseBrief
from ivr_scripts.actions import Event
from ivr_scripts.nodes.asking import ask_again, ask_key, digits_of
from ivr_scripts.speech.digits import last_four
from ivr_scripts.speech.parts import PAUSE, Part
from ivr_scripts.state import Leave, Move, Stay, View

FREE = frozenset({"chosen", "none", "failed"})
MAX_OFFERED = 6


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset({"chosen", "other", "person", "none", "failed"})


def begin(view: View) -> Move:
    if view.facts.carried:
        return Leave("chosen", facts=replace(view.facts, carried=False))
    premises = _premises(view)
    if not premises:
        return Leave("none")
    if len(premises) == 1:
        return _chosen(view, premises[0], "")
    return _ask(view)


def hear(view: View, event: Event) -> Move:
    key = digits_of(event)[:1]
    premises = _premises(view)
    if key.isdigit() and 1 <= int(key) <= len(premises):
        return _chosen(view, premises[int(key) - 1], key)
    if key in ("9", "0"):
        return Leave("other" if key == "9" else "person", keyed=key)
    return ask_again(view, _ask(view), exit_name="failed", keyed=key)


def _premises(view: View) -> list[PremiseBrief]:
    profile = view.facts.profile
    with_account = [item for item in (profile.premises if profile else ()) if item.account_no]
    return [item for item in with_account if item.account_no.isdigit()][:MAX_OFFERED]


def _ask(view: View) -> Stay:
    said: list[Part] = list(view.node.parts("prompt"))
    for number, premise in enumerate(_premises(view), start=1):
        said += ["account.ending", *last_four(premise.account_no)]
        said += ["key.press", f"num.{number}", PAUSE]
    return ask_key(view, (*said, *view.node.parts("other")), phase="asked", tries=view.tries)


def _chosen(view: View, premise: PremiseBrief, key: str) -> Move:
    facts = replace(
        view.facts,
        account_no=premise.account_no,
        premise_id=premise.premise_id,
        account=None,
    )
    return Leave("chosen", keyed=key, facts=facts)
