from __future__ import annotations

import pytest
from flask import Flask

from tests.web.town import Town, build_town


@pytest.fixture
def town(app: Flask) -> Town:
    """Two estates with three doors and their people."""
    with app.app_context():
        return build_town()
