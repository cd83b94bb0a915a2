// Package metrics counts what the operator does, for Prometheus. Vendor packages count
// nothing themselves: a decorator around their calls does.
package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/utils/clock"

	"github.com/campaign-operator/campaign-operator/providers"
)

// Gateway counts calls to vendors' gateways.
type Gateway struct {
	clock    clock.PassiveClock
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	inFlight *prometheus.GaugeVec
}

// NewGateway returns the metrics and registers them.
func NewGateway(clock clock.PassiveClock, registry prometheus.Registerer) *Gateway {
	g := &Gateway{
		clock: clock,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "campaign_operator_gateway_requests_total",
			Help: "Calls to a vendor's gateway. Outcome is OK or the kind of the failure. Members and preflight count once however many requests they took.",
		}, []string{"vendor", "kind", "operation", "outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "campaign_operator_gateway_request_duration_seconds",
			Help:    "How long calls to a vendor's gateway took.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20},
		}, []string{"vendor", "kind", "operation"}),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "campaign_operator_gateway_requests_in_flight",
			Help: "Calls to a vendor's gateway that have not been answered yet.",
		}, []string{"vendor", "kind"}),
	}
	registry.MustRegister(g.requests, g.latency, g.inFlight)
	return g
}

// Count returns activities whose calls are counted.
func (g *Gateway) Count(vendor, kind string, activities providers.Activities) providers.Activities {
	return &counted{Activities: activities, gateway: g, vendor: vendor, kind: kind}
}

// counted embeds the pure methods and counts the calls.
type counted struct {
	providers.Activities
	gateway      *Gateway
	vendor, kind string
}

func (c *counted) Create(ctx context.Context, body []byte) (created providers.Created, err error) {
	defer c.count(providers.OperationCreate, c.gateway.clock.Now(), &err)()
	return c.Activities.Create(ctx, body)
}

func (c *counted) Get(ctx context.Context, id string) (snapshot providers.Snapshot, err error) {
	defer c.count(providers.OperationGet, c.gateway.clock.Now(), &err)()
	return c.Activities.Get(ctx, id)
}

func (c *counted) List(ctx context.Context, page int) (list providers.Page, err error) {
	defer c.count(providers.OperationList, c.gateway.clock.Now(), &err)()
	return c.Activities.List(ctx, page)
}

func (c *counted) Do(ctx context.Context, m providers.Mutation) (receipt providers.Receipt, err error) {
	defer c.count(m.Operation, c.gateway.clock.Now(), &err)()
	return c.Activities.Do(ctx, m)
}

func (c *counted) Members(ctx context.Context, id string) (members []string, err error) {
	defer c.count(providers.OperationMembers, c.gateway.clock.Now(), &err)()
	return c.Activities.Members(ctx, id)
}

func (c *counted) CountCodes(ctx context.Context, id string) (count int64, err error) {
	defer c.count(providers.OperationCountCodes, c.gateway.clock.Now(), &err)()
	return c.Activities.CountCodes(ctx, id)
}

// Preflight counts once, although it may read several objects at the vendor, or none where they
// were read just before: which ones, only the vendor package knows.
func (c *counted) Preflight(ctx context.Context, body []byte) (findings []providers.Finding, err error) {
	defer c.count(providers.OperationPreflight, c.gateway.clock.Now(), &err)()
	return c.Activities.Preflight(ctx, body)
}

// count counts a call as begun, and returns what counts it as ended.
func (c *counted) count(op providers.Operation, began time.Time, err *error) func() {
	inFlight := c.gateway.inFlight.WithLabelValues(c.vendor, c.kind)
	inFlight.Inc()
	return func() {
		inFlight.Dec()
		outcome := "OK"
		if *err != nil {
			outcome = string(providers.AsError(op, *err).Kind)
		}
		c.gateway.requests.WithLabelValues(c.vendor, c.kind, string(op), outcome).Inc()
		c.gateway.latency.WithLabelValues(c.vendor, c.kind, string(op)).Observe(c.gateway.clock.Since(began).Seconds())
	}
}
