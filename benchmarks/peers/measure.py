"""What the programs of the peers share: costs, and statistics of spikes."""

import argparse
import json
import resource
import time

import numpy as np

DT_MS = 0.1


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", default="networks.json")
    parser.add_argument("--network", choices=["coba", "brunel", "plastic"], default="coba")
    parser.add_argument("--transient", type=float, default=0.5, help="model time before the measured window, s")
    parser.add_argument("--window", type=float, default=1.0, help="model time of the measured window, s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wiring", help="COBA: a file of connections, instead of random ones")
    a = parser.parse_args()
    with open(a.networks) as f:
        a.parameters = argparse.Namespace(probability=0, learning_rate=0)
        vars(a.parameters).update(json.load(f)[a.network])
    a.parameters.wiring = np.fromfile(a.wiring, "<u4").reshape(-1, 2) if a.wiring else None
    return a


def pairs_from(wiring, first, size):
    """Sources and targets of the connections from the cells from first on."""
    return wiring[(wiring[:, 0] >= first) & (wiring[:, 0] < first + size)].T


class Cost:
    """Wall and CPU seconds since it was made; CPU of all threads and, where
    asked for, of children that have ended."""

    def __init__(self, children=False):
        self.children = children
        self.begin = self.now()

    def now(self):
        cpu = 0.0
        for who in [resource.RUSAGE_SELF] + [resource.RUSAGE_CHILDREN] * self.children:
            u = resource.getrusage(who)
            cpu += u.ru_utime + u.ru_stime
        return time.perf_counter(), cpu

    def taken(self):
        (wall0, cpu0), (wall1, cpu1) = self.begin, self.now()
        return {"wall_s": wall1 - wall0, "cpu_s": cpu1 - cpu0}


def peak_rss_mib():
    """The greatest resident size of this process (Linux)."""
    with open("/proc/self/status") as f:
        for line in f:
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) / 1024
    raise OSError("/proc/self/status: no VmHWM")


def statistics(steps, cells, sizes, window_s):
    """Rates of the populations, Hz, and the mean over cells of the coefficient
    of variation of the intervals, of cells with two or more. Populations follow
    one another in the numbers of the cells."""
    count = np.bincount(cells, minlength=sum(sizes.values()))
    rates, first = {}, 0
    for name, size in sizes.items():
        rates[name] = float(count[first:first + size].sum() / (size * window_s))
        first += size
    order = np.lexsort((steps, cells))
    cells, steps = cells[order], steps[order]
    same = cells[1:] == cells[:-1]
    interval = np.diff(steps)[same].astype(float)
    of = cells[1:][same]
    n = np.bincount(of)
    cv = np.array([])
    if len(of):
        enough = n >= 2
        mean = np.bincount(of, interval)[enough] / n[enough]
        square = np.bincount(of, interval**2)[enough] / n[enough]
        cv = np.sqrt(np.maximum(0, square - mean**2)) / mean
    return rates, float(cv.mean()) if len(cv) else 0.0


def report(simulator, version, build, run, peak, steps, cells, sizes, window_s, **more):
    """Prints what the program of apical prints, as the last line."""
    rates, cv = statistics(np.asarray(steps), np.asarray(cells), sizes, window_s)
    print(json.dumps({
        "simulator": simulator, "version": version, "build": build, "run": run, "peak_rss_mib": peak,
        "rate_hz": rates, "cv": cv, "spikes": len(cells), **more,
    }), flush=True)
