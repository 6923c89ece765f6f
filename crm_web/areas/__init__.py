"""The areas of the web. A folder with a `routes` module that names `blueprints` is served."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.util import find_spec

from flask import Flask


def register(app: Flask) -> None:
    """Register the blueprints of every area, in alphabetical order."""
    for area in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
        if not area.ispkg or find_spec(f"{area.name}.routes") is None:
            continue
        for blueprint in importlib.import_module(f"{area.name}.routes").blueprints:
            app.register_blueprint(blueprint)
