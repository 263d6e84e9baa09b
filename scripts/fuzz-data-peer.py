"""Reads again what scripts/fuzz-data.ts has read, by other readers, and compares the examples: Pillow, NumPy, pandas, tarfile.

    python3 scripts/fuzz-data-peer.py OUT/read [OUT/peer.json] [EVERY]     every mutant that was read, or each so many of a kind

For each mutant: `equal` (the same examples with the same classes, as multisets: how they are divided is ours), `other` (different
ones), `refused` (the other reader does not take the file). Parquet is read by DuckDB where $DUCKDB is a folder with npm's @duckdb/node-api. Images may differ by rounding: a
JPEG's pixels by at most 6 of 255, an AVIF's and a lossy WebP's by 12. Exits with 1 if there is any `other`.
"""

import base64
import functools
import gzip
import io
import json
import os
import re
import struct
import subprocess
import sys
import tarfile
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

warnings.simplefilter("error", Image.DecompressionBombWarning)
MISSING = {"", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?", "#N/A"}
TOLERANCE = {"JPEG": 6, "progressive JPEG": 6, "WebP": 12, "AVIF": 12}


def pixels(source):
    image = Image.open(source)
    image.load()
    if getattr(image, "n_frames", 1) > 1:
        image.seek(0)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    if image.mode.startswith("I"):
        return (np.asarray(image).astype(np.int64) >> 8).astype("u1")[None], True
    grey = image.mode in ("1", "L")
    array = np.asarray(image.convert("L" if grey else "RGB"))
    return (array[None] if grey else array.transpose(2, 0, 1)), grey


def images(pairs):
    """Examples of (bytes, label), of one channel if all are grey."""
    read = [pixels(source) for source, _ in pairs]
    all_grey = all(grey for _, grey in read)
    rows = [p if all_grey else (np.repeat(p, 3, 0) if g else p) for p, g in read]
    if len({row.shape for row in rows}) > 1:
        raise ValueError("sizes differ")
    return np.stack(rows).reshape(len(rows), -1), [label for _, label in pairs]


def folder(files, told):
    paths = sorted(p for p in files.rglob("*") if p.is_file())
    return images([(p, p.parent.name) for p in paths])


def shard(files, told):
    opened = gzip.open(files / told["mutated"]) if told["mutated"].endswith("gz") else open(files / told["mutated"], "rb")
    examples = {}
    with tarfile.open(fileobj=opened) as archive:
        for member in archive:
            if not member.isfile():
                continue
            name = member.name.split("/")[-1]
            key, _, field = name.partition(".")
            examples.setdefault(member.name[: len(member.name) - len(name)] + key, {})[field] = archive.extractfile(member).read()
        # Where a header is wrong, it stops and says nothing.
        archive.fileobj.seek(archive.offset - 512 if archive.offset else 0)
        if any(archive.fileobj.read(512)) and any(archive.fileobj.read(512)):
            raise tarfile.ReadError("stopped at a header")
    return images([(io.BytesIO(e["png"]), e["cls"].decode().strip()) for e in examples.values() if "png" in e and "cls" in e])


def channels_first(x, last):
    return x.transpose(0, 3, 1, 2) if x.ndim == 4 and last else x


def with_labels(x, y, last=False):
    x = channels_first(x, last)
    return np.asarray(x).reshape(len(x), -1), [str(v) for v in np.asarray(y).reshape(-1).tolist()]


def npy(files, told):
    return with_labels(np.load(files / "X.npy"), np.load(files / "y.npy"))


def npz(files, told):
    a = np.load(files / "a.npz")
    if "X" in a:
        return with_labels(a["X"], a["y"])
    parts = [with_labels(a[f"{s}_images"], a[f"{s}_labels"], True) for s in ("train", "test")]
    return np.concatenate([p[0] for p in parts]), parts[0][1] + parts[1][1]


TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def idx(files, told):
    def read(name):
        b = (files / name).read_bytes()
        assert b[:2] == b"\0\0"
        shape = struct.unpack(f">{b[3]}I", b[4 : 4 + 4 * b[3]])
        a = np.frombuffer(b, TYPES[b[2]], offset=4 + 4 * b[3])
        return a.reshape(shape)

    return with_labels(read("train-images-idx3-ubyte"), read("train-labels-idx1-ubyte"))


def cifar100(files, told):
    rows = np.concatenate(
        [np.frombuffer((files / f"{s}.bin").read_bytes(), "u1").reshape(-1, 3074) for s in ("train", "test")]
    )
    return rows[:, 2:], [str(v) for v in rows[:, 1]]


def natural_order(a, b):
    """Numbers in texts by size, all else by character."""
    for x, y in zip(*(re.findall(r"[0-9]+|[^0-9]+", t) for t in (a, b))):
        digits = x[0] in "0123456789" and y[0] in "0123456789"
        x, y = [(len(t.lstrip("0")), t.lstrip("0")) if digits else t for t in (x, y)]
        if x != y:
            return -1 if x < y else 1
    return (len(a) > len(b)) - (len(a) < len(b))


natural = functools.cmp_to_key(natural_order)


def cells(rows, names, comma, told):
    """The stated meaning of a table: rows with missing values are dropped, numbers as they are, categories a column each."""
    rows = [row for row in rows if not any(cell.strip() in MISSING for cell in row)]
    target = next(i for i, n in enumerate(names) if n.strip().lower() in ("target", "label", "class", "y"))

    def number(text, sign):
        text = text.strip()
        if "_" in text or text.lower().lstrip("+-").startswith(("inf", "nan")):
            raise ValueError(text)
        return float(text.replace(",", ".", 1)) if sign == "," and "." not in text else float(text)

    columns = []
    for i in range(len(names)):
        if i == target:
            continue
        column = [row[i] for row in rows]
        for sign in ".," if comma else ".":
            try:
                columns.append([number(c, sign) for c in column])
                break
            except ValueError:
                pass
        else:
            for category in sorted({c.strip() for c in column}, key=natural):
                columns.append([float(c.strip() == category) for c in column])
    labels = [row[target].strip() for row in rows]
    try:
        labels = [f"{float(x):g}" for x in labels]
    except ValueError:
        pass
    return np.array(columns, "f8").T.astype("f4"), labels


def table(files, told):
    import pandas as pd

    data = (files / told["mutated"]).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    said = next(line for line in told["understood"] if "columns divided by" in line)
    encoding = said.split("text in ")[1].split(",")[0]
    divider = {"tabs": "\t", "semicolons": ";", "bars": "|", "commas": ","}[said.split("divided by ")[1].split(";")[0]]
    text = data.decode({"utf-8": "utf-8-sig", "utf-16le": "utf-16", "utf-16be": "utf-16", "windows-1252": "cp1252"}[encoding])
    frame = pd.read_csv(io.StringIO(text), sep=divider, header=None, dtype=str, keep_default_na=False, na_filter=False)
    rows = frame.values.tolist()
    if any("the first row has the names" in line for line in told["understood"]):
        names, rows = rows[0], rows[1:]
    else:
        names = [str(i + 1) for i in range(len(rows[0]))]
    return cells(rows, names, divider != ",", told)


DUCKDB = """import { DuckDBInstance } from "@duckdb/node-api";
const connection = await (await DuckDBInstance.create(":memory:")).connect();
const result = await connection.runAndReadAll(process.argv[1]);
console.log(JSON.stringify({ names: result.columnNames(), rows: result.getRows() }));"""


def duckdb(query):
    """DuckDB on Node, from a folder where @duckdb/node-api is installed: pyarrow is no package of Debian's."""
    if "DUCKDB" not in os.environ:
        raise ModuleNotFoundError("$DUCKDB")
    run = subprocess.run(
        ["node", "--input-type=module", "-e", DUCKDB, query], cwd=os.environ["DUCKDB"], capture_output=True, text=True
    )
    if run.returncode:
        raise ValueError(next((line for line in run.stderr.splitlines() if "Error" in line), run.stderr[:200]))
    found = json.loads(run.stdout)
    return found["rows"], found["names"]


def parquet(files, told):
    rows, names = duckdb(f"select columns(*)::varchar from read_parquet('{files.absolute() / told['mutated']}')")
    return cells([["" if value is None else value for value in row] for row in rows], names, False, told)


def parquet_images(files, told):
    path = files.absolute() / told["mutated"]
    rows, _ = duckdb(f"select base64(image.bytes), label::int from read_parquet('{path}')")
    said, _ = duckdb(f"select decode(value) from parquet_kv_metadata('{path}') where decode(key) = 'huggingface'")
    try:
        names = json.loads(said[0][0])["info"]["features"]["label"]["names"]
    except (ValueError, LookupError, TypeError):
        names = [str(label) for label in range(256)]
    return images([(io.BytesIO(base64.b64decode(b)), names[label]) for b, label in rows])


READERS = {"CSV": table, "TSV": table, "NPY": npy, "NPZ": npz, "IDX": idx, "CIFAR-100": cifar100, "shard": shard}


def reader(kind):
    if kind == "Parquet of images":
        return parquet_images
    if kind.startswith("Parquet"):
        return parquet
    return next((read for name, read in READERS.items() if kind.startswith(name)), folder)


def same(ours, labels, theirs, other, kind):
    if ours.shape != theirs.shape:
        return f"shape {ours.shape} beside {theirs.shape}"
    a, b = [np.asarray(x, "f4").astype("f8") for x in (ours, theirs)]
    left = list(range(len(b)))
    tolerance = TOLERANCE.get(kind, 0)
    for row, label in zip(a, labels):
        found = next((i for i in left if str(other[i]) == str(label) and np.allclose(b[i], row, 0, tolerance)), None)
        if found is None:
            return f"no row {row[:8]} of class {label!r}, there are {[other[i] for i in left][:8]} {b[left[0]][:8] if left else ''}"
        left.remove(found)
    return None


def canonical(labels):
    try:
        return [f"{float(x):g}" for x in labels]
    except ValueError:
        return list(labels)


root = Path(sys.argv[1])
every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
counts, found, seen = {}, [], Counter()
for place in sorted(root.iterdir(), key=lambda p: int(p.name)):
    told = json.loads((place / "told.json").read_text())
    kind = told["kind"]
    seen[kind] += 1
    if (seen[kind] - 1) % every:
        continue
    ours = np.frombuffer((place / "inputs.bin").read_bytes(), told["type"]).reshape(told["shape"][0], -1)
    try:
        theirs, labels = reader(kind)(place / "files", told)
        why = same(ours, canonical(told["labels"]), theirs, canonical(labels), kind)
        end = "equal" if why is None else "other"
    except (ModuleNotFoundError, UnidentifiedImageError) as error:
        # Pillow 9 has no AVIF.
        end = "no reader" if kind == "AVIF" or isinstance(error, ModuleNotFoundError) else "refused"
        why = str(error)
    except Exception as error:
        end, why = "refused", f"{type(error).__name__}: {error}"
    counts.setdefault(kind, Counter())[end] += 1
    if end in ("other", "refused"):
        found.append({"mutant": int(place.name), "kind": kind, "end": end, "why": why[:300]})
for kind, ends in counts.items():
    print(f"{kind:26}", dict(ends))
if len(sys.argv) > 2:
    Path(sys.argv[2]).write_text(json.dumps({"kinds": counts, "found": found}, indent=1) + "\n")
others = [f for f in found if f["end"] == "other"]
for f in found[:: max(1, len(found) // 40)]:
    print(f)
sys.exit(1 if others else 0)
