// Package version holds the version that the Makefile stamps into the binaries.
package version

var version = "dev"

// String returns the version of this build, such as v0.1.0 or a git description.
func String() string { return version }
