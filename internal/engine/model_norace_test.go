//go:build !race

package engine

// thin makes the model's short stories so many times fewer.
const thin = 1
