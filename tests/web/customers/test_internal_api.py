"""What the controller asks: any text at all as a number, and never a slow or failing answer."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest
from sqlalchemy import text

from crm_web.areas.customers.models import PhoneLink
from crm_web.areas.outages import services as outages
from crm_web.columns import utc_now
from crm_web.transaction import unit_of_work
from esl_controller.domain.callers import AccountBrief, BillSummary, CallerProfile
from tests.web.town import LANDLORD, LEI, STRANGER, WANG

IDENTIFY = "/internal/callers/identify"
ODD = [
    None, "", " ", "anonymous", "Anonymous", "unknown", "restricted", "0", "+", "+86", "86",
    "1" * 30, "9" * 300, "136****0427", "13600000427'", "' OR '1'='1", '"; DROP TABLE phone;--',
    "136\n00000427", "\r\n\r\n", "%0A13600000427", "%00", "\x00", "😀", "一三六",
    "<script>alert(1)</script>", "sip:evil@example.com", "${uuid_kill}", "../../etc/passwd",
    12345, 0, -1, 1.5, True, [], {}, ["13600000427"],
]  # fmt: skip


def ask(service, number, **more):
    return service("post", IDENTIFY, json={"number": number, "contact_id": "0" * 26, **more})


@pytest.mark.parametrize("number", ODD)
def test_it_says_none_to_what_is_no_number_of_anybody(service, town, number):
    answer = ask(service, number, called_number="96001")
    assert answer.status_code == 200
    assert answer.json["match_kind"] == "none"
    assert answer.json["premises"] == [] and answer.json["customers"] == []


@pytest.mark.parametrize("body", ["", "null", "[]", "{", '"x"', '{"number": {"a": 1}}', "\x00"])
def test_it_stands_any_body(service, town, body):
    answer = service("post", IDENTIFY, data=body, content_type="application/json")
    assert answer.status_code == 200 and answer.json["match_kind"] == "none"


@pytest.mark.parametrize(
    "number",
    [WANG, f"+86{WANG}", f"0{WANG}", f"0086{WANG}", f"86{WANG}", f"9{WANG}", "136 0000 0427",
     f"sip:{WANG}@10.0.0.1"],
)  # fmt: skip
def test_it_knows_a_number_however_the_trunk_writes_it(service, town, number):
    answer = ask(service, number).json
    assert answer["match_kind"] == "one"
    assert [one["premise_id"] for one in answer["premises"]] == [town.home]
    assert answer["premises"][0]["account_no"] == town.account_no
    assert answer["premises"][0]["arrears_fen"] == 5806 + 5807
    assert answer["customer"]["name"] == "王秀兰"
    assert answer["customer"]["care_flags"] == ["elderly_alone"]


def test_its_answer_is_what_the_controller_reads(service, town):
    profile = CallerProfile.from_json(ask(service, WANG).json)
    assert profile.match_kind == "one" and profile.premises[0].door == "401"


def test_it_gives_every_door_of_a_number_with_several(service, town):
    answer = ask(service, LANDLORD).json
    assert answer["match_kind"] == "several"
    assert {one["premise_id"] for one in answer["premises"]} == {town.neighbour, town.far}


def test_an_ended_belonging_pops_no_more(service, town, db):
    for link in db.session.query(PhoneLink).filter(PhoneLink.phone.has(last4="0427")):
        link.ended_at = utc_now()
    assert ask(service, WANG).json["match_kind"] == "none"


def test_it_tells_of_the_outage_at_the_callers_door(service, town, db):
    with unit_of_work():
        outages.publish_emergency(
            outages.OutageInput("no_supply", "emergency", "抢修", "停水", ("和风小区3号楼",)), 1
        )
    answer = ask(service, LEI).json
    assert [one["title"] for one in answer["outages"]] == ["抢修"]
    assert answer["outages"][0]["premise_ids"] == [town.home]
    stranger = ask(service, STRANGER).json
    assert stranger["outages"] == [] and len(stranger["area_outages"]) == 1


def test_it_answers_within_its_time_limit(service, town):
    ask(service, WANG)
    slow = []
    for _ in range(20):
        begin = perf_counter()
        ask(service, WANG)
        slow.append(perf_counter() - begin)
    assert sorted(slow)[10] < 0.2


@pytest.mark.parametrize("token", ["", "wrong", "internal-token-of-the-test"])
def test_nobody_asks_without_the_service_token(service, town, token):
    assert service("post", IDENTIFY, token=token, json={"number": WANG}).status_code == 403


def test_a_browser_has_no_way_in(client_as, town):
    assert client_as("eve").post(IDENTIFY, json={"number": WANG}).status_code == 403


def test_it_finds_an_account_and_its_newest_bill(service, town):
    account = service("get", f"/internal/accounts/{town.account_no}")
    assert AccountBrief.from_json(account.json).premise_id == town.home
    assert "王" not in account.get_data(as_text=True)
    bill = BillSummary.from_json(
        service("get", f"/internal/accounts/{town.account_no}/bill").json
    )
    assert (bill.amount_fen, bill.usage, bill.reading) == (5805, "18", "1234")
    assert (bill.arrears_fen, bill.arrears_periods, bill.paid) == (5806 + 5807, 2, False)


@pytest.mark.parametrize(
    "number", ["20000007", "0", "9" * 200, "2000 0006", "'", "%00", "a%0Ab", "😀", "２００００００６"]
)
def test_an_account_nobody_has_is_404(service, town, number):
    assert service("get", f"/internal/accounts/{number}").status_code == 404
    assert service("get", f"/internal/accounts/{number}/bill").status_code == 404


def test_it_answers_while_somebody_else_writes(service, town, app, db):
    """A POST by its verb, a read by its nature: it must not queue for SQLite's one write lock."""
    def asked():
        with app.app_context():
            return ask(service, WANG)

    with unit_of_work():
        db.session.execute(text("UPDATE setting SET ver = ver"))
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(asked).result(timeout=3)
    assert answer.status_code == 200 and answer.json["match_kind"] == "one"
