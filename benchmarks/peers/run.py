#!/usr/bin/env python3
"""Runs the networks of networks.json in apical, NEST and Brian2 in turn, checks
that their rates agree, and writes a table.

Needs Linux, Go, a C++ compiler, and a Python with venv. NEST and Brian2 go into
a virtual environment of their own, below --cache; nothing else is installed.
"""

import argparse
import array
import hashlib
import json
import math
import os
import platform
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = "apical"
# Rates of timed runs whose wirings differ have so much more room.
LOOSER = {"coba": 3}
# Networks that are not the same there; README.md says why.
NOT_ALIKE = {("plastic", "nest")}

BUSY = ("Other work shared the machine: wall times are longer than they need be, for all, and processor times somewhat. "
        "Two workers, which then wait for each other, show nothing of what they gain.")


def arguments():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each simulator and network; default %(default)s")
    parser.add_argument("--coba", type=float, default=10, metavar="S", help="measured window of COBA, model s; 0 leaves it out; default %(default)s")
    parser.add_argument("--brunel", type=float, default=1, metavar="S", help="the same of Brunel; default %(default)s")
    parser.add_argument("--plastic", type=float, default=0.3, metavar="S", help="the same of Brunel with plasticity; default %(default)s")
    parser.add_argument("--check", type=float, default=5, metavar="S", help="measured window of COBA on one wiring for all; default %(default)s")
    parser.add_argument("--transient", type=float, default=0.3, metavar="S", help="model time before the window; default %(default)s")
    parser.add_argument("--tolerance", type=float, default=0.05, help="of the rates, relative; default %(default)s")
    parser.add_argument("--simulators", default="apical,apical2,brian2,nest", help="which, in which order; default %(default)s")
    parser.add_argument("--cache", default=os.path.join(cache, "apical-peers"), metavar="DIR", help="where the virtual environment is kept")
    parser.add_argument("--output", default=None, metavar="FILE", help="write the table there too")
    a = parser.parse_args()
    a.simulators = a.simulators.split(",")
    if REFERENCE not in a.simulators:
        parser.error("--simulators: apical is missing, and all others are compared with it")
    return a


def environment(cache):
    """Makes the virtual environment unless it is there; returns its Python."""
    requirements = os.path.join(HERE, "requirements.txt")
    with open(requirements, "rb") as f:
        key = hashlib.sha256(f.read() + sys.version.encode()).hexdigest()[:12]
    root = os.path.join(cache, key)
    python = os.path.join(root, "bin", "python")
    done = os.path.join(root, "installed")
    if not os.path.exists(done):
        print(f"installing NEST and Brian2 into {root}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", root], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check",
                        "--only-binary", ":all:", "-r", requirements], check=True)
        open(done, "w").close()
    return python


def commands(a, python, directory):
    """The command of each simulator, without the arguments that all take."""
    binary = os.path.join(directory, "apical")
    subprocess.run(["go", "build", "-o", binary, "./apical"], cwd=HERE, check=True)
    every = {
        "apical": [binary],
        "apical2": [binary, "-workers", "2"],
        "brian2": [python, os.path.join(HERE, "brian2_network.py")],
        "nest": [python, os.path.join(HERE, "nest_network.py")],
    }
    return {name: every[name] for name in a.simulators}


def write_wiring(file, seed):
    """Draws the connections of COBA, for all simulators alike."""
    with open(os.path.join(HERE, "networks.json")) as f:
        p = json.load(f)["coba"]
    n, draw, pairs, at = p["excitatory"] + p["inhibitory"], random.Random(seed), array.array("I"), -1
    while True:
        at += 1 + int(math.log(1 - draw.random()) / math.log(1 - p["probability"]))
        if at >= n * n:
            break
        if at // n != at % n:
            pairs.extend((at // n, at % n))
    assert pairs.itemsize == 4
    if sys.byteorder == "big":
        pairs.byteswap()
    with open(file, "wb") as f:
        pairs.tofile(f)


def once(command, network, transient, window, seed, *more):
    """Runs one simulator once: what it reports, and the time from start to finish."""
    environ = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
    for name in "APICAL_SIMD", "GOGC", "GOMEMLIMIT", "GODEBUG", "PYTHONPATH":
        environ.pop(name, None)
    begin = time.perf_counter()
    process = subprocess.run(
        command + ["--networks", os.path.join(HERE, "networks.json"), "--network", network,
                   "--transient", str(transient), "--window", str(window), "--seed", str(seed), *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)
    taken = time.perf_counter() - begin
    if process.returncode:
        sys.exit(f"{shlex.join(command)}: exit status {process.returncode}\n{process.stdout}{process.stderr}")
    result = json.loads(process.stdout.splitlines()[-1])
    result["start_to_finish_s"] = taken
    return result


def measure(a, simulators, network, window):
    """Runs of each simulator, in turn; each round begins with another one."""
    names = list(simulators)
    runs = {name: [] for name in names}
    for n in range(a.rounds):
        for name in names[n % len(names):] + names[:n % len(names)]:
            r = once(simulators[name], network, a.transient, window, n + 1)
            runs[name].append(r)
            print(f"{network} round {n + 1} {name}: {r['run']['cpu_s'] / window:.4g} CPU-s per model s, "
                  f"{r['start_to_finish_s']:.1f} s in all, {rates(r)} Hz", file=sys.stderr, flush=True)
    return runs


def check(a, simulators, directory):
    """COBA with the same connections everywhere, once in each simulator: from
    one random wiring to another its rates differ by several per cent."""
    wiring = os.path.join(directory, "wiring")
    write_wiring(wiring, 1)
    runs = {}
    for name, command in simulators.items():
        runs[name] = [once(command, "coba", a.transient, a.check, 1, "--wiring", wiring)]
        print(f"coba, one wiring for all, {name}: {rates(runs[name][0])} Hz", file=sys.stderr, flush=True)
    return runs


def rates(r):
    return ", ".join(f"{population} {hz:.2f}" for population, hz in r["rate_hz"].items())


def disagreements(network, runs, tolerance):
    """Rates whose mean over rounds is not that of apical."""
    found = []
    for name, results in runs.items():
        if (network, name) in NOT_ALIKE:
            continue
        for population in results[0]["rate_hz"]:
            mine = statistics.mean(r["rate_hz"][population] for r in runs[REFERENCE])
            theirs = statistics.mean(r["rate_hz"][population] for r in results)
            if not abs(theirs - mine) <= tolerance * mine:  # NaN and silence disagree too
                found.append(f"{name}, {population}: {theirs:.2f} Hz, apical {mine:.2f} Hz")
            elif mine == 0:
                found.append(f"{name}, {population}: silent")
    return found


LABELS = {"apical": "apical", "apical2": "apical, two workers", "brian2": "Brian2", "nest": "NEST"}


def table(runs, window):
    head = ["", "CPU-s per model s: median (min–max)", "× apical", "wall-s per model s", "build, s",
            "start to finish, s", "peak MiB", "rate E, Hz", "rate I, Hz", "CV of ISI"]
    if "weight" in runs[REFERENCE][0]:
        head.append("mean weight, mV")
    rows = [head, ["---"] + ["--:"] * (len(head) - 1)]
    median = {name: statistics.median(r["run"]["cpu_s"] for r in results) for name, results in runs.items()}
    for name, results in runs.items():
        cpu = sorted(r["run"]["cpu_s"] / window for r in results)

        def middle(f):
            return statistics.median(f(r) for r in results)

        def mean(f):
            return statistics.mean(f(r) for r in results)

        build = middle(lambda r: r["build"]["wall_s"])
        compiling = middle(lambda r: r.get("compile", {"wall_s": 0})["wall_s"])
        rows.append([
            LABELS[name],
            f"{three(statistics.median(cpu))} ({three(cpu[0])}–{three(cpu[-1])})",
            three(median[name] / median[REFERENCE]),
            three(middle(lambda r: r["run"]["wall_s"]) / window),
            three(build) + (f", of it {three(compiling)} to compile" if compiling else ""),
            three(middle(lambda r: r["start_to_finish_s"])),
            f"{max(r['peak_rss_mib'] for r in results):.0f}",
            f"{mean(lambda r: r['rate_hz']['excitatory']):.2f}",
            f"{mean(lambda r: r['rate_hz']['inhibitory']):.2f}",
            f"{mean(lambda r: r['cv']):.3f}",
        ])
        if "weight" in results[0]:
            rows[-1].append(f"{mean(lambda r: r['weight']):.4f}")
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def rates_table(runs):
    rows = [["", "rate E, Hz", "rate I, Hz", "CV of ISI"], ["---", "--:", "--:", "--:"]]
    for name, (r,) in runs.items():
        rows.append([LABELS[name], f"{r['rate_hz']['excitatory']:.2f}", f"{r['rate_hz']['inhibitory']:.2f}", f"{r['cv']:.3f}"])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def three(x):
    """x with three significant digits, never in exponents."""
    if x <= 0:
        return f"{x:.0f}"
    digits = 2 - int(f"{x:e}".split("e")[1])
    return f"{x:.{max(0, digits)}f}"


def machine():
    info, counts = {}, os.cpu_count()
    with open("/proc/cpuinfo") as f:
        for line in f:
            key, _, value = line.partition(":")
            info.setdefault(key.strip(), value.strip())
    kib = 0
    with open("/proc/meminfo") as f:
        kib = int(f.readline().split()[1])
    model = info.get("model name", platform.machine())
    if "cpu family" in info:
        model += f" (family {info['cpu family']}, model {info['model']})"
    return f"{model}, {counts} cores, {kib / 2**20:.0f} GiB, {platform.system()} {platform.machine()}"


def said(*command):
    return subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def versions(everything):
    seen = {}
    for runs in everything:
        for results in runs.values():
            seen[results[0]["simulator"]] = results[0]["version"]
    seen["apical"] = f"{said('git', 'rev-parse', '--short', 'HEAD')}"
    if said("git", "status", "--porcelain", "--untracked-files=no", ":/*.go", ":/*.s"):
        seen["apical"] += " with changes"
    parts = [f"{name} {version}" for name, version in seen.items()]
    parts += [said("go", "version").removeprefix("go version ").split()[0], said("c++", "--version").splitlines()[0],
              f"Python {platform.python_version()}"]
    return ", ".join(parts)


def main():
    a = arguments()
    windows = {name: getattr(a, name) for name in ("coba", "brunel", "plastic") if getattr(a, name) > 0}
    python = environment(a.cache)
    load = [os.getloadavg()[0]]
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="apical-peers-") as directory:
        simulators = commands(a, python, directory)
        checked = check(a, simulators, directory) if a.check > 0 and "coba" in windows else {}
        everything = {network: measure(a, simulators, network, window) for network, window in windows.items()}
    load.append(os.getloadavg()[0])
    wrong = [f"{network}: {what}" for network, runs in everything.items()
             for what in disagreements(network, runs, a.tolerance * LOOSER.get(network, 1))]
    wrong += [f"coba, one wiring for all: {what}" for what in disagreements("coba", checked, a.tolerance)]

    titles = {"coba": "COBA, 4000 cells, 2 %", "brunel": "Brunel, 12 500 cells, in-degree 1250",
              "plastic": "Brunel, 10 000 cells, 10 %, plastic from excitatory to excitatory cells"}
    command = shlex.join(["python3", os.path.relpath(__file__, said("git", "rev-parse", "--show-toplevel"))] + sys.argv[1:])
    text = ["# apical and its peers, side by side", "",
            f"Made by `{command}`, in {(time.perf_counter() - begin) / 60:.0f} minutes. What is compared, and what is not alike, is in",
            "[README.md](README.md).", "",
            f"- Machine: {machine()}; load average {load[0]:.1f} before, {load[1]:.1f} after.",
            f"- Versions: {versions(everything.values())}.",
            f"- {a.rounds} rounds, each with its seed; medians of times, means of rates, CV and weights, the greatest peak.",
            f"- Rates within {100 * a.tolerance:g} % of apical's (of COBA: those of one wiring for all; of the plastic network: not NEST's): "
            + ("**no**, see below." if wrong else "yes.")]
    if max(load) > os.cpu_count():
        text += [f"- {BUSY}"]
    for network, runs in everything.items():
        text += ["", f"## {titles[network]}", "",
                 f"{windows[network]:g} s of model time, after {a.transient:g} s that are not measured.", "",
                 table(runs, windows[network])]
        if network == "coba" and checked:
            text += ["", f"The same with one wiring for all, {a.check:g} s:", "", rates_table(checked)]
    if wrong:
        text += ["", "## Rates that disagree", ""] + [f"- {w}" for w in wrong]
    text = "\n".join(text) + "\n"
    print(text)
    if a.output:
        with open(a.output, "w") as f:
            f.write(text)
    if wrong:
        sys.exit("the rates disagree:\n" + "\n".join(wrong))


main()
