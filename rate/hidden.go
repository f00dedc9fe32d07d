package rate

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Hidden describes a hidden layer: units that are each connected to each below, or
// channels of a convolution. [ParseHidden] has a short notation for it.
type Hidden struct {
	// Units of a layer in which each is connected to each below; 0 for a convolution.
	Units int
	// Channels of a convolution, ≥ 1, whose units each see Kernel × Kernel units of
	// every channel below, Stride units apart, ≥ 1. Padding, 0 to Kernel − 1, is how
	// far beyond the edges they see; there is nothing there.
	Channels, Kernel, Stride, Padding int
}

// What a layer may have at most: so that a slip of the keyboard is an error and not
// the end of memory.
const (
	mostUnits   = 1 << 20
	mostWeights = 1 << 27
)

// String writes 500, 64@5/2, or 64@5/2+1 with padding.
func (h Hidden) String() string {
	if h.Channels == 0 {
		return strconv.Itoa(h.Units)
	}
	s := fmt.Sprintf("%d@%d", h.Channels, h.Kernel)
	if h.Stride != 1 {
		s += fmt.Sprintf("/%d", h.Stride)
	}
	if h.Padding != 0 {
		s += fmt.Sprintf("+%d", h.Padding)
	}
	return s
}

// ParseHidden reads layers from the bottom up, separated by commas: 500 for as many
// units, 64@5/2+1 for 64 channels with a kernel of 5 × 5, a stride of 2 and a padding
// of 1. Without a stride it is 1, without a padding 0. An empty text is no layer.
func ParseHidden(text string) ([]Hidden, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var layers []Hidden
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		h, ok := parseLayer(part)
		if !ok {
			return nil, fmt.Errorf("layer %q, want units such as 500, or a convolution such as 64@5/2 (channels@kernel/stride+padding)", part)
		}
		layers = append(layers, h)
	}
	return layers, nil
}

func parseLayer(text string) (h Hidden, ok bool) {
	ok = true
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		ok = ok && err == nil && n >= 0 && n <= mostUnits
		return n
	}
	channels, text, convolution := strings.Cut(text, "@")
	if !convolution {
		h.Units = number(channels)
		return h, ok && h.Units > 0
	}
	h.Channels, h.Stride = number(channels), 1
	text, padding, padded := strings.Cut(text, "+")
	kernel, stride, strided := strings.Cut(text, "/")
	h.Kernel = number(kernel)
	if strided {
		h.Stride = number(stride)
	}
	if padded {
		h.Padding = number(padding)
	}
	return h, ok && h.Channels > 0
}

// Shapes are those of the input and of the hidden layers above it. Its error names the
// first layer that does not fit, counted from 1.
func Shapes(input Shape, hidden []Hidden) ([]Shape, error) {
	shapes := []Shape{input}
	for i, h := range hidden {
		shape, err := h.over(shapes[i])
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i+1, err)
		}
		shapes = append(shapes, shape)
	}
	return shapes, nil
}

// over gives the shape of the layer above another.
func (h Hidden) over(below Shape) (Shape, error) {
	if h.Channels == 0 {
		switch {
		case h.Kernel != 0 || h.Stride != 0 || h.Padding != 0:
			return Shape{}, errors.New("a kernel, a stride or a padding without channels")
		case h.Units < 1 || h.Units > mostUnits:
			return Shape{}, fmt.Errorf("%d units, want 1 to %d", h.Units, mostUnits)
		case h.Units > mostWeights/below.Units():
			return Shape{}, fmt.Errorf("%d units over %d, want at most %d weights", h.Units, below.Units(), mostWeights)
		}
		return Flat(h.Units), nil
	}
	switch least := min(below.Height, below.Width); {
	case h.Units != 0:
		return Shape{}, fmt.Errorf("%d units and %d channels, want either", h.Units, h.Channels)
	case h.Channels < 1 || h.Channels > mostUnits:
		return Shape{}, fmt.Errorf("%d channels, want 1 to %d", h.Channels, mostUnits)
	case h.Stride < 1:
		return Shape{}, fmt.Errorf("stride %d, want at least 1", h.Stride)
	case h.Kernel < 1 || h.Kernel > mostUnits:
		return Shape{}, fmt.Errorf("kernel %d, want 1 to %d", h.Kernel, mostUnits)
	case h.Padding < 0 || h.Padding >= h.Kernel:
		return Shape{}, fmt.Errorf("padding %d, want 0 to %d, less than the kernel", h.Padding, h.Kernel-1)
	case h.Kernel > least+2*h.Padding:
		return Shape{}, fmt.Errorf("kernel %d over planes of %d × %d with padding %d, want at most %d",
			h.Kernel, below.Height, below.Width, h.Padding, least+2*h.Padding)
	}
	out := Shape{h.Channels, (below.Height+2*h.Padding-h.Kernel)/h.Stride + 1, (below.Width+2*h.Padding-h.Kernel)/h.Stride + 1}
	if out.Height*out.Width > mostUnits/out.Channels {
		return Shape{}, fmt.Errorf("%v units, want at most %d", out, mostUnits)
	}
	weights := int64(below.Channels) * int64(h.Kernel) * int64(h.Kernel) // to a channel
	if int64(h.Channels) > mostWeights/weights {
		return Shape{}, fmt.Errorf("%v over %v, want at most %d weights", h, below, mostWeights)
	}
	if int64(out.Height*out.Width) > mostWeights/weights {
		return Shape{}, fmt.Errorf("%v over %v: squares of %d values at %d places, want at most %d in all",
			h, below, weights, out.Height*out.Width, mostWeights)
	}
	return out, nil
}

// connection leads from the layer below, for which over gave no error.
func (h Hidden) connection(below Shape) Connection {
	if h.Channels == 0 {
		return Dense{From: below, To: Flat(h.Units)}
	}
	return NewConvolution(below, h)
}
