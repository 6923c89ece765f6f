"""The numbers that the simulated callers ring from."""

from __future__ import annotations

from pathlib import Path

from crm_web.seeds import city
from esl_controller.rehearsal.demo import load_numbers


def test_the_rehearsal_reads_the_numbers_that_the_city_wrote(tmp_path: Path) -> None:
    city.write_numbers(tmp_path)
    numbers = load_numbers(tmp_path / city.NUMBERS_FILE)
    assert numbers == tuple(caller.number for caller in city.DEMO_CALLERS)
