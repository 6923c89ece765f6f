"""The demonstration city on each database, written once and asked for its callers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm_web.app import create_app
from crm_web.areas.customers import queries as customers
from crm_web.areas.customers.models import Account, Bill, Premise
from crm_web.areas.tickets import chain
from crm_web.areas.tickets import queries as tickets
from crm_web.areas.tickets import services
from crm_web.areas.tickets.models import Ticket
from crm_web.database import migrate
from crm_web.extensions import db
from crm_web.seeds import base, city
from crm_web.settings import Settings
from crm_web.transaction import unit_of_work
from tests.database import KINDS, running_database

EXPECTED = {
    "13600000427": ("one", 2, 1), "18900006613": ("one", 1, 1), "19900000001": ("several", 1, 0),
    "19900000002": ("one", 1, 0), "19900000003": ("one", 1, 1), "19900000004": ("one", 1, 1),
    "19900000005": ("one", 1, 0), "19900000006": ("several", 1, 0), "18900003380": ("none", 0, 0),
    "anonymous": ("none", 0, 0),
}  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with running_database(request.param) as url:
        app = create_app(
            Settings.from_env(
                {
                    "CLEARLINE_HOME": str(tmp_path_factory.mktemp("home")),
                    "DATABASE_URL": url,
                    "REDIS_URL": "redis://127.0.0.1:1/0",
                    "SECRET_KEY": "the secret key of the tests",
                    "INTERNAL_TOKEN": "the token of the tests",
                }
            )
        )
        with app.app_context():
            migrate(db.engine)
            with unit_of_work():
                base.seed_base()
                base.seed_demo(app.extensions["settings"])
            assert city.seed() is True
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.mark.database
@pytest.mark.timeout(180)
def test_the_city_is_the_same_on_every_database(site: Flask) -> None:
    count = {
        model: db.session.scalar(select(func.count()).select_from(model))
        for model in (Premise, Account, Bill)
    }
    assert count == {Premise: 5000, Account: 5000, Bill: 60000}
    owing = db.session.scalar(
        select(func.count()).select_from(Account).where(Account.arrears_fen > 0)
    )
    assert 300 < (owing or 0) < 500
    without = select(func.count()).select_from(Ticket).where(Ticket.phone_id.is_(None))
    assert (db.session.scalar(without) or 0) < 40, "of a few doors nobody has a number"
    assert city.seed() is False

    for caller in city.DEMO_CALLERS:
        profile = customers.profile_for_number(caller.number)
        kind, people, outages = EXPECTED[caller.number]
        assert profile["match_kind"] == kind, caller
        assert len(profile["customers"]) == people, caller
        assert len(profile["outages"]) == outages, caller

    for text in ("wxl", "王秀兰", "和风 3-2-401", "0427", "20000006", "hefeng"):
        assert customers.search(text).rows, text

    account = customers.get_account("20000006")
    assert customers.bill_summary(account, account.opened_on) is not None
    for pub in db.session.scalars(select(Ticket.pub).limit(20)):
        ticket = tickets.get_ticket(pub)
        assert chain.first_break(ticket.ticket_no, ticket.steps) is None
    db.session.rollback()

    taker = db.session.execute(select(Ticket.taker_id, Ticket.owner_unit_id).limit(1)).one()
    db.session.rollback()
    with unit_of_work():
        ticket = services.open_ticket(services.NewTicket("enquiry.tariff", "问水价 🙂", *taker))
        services.act(ticket.pub, "close_on_call", services.By(taker[0]), note="已答复")
        pub = ticket.pub
    db.session.expire_all()
    ticket = tickets.get_ticket(pub)
    assert (ticket.status, ticket.detail) == ("closed", "问水价 🙂")
    assert chain.first_break(ticket.ticket_no, ticket.steps) is None
    db.session.rollback()
