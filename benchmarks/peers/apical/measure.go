//go:build unix

package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strings"
	"syscall"
	"time"
)

// cost is what a part of the program took, s.
type cost struct {
	WallS float64 `json:"wall_s"`
	CPUS  float64 `json:"cpu_s"` // of all threads, user and system
}

type moment struct {
	wall time.Time
	cpu  time.Duration
}

func now() moment {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return moment{time.Now(), time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

func (m moment) since(begin moment) cost {
	return cost{m.wall.Sub(begin.wall).Seconds(), (m.cpu - begin.cpu).Seconds()}
}

// peakRSSMiB reads the greatest resident size of this process, from Linux. The
// one of getrusage would be that of the parent where it was larger.
func peakRSSMiB() (float64, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib := 0.0
			_, err := fmt.Sscan(rest, &kib)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("%s: no VmHWM", f.Name())
}

// recorder keeps every spike in memory.
type recorder struct {
	steps       []int32
	cells       []uint32
	populations []uint8
}

// Record implements sim.SpikeRecorder.
func (r *recorder) Record(step int64, population int, neurons []uint32) error {
	for _, n := range neurons {
		r.steps = append(r.steps, int32(step))
		r.populations = append(r.populations, uint8(population))
		r.cells = append(r.cells, n)
	}
	return nil
}

// statistics returns the rate of each population, Hz, and the mean over cells
// of the coefficient of variation of the intervals, of cells with two or more.
func (r *recorder) statistics(sizes []int, windowS float64) (rates []float64, cv float64) {
	rates = make([]float64, len(sizes))
	type intervals struct {
		n, last  int32
		sum, sq  float64
		hasFired bool
	}
	cells := make([][]intervals, len(sizes))
	for i, size := range sizes {
		cells[i] = make([]intervals, size)
	}
	for i, step := range r.steps {
		population := r.populations[i]
		rates[population] += 1 / (float64(sizes[population]) * windowS)
		c := &cells[population][r.cells[i]]
		if c.hasFired {
			d := float64(step - c.last)
			c.n, c.sum, c.sq = c.n+1, c.sum+d, c.sq+d*d
		}
		c.hasFired, c.last = true, step
	}
	sum, counted := 0.0, 0.0
	for _, population := range cells {
		for _, c := range population {
			if c.n >= 2 {
				mean := c.sum / float64(c.n)
				sum += math.Sqrt(max(0, c.sq/float64(c.n)-mean*mean)) / mean
				counted++
			}
		}
	}
	return rates, sum / max(1, counted)
}
