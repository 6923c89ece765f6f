"""Every text has an English one, and the switch of languages works on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from crm_web.shared.shell import LANGUAGE_COOKIE

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "crm_web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_pgettext": ((1, "c"), 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
CHINESE = re.compile(r"[\u3400-\u9fff]")
TEXT_CALL = re.compile(r"""\b(?:_\(|pgettext\('\w+',)\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
COMMENT = re.compile(r"\{#.*?#\}", re.S)
SAMPLES = 6  # English texts with an address as example or a shipped name in them
HOW = "run `make messages` and translate what is empty in crm_web/translations/en"

Key = tuple[str | None, str]


def wanted() -> set[Key]:
    """(context, text) of everything that the program may show."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {
        (context, text if isinstance(text, str) else text[0])
        for _file, _line, text, _comments, context in found
        if text
    }


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def translated(catalogue: Catalog) -> Iterator[tuple[Key, str]]:
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string if isinstance(message.string, str) else message.string[0]
            yield (message.context, key), text


def test_it_has_an_english_text_for_everything(catalogue):
    english = {key for key, text in translated(catalogue) if text}
    assert sorted(wanted() - english, key=str) == [], HOW


def test_it_keeps_no_text_that_the_program_has_dropped(catalogue):
    present = {key for key, _text in translated(catalogue)}
    assert sorted(present - wanted(), key=str) == [], HOW


def test_it_fills_the_same_places_in_both_languages(catalogue):
    for (_context, chinese), english in translated(catalogue):
        assert sorted(PLACEHOLDER.findall(chinese)) == sorted(PLACEHOLDER.findall(english)), chinese


def test_it_is_english(catalogue):
    left = [text for _key, text in translated(catalogue) if CHINESE.search(text)]
    assert len(left) <= SAMPLES, left


def test_it_has_no_chinese_in_templates_but_for_translation():
    for path in sorted((ROOT / "crm_web").rglob("templates/**/*.html")):
        rest = TEXT_CALL.sub("", COMMENT.sub("", path.read_text(encoding="utf-8")))
        assert CHINESE.findall(rest) == [], path


PAGES = {
    "alice": ["/desk", "/account/password", "/account/sessions"],
    "bob": [
        *("/supervisor", "/tickets", "/tickets/new", "/customers", "/calls", "/outages"),
        "/voicemails",
    ],
    "dana": [
        *("/org/users", "/org/users/new", "/org/roles", "/org/roles/agent", "/org/agents"),
        *("/org/agents/1001", "/org/queues", "/org/queues/general", "/org/queues/new"),
        *("/org/numbers", "/org/numbers/new", "/audit", "/system"),
        *("/org/recording-rules", "/org/recording-gaps", "/org/not-ready-reasons"),
    ],
    "eve": ["/reports", "/customers/import", "/outages/new"],
}


@pytest.mark.parametrize(
    ("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths]
)
def test_it_switches_the_language_of_every_page(client_as, who, path):
    browser = client_as(who)
    chinese = browser.get(path, follow_redirects=True)
    assert chinese.status_code == 200
    assert 'lang="zh-CN"' in chinese.text and "退出登录" in chinese.text
    browser.set_cookie(LANGUAGE_COOKIE, "en")
    english = browser.get(path, follow_redirects=True)
    assert english.status_code == 200
    assert 'lang="en"' in english.text and "Sign out" in english.text
    assert len(CHINESE.findall(english.text)) < len(CHINESE.findall(chinese.text)) / 2


def test_it_speaks_english_before_signing_in(anonymous):
    anonymous.set_cookie(LANGUAGE_COOKIE, "en")
    assert "Password" in anonymous.get("/login").text


def test_given_an_unknown_language_it_speaks_chinese(anonymous):
    anonymous.set_cookie(LANGUAGE_COOKIE, "tlh'; DROP")
    assert 'lang="zh-CN"' in anonymous.get("/login").text
