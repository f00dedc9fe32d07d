package rate

// Feedback says through which weights Y a layer is told what the layer above does.
// Y has the shape of W, the forward weights of the layer above.
type Feedback string

// The feedback modes. Each rule says which of them it has.
const (
	// Tied is Y = W at all times: backpropagation's weight transport.
	Tied Feedback = "tied"
	// Random is Y drawn once: feedback alignment (Lillicrap et al. 2016,
	// doi 10.1038/ncomms13276).
	Random Feedback = "random"
	// KolenPollack is Y drawn once, and then changed and decayed as W is, so that
	// their difference shrinks with (1−decay) each step (Kolen and Pollack 1994;
	// Akrout et al. 2019).
	KolenPollack Feedback = "kolen-pollack"
	// Zero is Y = 0: hidden layers are told nothing. The negative control.
	Zero Feedback = "zero"
	// LearnedQ is Y drawn once, and Q learning to cancel it (BurstCCN alone).
	LearnedQ Feedback = "learned-q"
	// LearnedY is Q drawn once, and Y learning to cancel it (BurstCCN alone).
	LearnedY Feedback = "learned-y"
	// None is for rules without feedback weights.
	None Feedback = "none"
)
