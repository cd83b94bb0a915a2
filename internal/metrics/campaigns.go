package metrics

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// Campaigns counts the campaigns by kind and state whenever Prometheus asks, from the cache.
type Campaigns struct {
	reader client.Reader
	lists  map[string]func() client.ObjectList
	log    logr.Logger
	states *prometheus.Desc
	// reasons tell, among others, of campaigns that begin within a day and are not activated (BeginsInactive).
	reasons *prometheus.Desc
}

// NewCampaigns returns a collector over the lists by kind.
func NewCampaigns(reader client.Reader, lists map[string]func() client.ObjectList, log logr.Logger) *Campaigns {
	return &Campaigns{
		reader: reader, lists: lists, log: log,
		states: prometheus.NewDesc("campaign_operator_campaigns",
			"Campaigns by kind and state; an empty state was not looked at yet.", []string{"kind", "state"}, nil),
		reasons: prometheus.NewDesc("campaign_operator_campaigns_by_reason",
			"Campaigns by kind and the reason of their condition Ready; an empty reason was not looked at yet.", []string{"kind", "reason"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *Campaigns) Describe(descs chan<- *prometheus.Desc) {
	descs <- c.states
	descs <- c.reasons
}

// Collect implements prometheus.Collector.
func (c *Campaigns) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for kind, newList := range c.lists {
		list := newList()
		if err := c.reader.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			c.log.Error(err, "count campaigns", "kind", kind)
			continue
		}
		states, reasons := map[string]int{}, map[string]int{}
		_ = meta.EachListItem(list, func(item runtime.Object) error { // the function never fails
			if campaign, ok := item.(v1alpha1.Campaign); ok {
				st := campaign.CampaignStatus()
				states[string(st.State)]++
				reasons[readyReason(st)]++
			}
			return nil
		})
		collect(metrics, c.states, kind, states)
		collect(metrics, c.reasons, kind, reasons)
	}
}

func collect(metrics chan<- prometheus.Metric, desc *prometheus.Desc, kind string, counts map[string]int) {
	for label, count := range counts {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(count), kind, label)
	}
}

func readyReason(st *v1alpha1.CampaignStatus) string {
	if ready := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady); ready != nil {
		return ready.Reason
	}
	return ""
}
