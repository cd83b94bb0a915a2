package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// waitForAccountStatus waits until the account is as wanted.
func (w *world) waitForAccountStatus(what string, is func(*v1alpha1.WeChatPayMerchant) bool) {
	w.t.Helper()
	eventually(w.t, what, func() error {
		if account := readAccount(w); !is(account) {
			return fmt.Errorf("finalizers %v, status %+v", account.Finalizers, account.Status.AccountStatus)
		}
		return nil
	})
}

// waitForCounted waits until the account has counted its campaigns, all of them in one state: it does
// so a few seconds after they have changed, and from then on nothing is left to be written.
func (w *world) waitForCounted(state v1alpha1.CampaignState, campaigns int64) {
	w.t.Helper()
	want := []v1alpha1.StateCountRecord{{State: state, Count: campaigns}}
	w.waitForAccountStatus("the account has counted its campaigns", func(m *v1alpha1.WeChatPayMerchant) bool {
		return m.Status.Quota == nil && m.Status.Campaigns != nil && slices.Equal(m.Status.Campaigns.ByState, want)
	})
}

func TestTheBrakeHoldsCreationsAndIsReleasedByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startReadyManager()
	w.mustApply(w.manifest(campaign{Name: "before", Title: "秋季满额送一"}))
	w.waitFor("before", "Ready", "True Scheduled")

	w.kubectl("patch", "wxm", "wechatpay", "-n", w.namespace, "--type", "merge", "-p", `{"spec":{"brake":"Pause"}}`)
	w.mustApply(w.manifest(campaign{Name: "held", Title: "秋季满额送二"}))
	w.waitFor("held", "Stalled", "True AccountBraked")
	w.waitForAccountStatus("what goes on under the brake is listed", func(m *v1alpha1.WeChatPayMerchant) bool {
		s := m.Status.StillRunning
		return m.Status.Brake == "Pause" && s != nil && s.Total == 1 && s.First[0].Resource == w.namespace+"/before" && s.First[0].Command != "" &&
			m.Status.Campaigns != nil && m.Status.Campaigns.Total == 2 && m.Status.Campaigns.Stalled == 1
	})

	w.kubectl("patch", "wxm", "wechatpay", "-n", w.namespace, "--type", "merge", "-p", `{"spec":{"brake":"Off"}}`)
	w.waitFor("held", "Ready", "True Scheduled")
	w.waitForAccountStatus("the status comes to rest", func(m *v1alpha1.WeChatPayMerchant) bool {
		return m.Status.Brake == "Off" && m.Status.StillRunning == nil && m.Status.Quota == nil && m.Status.Campaigns.Stalled == 0
	})
}

func TestAnActivityLeftBehindShowsAsUnmanagedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startReadyManager()
	manifest := w.manifest(campaign{Name: "spring"})
	w.mustApply(manifest)
	w.waitFor("spring", "Ready", "True Scheduled")
	id := w.get("spring").Status.ActivityID
	w.kubectl("delete", "paygiftactivity", "spring", "-n", w.namespace)
	w.waitForAccountStatus("the activity is unmanaged", func(m *v1alpha1.WeChatPayMerchant) bool {
		return m.Status.Campaigns == nil && m.Status.Unmanaged != nil && m.Status.Unmanaged.Total == 1 && m.Status.Unmanaged.First[0].ActivityID == id
	})
	w.mustApply(manifest)
	w.waitFor("spring", "Ready", "True Scheduled")
	w.waitForAccountStatus("the activity is looked after again", func(m *v1alpha1.WeChatPayMerchant) bool { return m.Status.Unmanaged == nil })
}

func TestADeletedAccountStaysUntilTheLastActivityThatNeedsItHasEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startReadyManager()
	w.mustApply(strings.Replace(w.manifest(campaign{Name: "spring"}), "  state:", "  deletionPolicy: Terminate\n  state:", 1))
	w.waitFor("spring", "Ready", "True Scheduled")
	w.waitForAccountStatus("the account is kept", func(m *v1alpha1.WeChatPayMerchant) bool {
		return slices.Contains(m.Finalizers, v1alpha1.FinalizerInUse)
	})

	w.kubectl("delete", "wxm", "wechatpay", "-n", w.namespace, "--wait=false")
	eventually(t, "the event says why", func() error {
		if events := w.kubectl("get", "events", "-n", w.namespace); !strings.Contains(events, "DeletionHeld") {
			return fmt.Errorf("events are %s", events)
		}
		return nil
	})
	w.mustApply(w.manifest(campaign{Name: "summer", Title: "夏季满额送"}))
	w.waitFor("summer", "Reconciling", "True AccountNotReady")

	w.kubectl("delete", "paygiftactivity", "spring", "-n", w.namespace, "--timeout=40s") // ends its activity first
	eventually(t, "the account is gone", func() error {
		err := w.client.Get(t.Context(), client.ObjectKey{Namespace: w.namespace, Name: "wechatpay"}, &v1alpha1.WeChatPayMerchant{})
		if !apierrors.IsNotFound(err) {
			return fmt.Errorf("it is still there: %w", err)
		}
		return nil
	})
}
