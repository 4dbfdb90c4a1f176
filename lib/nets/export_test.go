package nets

// What only tests see.
var (
	LocalResponseNorm  = localResponseNorm
	BatchNormalization = normalize
	PoolPlanes         = poolPlanes
	SamePadding        = samePadding
)
