"""What the CRM tells about a caller, once, when the call arrives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class PremiseBrief:
    """A supplied place. `label` is the full address: for the desk, never spoken to a caller."""

    premise_id: str
    estate: str
    building: str
    unit: str
    door: str
    label: str
    account_no: str
    arrears_fen: int
    relation: str
    confidence: str


@dataclass(frozen=True)
class OutageBrief:
    """An outage that is active or about to be. Times in ms since the epoch."""

    outage_id: str
    kind: str
    cause_kind: str
    title: str
    public_text: str
    voice_text: str
    starts_at: int
    etr_at: int | None
    premise_ids: tuple[str, ...]


@dataclass(frozen=True)
class CallerProfile:
    """The identified caller; `match_kind` is none, one or several (premises)."""

    match_kind: str
    premises: tuple[PremiseBrief, ...] = ()
    customers: tuple[Mapping[str, Any], ...] = ()
    outages: tuple[OutageBrief, ...] = ()
    area_outages: tuple[OutageBrief, ...] = ()
    open_tickets: int = 0
    last_agent_no: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape that goes to desks and events; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> CallerProfile:
        """Raises KeyError or TypeError when the CRM answered another shape."""
        return cls(
            match_kind=raw["match_kind"],
            premises=tuple(_pick(PremiseBrief, item) for item in raw.get("premises", ())),
            customers=tuple(raw.get("customers", ())),
            outages=tuple(_outage(item) for item in raw.get("outages", ())),
            area_outages=tuple(_outage(item) for item in raw.get("area_outages", ())),
            open_tickets=int(raw.get("open_tickets", 0)),
            last_agent_no=raw.get("last_agent_no"),
        )


UNKNOWN_CALLER = CallerProfile(match_kind="none")


@dataclass(frozen=True)
class AccountBrief:
    """An account found by its keyed number."""

    account_no: str
    premise_id: str
    status: str
    outages: tuple[OutageBrief, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> AccountBrief:
        return cls(
            account_no=raw["account_no"],
            premise_id=raw["premise_id"],
            status=raw["status"],
            outages=tuple(_outage(item) for item in raw.get("outages", ())),
        )


@dataclass(frozen=True)
class BillSummary:
    """The newest bill of an account. Money in fen, `usage` a decimal text, dates ISO."""

    account_no: str
    premise_id: str
    period: str
    usage: str
    unit: str
    reading: str
    amount_fen: int
    due_on: str
    arrears_fen: int
    arrears_periods: int
    paid: bool
    balance_fen: int

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> BillSummary:
        return _pick(cls, raw)


def _outage(raw: Mapping[str, Any]) -> OutageBrief:
    return _pick(OutageBrief, {**raw, "premise_ids": tuple(raw.get("premise_ids", ()))})


def _pick(shape: Any, raw: Mapping[str, Any]) -> Any:
    """Only the fields we know: the CRM may be one version ahead of the controller."""
    return shape(**{name: raw[name] for name in shape.__dataclass_fields__})
