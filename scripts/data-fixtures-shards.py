"""Writes the shards of test/fixtures/data, as Python's tarfile does, which WebDataset uses: python3 scripts/data-fixtures-shards.py (Pillow)."""

import io
import json
import tarfile
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parent.parent / "test" / "fixtures" / "data" / "shards"
# Longer than the 100 and 155 bytes that a plain header has for a name.
KEYS = ["plain", "é😀", "a.folder/" + "d" * 90 + "/" + "e" * 90 + "/key", "f" * 300]
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def png(value: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (5, 4), (value, value + 1, value + 2)).save(file, "PNG")
    return file.getvalue()


FOLDER.mkdir(parents=True, exist_ok=True)
for name, form in FORMATS.items():
    with tarfile.open(FOLDER / f"{name}.tar", "w", format=form) as archive:
        for index, key in enumerate(KEYS if name != "ustar" else ["a", "b", "c", "p" * 90 + "/" + "q" * 90]):
            members = {
                "PNG": png(10 * index),
                "cls": f"{index % 2}\n".encode(),
                "json": json.dumps({"label": ["ant", "bee"][index % 2], "deep": {"label": index % 2}}).encode(),
                "note.txt": b"seen",
            }
            for field, content in members.items():
                entry = tarfile.TarInfo(f"{key}.{field}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
