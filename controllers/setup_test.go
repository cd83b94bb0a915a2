package controllers

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/metrics"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/internal/wake"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// shop is the opener of accounts with a real sweeper, and gateways to sweep.
type shop struct {
	t        *testing.T
	clock    *clocktesting.FakePassiveClock
	sweeps   *clocktesting.FakeClock
	registry *accounts.Registry
	opener   *accountOpener[*Merchant]
	suspects chan types.NamespacedName
	listErr  error
	logged   chan string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s := &shop{
		t: t, clock: clocktesting.NewFakePassiveClock(noon), sweeps: clocktesting.NewFakeClock(noon),
		registry: &accounts.Registry{}, suspects: make(chan types.NamespacedName, 10), logged: make(chan string, 10),
	}
	s.registry.OnSuspect(func(key types.NamespacedName) { s.suspects <- key })
	sweeper := sweep.New(s.sweeps, quota.New(s.sweeps, nil), time.Hour, logr.Discard())
	log := funcr.New(func(_, args string) { s.logged <- args }, funcr.Options{})
	api := fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			return errors.Join(s.listErr, c.List(ctx, list, opts...))
		},
	}).Build()
	payGift := &engine.Reconciler{Kind: kind, Client: api, Waker: &wake.Waker{}, Clock: s.clock}
	stocks := &engine.Reconciler{Kind: CouponStockKind{}, Client: api, Waker: &wake.Waker{}, Clock: s.clock}
	s.opener = &accountOpener[*Merchant]{
		operator: &operator{sweeper: sweeper, log: log, gateway: metrics.NewGateway(s.clock, prometheus.NewRegistry())},
		vendor:   "wechatpay", registry: s.registry, reports: &accountQueue{},
		products: weChatPayProducts(payGift, stocks),
	}
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { _ = sweeper.Start(ctx) })
	t.Cleanup(func() { cancel(); ended.Wait() })
	return s
}

func (s *shop) client(gateway *simulator.Server, mchid string) *Merchant {
	s.t.Helper()
	c := credentialsOf(s.t, gateway, mchid)
	credentials, err := wechatpay.ParseCredentials(secretData(c), c.SerialNo, c.PublicKeyID)
	if err != nil {
		s.t.Fatal(err)
	}
	made, err := wechatpay.New(wechatpay.Config{Mchid: mchid, GatewayURL: gateway.URL(), Credentials: credentials, Now: s.clock.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	return &Merchant{Client: made}
}

// swept waits for a sweep that starts after now, and fails the test when there is none.
func (s *shop) swept(key sweep.Key) {
	s.t.Helper()
	s.sweeps.Step(time.Minute)
	since := s.sweeps.Now()
	for {
		woken := make(chan struct{}, 1)
		view, err := s.opener.sweeper.Want(key, since, func() { woken <- struct{}{} })
		if err != nil {
			s.t.Fatal(err)
		}
		if view != nil {
			return
		}
		<-woken
	}
}

// unswept fails the test when somebody is promised a sweep.
func (s *shop) unswept(key sweep.Key) {
	s.t.Helper()
	if _, err := s.opener.sweeper.Want(key, s.sweeps.Now(), func() {}); err == nil {
		s.t.Errorf("account %s is still swept", key.Account)
	}
}

func (s *shop) account(key types.NamespacedName, of ...string) *accounts.Account {
	identity := identityOf(append(of, mchid)[0])
	return s.registry.Get(key, identity, &wake.Waker{}, types.NamespacedName{Namespace: "marketing", Name: "spring"})
}

func lists(server *simulator.Server) int64 { return server.Journal().Count("paygift.list").Requests }

const gatewayURL = "https://gateway.example" // what the tests' accounts are known under

func identityOf(mchid string) v1alpha1.AccountIdentity {
	return v1alpha1.AccountIdentity{Environment: "production", ID: mchid, Gateway: gatewayURL}
}

func targetOf(mchid string) sweep.Key {
	return sweep.Key{Gateway: gatewayURL, Account: mchid, Kind: "PayGiftActivity"}
}

func TestAnOpenedMerchantIsHandedOutAndSweptUntilItIsClosed(t *testing.T) {
	s := newShop(t)
	gateway := startSimulator(t, s.clock)
	s.opener.Open(merchantKey, identityOf(mchid), "1", s.client(gateway, mchid))
	s.swept(targetOf(mchid))
	account := s.account(merchantKey)
	if account == nil || account.Identity != identityOf(mchid) {
		t.Fatalf("handed out is %+v", account)
	}
	before := lists(gateway)
	if _, err := account.Activities["PayGiftActivity"].List(t.Context(), 0); err != nil || lists(gateway) <= before { // a sweep may be reading too
		t.Errorf("the account's calls do not reach its gateway: %v", err)
	}
	s.opener.Close(merchantKey)
	if s.account(merchantKey) != nil {
		t.Error("a closed merchant is handed out")
	}
	s.unswept(targetOf(mchid))
	s.opener.Close(merchantKey) // twice is as good as once
}

func TestTwoResourcesOfOneMerchantShareASweepAndItGoesOnWithTheOtherOnesKeys(t *testing.T) {
	s := newShop(t)
	// Two gateways stand for two sets of keys: which one is called shows whose keys are used.
	first, second := startSimulator(t, s.clock), startSimulator(t, s.clock)
	twin := types.NamespacedName{Namespace: "shop", Name: "wechatpay"}
	s.opener.Open(merchantKey, identityOf(mchid), "1", s.client(first, mchid))
	s.swept(targetOf(mchid))
	s.opener.Open(twin, identityOf(mchid), "1", s.client(second, mchid))
	s.swept(targetOf(mchid))
	if lists(first) == 0 || lists(second) == 0 {
		t.Fatalf("listed were %d and %d times, want each", lists(first), lists(second))
	}
	before := lists(second)
	s.opener.Close(twin)
	s.swept(targetOf(mchid))
	if lists(second) != before {
		t.Error("the closed resource's keys are still in use")
	}
	if s.account(merchantKey) == nil || s.account(twin) != nil {
		t.Error("handed out is not the one that is left")
	}
	s.opener.Close(merchantKey)
	s.unswept(targetOf(mchid))
}

func TestAResourceMadeAnewForAnotherMerchantLeavesNoSweepBehind(t *testing.T) {
	s := newShop(t)
	gateway := startSimulator(t, s.clock)
	s.opener.Open(merchantKey, identityOf(mchid), "1", s.client(gateway, mchid))
	s.swept(targetOf(mchid))
	// Deleted and made again between two reconciles: nobody has called Close.
	s.opener.Open(merchantKey, identityOf(otherMchid), "1", s.client(gateway, otherMchid))
	s.swept(targetOf(otherMchid))
	s.unswept(targetOf(mchid))
	if account := s.account(merchantKey, otherMchid); account == nil || account.Identity.ID != otherMchid {
		t.Errorf("handed out is %+v", account)
	}
}

func TestOnlyRefusedCredentialsMakeAMerchantSuspect(t *testing.T) {
	for name, test := range map[string]struct {
		status  int
		suspect bool
	}{
		"refused credentials":    {401, true},
		"a gateway in trouble":   {500, false},
		"too many calls":         {429, false},
		"a missing permission":   {403, false},
		"a call not understood":  {400, false},
		"a gateway under repair": {503, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			gateway := startSimulator(t, s.clock)
			s.opener.Open(merchantKey, identityOf(mchid), "1", s.client(gateway, mchid))
			s.swept(targetOf(mchid))
			rule := faults.Rule{Match: faults.Match{Operation: "paygift.list"}, Action: faults.Status, Status: test.status, Times: -1}
			if _, err := gateway.Faults().Add(rule); err != nil {
				t.Fatal(err)
			}
			_, err := s.account(merchantKey).Activities["PayGiftActivity"].List(t.Context(), 0)
			if err == nil {
				t.Fatal("the list was answered all the same")
			}
			s.opener.opened[merchantKey][0].OnDone(t.Context(), nil, err)
			if suspect := len(s.suspects) > 0; suspect != test.suspect {
				t.Errorf("suspect is %t, want %t", suspect, test.suspect)
			}
			if usable := s.account(merchantKey) != nil; usable == test.suspect {
				t.Errorf("handed out is %t", usable)
			}
		})
	}
}

func TestASweepThatCannotBeComparedIsLogged(t *testing.T) {
	s := newShop(t)
	s.listErr = errors.New("the cache is away")
	s.opener.Open(merchantKey, identityOf(mchid), "1", s.client(startSimulator(t, s.clock), mchid))
	if line := <-s.logged; !strings.Contains(line, "the cache is away") || !strings.Contains(line, merchantKey.String()) {
		t.Errorf("logged was %q, want the cause and the account", line)
	}
}

// indexer is a manager that keeps the functions by which campaigns are indexed.
type indexer struct {
	ctrl.Manager
	extract map[string]client.IndexerFunc
}

func (i *indexer) GetFieldIndexer() client.FieldIndexer { return i }

func (i *indexer) IndexField(_ context.Context, _ client.Object, field string, extract client.IndexerFunc) error {
	if i.extract == nil {
		i.extract = map[string]client.IndexerFunc{}
	}
	i.extract[field] = extract
	return nil
}

func TestAnAccountsCampaignsAreFoundInEveryNamespace(t *testing.T) {
	campaign := func(namespace, name string, ref v1alpha1.AccountReference) *v1alpha1.PayGiftActivity {
		c := &v1alpha1.PayGiftActivity{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
		c.Spec.MerchantRef = ref
		return c
	}
	elsewhere := v1alpha1.AccountReference{Name: merchantKey.Name, Namespace: merchantKey.Namespace}
	indexer := &indexer{Manager: offlineManager(t, "PayGiftActivity", "CouponStock", "WeChatPayMerchant")}
	reconciler := &engine.Reconciler{Kind: kind, Waker: &wake.Waker{}}
	if err := SetupPayGiftActivity(t.Context(), indexer, reconciler, 1); err != nil {
		t.Fatal(err)
	}
	var listErr error
	api := fake.NewClientBuilder().WithScheme(scheme).
		WithIndex(&v1alpha1.PayGiftActivity{}, accountIndex, indexer.extract[accountIndex]).
		WithObjects(
			campaign("platform", "own", v1alpha1.AccountReference{Name: merchantKey.Name}),
			campaign("marketing", "spring", elsewhere), campaign("shop", "spring", elsewhere),
			campaign("marketing", "another", v1alpha1.AccountReference{Name: merchantKey.Name}),
		).
		WithInterceptorFuncs(interceptor.Funcs{List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			return errors.Join(listErr, c.List(ctx, list, opts...))
		}}).Build()
	merchant := &v1alpha1.WeChatPayMerchant{ObjectMeta: metav1.ObjectMeta{Namespace: merchantKey.Namespace, Name: merchantKey.Name}}
	find := func() []string {
		var found []string
		for _, campaign := range campaignsOf(t.Context(), api, kind, merchant) {
			found = append(found, client.ObjectKeyFromObject(campaign).String())
		}
		slices.Sort(found)
		return found
	}
	if found, want := find(), []string{"marketing/spring", "platform/own", "shop/spring"}; !slices.Equal(found, want) {
		t.Errorf("found were %v, want %v", found, want)
	}
	listErr = errors.New("the cache is away")
	if found := find(); found != nil {
		t.Errorf("found were %v although the list failed", found)
	}
	if keys := indexer.extract[accountIndex](merchant); keys != nil {
		t.Errorf("what is no campaign is found under %v", keys)
	}
}

func TestEverythingIsSetUpAndMeasured(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	options := Options{
		AllowedGateways: []string{gatewayURL}, SweepInterval: time.Hour, Limits: quota.Defaults(), Workers: 1,
		AuditLog: io.Discard, UserAgent: "setup-test", Clock: clock.RealClock{}, Metrics: registry,
		Notifications: Notifications{Address: "127.0.0.1:0"},
	}
	if err := Setup(t.Context(), offlineManager(t, "PayGiftActivity", "CouponStock", "WeChatPayMerchant", "AlipayVoucherActivity", "AlipayApp"), options); err != nil {
		t.Fatal(err)
	}
	var already prometheus.AlreadyRegisteredError
	if err := registry.Register(metrics.NewCampaigns(nil, nil, logr.Discard())); !errors.As(err, &already) {
		t.Errorf("campaigns are not counted: registering the count once more returns %v", err)
	}
}

func TestSetupNamesTheKindThatTheAPIServerDoesNotKnow(t *testing.T) {
	options := Options{Workers: 1, AuditLog: io.Discard, Clock: clock.RealClock{}, Metrics: prometheus.NewRegistry()}
	err := Setup(t.Context(), offlineManager(t, "WeChatPayMerchant"), options)
	if err == nil || !strings.Contains(err.Error(), "PayGiftActivity") {
		t.Errorf("Setup returned %v, want an error that names PayGiftActivity", err)
	}
}

func TestOnlyGatewaysThatAreNamedAreAllowed(t *testing.T) {
	set := allowed([]string{gatewayURL}, wechatpay.DefaultGatewayURL)
	for url, want := range map[string]bool{gatewayURL: true, wechatpay.DefaultGatewayURL: true, gatewayURL + "/": false, "": false} {
		if set[url] != want {
			t.Errorf("%q is allowed: %t, want %t", url, set[url], want)
		}
	}
}
