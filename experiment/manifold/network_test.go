package manifold

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// published is the network of the publication's code: N = 100, six targets.
func published(exponent float64, seed uint64) Config {
	return Config{Units: 100, Inputs: 6, Modes: 6, Exponent: exponent, Noise: 1e-2, InputScale: 1,
		Readout: 0.2 * math.Sqrt(8), InitialRate: 0.01, InitialSteps: 500, Outside: 1000, Seed: seed}
}

// TestGradient holds the gradient to central differences of the loss, itself computed
// from the definition: by the inverse and the covariance, entry by entry.
func TestGradient(t *testing.T) {
	c := published(0.55, 3)
	c.Units, c.InputNoise = 9, 0.3
	s, v, err := c.draw()
	if err != nil {
		t.Fatal(err)
	}
	g := matrix(9, 9)
	s.Gradient(v, g)
	for i := range g.Data {
		const h = 1e-6
		was := s.W.Data[i]
		s.W.Data[i] = was + h
		up := naiveLoss(s, v)
		s.W.Data[i] = was - h
		down := naiveLoss(s, v)
		s.W.Data[i] = was
		if want := (up - down) / (2 * h); math.Abs(g.Data[i]-want) > 1e-8*(1+math.Abs(want)) {
			t.Errorf("∂L/∂W[%d] = %v, finite differences %v", i, g.Data[i], want)
		}
	}
	each := make([]float64, 6)
	if got, want := s.Loss(v, each), naiveLoss(s, v); math.Abs(got-want) > 1e-12 {
		t.Errorf("loss %v, want %v", got, want)
	}
}

// naiveLoss is L as the publication writes it.
func naiveLoss(s *Network, v blas64.General) float64 {
	n, k := s.W.Rows, s.Drive.Cols
	var a, m, covariance, vs, vsv, u mat.Dense
	identity := mat.NewDense(n, n, nil)
	for i := range n {
		identity.Set(i, i, 1)
	}
	var residual mat.Dense
	residual.Sub(identity, dense(s.W))
	if err := a.Inverse(&residual); err != nil {
		panic(err)
	}
	m.Mul(&a, dense(s.Drive))
	covariance.Mul(&a, a.T())
	covariance.Scale(s.Noise, &covariance)
	var inputs mat.Dense
	inputs.Mul(&m, m.T())
	inputs.Scale(s.InputNoise, &inputs)
	covariance.Add(&covariance, &inputs)
	vs.Mul(dense(v), &covariance)
	vsv.Mul(&vs, dense(v).T())
	u.Mul(dense(v), &m)
	u.Sub(&u, dense(s.Targets))
	return mat.Trace(&vsv)/2 + math.Pow(mat.Norm(&u, 2), 2)/(2*float64(k))
}

// TestLearnNaive learns with an inverse at each step instead of its update.
func TestLearnNaive(t *testing.T) {
	for _, exponent := range []float64{0.55, 1} {
		c := published(exponent, 1)
		c.InputNoise = 0.02
		s, v, err := c.draw()
		if err != nil {
			t.Fatal(err)
		}
		naive, g := s.Clone(), matrix(100, 100)
		const steps = 120
		losses := learn(t, s, v, steps)
		for i := range steps {
			if want := naiveLoss(naive, v); math.Abs(losses[i]-want) > 1e-10*want {
				t.Fatalf("exponent %v, step %d: loss %v, want %v", exponent, i, losses[i], want)
			}
			if err := naive.refresh(); err != nil {
				t.Fatal(err)
			}
			naive.Gradient(v, g)
			for j, x := range g.Data {
				naive.W.Data[j] -= 0.01 * x
			}
		}
		if d := distance(s.W, naive.W); d > 1e-10*norm(s.W) {
			t.Errorf("exponent %v: weights differ by %v", exponent, d)
		}
	}
}

// A permutation of the inputs' names, or of the units', changes no loss.
func TestRelabelled(t *testing.T) {
	s, v, err := published(0.55, 2).draw()
	if err != nil {
		t.Fatal(err)
	}
	order := make([]int, 100)
	permutation(7, 0, order)
	w, drive, decoder := matrix(100, 100), matrix(100, 6), matrix(2, 100)
	permuteColumns(decoder, v, order)
	for i, from := range order {
		permuteColumns(blas64.General{Rows: 1, Cols: 100, Stride: 100, Data: row(w, i)},
			blas64.General{Rows: 1, Cols: 100, Stride: 100, Data: row(s.W, from)}, order)
		copy(row(drive, i), row(s.Drive, from))
	}
	other, err := NewNetwork(w, drive, s.Targets, s.Noise, s.InputNoise)
	if err != nil {
		t.Fatal(err)
	}
	one, two := learn(t, s, v, 50), learn(t, other, decoder, 50)
	for i := range one {
		if math.Abs(one[i]-two[i]) > 1e-12 {
			t.Fatalf("step %d: %v and %v", i, one[i], two[i])
		}
	}
}

func TestStart(t *testing.T) {
	s, err := NewStart(published(0.55, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	// C has orthonormal rows that are eigenvectors of S.
	var cc, cs mat.Dense
	cc.Mul(s.Modes, s.Modes.T())
	cs.Mul(s.Modes, s.Covariance)
	values, _, err := spectrum(s.Covariance)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		for j := range 6 {
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(cc.At(i, j)-want) > 1e-10 {
				t.Errorf("C Cᵀ[%d,%d] = %v", i, j, cc.At(i, j))
			}
		}
		for j := range 100 {
			if math.Abs(cs.At(i, j)-values[i]*s.Modes.At(i, j)) > 1e-9*values[0] {
				t.Fatalf("row %d of C is no eigenvector", i)
			}
		}
	}
	// All modes together read what the decoder reads; K one-hot targets around the
	// circle move the output, so that D is not 0.
	for _, p := range []Perturbation{s.Within, s.Outside} {
		each := make([]float64, 6)
		s.Network.Loss(p.Decoder, each)
		if !slices.Equal(each, p.Loss) {
			t.Errorf("the perturbation's losses are %v, and were %v", each, p.Loss)
		}
		if p.Distance > 0.5 {
			t.Errorf("the perturbation is %v from the median %v", p.Distance, s.Median)
		}
	}
	if s.Within.Candidates != 720 || s.Outside.Candidates != 1000 {
		t.Errorf("%d and %d candidates", s.Within.Candidates, s.Outside.Candidates)
	}
	// What is outside has the columns of the decoder, in another order.
	for c := range 2 {
		got, want := slices.Clone(row(s.Outside.Decoder, c)), slices.Clone(row(s.Decoder, c))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Error("the decoder outside is no permutation of columns")
		}
	}
	// What is within reads the manifold alone: V − V Cᵀ C = 0.
	var vc, back mat.Dense
	vc.Mul(dense(s.Within.Decoder), s.Modes.T())
	back.Mul(&vc, s.Modes)
	if d := distance(back.RawMatrix(), s.Within.Decoder); d > 1e-10 {
		t.Errorf("the decoder within reads %v beside the manifold", d)
	}
}

// D is the regression of the decoder's output on the modes: no other map from modes to
// outputs has a smaller ⟨|V v − D C v|²⟩ = tr((V − D C) R (V − D C)ᵀ).
func TestMapIsRegression(t *testing.T) {
	c := published(0.55, 1)
	network, v, err := c.draw()
	if err != nil {
		t.Fatal(err)
	}
	s := &Start{Network: network, Covariance: network.Covariance()}
	if err := s.manifold(6, v); err != nil {
		t.Fatal(err)
	}
	second := mat.NewSymDense(100, nil)
	second.SymRankOne(s.Covariance, 1, mat.NewVecDense(100, network.average()))
	residual := func(d *mat.Dense) float64 {
		difference := product(d, s.Modes)
		for i, x := range v.Data {
			difference.Data[i] -= x
		}
		return Captured(dense(difference), second)
	}
	best := residual(s.Map)
	for i := range 2 {
		for j := range 6 {
			for _, h := range []float64{-1e-3, 1e-3} {
				d := mat.DenseCopyOf(s.Map)
				d.Set(i, j, d.At(i, j)+h)
				if r := residual(d); r <= best {
					t.Errorf("D[%d,%d] %+g: residual %v, not above %v", i, j, h, r, best)
				}
			}
		}
	}
}

// TestRadius: that of a matrix with known eigenvalues, r exp(±iφ).
func TestRadius(t *testing.T) {
	const r, phi = 0.7, 1.1
	s := &Network{W: blas64.General{Rows: 2, Cols: 2, Stride: 2, Data: []float64{
		r * math.Cos(phi), -r * math.Sin(phi), r * math.Sin(phi), r * math.Cos(phi)}}}
	if got, err := s.Radius(); err != nil || math.Abs(got-r) > 1e-12 {
		t.Errorf("radius %v, %v, want %v", got, err, r)
	}
}

func TestSingular(t *testing.T) {
	w := matrix(2, 2)
	w.Data[0] = 1 // I − W has a row of zeros
	if _, err := NewNetwork(w, matrix(2, 2), matrix(2, 2), 1, 0); err == nil {
		t.Error("a network without fixed point was accepted")
	}
}

func TestMeasures(t *testing.T) {
	// Equal variance in three of five dimensions.
	s := mat.NewSymDense(5, nil)
	for i := range 3 {
		s.SetSym(i, i, 2)
	}
	if got := ParticipationRatio(s); math.Abs(got-3) > 1e-12 {
		t.Errorf("participation ratio %v, want 3", got)
	}
	if got := Dimension([]float64{90, 4, 3, 2, 1}); got != 3 {
		t.Errorf("%d components for 95 %%, want 3", got)
	}
	if got := HalfTime([]float64{4, 3, 2, 1.9, 1}); got != 3 {
		t.Errorf("half time %d, want 3: below half", got)
	}
	if got := HalfTime([]float64{4, 3}); got != -1 {
		t.Errorf("half time %d of what never halves", got)
	}
	// A plane and one turned by 30 degrees about a line that both hold.
	sin, cos := math.Sincos(math.Pi / 6)
	a := mat.NewDense(3, 2, []float64{1, 0, 0, 1, 0, 0})
	b := mat.NewDense(3, 2, []float64{2, 0, 0, cos, 0, sin})
	if got := PrincipalAngles(a, b); math.Abs(got[0]) > 1e-6 || math.Abs(got[1]-30) > 1e-9 {
		t.Errorf("principal angles %v, want 0 and 30", got)
	}
	if got := Captured(mat.NewDense(1, 5, []float64{0, 0, 1, 0, 0}), s); got != 2 {
		t.Errorf("variance along an axis %v, want 2", got)
	}
}

// The change of the covariance along dW is that of finite differences, by its modes.
func TestChange(t *testing.T) {
	c := published(0.55, 1)
	c.Units = 8
	network, v, err := c.draw()
	if err != nil {
		t.Fatal(err)
	}
	g := matrix(8, 8)
	network.Gradient(v, g)
	// Noise alone: S = s² A Aᵀ, dS = A dW S + transpose exactly to first order.
	for i := range network.Drive.Data {
		network.Drive.Data[i] = 0
	}
	if err := network.refresh(); err != nil {
		t.Fatal(err)
	}
	before := network.Covariance()
	modes, err := change(network.a, g, before)
	if err != nil {
		t.Fatal(err)
	}
	const h = 1e-7
	moved := network.Clone()
	for i, x := range g.Data {
		moved.W.Data[i] += h * x
	}
	if err := moved.refresh(); err != nil {
		t.Fatal(err)
	}
	difference := mat.NewSymDense(8, nil)
	after := moved.Covariance()
	for i := range 8 {
		for j := i; j < 8; j++ {
			difference.SetSym(i, j, (after.At(i, j)-before.At(i, j))/h)
		}
	}
	for k := range 2 {
		mode := mat.NewVecDense(8, mat.Col(nil, k, modes))
		var image mat.VecDense
		image.MulVec(difference, mode)
		value := mat.Dot(&image, mode)
		image.AddScaledVec(&image, -value, mode)
		if mat.Norm(&image, 2) > 1e-4*math.Abs(value) {
			t.Errorf("mode %d of the change is no eigenvector of finite differences: %v of %v", k, mat.Norm(&image, 2), value)
		}
	}
}

func learn(t *testing.T, s *Network, v blas64.General, steps int) []float64 {
	t.Helper()
	losses, err := s.Learn(v, 0.01, steps, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return losses
}
