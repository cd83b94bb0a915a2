package engine

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

// countedKind is a kind whose objects have a record of what was given out.
type countedKind struct{ stockKind }

func stockOf(c v1alpha1.Campaign) *v1alpha1.CouponStock { return c.(*v1alpha1.CouponStock) }

func (countedKind) ActivityID(c v1alpha1.Campaign) string                { return stockOf(c).Status.StockID }
func (countedKind) Observe(v1alpha1.Campaign, map[string]string, string) {}
func (countedKind) Distribution(c v1alpha1.Campaign) **v1alpha1.DistributionRecord {
	return &stockOf(c).Status.Distribution
}

// counted is a running stock that was last looked at ago, when it had given out so many of a thousand.
func counted(r *Reconciler, sent int64, ago time.Duration) *v1alpha1.CouponStock {
	c := &v1alpha1.CouponStock{}
	c.Name = "counted"
	c.Status.StockID, c.Status.State, c.Status.Request = "1", v1alpha1.StateRunning, &v1alpha1.CreationRequest{Account: us}
	c.Status.Distribution = &v1alpha1.DistributionRecord{Sent: sent, Total: 1000, Time: metav1.NewTime(noon.Add(-ago))}
	r.memories.of(keyOf(c), "")
	r.memories.note(keyOf(c), func(n *notes) { n.row = rowOf(providers.Snapshot{}, "") })
	return c
}

func TestACountIsWrittenAtThresholdsWhenTheStateChangesAndElseSeldom(t *testing.T) {
	for name, test := range map[string]struct {
		was, is int64
		total   int64
		ago     time.Duration
		changed bool
		written bool
	}{
		"it has not moved":                   {was: 100, is: 100, ago: time.Hour},
		"it moves a little":                  {was: 100, is: 110, ago: time.Minute},
		"it moves a little, and long ago":    {was: 100, is: 110, ago: 10 * time.Minute, written: true},
		"it moves a little, almost long ago": {was: 100, is: 110, ago: 10*time.Minute - time.Second},
		"the first of the hundred":           {was: 9, is: 10, ago: time.Second, written: true},
		"the very first":                     {was: 0, is: 1, ago: time.Second},
		"a half":                             {was: 499, is: 500, ago: time.Second, written: true},
		"eight tenths":                       {was: 799, is: 801, ago: time.Second, written: true},
		"nine tenths":                        {was: 899, is: 900, ago: time.Second, written: true},
		"nineteen twentieths":                {was: 949, is: 950, ago: time.Second, written: true},
		"all but one in a hundred":           {was: 980, is: 990, ago: time.Second, written: true},
		"all":                                {was: 999, is: 1000, ago: time.Second, written: true},
		"between two thresholds":             {was: 501, is: 799, ago: time.Minute},
		"back over a threshold":              {was: 500, is: 499, ago: time.Second, written: true},
		"another total":                      {was: 100, is: 100, total: 2000, ago: time.Second, written: true},
		"the state has changed":              {was: 100, is: 110, ago: time.Second, changed: true, written: true},
		"the state has changed, it has not":  {was: 100, is: 100, ago: time.Second, changed: true},
	} {
		t.Run(name, func(t *testing.T) {
			inStock(t, func(t *testing.T, w *world) {
				r := w.reconciler
				r.Kind = countedKind{}
				c := counted(r, test.was, test.ago)
				total := int64(1000)
				if test.total != 0 {
					total = test.total
				}
				seen := providers.Snapshot{ID: "1", State: providers.StateRunning, Distribution: &providers.Distribution{Sent: test.is, Total: total}}
				if wakes := r.changed(c, sweepKey, sweep.NewView(noon, seen)); wakes != (test.written && !test.changed) {
					t.Errorf("a sweep wakes it: %t", wakes)
				}
				s := &scope{Reconciler: r, campaign: c, now: noon, remote: &Remote{Snapshot: seen}}
				s.noteDistribution(test.changed)
				record := c.Status.Distribution
				if written := record.Time.Time.Equal(noon); written != test.written || written && (record.Sent != test.is || record.Total != total) {
					t.Errorf("written %t: %+v", written, record)
				}
			})
		})
	}
}

func TestAFirstCountIsWrittenAndAnAnswerWithoutOneChangesNothing(t *testing.T) {
	inStock(t, func(t *testing.T, w *world) {
		r := w.reconciler
		r.Kind, r.CountInterval = countedKind{}, time.Minute
		c := counted(r, 100, 2*time.Minute)
		s := &scope{Reconciler: r, campaign: c, now: noon, remote: &Remote{}}
		s.noteDistribution(true)
		if c.Status.Distribution.Sent != 100 {
			t.Errorf("%+v", c.Status.Distribution)
		}
		s.remote.Snapshot.Distribution = &providers.Distribution{Sent: 101, Total: 1000}
		s.noteDistribution(false) // a minute is all that is asked for here
		if c.Status.Distribution.Summary != "101/1000" {
			t.Errorf("%+v", c.Status.Distribution)
		}
		c.Status.Distribution = nil
		s.noteDistribution(false)
		if record := c.Status.Distribution; record == nil || record.Summary != "101/1000" {
			t.Errorf("%+v", record)
		}
		r.Kind = stockKind{}
		s.campaign = &v1alpha1.PayGiftActivity{}
		s.noteDistribution(true) // a kind that counts nothing
	})
}
