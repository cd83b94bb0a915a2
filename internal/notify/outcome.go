package notify

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// outcome is what became of a request. It is a label of the metrics, so this is the complete list.
type outcome string

const (
	// These are answered with the vendor's word for success.
	woken           outcome = "Woken"
	duplicate       outcome = "Duplicate"
	unknownActivity outcome = "UnknownActivity"
	dropped         outcome = "Dropped"

	// These get the same answer, so that nobody learns which accounts exist or how far a forgery came.
	unverified     outcome = "Unverified"
	unknownAccount outcome = "UnknownAccount"
	otherAccount   outcome = "OtherAccount"
	stale          outcome = "Stale"
	testSignature  outcome = "TestSignature"
	malformed      outcome = "Malformed"

	broken    outcome = "BrokenOff"
	tooLarge  outcome = "TooLarge"
	throttled outcome = "Throttled"
	// notLeading: another replica leads, or this one is stopping.
	notLeading outcome = "NotLeading"
	// failed: waking failed, or a bug.
	failed     outcome = "Failed"
	noSuchPath outcome = "NoSuchPath"
	noPost     outcome = "NoPost"
	// noRoom: the connection was closed before anything was read.
	noRoom outcome = "NoRoom"
)

// status is the HTTP status of a refusal; 0 for a success, which each vendor has its own for.
func (o outcome) status() int {
	switch o {
	case woken, duplicate, unknownActivity, dropped:
		return 0
	case broken:
		return http.StatusBadRequest
	case tooLarge:
		return http.StatusRequestEntityTooLarge
	case throttled:
		return http.StatusTooManyRequests
	case notLeading, failed, noRoom:
		return http.StatusServiceUnavailable
	case noSuchPath:
		return http.StatusNotFound
	case noPost:
		return http.StatusMethodNotAllowed
	}
	return http.StatusUnauthorized
}

// noVendor is the label of what was refused before a vendor was known.
const noVendor = "none"

func newCounter(registry prometheus.Registerer) *prometheus.CounterVec {
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "campaign_operator_notifications_total",
		Help: "Requests at the notification door. Woken, Duplicate, UnknownActivity and Dropped were acknowledged; the other outcomes were refused.",
	}, []string{"vendor", "outcome"})
	registry.MustRegister(counter)
	return counter
}
