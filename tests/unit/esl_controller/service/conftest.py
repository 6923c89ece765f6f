from __future__ import annotations

import pytest

from tests.unit.esl_controller.service.desks import three_desks
from tests.unit.esl_controller.service.hotline import Hotline


@pytest.fixture
def talking() -> Hotline:
    return three_desks()
