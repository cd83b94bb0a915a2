package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// CodesRecord is how far the codes are that the manifest has handed over to the vendor.
type CodesRecord struct {
	// total counts the codes that the manifest names.
	// +optional
	Total int64 `json:"total,omitempty"`
	// deposited counts those that the vendor took.
	// +optional
	Deposited int64 `json:"deposited,omitempty"`
	// failed counts those that it did not take.
	// +optional
	Failed int64 `json:"failed,omitempty"`
	// failedGeneration is the generation of the manifest at the last such failure: whoever edits it later has seen it.
	// +optional
	FailedGeneration int64 `json:"failedGeneration,omitempty"`
	// summary is `<deposited>/<total>`, for people.
	// +optional
	Summary string `json:"summary,omitempty"`
	// counted is how many codes the vendor had before the batch that is under way, or after the last.
	// +optional
	Counted int64 `json:"counted,omitempty"`
	// batch is being handed over, or may have been: it is recorded before, and until it is known what became of it.
	// +optional
	Batch *CodeBatchRecord `json:"batch,omitempty"`
	// available is how many the vendor gives out in all, as last read.
	// +optional
	Available int64 `json:"available,omitempty"`
	// availableBefore is how many it gave out before the batch that is under way, or the last; absent where that was not known.
	// +optional
	AvailableBefore *int64 `json:"availableBefore,omitempty"`
	// totalFollows is true once the vendor was seen to give out codes that were handed over without being told how many there are.
	// +optional
	TotalFollows bool `json:"totalFollows,omitempty"`
	// sources are the Secrets that codes were taken from.
	// +listType=atomic
	// +optional
	Sources []CodeSourceRecord `json:"sources,omitempty"`
	// failures are the first ten codes that the vendor did not take, by their line, with its reasons. The codes themselves
	// are worth money and are not shown.
	// +listType=atomic
	// +optional
	Failures []CodeFailureRecord `json:"failures,omitempty"`
}

// CodeSourceRecord is how far the codes of one Secret are.
type CodeSourceRecord struct {
	// secretName is the Secret.
	// +optional
	SecretName string `json:"secretName,omitempty"`
	// digest of its codes, as `sha256:<hex>`. Other content later is not handed over.
	// +optional
	Digest string `json:"digest,omitempty"`
	// handed counts the codes that have been handed over, whatever the vendor said to each.
	// +optional
	Handed int64 `json:"handed,omitempty"`
}

// CodeBatchRecord is a batch of codes that one call hands over.
type CodeBatchRecord struct {
	// secretName is the Secret that they are from.
	// +optional
	SecretName string `json:"secretName,omitempty"`
	// from is how many codes of the Secret are before them.
	// +optional
	From int64 `json:"from,omitempty"`
	// size counts them.
	// +optional
	Size int64 `json:"size,omitempty"`
	// digest of the codes, as `sha256:<hex>`; the call's request number is made from it.
	// +optional
	Digest string `json:"digest,omitempty"`
	// time at which they were recorded.
	// +optional
	Time metav1.Time `json:"time,omitempty,omitzero"`
}

// CodeFailureRecord is a code that the vendor did not take.
type CodeFailureRecord struct {
	// secretName and line say which code it is.
	// +optional
	SecretName string `json:"secretName,omitempty"`
	// line in the Secret, from 1.
	// +optional
	Line int64 `json:"line,omitempty"`
	// reason as the vendor says it.
	// +optional
	Reason string `json:"reason,omitempty"`
}

// FormerCodesRecord is how far the codes were of an activity that a resource has no more.
type FormerCodesRecord struct {
	// activityId is the vendor's id of it.
	// +optional
	ActivityID string `json:"activityId,omitempty"`
	// codes were handed over for it.
	// +optional
	Codes CodesRecord `json:"codes,omitempty,omitzero"`
}
