package analysis

import (
	"math"
	"math/rand/v2"
	"testing"
)

// detectorPoint is a point by a detector of its own.
func detectorPoint(t *testing.T, recording Recording, trains [][][]int64, population int, isi int64) SweepPoint {
	t.Helper()
	p := SweepPoint{ISI: isi}
	for _, e := range detect(t, mergeTrains(recording, trains, 64), Criterion{ISI: isi}, DetectorOptions{}) {
		if int(e.Population) != population {
			continue
		}
		p.count(&e)
		switch e.Class {
		case LeftCensored:
			p.LeftCensored++
		case Burst:
			p.BurstSpikes += int64(e.Spikes)
		}
	}
	for _, train := range trains[population] {
		p.Spikes += int64(len(train))
	}
	return p
}

// A sweep gives what a detector gives at each threshold by itself.
func TestSweepIsTheDetector(t *testing.T) {
	thresholds := []int64{1, 2, 5, 10, 20, 40, 41, 80, 160, 161, 320, 640, 5000, 40000}
	for seed := range uint64(60) {
		recording, trains := randomRecording(seed)
		s, err := SweepThreshold(mergeTrains(recording, trains, 1+int(seed)*5), thresholds, 20)
		if err != nil {
			t.Fatal(err)
		}
		for p := range trains {
			for i, isi := range thresholds {
				got := s.Points[p][i]
				got.ChanceFraction = 0
				if want := detectorPoint(t, recording, trains, p, isi); got != want {
					t.Fatalf("seed %d, population %d:\n got %+v\nwant %+v", seed, p, got, want)
				}
			}
		}
	}
}

// Poisson neurons with a dead time of 2 ms have the event rates and burst
// fractions that follow from their intervals, at each threshold, whatever the
// rate. At 16 ms these are, to the digits given, 4.67 Hz and 0.068 at 5 Hz, 8.65 and
// 0.134 at 10 Hz, 14.9 and 0.253 at 20 Hz, 21.8 and 0.457 at 40 Hz, as simulations of
// 400 000 spikes each had it.
//
// Intervals are independent, so the burst fraction of E events has the standard
// error √(BF(1−BF)/E). The event rate is E/T: E of N spikes are events, with the
// relative error √((1−q)/(qN)), q = ER/r, and T is the sum of N intervals, with
// CV/√N; the sum of the two is more than the error of the quotient. All bounds are
// four standard errors.
func TestSweepOfPoissonNeurons(t *testing.T) {
	const perSecond, dead, spikes = 1_000_000, 2000, 400_000
	published := map[float64][2]float64{5: {4.67, 0.068}, 10: {8.65, 0.134}, 20: {14.9, 0.253}, 40: {21.8, 0.457}}
	for _, rate := range []float64{5, 10, 20, 40} {
		r := rand.New(rand.NewPCG(uint64(rate), 7))
		end := int64(spikes / rate * perSecond)
		recording := Recording{StepsPerSecond: perSecond, Windows: []Window{{0, end}}, Populations: []Population{{"p", 1}}}
		trains := [][][]int64{{poissonTrain(r, rate, dead, 0, end, perSecond)}}
		s, err := SweepThreshold(mergeTrains(recording, trains, 65536), []int64{4000, 8000, 16000, 40000}, dead)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Points[0] {
			// By hand, at 20 Hz: 20.83 Hz outside the dead time, exp(−20.83·0.014) = 0.7470.
			missed := math.Exp(-(recording.Seconds(p.ISI) - 0.002) / (1/rate - 0.002))
			er, bf := rate*missed, 1-missed
			gotER := s.Hz(0, p.Events)
			gotBF, _ := p.BurstFraction()
			q, cv := er/rate, 1-rate*0.002
			errorER := 4 * er * (math.Sqrt((1-q)/(q*spikes)) + cv/math.Sqrt(spikes))
			errorBF := 4 * math.Sqrt(bf*(1-bf)/float64(p.Classified))
			if math.Abs(gotER-er) > errorER || math.Abs(gotBF-bf) > errorBF {
				t.Errorf("%v Hz, %d µs: %.4f Hz and %.4f, want %.4f ± %.4f and %.4f ± %.4f", rate, p.ISI, gotER, gotBF, er, errorER, bf, errorBF)
			}
			// With the rate estimated of the spikes, an error of CV/√N in r.
			if math.Abs(p.ChanceFraction-bf) > 5*bf/math.Sqrt(spikes)*4 {
				t.Errorf("%v Hz, %d µs: chance %.5f, want %.5f", rate, p.ISI, p.ChanceFraction, bf)
			}
			// Both simulations have an error, and the published one is rounded.
			if want := published[rate]; p.ISI == 16000 {
				last := 0.005
				if want[0] > 10 {
					last = 0.05
				}
				if math.Abs(gotER-want[0]) > math.Sqrt2*errorER+last || math.Abs(gotBF-want[1]) > math.Sqrt2*errorBF+0.0005 {
					t.Errorf("%v Hz: %.3f Hz and %.4f, published %v", rate, gotER, gotBF, want)
				}
			}
		}
	}
}

// What must hold between thresholds: events become fewer, and the edges of windows
// cut more of them; to slow time down is to raise the
// thresholds.
func TestSweepRelations(t *testing.T) {
	thresholds := []int64{3, 30, 100, 300, 1000}
	tripled := make([]int64, len(thresholds))
	for i := range thresholds {
		tripled[i] = 3 * thresholds[i]
	}
	for seed := range uint64(20) {
		recording, trains := randomRecording(seed + 100)
		s, err := SweepThreshold(mergeTrains(recording, trains, 100), thresholds, 0)
		if err != nil {
			t.Fatal(err)
		}
		slow := recording
		slow.Windows = nil
		slower := make([][][]int64, len(trains))
		for _, w := range recording.Windows {
			// 3s − (3From−2) + 1 <= 3θ is s − From + 1 <= θ.
			slow.Windows = append(slow.Windows, Window{3*w.From - 2, 3 * w.To})
		}
		for p := range trains {
			for _, train := range trains[p] {
				var its []int64
				for _, step := range train {
					its = append(its, 3*step)
				}
				slower[p] = append(slower[p], its)
			}
		}
		s3, err := SweepThreshold(mergeTrains(slow, slower, 100), tripled, 0)
		if err != nil {
			t.Fatal(err)
		}
		for p := range trains {
			for i := range thresholds {
				a, b := s.Points[p][i], s3.Points[p][i]
				b.ISI, b.ChanceFraction = a.ISI, a.ChanceFraction
				if i > 0 {
					if before := s.Points[p][i-1]; a.Events > before.Events || a.LeftCensored < before.LeftCensored {
						t.Errorf("seed %d: %+v follows %+v", seed, a, before)
					}
				}
				if a != b {
					t.Errorf("seed %d: %+v, three times slower %+v", seed, a, b)
				}
			}
		}
	}
}
