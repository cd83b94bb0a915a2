package accounts

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// holding is an account that works, and what could hold its calls.
func holding(brake v1alpha1.AccountBrake, deleting bool) Resource {
	return changed(resource(metav1.ConditionTrue, v1alpha1.ReasonAccountReady, "the credentials work."), func(r *Resource) {
		r.Brake, r.Deleting, r.Plural = brake, deleting, "wechatpaymerchants"
	})
}

// aheadBy is an open account whose gateway's clock is ahead.
func aheadBy(d time.Duration) *Account {
	return &Account{Identity: identity, ClockSkew: func() time.Duration { return d }}
}

func TestWhatStartsOrWidensAnActivityIsHeldByBrakeDeletionAndClock(t *testing.T) {
	const release = `kubectl -n platform patch wechatpaymerchants wechatpay --type merge --field-manager=emergency -p '{"spec":{"brake":"Off"}}'`
	for name, test := range map[string]struct {
		brake    v1alpha1.AccountBrake
		deleting bool
		ahead    time.Duration
		reason   string // empty: nothing is held
		says     []string
	}{
		"nothing is wrong":                    {},
		"the brake is off":                    {brake: v1alpha1.BrakeOff},
		"the brake is at Hold":                {brake: v1alpha1.BrakeHold, reason: v1alpha1.ReasonAccountBraked, says: []string{`"platform/wechatpay"`, "at Hold", release}},
		"the brake is at Pause":               {brake: v1alpha1.BrakePause, reason: v1alpha1.ReasonAccountBraked, says: []string{"at Pause", release}},
		"the account is being deleted":        {deleting: true, reason: v1alpha1.ReasonAccountNotReady, says: []string{`"platform/wechatpay"`, "being deleted"}},
		"braked and being deleted":            {brake: v1alpha1.BrakeHold, deleting: true, reason: v1alpha1.ReasonAccountBraked},
		"the gateway two minutes ahead":       {ahead: SkewHolds},
		"the gateway more than that ahead":    {ahead: SkewHolds + time.Second, reason: v1alpha1.ReasonClockSkewed, says: []string{"clock is more than 2m0s behind", "NTP", `"platform/wechatpay"`}},
		"the gateway two minutes behind":      {ahead: -SkewHolds},
		"the gateway more than that behind":   {ahead: -SkewHolds - time.Second, reason: v1alpha1.ReasonClockSkewed, says: []string{"clock is more than 2m0s ahead of"}},
		"a skew that is only worth a warning": {ahead: SkewWarns + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			registry := &Registry{}
			registry.Put(wechatpay, aheadBy(test.ahead))
			read := func(context.Context, types.NamespacedName) (Resource, error) {
				return holding(test.brake, test.deleting), nil
			}
			resolver := Resolver{Registry: registry, Read: read, ReadLive: read}
			of := campaign(v1alpha1.AccountReference{Name: wechatpay.Name, Namespace: wechatpay.Namespace})

			resolution, err := resolver.Resolve(t.Context(), of, &woken{})
			if err != nil || resolution.Problem != nil || resolution.Account == nil {
				t.Fatalf("Resolve returned %+v, %v: an account that is held works, so that activities can be ended", resolution, err)
			}
			at, err := resolver.Now(t.Context(), of)
			now := at.Hold
			if err != nil {
				t.Fatal(err)
			}
			for _, hold := range []*status.Verdict{resolution.Hold, now} {
				if (hold == nil) != (test.reason == "") || (hold != nil && hold.Reason != test.reason) {
					t.Fatalf("held is %+v, want %q", hold, test.reason)
				}
				for _, part := range test.says {
					if !strings.Contains(hold.Message, part) {
						t.Errorf("%q does not say %q", hold.Message, part)
					}
				}
			}
		})
	}
}

func TestTheSameHoldIsTheSameBytesWhateverTheClockSays(t *testing.T) {
	further := holding("", false).hold(wechatpay, SkewHolds+7*time.Second)
	near := holding("", false).hold(wechatpay, SkewHolds+time.Second)
	if *further != *near {
		t.Errorf("%q and %q: each would be a write", further.Message, near.Message)
	}
}

func TestABrakeJustPulledHoldsALastCallThatTheCacheWouldLetGo(t *testing.T) {
	registry := &Registry{}
	registry.Put(wechatpay, open)
	resolver := Resolver{
		Registry: registry,
		Read:     func(context.Context, types.NamespacedName) (Resource, error) { return holding("", false), nil },
		ReadLive: func(context.Context, types.NamespacedName) (Resource, error) {
			return holding(v1alpha1.BrakeHold, false), nil
		},
	}
	of := campaign(v1alpha1.AccountReference{Name: wechatpay.Name, Namespace: wechatpay.Namespace})
	if resolution, err := resolver.Resolve(t.Context(), of, &woken{}); err != nil || resolution.Hold != nil {
		t.Fatalf("Resolve returned %+v, %v", resolution, err)
	}
	if now, err := resolver.Now(t.Context(), of); err != nil || now.Hold == nil || now.Hold.Reason != v1alpha1.ReasonAccountBraked {
		t.Errorf("Now returned %+v, %v, want the brake", now, err)
	}
}

func TestANamespaceJustWithdrawnHoldsALastCall(t *testing.T) {
	resolver := Resolver{Registry: &Registry{}, ReadLive: func(context.Context, types.NamespacedName) (Resource, error) {
		return changed(holding("", false), func(r *Resource) { r.AllowedNamespaces = nil }), nil
	}}
	now, err := resolver.Now(t.Context(), campaign(v1alpha1.AccountReference{Name: wechatpay.Name, Namespace: wechatpay.Namespace}))
	if err != nil || now.Hold == nil || now.Hold.Reason != v1alpha1.ReasonAccountNotAllowed {
		t.Errorf("Now returned %+v, %v", now.Hold, err)
	}
}

func TestALastCallIsNotMadeWithoutTheAccountThatItWasMeantFor(t *testing.T) {
	missing := apierrors.NewNotFound(schema.GroupResource{Resource: "wechatpaymerchants"}, "wechatpay")
	away := errors.New("the API server is away")
	for name, test := range map[string]struct {
		resource Resource
		err      error
		is       func(error) bool
	}{
		"it is gone":                   {err: missing, is: apierrors.IsNotFound},
		"it cannot be read":            {err: away, is: func(err error) bool { return errors.Is(err, away) }},
		"it was made anew for another": {resource: changed(holding("", false), func(r *Resource) { r.Identity.ID = "1900000110" })},
	} {
		t.Run(name, func(t *testing.T) {
			registry := &Registry{}
			registry.Put(wechatpay, open)
			resolver := Resolver{Registry: registry, ReadLive: func(context.Context, types.NamespacedName) (Resource, error) { return test.resource, test.err }}
			_, err := resolver.Now(t.Context(), campaign(v1alpha1.AccountReference{Name: wechatpay.Name, Namespace: wechatpay.Namespace}))
			if err == nil || (test.is != nil && !test.is(err)) {
				t.Errorf("Now returned %v", err)
			}
		})
	}
}

func TestFindLooksWithoutWaiting(t *testing.T) {
	var registry Registry
	waker := &woken{}
	if registry.Find(wechatpay, identity) != nil {
		t.Error("found what was never put")
	}
	registry.Put(wechatpay, open)
	waker.want(t, "after looking")
	if registry.Find(wechatpay, identity) != open || registry.Find(wechatpay, v1alpha1.AccountIdentity{ID: "1900000110"}) != nil {
		t.Error("Find does not return the account as the identity that it is open as")
	}
}
