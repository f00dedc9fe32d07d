"""One network of networks.json in Brian2, C++ standalone: prints costs and
statistics as JSON."""

import os
import tempfile

import brian2 as b
import numpy as np
from brian2 import mV, ms, nS, pA, pF, Hz

import measure

# Writes wall and CPU time, s, and the greatest resident size, KiB.
STAMP = r"""
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    struct timespec wall;
    clock_gettime(CLOCK_MONOTONIC, &wall);
    long peak = 0;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("VmHWM:", 0) == 0) peak = std::strtol(line.c_str() + 6, nullptr, 10);
    FILE *stamps = std::fopen("stamps.txt", "a");
    std::fprintf(stamps, "%.9f %.6f %ld\n", wall.tv_sec + 1e-9 * wall.tv_nsec,
        usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec), peak);
    std::fclose(stamps);
}
"""


def coba(p):
    # Forward Euler, as apical integrates the voltage.
    cells = b.NeuronGroup(
        p.excitatory + p.inhibitory,
        """dv/dt = (leak*(rest - v) + ge*(excitation - v) + gi*(inhibition - v) + current)/capacitance : volt (unless refractory)
           dge/dt = -ge/(excitation_time) : siemens
           dgi/dt = -gi/(inhibition_time) : siemens""",
        threshold="v > threshold", reset="v = reset", refractory=(p.refractory_ms + measure.DT_MS) * ms, method="euler",
        namespace=dict(
            leak=p.leak_ns * nS, rest=p.rest_mv * mV, capacitance=p.capacitance_pf * pF, current=p.current_pa * pA,
            excitation=p.excitation_mv * mV, inhibition=p.inhibition_mv * mV,
            excitation_time=p.excitation_ms * ms, inhibition_time=p.inhibition_ms * ms,
            threshold=p.threshold_mv * mV, reset=p.reset_mv * mV,
        ),
    )
    cells.v = f"({p.initial_mean_mv} + {p.initial_sd_mv}*randn())*mV"
    objects = [cells]
    for first, size, variable, weight in (
        (0, p.excitatory, "ge", p.excitatory_weight_ns), (p.excitatory, p.inhibitory, "gi", p.inhibitory_weight_ns),
    ):
        s = b.Synapses(cells[first:first + size], cells, on_pre=f"{variable}_post += weight",
                       delay=p.delay_ms * ms, namespace=dict(weight=weight * nS))
        if p.wiring is None:
            connect(s, first, size, f"p={p.probability}")
        else:
            sources, targets = measure.pairs_from(p.wiring, first, size).astype(int)
            s.connect(i=sources - first, j=targets)
        objects.append(s)
    return cells, objects, None


def brunel(p):
    cells = b.NeuronGroup(
        p.excitatory + p.inhibitory, "dv/dt = (rest - v)/membrane : volt (unless refractory)",
        threshold="v >= threshold", reset="v = reset", refractory=(p.refractory_ms + measure.DT_MS) * ms, method="exact",
        namespace=dict(rest=p.rest_mv * mV, membrane=p.membrane_ms * ms, threshold=p.threshold_mv * mV, reset=p.reset_mv * mV),
    )
    cells.v = f"({p.initial_mean_mv} + {p.initial_sd_mv}*randn())*mV"
    objects = [cells, b.PoissonInput(cells, "v", p.drive_trains, p.drive_train_hz * Hz, p.excitatory_weight_mv * mV)]
    plastic = None
    n = p.excitatory + p.inhibitory
    groups = [(0, p.excitatory, 0, n, "excitatory_in_degree", p.excitatory_weight_mv),
              (p.excitatory, p.inhibitory, 0, n, "inhibitory_in_degree", p.inhibitory_weight_mv)]
    if p.learning_rate:
        groups[0] = (0, p.excitatory, p.excitatory, p.inhibitory, "excitatory_in_degree", p.excitatory_weight_mv)
        plastic = stdp(p, cells[:p.excitatory])
        objects.append(plastic)
    for first, size, to, targets, degree, weight in groups:
        s = b.Synapses(cells[first:first + size], cells[to:to + targets], on_pre="v_post += weight",
                       delay=p.delay_ms * ms, namespace=dict(weight=weight * mV))
        connect(s, first - to, size, f"p={p.probability}" if p.probability else f"size={vars(p)[degree]}")
        objects.append(s)
    return cells, objects, plastic


def stdp(p, cells):
    """Synapses that change by all pairs of spikes and towards soft bounds; the
    whole delay lies before the synapse."""
    s = b.Synapses(
        cells, cells,
        """w : volt
           dbefore/dt = -before/trace : 1 (event-driven)
           dafter/dt = -after/trace : 1 (event-driven)""",
        on_pre="""v_post += w
                  w = clip(w - rate*ratio*w*after, 0*volt, most)
                  before += 1""",
        on_post="""w = clip(w + rate*(most - w)*before, 0*volt, most)
                   after += 1""",
        namespace=dict(trace=p.trace_ms * ms, rate=p.learning_rate, ratio=p.depression_ratio, most=p.weight_max_mv * mV),
    )
    s.connect(i=f"k + int(k >= j) for k in sample({p.excitatory - 1}, p={p.probability})")
    s.pre.delay = p.delay_ms * ms
    s.w = p.excitatory_weight_mv * mV
    return s


def connect(synapses, first, size, sample):
    """Draws the sources of each target among size cells, the first of which is
    target number first; a cell that is among them itself is left out."""
    among = f"j >= {first} and j < {first + size}"
    synapses.connect(i=f"k + int(k >= j - {first}) for k in sample({size - 1}, {sample}) if {among}")
    synapses.connect(i=f"k for k in sample({size}, {sample}) if not ({among})")


def main():
    a = measure.arguments()
    p = a.parameters
    with tempfile.TemporaryDirectory(prefix="apical-peers-brian2-") as directory:
        b.set_device("cpp_standalone", build_on_run=False)
        b.prefs.codegen.cpp.headers += ["<sys/resource.h>", "<time.h>", "<cstdio>"]
        b.prefs.devices.cpp_standalone.openmp_threads = 0
        b.defaultclock.dt = measure.DT_MS * ms
        b.seed(a.seed)
        for slot in "before_start", "before_network_run", "after_network_run":
            b.device.insert_code(slot, STAMP)
        compilation = measure.Cost(children=True)
        cells, objects, plastic = {"coba": coba, "brunel": brunel, "plastic": brunel}[a.network](p)
        spikes = b.SpikeMonitor(cells)
        spikes.active = False
        network = b.Network(objects, spikes)
        network.run(a.transient * b.second)
        spikes.active = True
        network.run(a.window * b.second)
        b.device.build(directory=directory, compile=True, run=False, with_output=False)
        compilation = compilation.taken()
        b.device.run(directory, with_output=False)
        with open(os.path.join(directory, "stamps.txt")) as f:
            started, begun, _, measured, ended = [[float(x) for x in line.split()] for line in f]
        steps = np.round(spikes.t / b.defaultclock.dt).astype(int)
        numbers = np.array(spikes.i)
        more = {"weight": float(np.mean(plastic.w / mV))} if plastic is not None else {}

    def part(begin, end):
        return {"wall_s": end[0] - begin[0], "cpu_s": end[1] - begin[1]}

    built = part(started, begun)
    build = {key: compilation[key] + built[key] for key in built}
    sizes = {"excitatory": p.excitatory, "inhibitory": p.inhibitory}
    measure.report("Brian2", b.__version__, build, part(measured, ended), ended[2] / 1024,
                   steps, numbers, sizes, a.window, compile=compilation, **more)


main()
