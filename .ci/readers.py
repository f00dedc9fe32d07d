#!/usr/bin/env python3
"""Reads the files of short runs with pyarrow, pandas, polars, DuckDB and NumPy, and
lets apical read theirs.

    readers.py APICAL README

APICAL is the compiled command, README the file whose Python examples must run.
Everything happens in a temporary directory. The last line is "N passed, N failed".
"""

import collections
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import traceback

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

# 40 neurons and bins of 50 ms leave bins without events, so that nulls occur.
SETTINGS = ["neurons=40", "examples=4", "example_duration=1s", "tau_avg=500ms"]
POPULATIONS = ["input1", "input2", "hidden1", "hidden2", "output"]
PLASTIC = ["input1_hidden1", "input1_hidden2", "input2_hidden1", "input2_hidden2",
           "hidden1_output", "hidden2_output"]
WINDOW_S = 0.016  # of the accumulating detector
NAME = pa.dictionary(pa.int16(), pa.string())
COLUMNS = {
    "spikes.arrow": [("time_s", pa.float64()), ("step", pa.int64()), ("neuron", pa.uint32()), ("population", NAME)],
    "rates.arrow": [("t_s", pa.float64()), ("bin_s", pa.float64()), ("population", NAME),
                    ("event_rate_hz", pa.float64()), ("burst_rate_hz", pa.float64()),
                    ("burst_fraction", pa.float64()), ("firing_rate_hz", pa.float64()),
                    ("n_events", pa.int64()), ("n_bursts", pa.int64()), ("n_spikes", pa.int64()),
                    ("n_neurons", pa.int64())],
    "weights.arrow": [("t_s", pa.float64()), ("projection", NAME), ("mean", pa.float64()), ("sd", pa.float64()),
                      ("min", pa.float64()), ("max", pa.float64()), ("n_synapses", pa.int64())],
}
KEYS = ["format", "format_version", "generator", "version", "seed", "rng", "dt_s", "steps_per_second", "t_start_s",
        "burst_isi_s", "burst_tie", "sorting", "populations", "config_sha256", "config", "experiment", "preset"]


class Files:
    """What the checks look at: the runs, and their files as pyarrow reads them."""

    def __init__(self, apical, readme):
        self.apical, self.readme = os.path.abspath(apical), os.path.abspath(readme)
        self.temporary = tempfile.TemporaryDirectory(prefix="apical-readers-")
        self.root = self.temporary.name
        self.dir = self.run("lz4")
        with open(os.path.join(self.dir, "manifest.json")) as f:
            self.manifest = json.load(f)

    def run(self, codec):
        out = os.path.join(self.root, codec)
        command = [self.apical, "run", "xor", "--quiet", "--record", "all", "--codec", codec, "--out", out]
        for s in SETTINGS:
            command += ["--set", s]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return out

    def path(self, name):
        return os.path.join(self.dir, name)

    def arrow(self, name):
        return pa.ipc.open_file(self.path(name)).read_all()

    def pandas(self, name):
        return pa.ipc.open_file(self.path(name)).read_pandas()

    def export(self, path, to, *flags):
        """Exports a file and returns the name of the new one."""
        out = os.path.join(self.root, "{}-{}.{}".format(os.path.basename(path), len(os.listdir(self.root)), to))
        subprocess.run([self.apical, "export", path, "--to", to, "--out", out, *flags], check=True, capture_output=True)
        return out

    def metadata(self, name):
        return {k.decode(): v.decode() for k, v in self.arrow(name).schema.metadata.items()}


def equal(got, want, what):
    assert got == want, f"{what}: {got!r}, want {want!r}"


def check_column_types(f):
    for name, columns in COLUMNS.items():
        schema = f.arrow(name).schema
        equal([(c.name, c.type) for c in schema], columns, name)
        for c in schema:
            equal(c.nullable, c.name == "burst_fraction", f"{name}: {c.name} nullable")


def check_column_units(f):
    spikes, rates = f.arrow("spikes.arrow").schema, f.arrow("rates.arrow").schema
    equal(spikes.field("time_s").metadata[b"unit"], b"s", "unit of time_s")
    equal(float(spikes.field("step").metadata[b"dt_s"]), 1e-4, "dt_s of step")
    equal(spikes.field("neuron").metadata[b"index_base"], b"0", "index_base of neuron")
    equal(rates.field("event_rate_hz").metadata[b"unit"], b"Hz per neuron", "unit of event_rate_hz")


def check_metadata(f):
    for name in COLUMNS:
        m = f.metadata(name)
        # How rates tell bursts is the detector's business, not that of an interval's tie.
        missing = [k for k in KEYS if k not in m and (name, k) != ("rates.arrow", "burst_tie")]
        assert not missing, f"{name}: no metadata {missing}"
        equal(m["format"], "apical." + name.removesuffix(".arrow"), name)
        equal((float(m["dt_s"]), int(m["steps_per_second"]), m["seed"]), (1e-4, 10000, "1"), name)
        equal(float(m["burst_isi_s"]), WINDOW_S, name)
        equal(m["experiment"], "xor", name)
        populations = json.loads(m["populations"])
        equal([p["name"] for p in populations], POPULATIONS, name)
        equal([(p["first_id"], p["size"]) for p in populations], [(40 * i, 40) for i in range(5)], name)
        digest = hashlib.sha256(m["config"].encode()).hexdigest()
        equal(m["config_sha256"], digest, f"{name}: config_sha256")
        equal(f.manifest["config_sha256"], digest, "manifest.json: config_sha256")
        assert json.loads(m["config"]), f"{name}: config is empty"


def check_manifest_hashes(f):
    listed = {x["name"]: x for x in f.manifest["files"]}
    for name in [*COLUMNS, "metrics.json"]:
        with open(f.path(name), "rb") as g:
            data = g.read()
        equal((len(data), hashlib.sha256(data).hexdigest()), (listed[name]["bytes"], listed[name]["sha256"]), name)


def check_no_partial_files(f):
    equal([n for n in os.listdir(f.dir) if n.endswith(".partial")], [], "partial files")


def check_counts(f):
    for name in COLUMNS:
        rows = f.arrow(name).num_rows
        assert rows > 0, f"{name} is empty"
        shown = subprocess.run([f.apical, "inspect", f.path(name)], check=True, capture_output=True, text=True).stdout
        equal(int(re.search(r"(\d+) rows in", shown)[1]), rows, f"apical inspect {name}")
    equal(f.manifest["counts"]["spikes_recorded"], f.arrow("spikes.arrow").num_rows, "manifest.json")


def check_order(f):
    d = f.pandas("spikes.arrow")
    keys = np.stack([d.step, d.population.cat.codes, d.neuron], axis=1).astype(np.int64)
    order = np.lexsort((keys[:, 2], keys[:, 1], keys[:, 0]))
    assert (order == np.arange(len(d))).all(), "spikes are not sorted by step, population, neuron"
    assert not d.duplicated(["step", "population", "neuron"]).any(), "a neuron spikes twice in a step"
    assert (d.time_s == d.step / 10000).all(), "time_s is not step/steps_per_second"
    for name in ("rates.arrow", "weights.arrow"):
        assert f.pandas(name).t_s.is_monotonic_increasing, f"{name} is not sorted by time"


def check_populations(f):
    d = f.pandas("spikes.arrow")
    equal(list(d.population.cat.categories), POPULATIONS, "categories")
    assert d.neuron.max() < 40 and d.step.min() >= 0, "a neuron or step out of range"


def check_burst_fraction_null(f):
    d = f.arrow("rates.arrow")
    null = d["burst_fraction"].is_null().to_numpy()
    silent = d["n_events"].to_numpy() == 0
    assert (null == silent).all(), "burst_fraction is null elsewhere than without events"
    assert silent.any() and not silent.all(), "the run has no bins of both kinds: nothing was tested"


def check_rates_are_counts(f):
    d = f.pandas("rates.arrow")
    scale = d.n_neurons * d.bin_s
    for rate, count in (("event_rate_hz", "n_events"), ("burst_rate_hz", "n_bursts"), ("firing_rate_hz", "n_spikes")):
        assert np.allclose(d[rate], d[count] / scale, rtol=1e-12, atol=0), rate
    some = d[d.n_events > 0]
    assert np.allclose(some.burst_fraction, some.n_bursts / some.n_events, rtol=1e-12, atol=0), "burst_fraction"


def detected(steps):
    """The accumulating detector on one neuron's steps: events and bursts."""
    y, last, open_burst, events, bursts = 0.0, 0, False, [], []
    for n in steps:
        y *= math.exp(-(n - last) / (WINDOW_S * 10000))
        if y <= math.exp(-1) * (1 + 1e-9):
            events.append(n)
            open_burst = False
        elif not open_burst:
            bursts.append(n)
            open_burst = True
        y, last = y + 1, n
    return events, bursts


def check_rates_from_spikes(f):
    """rates.arrow, recomputed from spikes.arrow with pandas."""
    rates, spikes = f.pandas("rates.arrow"), f.pandas("spikes.arrow")
    width = round(rates.bin_s.iloc[0] * 10000)
    assert (np.round(rates.bin_s * 10000) == width).all(), "bins of different lengths"
    counts = {k: collections.Counter() for k in ("n_spikes", "n_events", "n_bursts")}
    for (population, _), steps in spikes.groupby(["population", "neuron"], observed=True).step:
        events, bursts = detected(steps.tolist())
        for key, found in (("n_spikes", steps), ("n_events", events), ("n_bursts", bursts)):
            counts[key].update((population, n // width) for n in found)
    where = list(zip(rates.population, np.round(rates.t_s * 10000).astype(int) // width))
    equal(len(where), len(set(where)), "rows for different bins")
    for key, counter in counts.items():
        equal(sum(counter.values()), int(rates[key].sum()), f"all {key}")
        wrong = [w for w, n in zip(where, rates[key]) if counter[w] != n]
        assert not wrong, f"{key} differs in {len(wrong)} bins, first {wrong[0]}"


def check_weights(f):
    d = f.pandas("weights.arrow")
    equal(set(d.projection), set(PLASTIC), "projections")
    assert (d["min"] <= d["mean"]).all() and (d["mean"] <= d["max"]).all() and (d.sd >= 0).all(), "out of order"
    assert (d.groupby("projection", observed=True).n_synapses.nunique() == 1).all(), "synapses come and go"
    first, last = (d[d.t_s == t].set_index("projection")["mean"] for t in (d.t_s.min(), d.t_s.max()))
    assert np.allclose(first, 0.234, atol=1e-6), f"weights begin at {first.to_dict()}, want 0.234"
    assert (first != last).any(), "training changed no weight"


def check_pandas(f):
    d = f.pandas("spikes.arrow")
    equal([str(t) for t in d.dtypes], ["float64", "int64", "uint32", "category"], "dtypes")
    pd.testing.assert_frame_equal(d, pd.read_feather(f.path("spikes.arrow")))
    rates = pd.read_feather(f.path("rates.arrow"))
    equal(int(rates.burst_fraction.isna().sum()), int((rates.n_events == 0).sum()), "NaN in pandas")


def check_polars(f):
    for name, columns in COLUMNS.items():
        d, want = pl.read_ipc(f.path(name)), f.arrow(name)
        equal((d.height, d.columns), (want.num_rows, [c for c, _ in columns]), name)
        for c, t in columns:
            if t == NAME:
                equal(d[c].cast(pl.String).to_list(), want[c].to_pylist(), f"{name}: {c}")
            else:
                equal(str(d[c].dtype).lower(), {"double": "float64"}.get(str(t), str(t)), f"{name}: {c}")
                equal(d[c].to_list(), want[c].to_pylist(), f"{name}: {c}")


def check_stream(f):
    """Behind its first 8 bytes a file is a stream, with its end marked."""
    for name in COLUMNS:
        with open(f.path(name), "rb") as g:
            g.seek(8)
            assert pa.ipc.open_stream(g).read_all().equals(f.arrow(name)), name


def check_codecs(f):
    for codec in ("zstd", "none"):
        out = f.run(codec)
        for name in COLUMNS:
            assert pa.ipc.open_file(os.path.join(out, name)).read_all().equals(f.arrow(name)), f"{codec}: {name}"


def check_repair(f):
    whole = f.arrow("spikes.arrow")
    with open(f.path("spikes.arrow"), "rb") as g:
        data = g.read()
    recovered = []
    for share in (0.5, 0.9):
        cut, out = (os.path.join(f.root, f"{n}-{share}.arrow") for n in ("cut", "repaired"))
        with open(cut, "wb") as g:
            g.write(data[:int(len(data) * share)])
        try:
            pa.ipc.open_file(cut)
            raise AssertionError("pyarrow opens a truncated file")
        except pa.ArrowInvalid:
            pass
        subprocess.run([f.apical, "repair", cut, "--out", out], check=True, stdout=subprocess.DEVNULL)
        table = pa.ipc.open_file(out).read_all()
        assert table.equals(whole.slice(0, table.num_rows)), "repair changed rows"
        recovered.append(table.num_rows)
    assert 0 < recovered[0] <= recovered[1] < whole.num_rows, f"{recovered} rows of {whole.num_rows}"


def check_export(f):
    """Every table in every format has the values that the Arrow file has."""
    for name in COLUMNS:
        want = f.arrow(name)
        columns = {c: want[c].to_pylist() for c in want.column_names}
        csv, parquet, npz, stream = (f.export(f.path(name), to) for to in ("csv", "parquet", "npz", "arrow-stream"))
        assert pa.ipc.open_stream(stream).read_all().equals(want), f"{name}: stream"
        tables = {
            "pyarrow, Parquet": pa.parquet.read_table(parquet).to_pydict(),
            "polars, Parquet": pl.read_parquet(parquet).to_dict(as_series=False),
            "DuckDB, Parquet": duckdb.sql(f"select * from '{parquet}'").to_arrow_table().to_pydict(),
            "polars, CSV": pl.read_csv(csv, infer_schema_length=None).to_dict(as_series=False),
            "DuckDB, CSV": duckdb.sql(f"select * from read_csv('{csv}', sample_size=-1)").to_arrow_table().to_pydict(),
            "pandas, CSV": {c: [None if isinstance(x, float) and math.isnan(x) else x for x in v]
                            for c, v in pd.read_csv(csv).to_dict("list").items()},
        }
        for reader, got in tables.items():
            equal(list(got), list(columns), f"{name}, {reader}: columns")
            for c, values in columns.items():
                assert got[c] == values, f"{name}, {reader}: {c}"
        schema = pa.parquet.read_schema(parquet)
        equal({k.decode(): v.decode() for k, v in schema.metadata.items()}, f.metadata(name), f"{name}: metadata in Parquet")
        for c in want.schema:
            kind = pa.string() if c.type == NAME else c.type
            equal((schema.field(c.name).type, schema.field(c.name).nullable), (kind, c.nullable), f"{name}: {c.name} in Parquet")
        with np.load(npz, allow_pickle=False) as arrays:
            equal(arrays.files, list(columns), f"{name}: arrays")
            for c, values in columns.items():
                values = [math.nan if v is None else v for v in values]
                assert np.array_equal(arrays[c], np.array(values), equal_nan=arrays[c].dtype.kind == "f"), f"{name}, NumPy: {c}"


def check_foreign_files(f):
    """What pandas, polars, pyarrow and DuckDB write has the spikes that it was made of."""
    sizes = [x for p in POPULATIONS for x in ("--neurons", p + "=40")]
    d = f.pandas("spikes.arrow")[["time_s", "neuron", "population"]]
    plain = d.assign(population=d.population.astype(str))
    milliseconds = plain.assign(time_ms=d.time_s * 1000).drop(columns="time_s")
    with open(f.export(f.path("spikes.arrow"), "csv")) as g:
        want = g.read()
    at = lambda name: os.path.join(f.root, "foreign." + name)
    d.to_feather(at("pandas.feather"))
    plain.to_parquet(at("pandas.parquet"))
    plain.to_csv(at("pandas.csv"), index=False)
    milliseconds.to_csv(at("ms.tsv"), index=False, sep="\t")
    plain.sort_values(["population", "neuron", "time_s"]).to_parquet(at("by-neuron.parquet"), compression="gzip")
    p = pl.from_pandas(plain)
    p.write_parquet(at("polars.parquet"))
    for codec in ("uncompressed", "lz4", "zstd"):
        p.write_ipc(at(f"polars-{codec}.arrow"), compression=codec)
        p.with_columns(pl.col("population").cast(pl.Categorical)).write_ipc(at(f"categories-{codec}.arrow"), compression=codec)
    p.write_ipc_stream(at("polars.stream"))
    table = pa.Table.from_pandas(plain, preserve_index=False)
    for page in ("1.0", "2.0"):
        pa.parquet.write_table(table, at(f"pages-{page}.parquet"), data_page_version=page, compression="zstd", row_group_size=1000)
    with pa.ipc.new_stream(at("pyarrow.stream"), table.schema) as w:
        w.write_table(table)
    duckdb.sql(f"copy (select * from plain) to '{at('duckdb.parquet')}' (format parquet)")
    duckdb.sql(f"copy (select * from plain) to '{at('duckdb.csv')}'")
    made = sorted(n for n in os.listdir(f.root) if n.startswith("foreign."))
    equal(len(made), 18, "files")
    for name in made:
        with open(f.export(os.path.join(f.root, name), "csv", "--until", "100s", *sizes)) as g:
            # Populations are in the order of the alphabet, not in that of the run.
            assert sorted(g.read().splitlines()) == sorted(want.splitlines()), name


def check_readme(f):
    """The Python of the README, where it says: beside runs/."""
    with open(f.readme) as g:
        blocks = re.findall(r"^```python\n(.*?)^```$", g.read(), re.M | re.S)
    assert blocks, "no Python in the README"
    os.makedirs(os.path.join(f.root, "runs"), exist_ok=True)
    os.symlink(f.dir, os.path.join(f.root, "runs", "xor-quick-seed1"))
    for block in blocks:
        done = subprocess.run([sys.executable, "-W", "error::DeprecationWarning", "-c", block], cwd=f.root, capture_output=True, text=True)
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        assert done.stdout.strip(), f"{block}\nprints nothing"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print("pyarrow", pa.__version__, " pandas", pd.__version__, " polars", pl.__version__, " duckdb", duckdb.__version__)
    files = Files(*sys.argv[1:])
    passed = failed = 0
    for name, check in list(globals().items()):
        if not name.startswith("check_"):
            continue
        try:
            check(files)
            passed += 1
            print("ok  ", name.removeprefix("check_"))
        except Exception:
            failed += 1
            print("FAIL", name.removeprefix("check_"))
            traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
