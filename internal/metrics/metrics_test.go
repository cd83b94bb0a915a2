package metrics

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// slow takes a time for every call, and fails it with err.
type slow struct {
	providers.Activities
	clock  *clocktesting.FakePassiveClock
	takes  time.Duration
	err    error
	during func()
}

func (s *slow) pass() error {
	s.clock.SetTime(s.clock.Now().Add(s.takes))
	if s.during != nil {
		s.during()
	}
	return s.err
}

func (s *slow) Create(_ context.Context, body []byte) (providers.Created, error) {
	return providers.Created{ID: "created by " + string(body)}, s.pass()
}

func (s *slow) Get(_ context.Context, id string) (providers.Snapshot, error) {
	return providers.Snapshot{ID: id}, s.pass()
}

func (s *slow) List(_ context.Context, page int) (providers.Page, error) {
	return providers.Page{Total: page}, s.pass()
}

func (s *slow) Do(_ context.Context, m providers.Mutation) (providers.Receipt, error) {
	return providers.Receipt{RequestID: string(m.Operation) + " " + m.ID}, s.pass()
}

func (s *slow) CountCodes(context.Context, string) (int64, error) { return 0, nil }

func (s *slow) Members(_ context.Context, id string) ([]string, error) {
	return []string{"member of " + id}, s.pass()
}

func (s *slow) Preflight(_ context.Context, body []byte) ([]providers.Finding, error) {
	return []providers.Finding{{Message: "found in " + string(body)}}, s.pass()
}

func (s *slow) Coverage() providers.Coverage { return providers.Coverage{Comparable: []string{"f"}} }

func (s *slow) Differences([]byte, providers.Snapshot) ([]providers.Difference, error) {
	return []providers.Difference{{Field: "f"}}, nil
}

func counting(takes time.Duration) (*prometheus.Registry, *slow, providers.Activities) {
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	registry := prometheus.NewPedanticRegistry()
	vendor := &slow{clock: clock, takes: takes}
	return registry, vendor, NewGateway(clock, registry).Count("wechatpay", "PayGiftActivity", vendor)
}

// compare fails the test unless a metric has exactly these values, without comments.
func compare(t *testing.T, registry prometheus.Gatherer, metric string, want ...string) {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var comments string
	for _, family := range families {
		if family.GetName() == metric {
			comments = fmt.Sprintf("# HELP %s %s\n# TYPE %s %s\n", metric, family.GetHelp(), metric, strings.ToLower(family.GetType().String()))
		}
	}
	expected := strings.NewReader(comments + strings.Join(want, "\n") + "\n")
	if err := testutil.GatherAndCompare(registry, expected, metric); err != nil {
		t.Error(err)
	}
}

func TestEveryCallIsCountedByItsOperationAndOutcomeAndAnsweredUnchanged(t *testing.T) {
	registry, vendor, counted := counting(0)
	created, err := counted.Create(t.Context(), []byte("body"))
	if created.ID != "created by body" || err != nil {
		t.Errorf("Create returned %v, %v", created, err)
	}
	snapshot, err := counted.Get(t.Context(), "1")
	if snapshot.ID != "1" || err != nil {
		t.Errorf("Get returned %v, %v", snapshot, err)
	}
	page, err := counted.List(t.Context(), 7)
	if page.Total != 7 || err != nil {
		t.Errorf("List returned %v, %v", page, err)
	}
	for _, op := range []providers.Operation{providers.OperationTerminate, providers.OperationAddMembers, providers.OperationRemoveMembers} {
		receipt, err := counted.Do(t.Context(), providers.Mutation{Operation: op, ID: "1"})
		if receipt.RequestID != string(op)+" 1" || err != nil {
			t.Errorf("Do returned %v, %v", receipt, err)
		}
	}
	members, err := counted.Members(t.Context(), "1")
	if len(members) != 1 || members[0] != "member of 1" || err != nil {
		t.Errorf("Members returned %v, %v", members, err)
	}
	findings, err := counted.Preflight(t.Context(), []byte("body"))
	if len(findings) != 1 || findings[0].Message != "found in body" || err != nil {
		t.Errorf("Preflight returned %v, %v", findings, err)
	}

	refused := &providers.Error{Kind: providers.KindThrottled}
	vendor.err = refused
	for range 2 {
		if _, err := counted.Create(t.Context(), nil); !errors.Is(err, refused) {
			t.Errorf("Create returned %v, want the vendor's error", err)
		}
	}
	vendor.err = context.Canceled // not a gateway's error
	_, _ = counted.List(t.Context(), 0)
	vendor.err = &providers.Error{Kind: providers.KindForbidden}
	_, _ = counted.Preflight(t.Context(), nil)
	_, _ = counted.Members(t.Context(), "1")
	if differences, _ := counted.Differences(nil, providers.Snapshot{}); len(differences) != 1 || len(counted.Coverage().Comparable) != 1 {
		t.Error("a method that calls nobody is not passed on")
	}

	const metric = "campaign_operator_gateway_requests_total"
	compare(t, registry, metric,
		metric+`{kind="PayGiftActivity",operation="create",outcome="OK",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="create",outcome="Throttled",vendor="wechatpay"} 2`,
		metric+`{kind="PayGiftActivity",operation="get",outcome="OK",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="list",outcome="OK",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="list",outcome="Unknown",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="members",outcome="Forbidden",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="members",outcome="OK",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="members-add",outcome="OK",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="members-remove",outcome="OK",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="preflight",outcome="Forbidden",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="preflight",outcome="OK",vendor="wechatpay"} 1`,
		metric+`{kind="PayGiftActivity",operation="terminate",outcome="OK",vendor="wechatpay"} 1`)
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("the names break Prometheus' conventions: %v, %v", problems, err)
	}
}

func TestTheTimeOfACallIsObservedByTheInjectedClock(t *testing.T) {
	registry, _, counted := counting(300 * time.Millisecond)
	_, _ = counted.Get(t.Context(), "1")
	_, _ = counted.Get(t.Context(), "2")
	const metric, labels = "campaign_operator_gateway_request_duration_seconds", `kind="PayGiftActivity",operation="get",vendor="wechatpay"`
	var want []string
	for _, bucket := range []string{"0.01 0", "0.025 0", "0.05 0", "0.1 0", "0.25 0", "0.5 2", "1 2", "2.5 2", "5 2", "10 2", "20 2", "+Inf 2"} {
		bound, count, _ := strings.Cut(bucket, " ")
		want = append(want, fmt.Sprintf(`%s_bucket{%s,le="%s"} %s`, metric, labels, bound, count))
	}
	compare(t, registry, metric, append(want, metric+"_sum{"+labels+"} 0.6", metric+"_count{"+labels+"} 2")...)
}

func TestACallIsInFlightUntilItIsAnswered(t *testing.T) {
	registry, vendor, counted := counting(0)
	const metric, labels = "campaign_operator_gateway_requests_in_flight", `{kind="PayGiftActivity",vendor="wechatpay"} `
	vendor.during = func() { compare(t, registry, metric, metric+labels+"1") }
	for _, vendor.err = range []error{nil, errors.New("broken")} {
		_, _ = counted.Get(t.Context(), "1")
		compare(t, registry, metric, metric+labels+"0")
	}
}

const campaigns = "campaign_operator_campaigns"

// campaignsOf registers a collector over the campaigns in a cluster.
func campaignsOf(t *testing.T, lists interceptor.Funcs, log logr.Logger, states ...v1alpha1.CampaignState) *prometheus.Registry {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(lists)
	for i, state := range states {
		c := &v1alpha1.PayGiftActivity{}
		c.Namespace, c.Name, c.Status.State = "marketing", string(rune('a'+i)), state
		builder.WithObjects(c)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(NewCampaigns(builder.Build(), map[string]func() client.ObjectList{
		"PayGiftActivity":   func() client.ObjectList { return &v1alpha1.PayGiftActivityList{} },
		"WeChatPayMerchant": func() client.ObjectList { return &v1alpha1.WeChatPayMerchantList{} }, // no campaigns: not counted
	}, log))
	return registry
}

func TestCampaignsAreCountedByState(t *testing.T) {
	registry := campaignsOf(t, interceptor.Funcs{}, logr.Discard(),
		v1alpha1.StateRunning, v1alpha1.StateScheduled, v1alpha1.StateRunning, "", v1alpha1.StateMissing)
	compare(t, registry, campaigns,
		campaigns+`{kind="PayGiftActivity",state=""} 1`, campaigns+`{kind="PayGiftActivity",state="Missing"} 1`,
		campaigns+`{kind="PayGiftActivity",state="Running"} 2`, campaigns+`{kind="PayGiftActivity",state="Scheduled"} 1`)
}

func TestNoCampaignsAreNoNumbers(t *testing.T) {
	compare(t, campaignsOf(t, interceptor.Funcs{}, logr.Discard()), campaigns)
}

func TestACountThatFailsIsLoggedAndBreaksNothingElse(t *testing.T) {
	var lines []string
	log := funcr.New(func(_, args string) { lines = append(lines, args) }, funcr.Options{})
	away := interceptor.Funcs{List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
		return errors.New("the cache is away")
	}}
	compare(t, campaignsOf(t, away, log, v1alpha1.StateRunning), campaigns)
	if logged := strings.Join(lines, "\n"); !strings.Contains(logged, "the cache is away") || !strings.Contains(logged, "PayGiftActivity") {
		t.Errorf("logged was %q, want the cause and the kind", logged)
	}
}

func TestCampaignsAreCountedByReason(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme)
	for name, reason := range map[string]string{"a": v1alpha1.ReasonBeginsInactive, "b": v1alpha1.ReasonBeginsInactive, "c": v1alpha1.ReasonRunning, "d": ""} {
		stock := &v1alpha1.CouponStock{}
		stock.Namespace, stock.Name = "marketing", name
		if reason != "" {
			stock.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Reason: reason}}
		}
		builder.WithObjects(stock)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(NewCampaigns(builder.Build(), map[string]func() client.ObjectList{
		"CouponStock": func() client.ObjectList { return &v1alpha1.CouponStockList{} },
	}, logr.Discard()))
	const reasons = campaigns + "_by_reason"
	compare(t, registry, reasons,
		reasons+`{kind="CouponStock",reason=""} 1`, reasons+`{kind="CouponStock",reason="BeginsInactive"} 2`, reasons+`{kind="CouponStock",reason="Running"} 1`)
}
