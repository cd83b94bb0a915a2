package engine

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// What people do to the world's manifest.

// apply creates the world's manifest: from one hour from now for a day.
func (w *world) apply(state v1alpha1.PayGiftActivityDesiredState) {
	w.applied(state, func(*v1alpha1.PayGiftActivity) {})
}

// applied is apply with a change to the manifest.
func (w *world) applied(state v1alpha1.PayGiftActivityDesiredState, change func(*v1alpha1.PayGiftActivity)) {
	c := &v1alpha1.PayGiftActivity{}
	c.Spec.MerchantRef.Name, c.Spec.State = merchant.Name, state
	c.Spec.ActivityBaseInfo.BeginTime = noon.Add(time.Hour).Format(time.RFC3339)
	c.Spec.ActivityBaseInfo.EndTime = noon.Add(25 * time.Hour).Format(time.RFC3339)
	c.Spec.AwardSendRule.TransactionAmountMinimum = 100
	change(c)
	w.store(c)
}

// store creates a manifest under the world's name.
func (w *world) store(c *v1alpha1.PayGiftActivity) {
	w.lives++
	c.Namespace, c.Name, c.UID, c.Generation = w.key.Namespace, w.key.Name, types.UID(fmt.Sprint("uid-", w.lives)), 1
	w.must(w.api.Create(context.Background(), c))
	w.wipe() // to the CRD's default
	w.edited(c)
	w.changed()
}

// wipe empties the status, as somebody with a restore tool may.
func (w *world) wipe() {
	c := w.campaign()
	if c.Name == "" {
		return
	}
	c.Status = v1alpha1.PayGiftActivityStatus{CampaignStatus: v1alpha1.CampaignStatus{ObservedGeneration: -1}}
	w.must(w.api.Status().Update(context.Background(), c))
}

// edit changes the manifest as the API server lets it. It reports whether the edit was admitted.
func (w *world) edit(change func(*v1alpha1.PayGiftActivity)) bool {
	c := w.campaign()
	was := c.DeepCopy()
	change(c)
	if c.Name == "" || !w.admits(was, c) {
		return false
	}
	if !reflect.DeepEqual(was.Spec, c.Spec) {
		c.Generation++
	}
	w.must(w.api.Update(context.Background(), c))
	w.before = was
	w.edited(c)
	w.changed()
	return true
}

// admits is the rules of admission: those of a kind whose fields calls can change leave them free once the activity is confirmed.
func (w *world) admits(was, is *v1alpha1.PayGiftActivity) bool {
	if w.vendor.vouchers == nil || was.Status.Creation != v1alpha1.CreationConfirmed {
		return admitted(was, is)
	}
	amended := is.DeepCopy()
	amended.Spec.ActivityBaseInfo.ActivityName, amended.Spec.ActivityBaseInfo.EndTime = was.Spec.ActivityBaseInfo.ActivityName, was.Spec.ActivityBaseInfo.EndTime
	amended.Spec.AwardSendRule.TransactionAmountMinimum = was.Spec.AwardSendRule.TransactionAmountMinimum
	return admitted(was, amended)
}

// admitted is the rules of PayGiftActivity at admission that depend on the status: what is sent is
// frozen while the activity exists or may exist, and adopt names what is recorded.
func admitted(was, is *v1alpha1.PayGiftActivity) bool {
	st := was.Status
	if st.Creation != v1alpha1.CreationUnknown && st.Creation != v1alpha1.CreationConfirmed {
		return true
	}
	recorded := int64(1)
	if st.Request != nil {
		recorded = st.Request.Revision
	}
	bound := !slices.ContainsFunc([]*v1alpha1.PayGiftActivity{was, is}, func(c *v1alpha1.PayGiftActivity) bool {
		return c.Spec.Adopt != nil || c.Spec.ManagementPolicy == v1alpha1.ManagementObserve || c.Lifecycle().Revision() != recorded
	})
	members := st.Creation == v1alpha1.CreationConfirmed || slices.Equal(was.Spec.AwardSendRule.MerchantIdList, is.Spec.AwardSendRule.MerchantIdList)
	if bound && (was.Spec.ActivityBaseInfo != is.Spec.ActivityBaseInfo ||
		was.Spec.AwardSendRule.TransactionAmountMinimum != is.Spec.AwardSendRule.TransactionAmountMinimum || !members) {
		return false
	}
	switch { // the rule of adopt
	case is.Lifecycle().Revision() != recorded,
		is.Lifecycle().Revision() == was.Lifecycle().Revision() && reflect.DeepEqual(was.Spec.Adopt, is.Spec.Adopt):
		return true
	case is.Spec.Adopt != nil:
		return st.Creation == v1alpha1.CreationConfirmed && is.Spec.Adopt.ActivityID == st.ActivityID
	default:
		return st.Request == nil || !st.Request.Adopted
	}
}

func (w *world) setState(state v1alpha1.PayGiftActivityDesiredState) {
	w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.State = state })
}

func (w *world) setAmount(fen int64) bool {
	return w.edit(func(c *v1alpha1.PayGiftActivity) { c.Spec.AwardSendRule.TransactionAmountMinimum = fen })
}

// annotate asks for a look at the vendor now.
func (w *world) annotate(value string) {
	w.edit(func(c *v1alpha1.PayGiftActivity) {
		c.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: value}
	})
}

// delete asks the API server to delete the manifest.
func (w *world) delete() {
	if c := w.campaign(); c.Name != "" {
		w.must(w.api.Delete(context.Background(), c))
		w.before = c
		w.changed()
	}
}
