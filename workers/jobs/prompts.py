"""Rendering texts into sound for the flows, once for each text."""

from __future__ import annotations

from ivr_scripts.prompts import render
from workers.settings import Settings


def render_prompt(text: str) -> str:
    """Make the sound files of `text` in the prompts folder; returns the path the switch plays.

    A text that is there already costs nothing. Raises NoVoice when no engine can speak.
    """
    settings = Settings.from_env()
    if render.is_rendered(text, settings.prompts_dir):
        return str(settings.prompts_dir / render.file_name(text))
    engine = render.find_engine(settings.prompt_engine, settings.voice_home)
    return str(render.render_text(text, settings.prompts_dir, engine))
