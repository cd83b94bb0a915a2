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
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	"github.com/campaign-operator/campaign-operator/internal/wake"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
)

// gate is the door as setupAlipay and setupWeChatPay build it, and the queues of what it wakes.
type gate struct {
	t        *testing.T
	door     *notify.Door
	vouchers *queue
	payGifts *queue
	registry *prometheus.Registry
	listErr  error
}

const form = "application/x-www-form-urlencoded"

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
	g.door = notify.New(notify.Options{
		Sources: sources, Wake: wakeNotified(builder.Build(), reconcilers), Leading: func() bool { return true },
		Clock: passive(now), Metrics: g.registry, Log: logr.Discard(),
	})
	return g
}

// passive is a clock that is read and nothing more.
type passive func() time.Time

func (p passive) Now() time.Time                  { return p() }
func (p passive) Since(t time.Time) time.Duration { return p().Sub(t) }

// post sends a message and returns the answer's status.
func (g *gate) post(path, contentType, body string, header http.Header) int {
	g.t.Helper()
	request := httptest.NewRequestWithContext(g.t.Context(), http.MethodPost, path, strings.NewReader(body))
	maps.Copy(request.Header, header)
	request.Header.Set("Content-Type", contentType)
	answer := httptest.NewRecorder()
	g.door.ServeHTTP(answer, request)
	return answer.Code
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

// message is what Alipay sends to keyApp about an activity.
func message(t *testing.T, key *rsa.PrivateKey, notifyID, activityID string) string {
	t.Helper()
	fields := map[string]string{
		"app_id": keyApp, "charset": "UTF-8", "sign_type": "RSA2", "version": "1.1", "notify_id": notifyID,
		"msg_method": "alipay.marketing.activity.message.stopped", "biz_content": fmt.Sprintf(`{"activity_id":%q}`, activityID),
	}
	var parts []string
	form := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		form.Set(name, fields[name])
		if name != "sign_type" {
			parts = append(parts, name+"="+fields[name])
		}
	}
	form.Set("sign", signed(t, key, strings.Join(parts, "&")))
	return form.Encode()
}

// recorded is a voucher activity that records an activity of an account.
func recorded(name, account, activityID string) *v1alpha1.AlipayVoucherActivity {
	c := &v1alpha1.AlipayVoucherActivity{ObjectMeta: metav1.ObjectMeta{Namespace: "marketing", Name: name}}
	c.Status.ActivityID = activityID
	c.Status.Request = &v1alpha1.CreationRequest{Account: v1alpha1.AccountIdentity{ID: account}}
	return c
}

// listening has the messages to keyApp verified with a key that is at hand, the other application's, and returns it.
func (o *appOffice) listening() *rsa.PrivateKey {
	o.t.Helper()
	key := keyIn(o.t, appCredentialsOf(o.t, o.gateway, certApp).PrivateKeyPEM)
	credentials, err := alipay.ParseCredentials(map[string][]byte{
		alipay.KeyPrivateKey: appCredentialsOf(o.t, o.gateway, keyApp).PrivateKeyPEM, alipay.KeyPublicKey: publicOf(o.t, key),
	}, alipay.ModePublicKey)
	o.must(err)
	client, err := alipay.New(alipay.Config{AppID: keyApp, GatewayURL: gatewayDo(o.gateway), Credentials: credentials, Now: o.clock.Now})
	o.must(err)
	o.sources.Put(notify.Account{Vendor: notify.Alipay, ID: keyApp}, appKey, AlipayAppKind{}.Messages(o.app(), client))
	return key
}
