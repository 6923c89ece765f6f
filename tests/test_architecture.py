"""House rules that no linter knows, each with the reason and the way out."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("esl_controller", "ivr_scripts", "crm_web", "workers", "migrations", "docker")
MAX_LINES = 400


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name.endswith(suffixes)]
    return [file for file in files if file.exists()]


def sources() -> list[Path]:
    return [f for f in tracked(".py") if f.relative_to(ROOT).parts[0] in PACKAGES]


def named(files: list[Path]) -> str:
    return "\n".join(str(file.relative_to(ROOT)) for file in files)


def test_it_keeps_every_module_under_400_lines():
    ours = [*tracked(".py"), *(f for f in tracked(".js") if "vendor" not in f.parts)]
    long = [f for f in ours if len(f.read_text().splitlines()) > MAX_LINES]
    assert not long, f"split by use case, not by helper:\n{named(long)}"


def test_it_monkey_patches_in_the_entry_points_only():
    allowed = {
        "esl_controller/__main__.py",
        "esl_controller/rehearsal/__main__.py",
        "crm_web/__main__.py",
    }
    found = {
        str(f.relative_to(ROOT)) for f in sources() if re.search(r"\bpatch_all\(", f.read_text())
    }
    assert found <= allowed, f"gevent must be patched before anything else: {found - allowed}"


def test_it_reads_the_environment_in_settings_only():
    readers = [
        f
        for f in sources()
        if re.search(r"os\.environ|os\.getenv", f.read_text())
        and f.name not in ("settings.py", "__main__.py")
        and f.relative_to(ROOT).parts[:2] != ("docker", "onebox")
    ]
    assert not readers, f"take it from the frozen Settings instead:\n{named(readers)}"


def test_it_knows_esl_header_names_in_the_translating_adapters_only():
    allowed = ("esl_events.py", "esl_leg.py", "esl_session.py", "esl_wire.py", "fs_syntax.py")
    leaks = [
        f
        for f in sources()
        if "variable_cc_" in f.read_text()
        and f.name not in allowed
        and "rehearsal" not in f.parts
        and "xml" not in f.name
    ]
    assert not leaks, f"translate headers once, at the edge:\n{named(leaks)}"


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX:", "HACK"])
def test_it_leaves_nothing_for_later(word):
    marked = [f for f in sources() if re.search(rf"\b{word}\b", f.read_text())]
    assert not marked, f"do it, or write it in an issue:\n{named(marked)}"


def test_it_never_swallows_every_exception_silently():
    bare = [f for f in sources() if re.search(r"^\s*except:\s*$", f.read_text(), re.M)]
    assert not bare, f"name what you expect:\n{named(bare)}"


def test_it_keeps_scripts_and_styles_out_of_the_pages():
    inline = [
        f
        for f in tracked(".html")
        if f.relative_to(ROOT).parts[0] == "crm_web"
        and re.search(r'\sstyle="|\son[a-z]+="|<style', f.read_text())
    ]
    assert not inline, f"the content security policy forbids it:\n{named(inline)}"


def test_it_never_sleeps_in_a_test():
    sleepers = [
        f
        for f in tracked(".py")
        if f.relative_to(ROOT).parts[0] == "tests"
        and f.name not in ("until.py",)
        and f.relative_to(ROOT).parts[1] in ("unit", "ports", "web", "integration", "browser")
        and re.search(r"\btime\.sleep\(|gevent\.sleep\((?!0?\))", f.read_text())
    ]
    assert not sleepers, f"use tests/until.py:\n{named(sleepers)}"


def test_it_names_no_folder_of_the_machine_that_it_was_written_on():
    place = re.compile(r"(?<![\w.$}])/(work|home/(?!clearline\b)[a-z]\w*|Users/\w+)/")
    texts = tracked(".py", ".md", ".json", ".txt", ".cfg", ".xml", ".html", ".js", ".yml", ".po")
    found = [f for f in texts if place.search(f.read_text(encoding="utf-8"))]
    assert not found, f"say it relative to the repository:\n{named(found)}"


#: Areas whose tables are read where they lie, and why. Everybody else asks queries or services.
READ_DIRECTLY = {
    ("auth", "org"): "signing in is about users, roles and sessions, which org keeps",
    ("calls", "org"): "the record and its search join agents and queues",
    ("reports", "calls"): "figures are sums over the base tables of calls",
    ("reports", "org"): "and over its agents and queues",
}


def test_it_asks_other_areas_instead_of_reading_their_tables():
    imports = re.compile(
        r"^\s*from crm_web\.areas\.(\w+)(?:\.models import| import [^\n]*\bmodels\b)", re.M
    )
    found = set()
    for file in sources():
        parts = file.relative_to(ROOT).parts
        if parts[:2] == ("crm_web", "areas") and len(parts) > 3:
            for other in imports.findall(file.read_text()):
                if other != parts[2] and (parts[2], other) not in READ_DIRECTLY:
                    found.add(f"{file.relative_to(ROOT)} reads the models of {other}")
    assert not found, "ask the other area's queries or services:\n" + "\n".join(sorted(found))
