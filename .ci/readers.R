# Reads the exported tables of a short run with plain R, and counts spikes, events
# and bursts once more.
#
#     Rscript readers.R APICAL
#
# APICAL is the compiled command. Everything happens in a temporary directory.

apical <- normalizePath(commandArgs(trailingOnly = TRUE)[1])
dir <- tempfile("apical-R-")
dir.create(dir)
setwd(dir)

run <- function(...) {
  status <- system2(apical, c(...), stdout = FALSE, stderr = FALSE)
  if (status != 0) stop("apical ", paste(...), ": exit code ", status)
}
equal <- function(got, want, what) {
  if (!isTRUE(all.equal(got, want, tolerance = 1e-12))) {
    stop(what, ": ", paste(all.equal(got, want, tolerance = 1e-12), collapse = "; "))
  }
  cat("ok  ", what, "\n")
}

settings <- c("neurons=40", "examples=4", "example_duration=1s", "tau_avg=500ms")
run("run", "xor", "--quiet", "--record", "all", "--out", "run", rbind("--set", settings))
run("export", "run/spikes.arrow", "--to", "csv", "--out", "spikes.csv")
run("analyze", "rates", "run/spikes.arrow", "--bin", "500ms", "--out", "rates.arrow")
run("export", "rates.arrow", "--to", "csv", "--out", "rates.csv")

spikes <- read.csv("spikes.csv")
rates <- read.csv("rates.csv")
equal(sapply(spikes, class), c(time_s = "numeric", step = "integer", neuron = "integer", population = "character"), "columns of the spikes")
equal(spikes$time_s, spikes$step / 10000, "times in s")
equal(is.na(rates$burst_fraction), rates$n_classified == 0, "burst fractions are missing without events")

# Intervals of up to 160 steps join spikes to an event. What began in the first 160
# steps may have begun before.
window <- 160
first <- integer(0)
population <- character(0)
burst <- logical(0)
for (train in split(spikes, list(spikes$population, spikes$neuron), drop = TRUE)) {
  interval <- diff(train$step)
  begins <- c(train$step[1] >= window, interval > window)
  first <- c(first, train$step[begins])
  burst <- c(burst, c(interval <= window, FALSE)[begins])
  population <- c(population, train$population[begins])
}
count <- function(name, step) {
  bins <- table(factor(name, levels = unique(rates$group)), factor(step %/% 5000, levels = unique(round(rates$t_s * 2))))
  as.integer(bins) # by bin, then population, as in the table
}
equal(count(spikes$population, spikes$step), rates$n_spikes, "spikes of each population and bin")
equal(count(population, first), rates$n_events, "events")
equal(count(population[burst], first[burst]), rates$n_bursts, "bursts")
equal(rates$n_events / rates$recorded_s / rates$n_neurons, rates$event_rate_hz, "event rates in Hz")
if (sum(rates$n_bursts) == 0) stop("no bursts: nothing was tested")
