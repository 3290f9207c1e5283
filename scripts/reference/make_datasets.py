"""Writes examples/data/digits.csv and examples/data/diabetes.csv from the copies in scikit-learn."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes, load_digits

OUT = Path(__file__).resolve().parents[2] / "examples" / "data"


def write(name, lines):
    (OUT / name).write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


def digits():
    bunch = load_digits()
    table = np.column_stack([bunch.data, bunch.target])
    ints = table.astype(int)
    assert ints.shape == (1797, 65) and (ints == table).all()
    assert ints[:, :64].min() == 0 and ints[:, :64].max() == 16
    write("digits.csv", (",".join(map(str, row)) for row in ints.tolist()))


def diabetes():
    bunch = load_diabetes(scaled=True)
    x = bunch.data
    assert x.shape == (442, 10)
    assert np.abs(x.mean(axis=0)).max() < 1e-15
    assert np.abs(np.linalg.norm(x, axis=0) - 1).max() < 1e-14
    rows = np.column_stack([x, bunch.target]).tolist()
    header = ",".join([*bunch.feature_names, "target"])
    write("diabetes.csv", [header, *(",".join(map(repr, row)) for row in rows)])


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    digits()
    diabetes()
