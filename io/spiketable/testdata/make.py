#!/usr/bin/env python3
"""Makes the files in others/: seven spikes of three neurons, as other programs write
them; and those in bad/, which no source can be made of.

    pip install -r ../../../.ci/requirements.txt && ./make.py
"""

import os

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "others"))
d = pd.DataFrame({
    "time_s": [0.0005, 0.0007, 0.0007, 0.003, 0.0045, 0.006, 0.006],
    "neuron": [1, 0, 2, 1, 1, 0, 2],
    "population": ["a", "a", "b", "a", "b", "b", "b"],
})
table = pa.Table.from_pandas(d, preserve_index=False)
p = pl.from_pandas(d)
narrow = pa.schema([("time_s", pa.float32()), ("neuron", pa.uint32()), ("population", pa.int8())])
types = pa.table([d.time_s, d.neuron, [7, 7, 8, 7, 8, 8, 8]], schema=narrow)

d.to_feather("pandas.arrow")
d.astype({"population": "category"}).to_feather("categories.arrow", compression="zstd")
d.to_parquet("pandas.parquet", index=False)
p.write_ipc("polars.arrow", compression="lz4")
p.with_columns(pl.col("population").cast(pl.Categorical)).write_ipc("polars-categories.arrow", compression="uncompressed")
p.write_ipc_stream("polars-stream.arrow")
p.write_parquet("polars.parquet")
duckdb.sql("copy (select * from d) to 'duckdb.parquet' (format parquet)")
pa.parquet.write_table(table, "pages-2.parquet", data_page_version="2.0", compression="brotli", row_group_size=3)
pa.parquet.write_table(table, "delta.parquet", use_dictionary=False, compression="gzip",
                       column_encoding={"neuron": "DELTA_BINARY_PACKED", "population": "DELTA_LENGTH_BYTE_ARRAY"})
pa.parquet.write_table(types, "types.parquet", compression="none")
pa.parquet.write_table(types, "split.parquet", use_dictionary=False, use_byte_stream_split=["time_s", "neuron"])
steps = pa.table({"step": pa.array([5, 7, 7, 30, 45, 60, 60], pa.uint64()), "neuron": pa.array(d.neuron, pa.float64()), "population": d.population})
pa.parquet.write_table(steps, "steps.parquet", compression="snappy")
microseconds = pa.table({"time": pa.array([500, 700, 700, 3000, 4500, 6000, 6000], pa.duration("us")),
                         "neuron": pa.array(d.neuron, pa.int16()), "population": pa.array(d.population, pa.large_string())})
with pa.ipc.new_file("duration.arrow", microseconds.schema) as w:
    w.write_table(microseconds)

os.chdir("../bad")
for name, column in {
    "null-times": {"time_s": pa.array([0.1, None, 0.3])},
    "null-neurons": {"neuron": pa.array([1, 2, None], pa.int32())},
    "null-populations": {"population": pa.array(["a", "a", None])},
    "timestamps": {"time_s": pa.array([1, 2, 3], pa.timestamp("us"))},
    "lists": {"neuron": pa.array([[1], [2], [3]])},
    "halves": {"neuron": pa.array([1.0, 1.5, 2.0])},
    "negative": {"time_s": pa.array([0.1, -0.2, 0.3])},
    "infinite": {"time_s": pa.array([0.1, 0.2, float("inf")])},
    "huge": {"neuron": pa.array([1, 2**63, 3], pa.uint64())},
}.items():
    t = pa.table({"time_s": pa.array([0.1, 0.2, 0.3]), "neuron": pa.array([1, 2, 3]), "population": pa.array(["a", "a", "b"])} | column)
    pa.parquet.write_table(t, name + ".parquet")
    if name != "lists":
        with pa.ipc.new_file(name + ".arrow", t.schema) as w:
            w.write_table(t)
