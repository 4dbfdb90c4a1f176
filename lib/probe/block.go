package probe

import "context"

// Block is the part of a loss's Hessian of some of its weights alone, the other entries being 0: its eigenvalues and its trace are those of a block on
// the diagonal, beside zeros.
type Block struct {
	Loss  *Loss
	Parts []Part // whose weights they are
}

var _ Operator = Block{}

// Len is the number of all weights of the loss.
func (b Block) Len() int { return b.Loss.Len() }

// Product sets dst, [Len], to the block times v, [Len].
func (b Block) Product(ctx context.Context, dst, v []float64) error {
	only := make([]float64, len(v))
	for _, p := range b.Parts {
		copy(only[p.From:p.To], v[p.From:p.To])
	}
	product := make([]float64, len(v))
	if err := b.Loss.Product(ctx, product, only); err != nil {
		return err
	}
	clear(dst)
	for _, p := range b.Parts {
		copy(dst[p.From:p.To], product[p.From:p.To])
	}
	return nil
}
