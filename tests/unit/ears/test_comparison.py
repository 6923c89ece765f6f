"""How the ear test counts."""

from __future__ import annotations

import pytest

from tests.ears.sentences import sentences
from tests.ears.whisper_ear import errors, figures, syllables


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("金额为五元", "金额为五元", 0),
        ("金额为五元", "金額為舞圓", 0),
        ("金额为五元", "金额为五人", 1),
        ("金额为五元", "金额五元", 1),
        ("金额为五元", "金额为十五元", 1),
        ("幺幺零", "", 3),
    ],
)
def test_it_counts_syllables_that_sound_different(said: str, heard: str, wrong: int) -> None:
    assert errors(syllables(said), syllables(heard)) == wrong


def test_it_compares_the_figures_alone() -> None:
    assert figures("金额为五元零二分") == ["wu", "ling", "er"]


def test_it_listens_to_more_than_sixty_sentences_of_every_kind() -> None:
    every = sentences()
    assert len(every) > 60
    assert {"money", "date", "account", "usage", "time", "bill"} <= {one.kind for one in every}
