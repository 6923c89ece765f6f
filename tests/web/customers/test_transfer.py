"""The registry in and out: bad rows are named, nothing becomes a formula, and it is on record."""

import io

import pytest
from python_calamine import CalamineWorkbook

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.customers.models import Customer, Premise
from crm_web.areas.customers.services import CustomerInput, add_person, create_customer, get_premise
from crm_web.transaction import unit_of_work
from tests.web.town import WANG

IMPORT, EXPORT, REASON = "/customers/import", "/customers/export", "月度核对"
HEAD = "小区,楼号,单元,门牌,户号,姓名,关系,电话\n"


def send(browser, body, name="rows.csv", **more):
    data = {"file": (io.BytesIO(body), name), "reason": REASON, **more}
    return browser.post(IMPORT, data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_it_takes_good_rows_in_and_names_the_bad_ones(client_as, town, db, encoding):
    rows = (
        "和风小区,5,1,101,30000001,钱一,业主,19912345678\n"
        "没有的小区,1,1,101,,,,\n"
        "和风小区,3,2,401,,孙二,业主,\n"
        "和风小区,5,1,102,,孙三,邻居,\n"
        "和风小区,5,1,103,,孙四,租户,12\n"
        ",,,,,,,\n"
        "翠湖湾,5号楼,一单元,0104室,20000006,孙五,,\n"
    )
    page = send(client_as("eve"), (HEAD + rows).encode(encoding))
    body = page.get_data(as_text=True)
    assert page.status_code == 200 and "写入 1 行，5 行有问题" in body
    assert "没有的小区" in body and "已经登记过" in body and "户号已经有了" in body
    assert db.session.query(Customer).filter(Customer.name.like("孙%")).count() == 0
    assert db.session.query(Premise).count() == 4
    row = db.session.query(AuditLog).filter_by(action="customer.import").one()
    assert (row.reason, row.after["created"], row.after["errors"]) == (REASON, 1, 5)


def test_a_check_writes_nothing(client_as, town, db):
    rows = HEAD + "和风小区,5,1,101,30000001,钱一,业主,19912345678\n"
    assert "没有写入" in send(client_as("eve"), rows.encode(), check="1").get_data(as_text=True)
    assert db.session.query(Premise).count() == 3


@pytest.mark.parametrize(
    "body, name",
    [(b"", "a.csv"), (b"x,y\n1,2", "a.csv"), (b"\xff\xfe\x00\x80\x81", "a.csv"),
     (b"PK\x03\x04!", "a.xlsx"),
     (b"%PDF-1.4", "a.pdf"), ((HEAD + "和风小区,1,1,1\n" * 5001).encode(), "a.csv")],
)  # fmt: skip
def test_what_is_no_table_of_ours_is_refused(client_as, town, db, body, name):
    assert send(client_as("eve"), body, name).status_code == 422
    assert db.session.query(Premise).count() == 3


def test_its_own_template_can_be_filled_and_sent(client_as, town, db):
    eve = client_as("eve")
    template = eve.get("/customers/import/template.xlsx").data
    page = send(eve, template, "t.xlsx")
    assert "已经登记过" in page.get_data(as_text=True)  # its example is a door of this town


def test_an_export_masks_numbers_and_holds_no_formula(client_as, town, db):
    with unit_of_work():
        evil = create_customer(CustomerInput('=HYPERLINK("http://x","y")'))
        add_person(get_premise(town.far), evil, "owner")
    answer = client_as("eve").post(EXPORT, data={"reason": REASON})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    table = sheet.to_python()
    assert len(table) == 4 and table[1][5] == town.account_no and table[1][8] == 116.13
    assert "136 **** 0427" in table[1][7] and WANG not in str(table)
    assert "=HYPERLINK" in table[3][6] and b"<f>" not in answer.data
    assert db.session.query(AuditLog).filter_by(action="customer.export").one().after["rows"] == 3


@pytest.mark.parametrize("who, status", [("alice", 403), ("dana", 403), ("eve", 422)])
def test_an_export_needs_the_right_and_a_reason(client_as, town, who, status):
    assert client_as(who).post(EXPORT, data={"reason": ""}).status_code == status


@pytest.mark.parametrize("who, status", [("alice", 403), ("bob", 403), ("dana", 200)])
def test_only_who_may_import_sees_the_page(client_as, town, who, status):
    assert client_as(who).get(IMPORT).status_code == status
