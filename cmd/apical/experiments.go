package main

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/bias"
	"github.com/apical-sim/apical/experiment/biasfunctions"
	"github.com/apical-sim/apical/experiment/biasrecurrent"
	"github.com/apical-sim/apical/experiment/bridge"
	"github.com/apical-sim/apical/experiment/cifar10"
	"github.com/apical-sim/apical/experiment/coarse"
	"github.com/apical-sim/apical/experiment/decoder"
	"github.com/apical-sim/apical/experiment/dendriticgain"
	"github.com/apical-sim/apical/experiment/depth"
	"github.com/apical-sim/apical/experiment/detection"
	"github.com/apical-sim/apical/experiment/manifold"
	"github.com/apical-sim/apical/experiment/manifoldgaussian"
	"github.com/apical-sim/apical/experiment/mnist"
	"github.com/apical-sim/apical/experiment/normalization"
	"github.com/apical-sim/apical/experiment/pairing"
	"github.com/apical-sim/apical/experiment/propagation"
	"github.com/apical-sim/apical/experiment/representations"
	"github.com/apical-sim/apical/experiment/rule"
	"github.com/apical-sim/apical/experiment/transmission"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/experiment/xorbiases"
	"github.com/apical-sim/apical/experiment/xorvariants"
)

// experiments is the table of what `apical run` knows: one line an experiment.
func experiments() []*experiment.Experiment {
	return []*experiment.Experiment{
		xor.Experiment(),
		xorvariants.Timescales(),
		xorvariants.Controls(),
		xorvariants.Symmetric(),
		bridge.Experiment(),
		coarse.Experiment(),
		rule.Experiment(),
		pairing.Experiment(),
		propagation.Experiment(),
		representations.Experiment(),
		dendriticgain.Experiment(),
		normalization.Experiment(),
		transmission.Experiment(),
		detection.Experiment(),
		mnist.Experiment(),
		depth.Experiment(),
		cifar10.Experiment(),
		manifold.Experiment(),
		manifoldgaussian.Experiment(),
		bias.Experiment(),
		xorbiases.Experiment(),
		decoder.Experiment(),
		biasfunctions.Experiment(),
		biasrecurrent.Experiment(),
	}
}
