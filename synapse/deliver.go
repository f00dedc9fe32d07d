package synapse

// Deliver adds to g, by target, the weight of every synapse of the sources
// (ascending) in a delay group; factor, where not nil, scales each source's.
func (b *Block) Deliver(group int, sources []uint32, factor []float32, g []float32) {
	if b.near != nil {
		b.deliverNear(group, sources, factor, g[b.Lo:b.Hi])
		return
	}
	for i, s := range sources {
		f := float32(1)
		if factor != nil {
			f = factor[i]
		}
		from, to := b.Row(s, group)
		targets := b.target[from:to]
		if b.weight == nil {
			w := b.common * f
			for _, t := range targets {
				g[t] += w
			}
			continue
		}
		weights := b.weight[from:to][:len(targets)]
		for k, t := range targets {
			g[t] += float32(weights[k] * f)
		}
	}
}

// deliverNearPortable is Deliver with targets counted from the first, in plain
// Go.
func (b *Block) deliverNearPortable(group int, sources []uint32, factor []float32, onto []float32) {
	for i, s := range sources {
		f := float32(1)
		if factor != nil {
			f = factor[i]
		}
		from, to := b.Row(s, group)
		targets := b.near[from:to]
		if b.weight == nil {
			w := b.common * f
			for _, t := range targets {
				onto[t] += w
			}
			continue
		}
		weights := b.weight[from:to][:len(targets)]
		for k, t := range targets {
			onto[t] += float32(weights[k] * f)
		}
	}
}
