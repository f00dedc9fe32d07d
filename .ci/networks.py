#!/usr/bin/env python3
"""Reads the learning curves and the checkpoint of a network of rates as others would.

    networks.py DIR

DIR holds curves.arrow, checkpoint.arrow, and case.json with what is in them.
"""

import json
import os
import sys

import numpy as np
import pyarrow.feather


def equal(got, want, what):
    if got != want:
        sys.exit(f"{what}: {got}, want {want}")


def curves(path, case):
    table = pyarrow.feather.read_table(path)
    equal(table.schema.metadata[b"format"], b"apical.curves", "format")
    for field in table.schema:
        if str(field.type) == "double":
            unit = field.metadata[b"unit"].decode()
            equal(field.name.endswith("_deg"), unit == "degree", f"unit {unit} of {field.name}")
    c = table.to_pandas()
    equal(list(c.layer.cat.categories), case["layers"] + ["hidden", "network"], "layers")
    test = c[(c.layer == "network") & (c.split == "test")]
    equal(list(test.epoch), list(range(len(case["error_pct"]))), "epochs")
    equal(list(test.error_pct), case["error_pct"], "test error")
    equal(test.delta_deg.isna().all(), True, "delta angle of the network is null")
    deltas = c.pivot_table(index="epoch", columns="layer", values="delta_deg", observed=True)
    equal(list(deltas.columns), case["layers"], "layers with a delta angle")
    equal(deltas.to_numpy().tolist(), case["delta_deg"], "delta angles")


def checkpoint(path, case):
    table = pyarrow.feather.read_table(path)
    metadata = table.schema.metadata
    equal(int(metadata[b"epoch"]), len(case["error_pct"]) - 1, "epoch")
    equal(json.loads(metadata[b"record"]), case["record"], "record")
    c = table.to_pandas()
    for t in json.loads(metadata[b"tensors"]):
        rows = c[(c.layer == t["layer"]) & (c.tensor == t["tensor"])]
        wide = rows.pivot(index="row", columns="column", values="value").to_numpy()
        equal(wide.shape, (t["rows"], t["columns"]), "shape")
        equal(rows.last_change.notna().all(), t["last_change"], "last change")
        if t["layer"] == "hidden1" and t["tensor"] == "weights":
            equal(np.ascontiguousarray(wide).tobytes().hex(), case["weights"], "bits of the weights")


def main():
    directory = sys.argv[1]
    with open(os.path.join(directory, "case.json")) as f:
        case = json.load(f)
    curves(os.path.join(directory, "curves.arrow"), case)
    checkpoint(os.path.join(directory, "checkpoint.arrow"), case)
    print("curves and checkpoint read by pyarrow and pandas")


main()
