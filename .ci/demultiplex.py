#!/usr/bin/env python3
"""Recomputes events and rates from the spikes, slowly, and compares.

    demultiplex.py DIR...

Each DIR holds spikes.arrow, case.json with what was asked for, and what apical made
of it: events.arrow, populations.arrow and neurons.arrow. This is written after the
definitions, not after the program, neuron by neuron and spike by spike. Counts have
to be equal, numbers to agree within 1e-9. The last line says how much was compared.
"""

import json
import math
import os
import statistics
import sys

import pandas as pd
import pyarrow.ipc

TOLERANCE = 1e-9


def table(*path):
    return pyarrow.ipc.open_file(os.path.join(*path)).read_pandas()


def trains(spikes, case):
    """Spike steps by (population, neuron, window); all neurons, silent ones too."""
    found = {}
    for population, size in case["populations"]:
        for neuron in range(size):
            mine = spikes[(spikes.population == population) & (spikes.neuron == neuron)].step
            for start, stop in case["windows"]:
                found[population, neuron, start, stop] = sorted(int(s) for s in mine if start <= s < stop)
    return found


def events_of(train, start, stop, case):
    """The events of one neuron in one window."""
    isi, silence, cap = case["isi"], case["pre_silence"], case["cap"]
    events = []
    for i, spike in enumerate(train):
        before = [s for s in train[:i] if spike - s <= isi]
        if before:
            continue  # not the first of an event
        chain = [spike]
        for later in train[i + 1:]:
            if later - chain[-1] > isi:
                break
            chain.append(later)
        cut_by_window = chain[-1] + isi > stop - 1  # a spike there could still belong to it
        end = "window_end" if cut_by_window else "silence"
        if cap:
            for k, s in enumerate(chain):
                if s - spike > cap:
                    chain, end = chain[:k + 1], "capped"
                    break
        if i == 0:  # the last step that was not recorded is start - 1
            since = spike - (start - 1)
            known, quiet = since > isi, since >= silence or None  # None: nobody knows
        else:
            known, quiet = True, spike - train[i - 1] >= silence
        if not known:
            kind = "left_censored"
        elif quiet is None:
            kind = "silence_censored"
        elif len(chain) > 1 and quiet:
            kind = "burst"
        elif len(chain) == 1 and quiet and cut_by_window:
            kind = "right_censored"
        else:
            kind = "singlet"
        events.append({
            "step": spike, "n_spikes": len(chain), "second_step": chain[1] if len(chain) > 1 else None,
            "last": chain[-1], "class": kind, "end": end, "followed": int(spike + isi <= stop - 1),
        })
    return events


def all_events(by_train, case):
    order = [name for name, _ in case["populations"]]
    events = []
    for (population, neuron, start, stop), train in by_train.items():
        for e in events_of(train, start, stop, case):
            events.append({"neuron": neuron, "population": population, **e})
    return sorted(events, key=lambda e: (e["step"], order.index(e["population"]), e["neuron"]))


def wilson(k, n, confidence):
    z = statistics.NormalDist().inv_cdf(0.5 + confidence / 2)
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def chance(counts, seconds, rate, case):
    """The burst fraction of Poisson neurons with dead time that fired so often."""
    sps = case["steps_per_second"]
    isi, dead, silence = case["isi"] / sps, case["dead_s"], max(case["isi"], case["pre_silence"]) / sps
    mean = sum(counts) / len(counts) / seconds
    if mean == 0 or rate == 0:
        return None
    events, bursts, levels = 0.0, 0.0, []
    for n in counts:
        r = n / seconds * rate / mean
        if r == 0:
            continue
        if r * dead >= 1:
            levels.append(1.0)
            continue
        r1 = 1 / (1 / r - dead)
        er = r * math.exp(-r1 * (isi - dead))
        bf = (1 - math.exp(-r1 * (isi - dead))) * math.exp(-r1 * (silence - isi))
        events, bursts = events + er, bursts + er * bf
        levels.append(bf)
    return bursts / events if events > 0 else max(levels)


def seen(counts, n_spikes, recorded, case):
    """The rate that an event sees in a bin: of the other spikes, with the recording's
    rate as one spike more (analysis.Mixture.Seen)."""
    sps = case["steps_per_second"]
    total = sum(stop - start for start, stop in case["windows"]) / sps
    if sum(counts) == 0 or n_spikes == 0:
        return 0
    isi, bin_s = case["isi"] / sps, recorded / sps

    def hidden(x):  # mean of min(x, u) for u from 0 to the bin's length
        return bin_s / 2 if x >= bin_s else x - x * x / (2 * bin_s)

    rest = len(counts) * bin_s - hidden(isi) - hidden(case["dead_s"]) + total * len(counts) / sum(counts)
    x = min(isi / rest, 0.99)
    return (x - (n_spikes - 1) * math.log(1 - x)) / isi


def rows_of(by_train, events, case, members):
    """Rates of one group, bin by bin. members are its (population, neuron)."""
    sps, width = case["steps_per_second"], case["bin"]
    events = [e for e in events if (e["population"], e["neuron"]) in members]
    spikes = [s for key, train in by_train.items() if key[:2] in members for s in train]
    per_neuron = {m: 0 for m in members}
    for key, train in by_train.items():
        if key[:2] in members:
            per_neuron[key[:2]] += len(train)
    all_recorded = sum(stop - start for start, stop in case["windows"]) / sps
    rows = []
    origin, end = case["windows"][0][0], case["windows"][-1][1]
    for low in range(origin, end, width):
        high = low + width
        recorded = sum(max(0, min(high, stop) - max(low, start)) for start, stop in case["windows"])
        if recorded == 0:
            continue
        inside = [e for e in events if low <= e["step"] < high]
        stamp = "step" if case["burst_at"] == "first" else "second_step"
        bursts = [e for e in events if e["class"] == "burst" and low <= e[stamp] < high]
        known = [e for e in inside if e["class"] != "left_censored"]
        n_spikes = sum(low <= s < high for s in spikes)
        n = sum(e["followed"] for e in known if e["class"] != "silence_censored")
        k = sum(e["followed"] for e in bursts)
        time = recorded / sps * len(members)
        fraction = k / n if n else None
        lo, hi = wilson(k, n, case["confidence"]) if n and case["burst_at"] == "first" else (None, None)
        rows.append({
            "t_s": low / sps, "bin_s": width / sps, "recorded_s": recorded / sps, "n_neurons": len(members),
            "n_events": len(known), "n_bursts": len(bursts), "n_spikes": n_spikes, "n_classified": n,
            "n_classified_bursts": k, "n_censored": len(inside) - n, "n_effective": n,
            "event_rate_hz": len(known) / time, "burst_rate_hz": len(bursts) / time, "firing_rate_hz": n_spikes / time,
            "burst_fraction": fraction, "burst_fraction_lo": lo, "burst_fraction_hi": hi,
            "burst_fraction_chance": chance(list(per_neuron.values()), all_recorded, seen(list(per_neuron.values()), n_spikes, recorded, case), case),
        })
    return rows


def compare(what, got, want):
    """One value of a file with one computed here; None is null."""
    if want is None:
        assert pd.isna(got), f"{what}: {got}, want null"
    elif isinstance(want, float):
        assert not pd.isna(got) and abs(got - want) <= TOLERANCE * max(1, abs(want)), f"{what}: {got!r}, want {want!r}"
    else:
        assert got == want, f"{what}: {got!r}, want {want!r}"


def compare_rows(name, got, want, keys):
    assert len(got) == len(want), f"{name}: {len(got)} rows, want {len(want)}"
    for i, (g, w) in enumerate(zip(got.to_dict("records"), want)):
        for key in keys:
            compare(f"{name} row {i} {key} ({w})", g[key], w[key])


def check(directory):
    with open(os.path.join(directory, "case.json")) as f:
        case = json.load(f)
    by_train = trains(table(directory, "spikes.arrow"), case)
    events = all_events(by_train, case)
    sps = case["steps_per_second"]

    got = table(directory, "events.arrow")
    for e in events:
        e["time_s"], e["duration_s"] = e["step"] / sps, (e["last"] - e["step"]) / sps
    compare_rows(directory + "/events.arrow", got, events,
                 ["time_s", "step", "neuron", "population", "n_spikes", "second_step", "duration_s", "class", "end", "followed"])

    rates = table(directory, "populations.arrow")
    keys = None
    rows = 0
    for population, size in case["populations"]:
        want = rows_of(by_train, events, case, {(population, n) for n in range(size)})
        keys = list(want[0])
        compare_rows(f"{directory}/populations.arrow {population}", rates[rates.group == population], want, keys)
        rows += len(want)
    assert rates.neuron.isna().all() and len(rates) == rows

    rates, rows = table(directory, "neurons.arrow"), 0
    for population, size in case["populations"]:
        for neuron in range(size):
            want = rows_of(by_train, events, case, {(population, neuron)})
            mine = rates[(rates.group == population) & (rates.neuron == neuron)]
            compare_rows(f"{directory}/neurons.arrow {population} {neuron}", mine, want, keys)
            rows += len(want)
    assert len(rates) == rows
    silent = sum(not any(by_train[k] for k in by_train if k[:2] == (p, n)) for p, size in case["populations"] for n in range(size))
    return pd.Series({"events": len(events), "rows": 2 * rows, "silent neurons": silent,
                      **pd.Series([e["class"] for e in events], dtype=str).value_counts(),
                      **pd.Series(["end " + e["end"] for e in events], dtype=str).value_counts(),
                      "of three or more spikes": sum(e["n_spikes"] > 2 for e in events),
                      "ties": sum(b - a == case["isi"] for t in by_train.values() for a, b in zip(t, t[1:]))})


def main():
    total = pd.DataFrame([check(d) for d in sys.argv[1:]]).fillna(0).sum().astype(int)
    for what in ["singlet", "burst", "left_censored", "right_censored", "end capped", "end window_end", "ties",
                 "of three or more spikes", "silent neurons"]:
        assert total.get(what, 0) >= 100, f"{total.get(what, 0)} cases of {what}: these trains do not test it"
    print("equal in", len(sys.argv) - 1, "cases:", ", ".join(f"{n} {what}" for what, n in total.items()))


if __name__ == "__main__":
    main()
