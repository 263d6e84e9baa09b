"""Makes Parquet of the arrays that scripts/write-formats.ts wrote: python3 scripts/write-formats-parquet.py FOLDER (pyarrow, NumPy, Pillow).

columns/ has a label and a column a pixel, channels first; hugging/ has images as Hugging Face's datasets write them.
"""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

PART = 10_000
folder = Path(sys.argv[1])
file = np.load(folder / "arrays" / "arrays.npz")
names = [str(name) for name in file["class_names"]]
features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
told = {"huggingface": json.dumps({"info": {"features": features}})}


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(out, "PNG")
    return out.getvalue()


for kind in ["columns", "hugging"]:
    (folder / kind).mkdir(exist_ok=True)
for split in ["train", "test"]:
    x, y = file[f"x_{split}"], file[f"y_{split}"][:, 0]
    parts = -(-len(x) // PART)
    for part in range(parts):
        images, labels = x[part * PART : (part + 1) * PART], y[part * PART : (part + 1) * PART]
        name = f"{split}-{part:05}-of-{parts:05}.parquet"
        rows = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), -1)
        columns = {"label": pa.array([names[label] for label in labels])}
        columns |= {f"pixel{at}": pa.array(rows[:, at]) for at in range(rows.shape[1])}
        pq.write_table(pa.table(columns), folder / "columns" / name)
        cells = pa.array([{"bytes": png(image), "path": f"{at}.png"} for at, image in enumerate(images)])
        table = pa.table({"image": cells, "label": pa.array(labels.astype("i8"))})
        pq.write_table(table.replace_schema_metadata(told), folder / "hugging" / name)
