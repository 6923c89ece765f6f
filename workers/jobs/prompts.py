"""Rendering texts into sound for the flows, once for each text."""

from __future__ import annotations

import logging

from ivr_scripts.prompts import render
from workers.settings import Settings

log = logging.getLogger(__name__)


def render_prompt(text: str) -> str:
    """Make the sound files of `text` in the prompts folder; returns the path the switch plays.

    A text that is there already costs nothing. Without an engine it is '': callers go on hearing
    the general prompt, and the log says what to install.
    """
    settings = Settings.from_env()
    if render.is_rendered(text, settings.prompts_dir):
        return str(settings.prompts_dir / render.file_name(text))
    try:
        engine = render.find_engine(settings.prompt_engine, settings.voice_home)
    except render.NoVoice as reason:
        log.warning("%s (docs/voice.md): callers hear the general prompt for %r", reason, text[:40])
        return ""
    return str(render.render_text(text, settings.prompts_dir, engine))
