package trials

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// aboutSome are trials of which some are about a few neurons only.
func aboutSome(t *testing.T) (*slice, *Aligned) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	s := randomSource(r, []analysis.Window{{From: 0, To: 3000}})
	var list []Trial
	for i := range 24 {
		trial := Trial{Onset: 100 + 100*int64(i), Condition: []string{"a", "b"}[i%2]}
		if r.IntN(2) == 0 {
			trial.Neurons = []Neurons{{Population: 0, From: 1, To: 4}, {Population: 1, From: 2, To: 4}}[r.IntN(2)]
		}
		list = append(list, trial)
	}
	a, err := Align(detect(t, s), Design{From: -60, To: 90, Bin: 30}, list)
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

// A set has, in each of the trials that are about it, what its neurons have.
func TestSumOfIsTheSumOfItsNeurons(t *testing.T) {
	s, a := aboutSome(t)
	for _, set := range []struct {
		population int
		neurons    []int
	}{{0, []int{5, 1, 3}}, {0, []int{0}}, {1, []int{3, 0}}, {0, []int{0, 6}}} {
		sums, err := a.SumOf(set.population, set.neurons)
		if err != nil {
			t.Fatal(err)
		}
		k := 0
		for _, trial := range a.Trials {
			about := int64(0)
			for _, n := range set.neurons {
				if one := trial.Neurons; one.all() || one.Population == set.population && n >= one.From && n < one.To {
					about++
				}
			}
			if about == 0 {
				continue
			}
			if sums.Trials[k].Onset != trial.Onset || sums.observed[k] != about {
				t.Fatalf("%+v: trial %d is %+v about %d, want %+v about %d", set, k, sums.Trials[k], sums.observed[k], trial, about)
			}
			for b := range a.Design.Bins() {
				var want analysis.Counts
				for _, n := range set.neurons {
					want.Add(naive(t, s, a.Design, trial, set.population, n, b))
				}
				if got := sums.At(k, b); got != want {
					t.Fatalf("%+v: trial %d, bin %d: %+v, want %+v", set, k, b, got, want)
				}
			}
			k++
		}
		if k != len(sums.Trials) {
			t.Errorf("%+v: %d trials, want %d", set, len(sums.Trials), k)
		}
	}
}

// A set of neighbours gives what their range gives, draws included.
func TestSumOfNeighbours(t *testing.T) {
	_, a := aboutSome(t)
	span, err := a.Sum(Neurons{Population: 0, From: 2, To: 6})
	if err != nil {
		t.Fatal(err)
	}
	set, err := a.SumOf(0, []int{4, 2, 5, 3})
	if err != nil {
		t.Fatal(err)
	}
	var psth, contrasts, cells []any
	for _, s := range []*Sums{span, set} {
		p, err := s.PSTH(context.Background(), []string{"a", "b"}, PSTHOptions{Confidence: 0.9, Baseline: Bins{0, 2}, Bootstrap: Resampling{Seed: 1, Draws: 50}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.Contrast(context.Background(), ContrastOptions{A: "a", B: "b", ClusterT: 2, Match: true, Permutations: Resampling{Seed: 1, Draws: 99}})
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Cells(context.Background(), CellOptions{Baseline: Bins{0, 2}, Response: Bins{2, 5}, FDR: 0.05, Permutations: Resampling{Seed: 1, Draws: 99}})
		if err != nil {
			t.Fatal(err)
		}
		var counts [][2]analysis.Counts // the draws of a cell follow from its number
		for _, c := range all {
			counts = append(counts, [2]analysis.Counts{c.Baseline, c.Response})
		}
		matched := *c.Matched
		c.Matched = nil
		psth, contrasts, cells = append(psth, p), append(contrasts, []any{*c, matched}), append(cells, counts)
	}
	for what, x := range map[string][]any{"PSTH": psth, "contrast": contrasts, "cells": cells} {
		if !same(x[0], x[1]) {
			t.Errorf("%s of a range and of the set differ", what)
		}
	}
}

func TestSumOfRefuses(t *testing.T) {
	_, a := aboutSome(t)
	a.Trials = slices.Clone(a.Trials)
	for i := range a.Trials {
		a.Trials[i].Neurons = Neurons{Population: 0, From: 1, To: 4}
	}
	for want, neurons := range map[string][]int{"given twice": {2, 1, 2}, "want some of 0 to 6": {1, 7}, "no neurons": nil, ErrNoTrials.Error(): {5, 6}} {
		_, err := a.SumOf(0, neurons)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", neurons, err, want)
		}
		if none := len(neurons) == 0 || neurons[0] == 5; none != errors.Is(err, ErrNoTrials) {
			t.Errorf("%v: %v, ErrNoTrials: want %v", neurons, err, none)
		}
	}
}
