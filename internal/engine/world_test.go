package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	clienttesting "k8s.io/client-go/testing"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

var (
	noon     = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	spring   = types.NamespacedName{Namespace: "marketing", Name: "spring"}
	merchant = types.NamespacedName{Namespace: "marketing", Name: "wechatpay"}
	us       = v1alpha1.AccountIdentity{Environment: "production", ID: "1900000109", Gateway: "https://gateway.example"}
)

// sweepInterval is how often the world's account is swept.
const sweepInterval = 5 * time.Minute

// world is a cluster with one manifest, an account, a vendor and the operator. Time stands
// still while anything is at work and is moved on by the test. Use it within a synctest
// bubble: synctest.Wait tells when the sweeper's goroutines have come to rest.
type world struct {
	t      *testing.T
	kind   Kind
	clock  *clocktesting.FakeClock
	vendor *vendor
	api    client.WithWatch
	// manager is the process at work, managers are all of them.
	*manager
	managers []*manager

	// crossing is told of every write before it takes effect and after, written of the object after
	// it, edited of every manifest that the API server took.
	crossing func(done bool)
	written  func(*v1alpha1.PayGiftActivity)
	edited   func(*v1alpha1.PayGiftActivity)
	// refuse makes a status write fail.
	refuse func() error
	// before is the object as it was before its last change.
	before  *v1alpha1.PayGiftActivity
	account accounts.Resource
	missing bool   // there is no account resource
	leaving string // what else is going while the campaign is deleted
	limits  quota.Limits
	stride  time.Duration // how far time moves at once while nothing is due
	auditTo io.Writer

	log   logr.Logger
	lives int // of the resource under its name, for uids

	writes     int
	metaWrites int
	events     []string
	suspected  int
	statuses   []string // reason of Ready after each write
}

// crash is what a process dies of.
type crash struct{}

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, corev1.AddToScheme} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}()

var (
	decoder = serializer.NewCodecFactory(scheme).UniversalDecoder()
	mapper  = func() meta.RESTMapper {
		m := meta.NewDefaultRESTMapper(nil)
		m.Add(v1alpha1.GroupVersion.WithKind("PayGiftActivity"), meta.RESTScopeNamespace)
		m.Add(corev1.SchemeGroupVersion.WithKind("Secret"), meta.RESTScopeNamespace)
		return m
	}()
)

func newWorld(t *testing.T, kind Kind) *world {
	w := &world{
		t: t, kind: kind, clock: clocktesting.NewFakeClock(noon), stride: sweepInterval, log: logr.Discard(),
		crossing: func(bool) {}, written: func(*v1alpha1.PayGiftActivity) {}, edited: func(*v1alpha1.PayGiftActivity) {}, refuse: func() error { return nil }, auditTo: io.Discard,
		account: accounts.Resource{Identity: us, Ref: &corev1.ObjectReference{Kind: "WeChatPayMerchant", Namespace: merchant.Namespace, Name: merchant.Name}, Conditions: []metav1.Condition{{Type: "Ready", Status: metav1.ConditionTrue}}},
	}
	w.vendor = newVendor(w.clock)
	if kind.Traits().Activates() {
		w.vendor.stocks = newStocks()
	}
	w.api = fake.NewClientBuilder().WithScheme(scheme).WithRESTMapper(mapper).WithStatusSubresource(&v1alpha1.PayGiftActivity{}).
		WithObjectTracker(clienttesting.NewObjectTracker(scheme, decoder)). // the usual one also keeps managed fields, slowly
		WithReturnManagedFields().Build()
	if kind.Traits().Repeats {
		w.vendor.vouchers = newVouchers()
	}
	w.join()
	t.Cleanup(w.end)
	return w
}

func (w *world) patch(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
	return w.write(o, &w.writes, func() error { return c.SubResource(sub).Patch(ctx, o, p, opts...) })
}

// patchMeta is a write of the metadata.
func (w *world) patchMeta(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
	return w.write(o, &w.metaWrites, func() error { return c.Patch(ctx, o, p, opts...) })
}

// write crosses the boundary to the API server and counts what it took.
func (w *world) write(o client.Object, count *int, patch func() error) error {
	w.crossing(false)
	if err := w.refuse(); err != nil {
		return err
	}
	before := w.campaignOf(client.ObjectKeyFromObject(o))
	if before.Name != "" && before.UID != o.GetUID() { // the fake counts versions by name, an API server does not
		return apierrors.NewConflict(v1alpha1.GroupVersion.WithResource("paygiftactivities").GroupResource(), before.Name, errors.New("another object"))
	}
	if err := patch(); err != nil {
		return err
	}
	*count++
	w.before, w.shown = before, gift(o.(v1alpha1.Campaign)).DeepCopy()
	if count == &w.writes {
		w.check(w.shown)
	}
	w.written(w.shown)
	w.echo()
	w.crossing(true)
	return nil
}

// check runs the rules that every written status keeps.
func (w *world) check(c *v1alpha1.PayGiftActivity) {
	st := c.Status
	if st.ObservedGeneration == -1 {
		return // an id was rescued into a status that somebody had just emptied
	}
	for _, broken := range status.Check(c.Generation, st.ObservedGeneration, st.Conditions) {
		w.t.Errorf("status written at %s: %s", w.clock.Now().Sub(noon), broken)
	}
	w.statuses = append(w.statuses, ready(c).Reason)
}

// Eventf implements events.EventRecorder.
func (w *world) Eventf(_, _ runtime.Object, kind, reason, _, note string, args ...any) {
	w.events = append(w.events, kind+" "+reason+" "+fmt.Sprintf(note, args...))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// campaign reads the manifest and its status from the API server.
func (w *world) campaign() *v1alpha1.PayGiftActivity { return w.campaignOf(w.key) }

func (w *world) campaignOf(key types.NamespacedName) *v1alpha1.PayGiftActivity {
	c := &v1alpha1.PayGiftActivity{}
	if err := w.api.Get(context.Background(), key, c); err != nil && !apierrors.IsNotFound(err) {
		w.t.Fatal(err)
	}
	return c
}

func ready(c *v1alpha1.PayGiftActivity) metav1.Condition {
	if is := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady); is != nil {
		return *is
	}
	return metav1.Condition{}
}

// want fails the test unless the status has this reason, state and creation.
func (w *world) want(reason string, state v1alpha1.CampaignState, creation v1alpha1.CreationOutcome) {
	w.t.Helper()
	c := w.campaign()
	if is := ready(c); is.Reason != reason || c.Status.State != state || c.Status.Creation != creation {
		w.t.Errorf("at %s: %s, state %q, creation %q (%s); want %s, %q, %q", w.clock.Now().Sub(noon),
			is.Reason, c.Status.State, c.Status.Creation, is.Message, reason, state, creation)
	}
}

// inWorld runs a test in a bubble of its own.
func inWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	inWorldOf(t, testKind{}, test)
}

// inWorldOf is inWorld with campaigns of a kind.
func inWorldOf(t *testing.T, kind Kind, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kind)
		test(t, w)
		w.end()
		synctest.Wait()
	})
}

var errRefused = errors.New("the API server is away")

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}
