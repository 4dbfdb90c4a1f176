package claims

// What only tests see.

func Holm(ps []float64) []float64 { return holm(ps) }
