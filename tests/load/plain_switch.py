"""FreeSWITCH without us: the same configuration, but a plain dialplan plays the prompts."""

from __future__ import annotations

from pathlib import Path

from tests.live.ports import free_rtp_range
from tests.live.switch import AUDIO, FreeswitchProcess, settings_in

RTP_PORTS = 2000
PROMPTS = ("greeting.water", "menu.main")

DIALPLAN = """<context name="callers">
  <extension name="hotline">
    <condition field="destination_number" expression="^96001$">
      <action application="answer"/>
      {plays}
      <action application="playback" data="silence_stream://60000"/>
    </condition>
  </extension>
</context>
"""


def plain_switch(folder: Path) -> FreeswitchProcess:
    """Ready to start, in a folder of its own."""
    start, end = free_rtp_range(RTP_PORTS)
    settings = settings_in(folder, log_level="notice", rtp_start=start, rtp_end=end)
    switch = FreeswitchProcess(folder, settings)
    plays = "\n      ".join(
        f'<action application="playback" data="{AUDIO}/8000/{prompt}.wav"/>' for prompt in PROMPTS
    )
    (folder / "conf" / "dialplan" / "callers.xml").write_text(DIALPLAN.format(plays=plays))
    return switch
