package controllers

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/notify"
	simulated "github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/wake"
)

// gate is the door as setupAlipay and setupWeChatPay build it, and the queues of what it wakes.
type gate struct {
	t        *testing.T
	server   *httptest.Server
	vouchers *queue
	payGifts *queue
	registry *prometheus.Registry
	listErr  error
}

// newGate opens a door for the sources, in a cluster with these campaigns.
func newGate(t *testing.T, now func() time.Time, sources *notify.Sources, campaigns ...client.Object) *gate {
	t.Helper()
	g := &gate{t: t, vouchers: &queue{}, payGifts: &queue{}, registry: prometheus.NewRegistry()}
	indexer := &indexer{Manager: offlineManager(t)}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithObjects(campaigns...).WithInterceptorFuncs(interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			return errors.Join(g.listErr, c.List(ctx, list, opts...))
		},
	})
	reconcilers := map[string][]*engine.Reconciler{}
	for vendor, served := range map[string]struct {
		kind  engine.Kind
		queue *queue
	}{notify.Alipay: {AlipayVoucherActivityKind{}, g.vouchers}, notify.WeChatPay: {kind, g.payGifts}} {
		if err := indexActivities(t.Context(), indexer, served.kind); err != nil {
			t.Fatal(err)
		}
		builder = builder.WithIndex(served.kind.New(), activityIndex, indexer.extract[activityIndex])
		reconciler := &engine.Reconciler{Kind: served.kind, Waker: &wake.Waker{}}
		if err := reconciler.Waker.Source().Start(t.Context(), served.queue); err != nil {
			t.Fatal(err)
		}
		reconcilers[vendor] = append(reconcilers[vendor], reconciler)
	}
	g.server = httptest.NewServer(notify.New(notify.Options{
		Sources: sources, Wake: wakeNotified(builder.Build(), reconcilers), Leading: func() bool { return true },
		Clock: passive(now), Metrics: g.registry, Log: logr.Discard(),
	}))
	t.Cleanup(g.server.Close)
	return g
}

// passive is a clock that is read and nothing more.
type passive func() time.Time

func (p passive) Now() time.Time                  { return p() }
func (p passive) Since(t time.Time) time.Duration { return p().Sub(t) }

// post sends a message and returns the answer's status.
func (g *gate) post(path, body string, header http.Header) int {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.server.URL+path, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	maps.Copy(request.Header, header)
	answer, err := g.server.Client().Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// wants fails the test unless exactly these were woken since the last time.
func (g *gate) wants(woken *queue, names ...string) {
	g.t.Helper()
	slices.Sort(woken.added)
	if !slices.Equal(woken.added, names) {
		g.t.Errorf("woken were %v, want %v", woken.added, names)
	}
	woken.added = nil
}

// counted is how many messages had an outcome.
func (g *gate) counted(outcome string) (count float64) {
	g.t.Helper()
	families, err := g.registry.Gather()
	if err != nil {
		g.t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.Metric {
			for _, label := range metric.Label {
				if label.GetValue() == outcome {
					count += metric.Counter.GetValue()
				}
			}
		}
	}
	return count
}

func keyIn(t *testing.T, privatePEM []byte) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode(privatePEM)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.(*rsa.PrivateKey)
}

func publicOf(t *testing.T, key *rsa.PrivateKey) []byte {
	t.Helper()
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
}

func signed(t *testing.T, key *rsa.PrivateKey, text string) string {
	t.Helper()
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// recorded is a voucher activity that records an activity of an account.
func recorded(name, account, activityID string) *v1alpha1.AlipayVoucherActivity {
	c := &v1alpha1.AlipayVoucherActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "marketing", Name: name}}
	c.Status.ActivityID = activityID
	c.Status.Request = &v1alpha1.CreationRequest{Account: v1alpha1.AccountIdentity{ID: account}}
	return c
}

// tell has Alipay tell an application of an activity's end, once, and returns what became of it.
func (o *appOffice) tell(g *gate, appID, activityID string) simulated.Delivery {
	o.t.Helper()
	alipay := o.gateway.Alipay()
	o.must(alipay.SetNotifyURL(appID, "")) // so that it is delivered when it is asked for
	message, err := alipay.Send(appID, "stopped", activityID, "")
	o.must(err)
	o.must(alipay.SetNotifyURL(appID, g.server.URL+"/alipay/{appId}"))
	delivery, err := alipay.Redeliver(o.t.Context(), message.NotifyID)
	o.must(err)
	return delivery
}
