package decoder

import (
	"math"
	"math/rand/v2"

	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/rate"
)

// sizes of a closed loop.
type sizes struct {
	units, encoder, readouts, targets int
	steps, delay                      int     // of a trial and of its feedback
	dtMS                              float64 // time step
	leak, noise                       float64 // α and σ
}

// loop is a recurrent network that moves an effector towards the targets, one trial a
// target, and sees late where it is. With s the effector's state, R the readout and e the
// frozen encoder,
//
//	e_t = max(0, W_e (cos θ, sin θ, context, p_{t−delay}/0.07 m) + b_e)
//	r_{t+1} = max(0, (1−α) r_t + α (W r_t + U e_t + b) + σ √α ξ_t)
//	s_{t+1} = effector(s_t, R r_{t+1})
//
// and p_t = p_0 before the trial. It learns W, U and b, by Adam.
type loop struct {
	sizes
	network *rate.Recurrent
	// encode is W_e, encoder × 6, and shift b_e. Readout is R, 2 × units.
	encode, readout rate.Matrix
	shift           []float64
	held            [2]float64 // added to the controls: units that are held at one rate
	bci             bool
	effector        effector

	trials   draws
	states   []state      // (steps+1) × targets
	controls [][2]float64 // steps × targets
	constant rate.Matrix  // W_e and b_e on what does not change in a trial, targets × encoder
	encoded  rate.Matrix  // e, steps·targets × encoder
	state    []state      // gradients by the states of a step, targets
	seen     [][2]float64 // gradients by p_t through the feedback, (steps+1) × targets
	rates    rate.Matrix  // gradients by r_{t+1}, targets × units

	adam [3]*rate.Adam
}

func matrix(rows, cols int) rate.Matrix {
	return rate.Matrix{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}

// part gives rows of m that share its memory.
func part(m rate.Matrix, from, rows int) rate.Matrix {
	m.Rows, m.Data = rows, m.Data[from*m.Stride:(from+rows)*m.Stride]
	return m
}

func row(m rate.Matrix, i int) []float64 { return m.Data[i*m.Stride : i*m.Stride+m.Cols] }

// inputs of the encoder.
const inputs = 6

// What of a network is drawn.
const (
	drawEncoder = iota
	drawShift
	drawU
	drawW
	drawBias
	drawReadout
)

// emptyLoop has no weights yet.
func emptyLoop(z sizes) *loop {
	return &loop{sizes: z,
		network: rate.NewRecurrent(rate.RecurrentConfig{Units: z.units, Inputs: z.encoder, Leak: z.leak, Activation: rate.ReLU,
			Steps: z.steps, Rows: z.targets, LearnW: true, LearnU: true, LearnB: true}, matmul.NewTeam(1)),
		encode: matrix(z.encoder, inputs), readout: matrix(2, z.units), shift: make([]float64, z.encoder),
		effector: newArm(z.dtMS),
		trials:   newDraws(z),
		states:   make([]state, (z.steps+1)*z.targets), controls: make([][2]float64, z.steps*z.targets),
		constant: matrix(z.targets, z.encoder), encoded: matrix(z.steps*z.targets, z.encoder),
		state: make([]state, z.targets), seen: make([][2]float64, (z.steps+1)*z.targets),
		rates: matrix(z.targets, z.units),
	}
}

// newLoop draws a network that moves an arm.
func newLoop(z sizes, seed uint64) *loop {
	l := emptyLoop(z)
	uniform := func(what uint32, low, high float64, data []float64) {
		stream := rng.NewSource(seed, rng.Weights, what).Stream(0)
		for i := range data {
			data[i] = low + float64((high-low)*stream.Float64())
		}
	}
	normal := func(what uint32, sd float64, data []float64) {
		stream := rng.NewSource(seed, rng.Weights, what).Stream(0)
		source := rand.New(&stream)
		for i := range data {
			data[i] = sd * source.NormFloat64()
		}
	}
	wide := math.Sqrt(6.0 / inputs)
	uniform(drawEncoder, -wide, wide, l.encode.Data)
	uniform(drawShift, 0.5, 1.5, l.shift)
	wide = 1 / math.Sqrt(float64(z.encoder))
	uniform(drawU, -wide, wide, l.network.U.Data)
	normal(drawW, 1/math.Sqrt(float64(z.units)), l.network.W.Data)
	uniform(drawBias, 0.5, 1.5, l.network.B)
	normal(drawReadout, 0.5/float64(z.units), l.readout.Data)
	return l
}

// copyBCI gives a loop of its own, with the same network, whose readout moves a cursor.
func (l *loop) copyBCI(decoder rate.Matrix) *loop {
	c := emptyLoop(l.sizes)
	for _, pair := range [][2][]float64{{c.network.W.Data, l.network.W.Data}, {c.network.U.Data, l.network.U.Data},
		{c.network.B, l.network.B}, {c.encode.Data, l.encode.Data}, {c.shift, l.shift}, {c.readout.Data, decoder.Data}} {
		copy(pair[0], pair[1])
	}
	c.bci, c.effector = true, cursor{l.dtMS / 1000}
	return c
}

// target gives direction i.
func (z sizes) target(i int) (cos, sin float64) {
	sin, cos = math.Sincos(2 * math.Pi * float64(i) / float64(z.targets))
	return cos, sin
}

// learnAt sets the rate of Adam, which begins anew.
func (l *loop) learnAt(learning float64) {
	for i, p := range l.parameters() {
		l.adam[i] = rate.NewAdam(learning, len(p))
	}
}

func (l *loop) parameters() [3][]float64 {
	return [3][]float64{l.network.W.Data, l.network.U.Data, l.network.B}
}

func (l *loop) gradients() [3][]float64 {
	return [3][]float64{l.network.GW.Data, l.network.GU.Data, l.network.GB}
}

// epoch learns from one trial a target, with these draws, and returns their loss.
func (l *loop) epoch(source rng.Source, number uint32) float64 {
	loss := l.run(source, number)
	l.back()
	gradients := l.gradients()
	for i, p := range l.parameters() {
		l.adam[i].Step(p, gradients[i])
	}
	return loss
}

// run has one trial a target with these draws, and returns the mean loss.
func (l *loop) run(source rng.Source, number uint32) float64 {
	l.trials.draw(source, number)
	n := l.targets
	clear(l.states[:n])
	for i, p := range l.trials.start {
		l.states[i][0], l.states[i][1] = p[0], p[1]
	}
	l.encodeConstants()
	l.network.Start(l.trials.rates)
	for t := range l.steps {
		l.encodeStep(t)
		r := l.network.Step(part(l.encoded, t*n, n), part(l.trials.noise, t*n, n))
		copy(l.states[(t+1)*n:(t+2)*n], l.states[t*n:(t+1)*n])
		for i := range n {
			u := l.read(row(r, i))
			l.controls[t*n+i] = u
			l.effector.step(&l.states[(t+1)*n+i], u)
		}
	}
	return l.loss()
}

// read gives R r and what is held.
func (l *loop) read(r []float64) (u [2]float64) {
	for k := range u {
		sum := l.held[k]
		for j, w := range row(l.readout, k) {
			sum += float64(w * r[j])
		}
		u[k] = sum
	}
	return u
}

func (l *loop) encodeConstants() {
	arm, bci := 1.0, 0.0
	if l.bci {
		arm, bci = 0, 1
	}
	for i := range l.targets {
		cos, sin := l.target(i)
		to := row(l.constant, i)
		for j := range to {
			w := row(l.encode, j)
			to[j] = float64(w[0]*cos) + float64(w[1]*sin) + float64(w[2]*arm) + float64(w[3]*bci) + l.shift[j]
		}
	}
}

// encodeStep sets e_t.
func (l *loop) encodeStep(t int) {
	n := l.targets
	for i := range n {
		p := &l.states[max(t-l.delay, 0)*n+i]
		x, y := p[0]/reachM, p[1]/reachM
		to, constant := row(l.encoded, t*n+i), row(l.constant, i)
		for j, v := range constant {
			w := row(l.encode, j)
			to[j] = max(0, v+float64(w[4]*x)+float64(w[5]*y))
		}
	}
}

// loss is, with T the last step, d the target and w the weights of endWeights,
//
//	mean over targets and six components of w (s_T − d)² + 0.05 mean u²/(0.08 N)²
//
// where the mean of the controls is over steps too, and the arm's alone.
func (l *loop) loss() float64 {
	n, weights := l.targets, endWeights()
	sum, effort := 0.0, 0.0
	for i := range n {
		s, d := &l.states[l.steps*n+i], l.goal(i)
		for k, w := range weights {
			e := s[k] - d[k]
			sum += float64(w * float64(e*e))
		}
	}
	sum /= float64(6 * n)
	if l.bci {
		return sum
	}
	for _, u := range l.controls {
		effort += float64(u[0]*u[0]) + float64(u[1]*u[1])
	}
	return sum + float64(l.effort()*effort)
}

// effort is what the square of a control counts for.
func (l *loop) effort() float64 {
	return controlWeight / (forceScaleN * forceScaleN) / float64(2*l.targets*l.steps)
}

// goal is the state that a trial should end in.
func (l *loop) goal(i int) state {
	cos, sin := l.target(i)
	return state{reachM * cos, reachM * sin}
}

// back sets the gradients of the loss of the last run, through network, effector,
// delayed feedback and encoder.
func (l *loop) back() {
	n, weights := l.targets, endWeights()
	clear(l.seen)
	clear(l.rates.Data)
	for i := range n {
		s, d := &l.states[l.steps*n+i], l.goal(i)
		for k, w := range weights {
			l.state[i][k] = 2 * w * (s[k] - d[k]) / float64(6*n)
		}
	}
	effort := 2 * l.effort()
	if l.bci {
		effort = 0
	}
	for t := l.steps - 1; t >= 0; t-- {
		for i := range n {
			g := &l.state[i]
			g[0] += l.seen[(t+1)*n+i][0]
			g[1] += l.seen[(t+1)*n+i][1]
			u, made := l.effector.back(g), l.controls[t*n+i]
			to := row(l.rates, i)
			for k := range u {
				by := u[k] + float64(effort*made[k])
				for j, w := range row(l.readout, k) {
					to[j] += float64(w * by)
				}
			}
		}
		rates, encoded := l.network.Back(t, l.rates)
		copy(l.rates.Data, rates.Data)
		l.backEncoder(t, encoded)
	}
	l.network.Gradients()
}

// backEncoder carries ∂L/∂e_t to the position that was seen.
func (l *loop) backEncoder(t int, gradient rate.Matrix) {
	n := l.targets
	for i := range n {
		x, y := 0.0, 0.0
		e := row(l.encoded, t*n+i)
		for j, g := range row(gradient, i) {
			if e[j] > 0 {
				w := row(l.encode, j)
				x += float64(w[4] * g)
				y += float64(w[5] * g)
			}
		}
		to := &l.seen[max(t-l.delay, 0)*n+i]
		to[0] += x / reachM
		to[1] += y / reachM
	}
}
