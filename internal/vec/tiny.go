package vec

// Tiny is below what matters of any state variable, and far enough above the
// least normal float32, 1.2e-38, for a variable that decays to be cleared on its
// way there: processors take many times longer for numbers below that.
const Tiny = 1e-30

// ClearTiny sets to 0 what lies between −Tiny and Tiny. The length is a multiple
// of Lanes.
func ClearTiny(x []float32) {
	if !clearTinyVector(x) {
		clearTinyPortable(x)
	}
}

func clearTinyPortable(x []float32) {
	for i, v := range x {
		if -Tiny < v && v < Tiny {
			x[i] = 0
		}
	}
}
