package engine

import (
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// CodesFacts is what is known of the codes that an activity gives out.
type CodesFacts struct {
	// Sources are the manifest's Secrets, Record is what was recorded of them; nil when nothing was.
	Sources []CodeSource
	Record  *v1alpha1.CodesRecord
	// Counted is how many codes the vendor has; nil when it was not asked in this reconcile.
	Counted *int64
	// Batch are those that are next, or under way; Problem says why there are none although there should be.
	Batch   *CodeBatch
	Problem *status.Verdict
	// Checked is true when nothing asks for another look at Secrets that are done with, Read when they were looked at in this
	// reconcile. Handed counts the batches that it has handed over.
	Checked, Read bool
	Handed        int
	// Follows is true where the vendor was seen to give out codes without being told how many there are.
	Follows bool
	// Unsent is true when this reconcile has recorded the batch and not sent it, BatchSent is when it may last have been sent.
	Unsent    bool
	BatchSent time.Time
	// Answer is what the vendor said of the batch when it was sent once more; nil when it was not, or all of it was taken.
	Answer *BatchAnswer
}

// named reports whether the manifest names a Secret.
func (c CodesFacts) named(secretName string) bool {
	return c.source(secretName) != CodeSource{}
}

// source is the manifest's entry for a Secret.
func (c CodesFacts) source(secretName string) CodeSource {
	for _, source := range c.Sources {
		if source.SecretName == secretName {
			return source
		}
	}
	return CodeSource{}
}

// done reports whether all codes that the manifest names were handed over.
func (c CodesFacts) done() bool {
	return !slices.ContainsFunc(c.Sources, func(s CodeSource) bool { return c.of(s.SecretName).Handed < s.Count })
}

// asked is how many codes the activity gives out in the end: those that the vendor has, somebody else's too, those that are being handed
// over, and those that are still to be.
func (c CodesFacts) asked() int64 {
	var counted int64
	if c.Counted != nil {
		counted = *c.Counted
	}
	if c.Record == nil { // what is there already is the manifest's, or none is handed over
		return max(counted, totalOf(c.Sources))
	}
	there := c.Record.Counted
	if c.Record.Batch != nil {
		there += c.Record.Batch.Size
	}
	return max(there, counted) + c.left()
}

// left counts the codes that are still to be handed over, without those that are being.
func (c CodesFacts) left() int64 {
	var left int64
	for _, source := range c.Sources {
		left += max(source.Count-c.of(source.SecretName).Handed, 0)
	}
	if c.Record != nil && c.Record.Batch != nil {
		left -= c.Record.Batch.Size
	}
	return max(left, 0)
}

// of is how far the codes of a Secret are.
func (c CodesFacts) of(secretName string) v1alpha1.CodeSourceRecord {
	if c.Record != nil {
		for _, source := range c.Record.Sources {
			if source.SecretName == secretName {
				return source
			}
		}
	}
	return v1alpha1.CodeSourceRecord{}
}

// onBoundary reports whether the vendor has as many codes as whole batches from the first on hold.
func (c CodesFacts) onBoundary() bool {
	left := *c.Counted
	for _, source := range c.Sources {
		if left < source.Count {
			return left%providers.MaxCodes == 0
		}
		left -= source.Count
	}
	return left == 0
}

func totalOf(sources []CodeSource) int64 {
	var total int64
	for _, source := range sources {
		total += source.Count
	}
	return total
}
