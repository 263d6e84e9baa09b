"""Writes the Parquet files of test/fixtures/data: python3 scripts/data-fixtures-parquet.py (pyarrow)."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

FOLDER = Path(__file__).parent.parent / "test" / "fixtures" / "data"
count = 12
numbers = np.arange(count)
names = pa.array([["ant", "bee", "cat"][i % 3] for i in range(count)])
plain = pa.table(
    {
        "small": pa.array(numbers.astype("i4")),
        "long": pa.array(numbers * 2**33),
        "half": pa.array(numbers / 2),
        "flag": pa.array(numbers % 2 == 0),
        "color": pa.array(["red", "blue"] * 6),
        "label": names,
    }
)
pq.write_table(plain, FOLDER / "plain.parquet", compression="snappy", row_group_size=5)
pq.write_table(plain, FOLDER / "gzip.parquet", compression="gzip")
pq.write_table(plain, FOLDER / "zstd.parquet", compression="zstd")
pq.write_table(plain.append_column("empty", pa.array([None, 1.5] * 6)), FOLDER / "missing.parquet")
pq.write_table(plain.append_column("list", pa.array([[1, 2]] * 12)), FOLDER / "lists.parquet")


def png(value: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((4, 5, 3), value, "u1")).save(file, "PNG")
    return file.getvalue()


images = pa.array([{"bytes": png(10 * i), "path": f"{i}.png"} for i in range(count)])
features = '{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["ant", "bee", "cat"], "_type": "ClassLabel"}}}}'
hugging = pa.table({"image": images, "label": pa.array(numbers % 3)}).replace_schema_metadata({"huggingface": features})
pq.write_table(hugging, FOLDER / "images.parquet")
