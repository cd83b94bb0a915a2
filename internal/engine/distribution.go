package engine

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// defaultCountInterval is how often a count that moves is written at most, thresholds apart.
const defaultCountInterval = 10 * time.Minute

// thresholds are parts of the total, in per cent, whose crossing is written at once.
var thresholds = []int64{1, 50, 80, 90, 95, 99, 100}

// countDue reports whether a count is news that is worth a write.
func (r *Reconciler) countDue(record *v1alpha1.DistributionRecord, seen *providers.Distribution, now time.Time) bool {
	switch {
	case seen == nil:
		return false
	case record == nil || record.Total != seen.Total:
		return true
	case record.Sent == seen.Sent:
		return false
	}
	interval := r.CountInterval
	if interval == 0 {
		interval = defaultCountInterval
	}
	return now.Sub(record.Time.Time) >= interval || passed(record.Sent, seen.Total) != passed(seen.Sent, seen.Total)
}

// passed is how many thresholds a count has reached.
func passed(sent, total int64) (n int) {
	for _, percent := range thresholds {
		if total > 0 && float64(sent)*100 >= float64(total)*float64(percent) {
			n++
		}
	}
	return n
}

// noteDistribution records what was given out, when that is due or the state has changed.
func (s *scope) noteDistribution(changed bool) {
	slot := s.Kind.Distribution(s.campaign)
	seen := s.remote.Snapshot.Distribution
	if slot == nil || seen == nil {
		return
	}
	if news := changed && (*slot == nil || (*slot).Sent != seen.Sent); !news && !s.countDue(*slot, seen, s.now) {
		return
	}
	*slot = &v1alpha1.DistributionRecord{
		Summary: fmt.Sprintf("%d/%d", seen.Sent, seen.Total), Sent: seen.Sent, Total: seen.Total, Time: metav1.NewTime(s.now),
	}
}
