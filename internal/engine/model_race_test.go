//go:build race

package engine

// thin makes the model's short stories so many times fewer: the race detector makes them slow.
const thin = 8
