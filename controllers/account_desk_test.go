package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

// desk is what the tests of every kind of accounts have: a cluster, and gateways.
type desk struct {
	t       *testing.T
	clock   *clocktesting.FakePassiveClock
	gateway *simulator.Server
	api     client.WithWatch
	// said are the events.
	said []string
	// writes counts the writes of accounts, of status and finalizers.
	writes int
	// refuse makes a call to the API server fail, by its verb and object; nil lets all pass.
	refuse func(verb string, o client.Object) error
}

// getter answers a read.
type getter func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error

// furnish makes the cluster, for accounts of one kind.
func (d *desk) furnish(account client.Object, get getter) {
	d.api = fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(account).
		WithInterceptorFuncs(interceptor.Funcs{Get: get, Patch: d.patchObject, SubResourcePatch: d.patch}).Build()
}

func (d *desk) refusal(verb string, o client.Object) error {
	if d.refuse == nil {
		return nil
	}
	return d.refuse(verb, o)
}

func (d *desk) get(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	if err := d.refusal("get", into); err != nil {
		return err
	}
	return c.Get(ctx, key, into, opts...)
}

func (d *desk) patch(ctx context.Context, c client.Client, sub string, into client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
	if err := d.refusal("patch", into); err != nil {
		return err
	}
	d.writes++
	return c.SubResource(sub).Patch(ctx, into, patch, opts...)
}

func (d *desk) patchObject(ctx context.Context, c client.WithWatch, into client.Object, patch client.Patch, opts ...client.PatchOption) error {
	if err := d.refusal("patch", into); err != nil {
		return err
	}
	d.writes++
	return c.Patch(ctx, into, patch, opts...)
}

// Eventf implements events.EventRecorder.
func (d *desk) Eventf(_, _ runtime.Object, _, reason, _, note string, args ...any) {
	d.said = append(d.said, reason+": "+fmt.Sprintf(note, args...))
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) pass(by time.Duration) { d.clock.SetTime(d.clock.Now().Add(by)) }

func (d *desk) secret() *corev1.Secret {
	d.t.Helper()
	secret := &corev1.Secret{}
	d.must(d.api.Get(d.t.Context(), secretKey, secret))
	return secret
}

// rewrite changes the Secret.
func (d *desk) rewrite(change func(map[string][]byte)) {
	d.t.Helper()
	secret := d.secret()
	change(secret.Data)
	d.must(d.api.Update(d.t.Context(), secret))
}

// keepsSecrets fails the test when a status shows any sixteen characters in a row of what the Secrets hold.
func (d *desk) keepsSecrets(status any) {
	d.t.Helper()
	const run = 16
	shown, err := json.Marshal(status)
	d.must(err)
	secrets := &corev1.SecretList{}
	d.must(d.api.List(d.t.Context(), secrets))
	for _, secret := range secrets.Items {
		for name, value := range secret.Data {
			for line := range strings.Lines(string(value)) {
				for i := 0; i+run <= len(line) && !strings.HasPrefix(line, "-----"); i++ {
					if strings.Contains(string(shown), line[i:i+run]) {
						d.t.Errorf("the status shows a part of %s: %s", name, shown)
						return
					}
				}
			}
		}
	}
}

// readyOf is an account's Ready condition.
func readyOf(account client.Object) metav1.Condition {
	var conditions []metav1.Condition
	switch account := account.(type) {
	case *v1alpha1.WeChatPayMerchant:
		conditions = account.Status.Conditions
	case *v1alpha1.AlipayApp:
		conditions = account.Status.Conditions
	}
	if ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady); ready != nil {
		return *ready
	}
	return metav1.Condition{}
}

func wantReady(t *testing.T, account client.Object) {
	t.Helper()
	if ready := readyOf(account); ready.Status != metav1.ConditionTrue || ready.Reason != v1alpha1.ReasonAccountReady {
		t.Errorf("Ready is %s %s: %s", ready.Status, ready.Reason, ready.Message)
	}
}

func wantNotReady(t *testing.T, account client.Object, reason string, says ...string) {
	t.Helper()
	ready := readyOf(account)
	if ready.Status != metav1.ConditionFalse || ready.Reason != reason {
		t.Errorf("Ready is %s %s (%s), want False %s", ready.Status, ready.Reason, ready.Message, reason)
	}
	for _, part := range says {
		if !strings.Contains(ready.Message, part) {
			t.Errorf("%q does not say %q", ready.Message, part)
		}
	}
}

// opener notes what it was told of one account.
type opener[C Connection] struct {
	key      types.NamespacedName
	mu       sync.Mutex
	said     []string
	identity v1alpha1.AccountIdentity
	clients  []C
}

func (o *opener[C]) Open(key types.NamespacedName, identity v1alpha1.AccountIdentity, _ string, c C) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said, o.identity, o.clients = append(o.said, "open "+key.String()), identity, append(o.clients, c)
}

func (o *opener[C]) Close(key types.NamespacedName) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said = append(o.said, "close "+key.String())
}

// want fails the test unless the opener was told exactly this since the last time.
func (o *opener[C]) want(t *testing.T, said ...string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, verb := range said {
		said[i] = fmt.Sprintf("%s %s", verb, o.key)
	}
	if !slices.Equal(o.said, said) {
		t.Errorf("the opener was told %v, want %v", o.said, said)
	}
	o.said = nil
}

// last is the connection that was opened last.
func (o *opener[C]) last() C {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.clients) == 0 {
		var none C
		return none
	}
	return o.clients[len(o.clients)-1]
}

// queue is a controller's queue without goroutines.
type queue struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	added []string
}

func (q *queue) Add(r reconcile.Request) { q.added = append(q.added, r.String()) }
