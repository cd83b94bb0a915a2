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
	desc   *prometheus.Desc
}

// NewCampaigns returns a collector over the lists by kind.
func NewCampaigns(reader client.Reader, lists map[string]func() client.ObjectList, log logr.Logger) *Campaigns {
	return &Campaigns{reader: reader, lists: lists, log: log, desc: prometheus.NewDesc(
		"campaign_operator_campaigns", "Campaigns by kind and state; an empty state was not looked at yet.", []string{"kind", "state"}, nil)}
}

// Describe implements prometheus.Collector.
func (c *Campaigns) Describe(descs chan<- *prometheus.Desc) { descs <- c.desc }

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
		counts := map[v1alpha1.CampaignState]int{}
		_ = meta.EachListItem(list, func(item runtime.Object) error { // the function never fails
			if campaign, ok := item.(v1alpha1.Campaign); ok {
				counts[campaign.CampaignStatus().State]++
			}
			return nil
		})
		for state, count := range counts {
			metrics <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(count), kind, string(state))
		}
	}
}
