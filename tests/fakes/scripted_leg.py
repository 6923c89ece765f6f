"""A caller in memory: a CallLeg that presses the keys it was given and hangs up on cue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from esl_controller.domain.callers import (
    UNKNOWN_CALLER,
    AccountBrief,
    BillSummary,
    CallerProfile,
    OutageBrief,
    PremiseBrief,
)
from esl_controller.domain.errors import CrmUnavailable, LegGone, SwitchRefused
from esl_controller.ports import CallLeg, FlowEnded, FlowStep, MessageLeft, Waitable

NOW = 1_795_399_200_000  # 2026-11-23 10:00 in Shanghai
MINUTE = 60_000


def premise(account_no: str, premise_id: str = "P1") -> PremiseBrief:
    return PremiseBrief(
        premise_id=premise_id,
        estate="和风小区",
        building="3号楼",
        unit="2单元",
        door="401",
        label="和风小区3号楼2单元401",
        account_no=account_no,
        arrears_fen=0,
        relation="owner",
        confidence="high",
    )


OUTAGE = OutageBrief(
    outage_id="O1",
    kind="no_supply",
    cause_kind="emergency",
    title="和风路爆管",
    public_text="和风路爆管停水",
    voice_text="和风路管道爆裂停水",
    starts_at=NOW - 60 * MINUTE,
    etr_at=NOW + 270 * MINUTE,
    premise_ids=("P1",),
)

BILL = BillSummary(
    account_no="1002003401",
    premise_id="P1",
    period="2026-10",
    usage="18",
    unit="吨",
    reading="1234",
    amount_fen=12345,
    due_on="2026-12-15",
    arrears_fen=0,
    arrears_periods=0,
    paid=False,
    balance_fen=0,
)

ONE_PREMISE = CallerProfile(match_kind="one", premises=(premise("1002003401"),))
THREE_PREMISES = CallerProfile(
    match_kind="several",
    premises=(
        premise("1002003401", "P1"),
        premise("1002003402", "P2"),
        premise("1002003403", "P3"),
    ),
)


class Clock:
    """Each look takes a second."""

    def __init__(self) -> None:
        self.now = NOW

    def now_ms(self) -> int:
        self.now += 1000
        return self.now


class Book:
    """Writes down what is said; its 'files' are the parts."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def files(self, parts: Sequence[Any]) -> list[str]:
        assert parts, "silence must never be played"
        self.said += parts
        return [str(part) for part in parts]


class Leg:
    """`keys` answers each question in turn ('' is silence; none left is silence for ever).

    `hangs_up_at` is the number of the command at which the caller is found gone, from 0.
    """

    uuid = "0d8c1d9e-4a56-4f0c-9d37-6f7a4f0f9a11"
    contact_id = "0DHGESWJJP9W6SVDVFF9707YMH"
    called_number = "96001"

    def __init__(
        self,
        keys: Sequence[str] = (),
        *,
        hangs_up_at: int | None = None,
        caller_number: str = "13800138000",
        refused_queues: Sequence[str] = (),
        says_ms: int = 3000,
        no_disk: bool = False,
    ) -> None:
        self.keys = list(keys)
        self.caller_number = caller_number
        self.variables: Mapping[str, str] = {}
        self.hangs_up_at = hangs_up_at
        self.refused_queues = refused_queues
        self.commands: list[str] = []
        self.queue: str | None = None
        self.says_ms = says_ms
        self.no_disk = no_disk
        self.recorded: list[str] = []

    def _command(self, name: str) -> None:
        if self.hangs_up_at is not None and len(self.commands) >= self.hangs_up_at:
            raise LegGone("the caller hung up")
        self.commands.append(name)

    def answer(self) -> None:
        self._command("answer")

    def play(self, files: Sequence[str], *, terminators: str = "none") -> str:
        self._command("play")
        return ""

    def collect(self, files: Sequence[str], **limits: Any) -> str:
        self._command("collect")
        return self.keys.pop(0) if self.keys else ""

    def record(self, storage_key: str, *, limit_s: int, silence_s: int, least_ms: int) -> int:
        self._command("record")
        if self.no_disk:
            raise OSError("no space left on device")
        self.recorded.append(storage_key)
        return self.says_ms if self.says_ms >= least_ms else 0

    def start_ringing(self) -> None:
        self._command("start_ringing")

    def ring_until(self, answer: Waitable, limit_s: float) -> None:
        self._command("ring_until")
        answer.wait(0)

    def stop_ringing(self) -> None:
        self._command("stop_ringing")

    def set_variables(self, variables: Mapping[str, str]) -> None:
        self._command("set_variables")

    def enter_queue(self, code: str) -> None:
        self._command(f"queue:{code}")
        if code in self.refused_queues:
            raise SwitchRefused(f"no such queue {code}")
        self.queue = code

    def hang_up(self, cause: str = "NORMAL_CLEARING") -> None:
        self._command("hang_up")


class Switchboard:
    """Answers with each of `results` in turn, and keeps who was asked for."""

    def __init__(self, *results: str) -> None:
        self.results = list(results)
        self.asked: list[tuple[str, str, int]] = []

    def connect(self, leg: CallLeg, kind: str, value: str, ring_s: int) -> str:
        self.asked.append((kind, value, ring_s))
        leg._command("connect")  # type: ignore[attr-defined]
        return self.results.pop(0)


class Crm:
    """Knows one caller, the accounts of `BILL`'s kind, or is down."""

    def __init__(
        self,
        profile: CallerProfile = UNKNOWN_CALLER,
        *,
        bill: BillSummary | None = BILL,
        down: Sequence[str] = (),
        account_outages: tuple[OutageBrief, ...] = (),
    ) -> None:
        self.profile = profile
        self.the_bill = bill
        self.down = down
        self.account_outages = account_outages
        self.asked: list[tuple[str, str]] = []

    def _ask(self, what: str, value: str) -> None:
        self.asked.append((what, value))
        if what in self.down:
            raise CrmUnavailable("no answer in 1.5 s")

    def identify(self, number: str, called_number: str, contact_id: str) -> CallerProfile:
        self._ask("identify", number)
        return self.profile

    def account(self, account_no: str) -> AccountBrief | None:
        self._ask("account", account_no)
        if not account_no.startswith("1002"):
            return None
        return AccountBrief(account_no, "P9", "active", self.account_outages)

    def bill(self, account_no: str) -> BillSummary | None:
        self._ask("bill", account_no)
        return self.the_bill and replace(self.the_bill, account_no=account_no)


class Listener:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.profiles: list[CallerProfile] = []
        self.steps: list[FlowStep] = []
        self.accounts: list[tuple[str, str]] = []
        self.messages: list[MessageLeft] = []
        self.ended: list[FlowEnded] = []
        self.started: list[str] = []

    def on_started(self, flow_code: str, flow_version: int, fallback_queue: str) -> None:
        self.started.append(flow_code)

    def on_identified(self, profile: CallerProfile) -> None:
        self.profiles.append(profile)

    def on_step(self, step: FlowStep) -> None:
        self.steps.append(step)

    def on_account(self, account_no: str, premise_id: str) -> None:
        self.accounts.append((account_no, premise_id))

    def on_message(self, message: MessageLeft) -> None:
        self.messages.append(message)

    def on_ended(self, ended: FlowEnded) -> None:
        self.ended.append(ended)
