#!/usr/bin/env python3
"""Runs the examples of the command's help, as a newcomer would who copies them.

    examples.py APICAL

APICAL is the compiled command. All commands that its help names are gone through, but
for run and verify, which take long. The examples of each run one after the other in a
directory that has the files which they speak of: runs of xor, spikes, trials and
signals of somebody else, and downloaded images. All must work, in this order, without --force. The last line
is "N passed, N failed".
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd

LONG = ["run", "verify"]
FOREIGN = ["completion", "help"]  # of the library for commands
SETTINGS = ["neurons=100", "examples=4", "example_duration=1s", "tau_avg=500ms"]
DURATION_S = 60


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    apical = os.path.abspath(sys.argv[1])
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="apical-examples-") as root:
        tools, files, results = (os.path.join(root, name) for name in ("bin", "files", "results"))
        for directory in (tools, files, results):
            os.mkdir(directory)
        os.symlink(apical, os.path.join(tools, "apical"))
        environment = {**os.environ, "PATH": tools + os.pathsep + os.environ["PATH"], "APICAL_DATA": os.path.join(root, "data")}
        make(apical, files)
        analyze(apical, files, results)
        for command in commands(apical, []):
            work = os.path.join(root, "-".join(["in", *command]))
            shutil.copytree(files, work)
            if command[:1] != ["analyze"]:  # which makes them
                shutil.copytree(results, work, dirs_exist_ok=True)
            for example in examples(apical, command):
                if example.split()[1] in LONG:
                    continue
                done = subprocess.run(["bash", "-euc", example], cwd=work, env=environment, capture_output=True, text=True)
                if done.returncode == 0:
                    passed += 1
                    continue
                failed += 1
                print(f"FAIL apical {' '.join(command)}: {example}\n{done.stderr}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0 or passed == 0)


def help_of(apical, command):
    return subprocess.run([apical, *command, "--help"], check=True, capture_output=True, text=True).stdout


def section(text, title):
    """The lines of a help text below a title, without the blank ones around."""
    found = re.search(rf"^{title}:\n(.*?)(?:\n\n|\Z)", text, re.M | re.S)
    return found[1].splitlines() if found else []


def commands(apical, command):
    """A command and all below it."""
    yield command
    for line in section(help_of(apical, command), "Available Commands"):
        name = line.split()[0]
        if name not in LONG + FOREIGN:
            yield from commands(apical, command + [name])


def examples(apical, command):
    """The examples of a command, each on one line."""
    text = "\n".join(section(help_of(apical, command), "Examples"))
    return [line.strip() for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.strip()]


def make(apical, directory):
    """The files that examples speak of."""
    run = os.path.join(directory, "runs", "xor-seed1")
    subprocess.run([apical, "run", "xor", "--quiet", "--record", "all", "--out", run, *(x for s in SETTINGS for x in ("--set", s))],
                   check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(run, os.path.join(directory, "runs", "xor-quick-seed1"))
    with open(os.path.join(run, "spikes.arrow"), "rb") as f, open(os.path.join(run, "spikes.arrow.partial"), "wb") as g:
        g.write(f.read()[:-1000])  # a file that was cut short

    random = np.random.default_rng(1)
    at = lambda name: os.path.join(directory, name)
    time = np.arange(0, DURATION_S, 0.001)
    soma, dendrite = (smooth(random.normal(size=len(time))) for _ in range(2))
    spikes = []
    for neuron in range(50):
        events = np.flatnonzero(random.random(len(time)) < 0.008 * np.exp(soma / 2))
        bursts = events[random.random(len(events)) < 1 / (1 + np.exp(-dendrite[events]))]
        steps = np.union1d(events, bursts + 8)
        spikes += [(s, neuron) for s in steps[steps < len(time)] / 1000]
    spikes = pd.DataFrame(spikes, columns=["time_s", "neuron"])
    both = pd.concat([spikes.assign(population="pyr"), spikes[spikes.neuron < 20].assign(population="hidden1")])
    both.sort_values("time_s", ignore_index=True).to_feather(at("spikes.arrow"))
    nest = pd.DataFrame({"sender": spikes.neuron + 1, "time_ms": spikes.time_s * 1000})
    nest.to_csv(at("nest.dat"), sep="\t", index=False)
    pd.DataFrame({"time_s": time, "soma": soma}).to_csv(at("soma.csv"), index=False)
    pd.DataFrame({"time_s": time, "dendrite": dendrite}).to_csv(at("dendrite.csv"), index=False)
    pd.DataFrame({"time_s": time, "soma": soma, "dendrite": dendrite}).to_csv(at("inputs.csv"), index=False)
    pd.DataFrame({"time_s": time, "power": soma}).to_feather(at("stim.arrow"))
    onset = np.arange(1, DURATION_S - 2, 0.9)
    choice = lambda *names: random.choice(names, len(onset))
    trials = pd.DataFrame({"onset_s": onset, "stimulus": choice("left", "right"), "outcome": choice("hit", "miss"),
                           "session": (onset // 20).astype(int)})
    trials.to_csv(at("trials.csv"), index=False)
    os.mkdir(at("downloads"))
    for name, n in ("train", 40), ("t10k", 20):
        labels, images = np.arange(n) % 10, random.integers(0, 256, (n, 28, 28))
        write_idx(at(f"downloads/{name}-images-idx3-ubyte"), images)
        write_idx(at(f"downloads/{name}-labels-idx1-ubyte"), labels)


def write_idx(name, values):
    """A file like those of MNIST."""
    with open(name, "wb") as f:
        f.write(np.array([2048 + values.ndim, *values.shape], ">u4").tobytes() + values.astype("u1").tobytes())


def analyze(apical, files, results):
    """What examples of analyze leave and other examples speak of."""
    run = lambda *arguments: subprocess.run([apical, "analyze", *arguments], cwd=files, check=True, capture_output=True)
    run("trials", "spikes.arrow", "--trials", "trials.csv", "--condition-column", "outcome", "--contrast", "hit,miss",
        "--permutations", "100", "--decode-permutations", "0", "--out", os.path.join(results, "hit-miss"))
    run("information", "spikes.arrow", "--signal", "inputs.csv:soma", "--signal", "inputs.csv:dendrite",
        "--out", os.path.join(results, "info"))


def smooth(x):
    """Noise with a time constant of 30 samples and a standard deviation of 1."""
    x = np.convolve(x, np.exp(-np.arange(200) / 30), "same")
    return x / x.std()


if __name__ == "__main__":
    main()
