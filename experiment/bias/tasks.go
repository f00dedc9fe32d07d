package bias

import (
	"context"
	"slices"
	"strings"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/rate"
)

// The tasks that are made of the data set itself.
const (
	taskPlain          = "plain"
	taskPermutedLabels = "permuted-labels"
	taskInverted       = "inverted"
	taskRotated        = "rotated"
	taskPermutedPixels = "permuted-pixels"
)

func taskNames() []string {
	return []string{taskPlain, taskPermutedLabels, taskInverted, taskRotated, taskPermutedPixels}
}

// noMoreData is the word for no other data sets.
const noMoreData = "none"

// Objects of rng.Protocol, beside drawOrder.
const (
	drawLabels = drawOrder + 1 + iota
	drawPixels
)

// task is images to be told apart by one bias vector.
type task struct {
	name string
	data *images.Data
}

// moreData are the names or directories of other data sets.
func moreData(v *experiment.Values) (names []string) {
	text := v.String("more_data")
	if text == noMoreData {
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		names = append(names, strings.TrimSpace(name))
	}
	return names
}

// readTasks makes the tasks that the values name; other data sets need images of the same
// shape, and no more classes than the network has outputs.
func readTasks(v *experiment.Values, plain *images.Data, seed uint64) ([]task, error) {
	var all []task
	for _, name := range v.Words("tasks") {
		d := plain
		if name != taskPlain {
			if name == taskRotated && plain.Train.Height != plain.Train.Width {
				return nil, experiment.Inputf("tasks: rotated, of images %d × %d, want square ones", plain.Train.Height, plain.Train.Width)
			}
			var err error
			if d, err = images.NewData(name, variant(name, plain.Train, seed), variant(name, plain.Test, seed)); err != nil {
				return nil, experiment.Inputf("tasks: %s: %v", name, err)
			}
			if err := shownAs(v, d); err != nil {
				return nil, err
			}
		}
		all = append(all, task{name, d})
	}
	for _, name := range moreData(v) {
		d, err := images.LoadAs(v, "more_data", name)
		if err != nil {
			return nil, err
		}
		if d.Shape() != plain.Shape() || d.Train.Classes > plain.Train.Classes {
			return nil, experiment.Inputf("more_data: %s has %v images of %d classes, want %v and at most %d as of %s",
				d.Name, d.Shape(), d.Train.Classes, plain.Shape(), plain.Train.Classes, plain.Name)
		}
		if err := shownAs(v, d); err != nil {
			return nil, err
		}
		all = append(all, task{d.Name, d})
	}
	return all, nil
}

// variant makes the images or labels of a task. Training and test set are changed alike.
func variant(name string, s dataset.Set, seed uint64) dataset.Set {
	if name == taskPermutedLabels {
		to := cycle(seed, drawLabels, s.Classes)
		s.Labels = slices.Clone(s.Labels)
		for i, label := range s.Labels {
			s.Labels[i] = uint8(to[label])
		}
		return s
	}
	plane := s.Height * s.Width
	from := make([]int, plane) // of which pixel of a channel a pixel is
	for p := range from {
		from[p] = p
	}
	switch name {
	case taskRotated: // by a quarter turn, clockwise
		for y := range s.Height {
			for x := range s.Width {
				from[y*s.Width+x] = (s.Width-1-x)*s.Width + y
			}
		}
	case taskPermutedPixels:
		from = cycle(seed, drawPixels, plane)
	}
	pixels := make([]uint8, len(s.Images))
	for at := 0; at < len(pixels); at += plane {
		to, image := pixels[at:at+plane], s.Images[at:at+plane]
		for p := range to {
			to[p] = image[from[p]]
			if name == taskInverted {
				to[p] = 255 - to[p]
			}
		}
	}
	s.Images = pixels
	return s
}

// cycle draws a permutation of n things that leaves none where it was, where n is above 1
// (Sattolo 1986, doi 10.1016/0020-0190(86)90073-6).
func cycle(seed uint64, object uint32, n int) []int {
	stream := rng.NewSource(seed, rng.Protocol, object).Stream(0)
	to := make([]int, n)
	for i := range to {
		to[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := int(stream.Below(uint32(i)))
		to[i], to[j] = to[j], to[i]
	}
	return to
}

// learned is a task and what was learned of it.
type learned struct {
	task
	trainer   *trainer
	history   History
	variances []float64 // of the units' activity over test examples
}

// learnTasks trains a bias vector for each task, on the same weights, side by side, and
// then shows the test examples of each task with each vector. Each worker keeps the training
// drives of one task at a time. Tasks are parts of the progress from first on.
func learnTasks(ctx context.Context, s settings, n rate.ShallowWeights, tasks []task, workers int, p *progress, first int) (*taught, error) {
	all := make([]learned, len(tasks))
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(workers)
	for i, k := range tasks {
		team := matmul.NewTeam(1)
		defer team.Close() // not before the network was used on the other tasks
		side.Go(func(ctx context.Context) error {
			train, test, err := keepBoth(ctx, team, n.W, k.data, func(part float64) { p.keeping(first+i, part, "task "+k.name) })
			if err != nil {
				return err
			}
			t := newTrainer(s, learnBiases, team, n, train, test)
			history, err := t.run(ctx, func(epochs float64) { p.learned(first+i, epochs, "task "+k.name) })
			if err != nil {
				return err
			}
			variances, err := t.variances(ctx, test)
			all[i] = learned{task: k, trainer: t, history: history, variances: variances}
			t.train = nil // may be collected
			return err
		})
	}
	if err := side.Wait(); err != nil {
		return nil, err
	}
	accuracy, err := swap(ctx, all)
	return &taught{all, accuracy}, err
}

// taught is what was learned of all tasks. Its networks are not to be run any more.
type taught struct {
	tasks    []learned
	accuracy [][]float64 // by task and vector, %
}

// swap gives, for the test examples of each task, a row, the accuracy with the bias vector
// of each, %.
func swap(ctx context.Context, all []learned) (accuracy [][]float64, err error) {
	accuracy = make([][]float64, len(all))
	for i, of := range all {
		accuracy[i] = make([]float64, len(all))
		for j, with := range all {
			if accuracy[i][j], err = with.trainer.accuracy(ctx, of.trainer.test); err != nil {
				return nil, err
			}
		}
	}
	return accuracy, nil
}
