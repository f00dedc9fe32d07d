"""One network of networks.json in NEST: prints costs and statistics as JSON."""

import nest
import numpy as np

import measure


def coba(p):
    cell = dict(
        C_m=p.capacitance_pf, g_L=p.leak_ns, E_L=p.rest_mv, V_reset=p.reset_mv, V_th=p.threshold_mv,
        t_ref=p.refractory_ms, E_ex=p.excitation_mv, E_in=p.inhibition_mv,
        tau_syn_ex=p.excitation_ms, tau_syn_in=p.inhibition_ms, I_e=p.current_pa,
    )
    excitatory, inhibitory = (nest.Create("iaf_cond_exp", n, cell) for n in (p.excitatory, p.inhibitory))
    every = excitatory + inhibitory
    every.V_m = nest.random.normal(p.initial_mean_mv, p.initial_sd_mv)
    rule = dict(rule="pairwise_bernoulli", p=p.probability, allow_autapses=False)
    for source, weight in (
        (excitatory, p.excitatory_weight_ns), (inhibitory, -p.inhibitory_weight_ns),  # the sign chooses the receptor
    ):
        target = every
        if p.wiring is not None:
            begin = every[0].global_id
            source, target = (begin + x for x in measure.pairs_from(p.wiring, source[0].global_id - begin, len(source)))
            rule = "one_to_one"
        connect(source, target, rule, weight, p.delay_ms)
    return excitatory, inhibitory


def brunel(p):
    cell = dict(
        tau_m=p.membrane_ms, C_m=250.0, E_L=p.rest_mv, V_reset=p.reset_mv, V_th=p.threshold_mv,
        t_ref=p.refractory_ms, refractory_input=False,
    )
    if p.learning_rate:
        cell["tau_minus"] = p.trace_ms
    excitatory, inhibitory = (nest.Create("iaf_psc_delta", n, cell) for n in (p.excitatory, p.inhibitory))
    every = excitatory + inhibitory
    every.V_m = nest.random.normal(p.initial_mean_mv, p.initial_sd_mv) if p.initial_sd_mv else p.initial_mean_mv
    # A generator gives each of its targets a train of its own.
    drive = nest.Create("poisson_generator", params=dict(rate=p.drive_trains * p.drive_train_hz))
    nest.Connect(drive, every, "all_to_all", dict(weight=p.excitatory_weight_mv, delay=measure.DT_MS))
    for source, degree, weight in (
        (excitatory, "excitatory_in_degree", p.excitatory_weight_mv),
        (inhibitory, "inhibitory_in_degree", p.inhibitory_weight_mv),
    ):
        rule = dict(rule="pairwise_bernoulli", p=p.probability, allow_autapses=False)
        if not p.probability:
            rule = dict(rule="fixed_indegree", indegree=vars(p)[degree], allow_autapses=False, allow_multapses=False)
        if p.learning_rate and source is excitatory:
            nest.CopyModel("stdp_synapse_hom", "plastic", dict(
                weight=weight, delay=p.delay_ms, Wmax=p.weight_max_mv, tau_plus=p.trace_ms,
                mu_plus=1.0, mu_minus=1.0, alpha=p.depression_ratio, **{"lambda": p.learning_rate}))
            nest.Connect(excitatory, excitatory, rule, dict(synapse_model="plastic"))
            connect(excitatory, inhibitory, rule, weight, p.delay_ms)
        else:
            connect(source, every, rule, weight, p.delay_ms)
    return excitatory, inhibitory


def connect(source, target, rule, weight, delay):
    """Connects with one weight and one delay for all, which takes the least memory."""
    model = "excitation" if weight > 0 else "inhibition"
    nest.CopyModel("static_synapse_hom_w", model, dict(weight=weight, delay=delay))
    nest.Connect(source, target, rule, dict(synapse_model=model))


def main():
    a = measure.arguments()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.set(resolution=measure.DT_MS, local_num_threads=1, rng_seed=a.seed)
    build = measure.Cost()
    groups = {"coba": coba, "brunel": brunel, "plastic": brunel}[a.network](a.parameters)
    recorder = nest.Create("spike_recorder", params=dict(start=1000 * a.transient, time_in_steps=True))
    for group in groups:
        nest.Connect(group, recorder)
    nest.Prepare()
    build = build.taken()
    nest.Run(1000 * a.transient)
    run = measure.Cost()
    nest.Run(1000 * a.window)
    run = run.taken()
    nest.Cleanup()
    events = recorder.get("events")
    sizes = {"excitatory": len(groups[0]), "inhibitory": len(groups[1])}
    peak, more = measure.peak_rss_mib(), {}
    if a.parameters.learning_rate:
        some = groups[0][:100]  # of a hundred sources
        more["weight"] = float(np.mean(nest.GetConnections(some, synapse_model="plastic").get("weight")))
    measure.report("NEST", nest.__version__, build, run, peak,
                   events["times"], events["senders"] - groups[0][0].global_id, sizes, a.window, **more)


main()
