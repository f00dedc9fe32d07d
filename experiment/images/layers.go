package images

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// LayersParam is the parameter that lists hidden layers one by one.
func LayersParam(standard, doc string) experiment.Param {
	return experiment.Param{Key: "layers", Kind: experiment.Text, Flag: true, Default: standard, Doc: doc}
}

// Layers reads LayersParam.
func Layers(v *experiment.Values) ([]rate.Hidden, error) {
	hidden, err := rate.ParseHidden(v.String("layers"))
	if err != nil {
		return nil, experiment.Inputf("layers: %v", err)
	}
	if len(hidden) > MaxDepth {
		return nil, experiment.Inputf("layers: %d of them, want at most %d", len(hidden), MaxDepth)
	}
	return hidden, nil
}

// Fits is Ready for networks with layers that have to fit the images.
func Fits(v *experiment.Values, hidden []rate.Hidden) error {
	whole, err := find("data", v.String("data"))
	if err != nil {
		return err
	}
	d := Data{Train: whole.Train}
	if _, err := rate.Shapes(d.Shape(), hidden); err != nil {
		return experiment.Inputf("layers: %v", err)
	}
	return nil
}
