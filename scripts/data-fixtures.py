"""Writes the NumPy files of test/fixtures/data: python3 scripts/data-fixtures.py (NumPy 2.4)."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent.parent / "test" / "fixtures" / "data"
GRID = np.arange(24).reshape(2, 3, 4)
TYPES = ["u1", "i1", "b1", "<u2", ">u2", "<i2", ">i4", "<i8", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]

(FOLDER / "npy").mkdir(parents=True, exist_ok=True)
for name in TYPES:
    plain = name.replace("<", "little-").replace(">", "big-")
    np.save(FOLDER / "npy" / f"{plain}.npy", GRID.astype(name))
np.save(FOLDER / "npy" / "fortran.npy", np.asfortranarray(GRID.astype("<i4")))
np.save(FOLDER / "npy" / "texts.npy", np.array(["ant", "bee", "é😀"]))
np.save(FOLDER / "npy" / "bytes.npy", np.array([b"ant", b"b"]))
np.save(FOLDER / "npy" / "objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
np.save(FOLDER / "npy" / "records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
np.save(FOLDER / "npy" / "complex.npy", np.zeros(2, dtype="<c8"))
np.save(FOLDER / "npy" / "dates.npy", np.zeros(2, dtype="<M8[D]"))

random = np.random.default_rng(0)
labels = np.arange(12) % 3
images = random.integers(0, 256, (12, 6, 5, 3)).astype("u1")
np.savez(
    FOLDER / "medical.npz",
    train_images=images[:6], train_labels=labels[:6, None], val_images=images[6:8], val_labels=labels[6:8, None],
    test_images=images[8:], test_labels=labels[8:, None],
)
np.savez_compressed(FOLDER / "pair.npz", X=random.normal(size=(12, 4)), y=np.array(["ant", "bee", "cat"])[labels])
np.savez_compressed(FOLDER / "one-hot.npz", x_train=images, y_train=np.eye(3)[labels])
