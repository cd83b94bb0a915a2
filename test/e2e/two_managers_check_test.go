package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/controllers"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/requestno"
	"github.com/campaign-operator/campaign-operator/internal/status"
)

// activity is what the simulator knows of an activity's content.
type activity struct {
	remote
	Threshold int64    `json:"transactionAmountMinimum"`
	Merchants []string `json:"merchantIds"`
}

// states are the states of campaigns by the vendor's words.
var states = map[string]v1alpha1.CampaignState{"CREATE_ACT_STATUS": v1alpha1.StateScheduled, "TERMINATE_ACT_STATUS": v1alpha1.StateTerminated}

// all are the world's campaigns.
func (w *world) all() []v1alpha1.PayGiftActivity {
	w.t.Helper()
	list := &v1alpha1.PayGiftActivityList{}
	if err := w.client.List(w.t.Context(), list, client.InNamespace(w.namespace)); err != nil {
		w.t.Fatal(err)
	}
	return list.Items
}

// check compares every status with the vendor's books, and the vendor's books with the statuses.
func (b *brawl) check() error {
	b.t.Helper()
	var answer struct {
		Data []activity `json:"data"`
	}
	b.sim.call("GET", "/_sim/activities?mchid="+b.sim.mchid, nil, &answer)
	byNumber, byID := map[string][]activity{}, map[string]activity{}
	for _, a := range answer.Data {
		byNumber[a.OutRequestNo] = append(byNumber[a.OutRequestNo], a)
		byID[a.ActivityID] = a
	}
	var problems []error
	for _, c := range b.all() {
		for _, problem := range append(b.untrue(&c, byID), b.unrecorded(&c, byNumber)...) {
			problems = append(problems, fmt.Errorf("%s: %s", c.Name, problem))
		}
	}
	for number := range byNumber {
		problems = append(problems, fmt.Errorf("nobody knows number %s", number))
	}
	return errors.Join(problems...)
}

// unrecorded says what the vendor has under a campaign's numbers that its status does not record.
// It strikes the numbers off the vendor's books.
func (b *brawl) unrecorded(c *v1alpha1.PayGiftActivity, byNumber map[string][]activity) (problems []string) {
	recorded := map[string]int64{}
	for _, p := range c.Status.Previous {
		recorded[p.ActivityID] = p.Revision
	}
	if c.Status.Request != nil {
		recorded[c.Status.ActivityID] = c.Status.Request.Revision
	}
	for revision := int64(1); revision <= c.Lifecycle().Revision(); revision++ {
		number := b.numberOf(c, revision)
		made := byNumber[number]
		delete(byNumber, number)
		if len(made) > 1 {
			problems = append(problems, fmt.Sprintf("%d activities of revision %d", len(made), revision))
		}
		for _, a := range made {
			if recorded[a.ActivityID] != revision {
				problems = append(problems, fmt.Sprintf("activity %s of revision %d is recorded for revision %d (%v)", a.ActivityID, revision, recorded[a.ActivityID], recorded))
			}
			delete(recorded, a.ActivityID)
		}
	}
	if len(recorded) > 0 {
		problems = append(problems, fmt.Sprintf("it records %v, which the vendor does not have", recorded))
	}
	return problems
}

// untrue says what in a status is not so: by itself, beside its manifest, and at the vendor.
func (b *brawl) untrue(c *v1alpha1.PayGiftActivity, byID map[string]activity) []string {
	st := c.Status
	problems := status.Check(c.Generation, st.ObservedGeneration, st.Conditions)
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if st.ObservedGeneration != c.Generation {
		say("generation %d of %d was observed", st.ObservedGeneration, c.Generation)
	}
	if asked := c.Annotations[v1alpha1.AnnotationReconcileRequestedAt]; st.LastHandledReconcileAt != asked {
		say("a look was asked for (%s), %q was served", asked, st.LastHandledReconcileAt)
	}
	for _, p := range st.Previous {
		if a := byID[p.ActivityID]; a.OutRequestNo != p.Number || p.Number != b.numberOf(c, p.Revision) || states[a.Status] != p.State {
			say("previous %+v, the vendor has %+v", p, a)
		}
	}
	a, made := byID[st.ActivityID]
	conditionType, reason := expected(c.Spec.State, a.Status)
	if got := condition(st.Conditions, conditionType); got != "True "+reason {
		say("%s is %q, want %s: spec.state %s, status.state %s, at the vendor %q; %+v", conditionType, got, reason, c.Spec.State, st.State, a.Status, st.Conditions)
	}
	if !made {
		if st.ActivityID != "" || st.Creation != "" || st.Request != nil {
			say("it records activity %q, creation %q, request %+v, and nothing exists", st.ActivityID, st.Creation, st.Request)
		}
		return problems
	}
	return append(problems, b.mixed(c, a)...)
}

// mixed says which parts of a record do not belong together.
func (b *brawl) mixed(c *v1alpha1.PayGiftActivity, a activity) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	st := c.Status
	if st.State != states[a.Status] || st.ActivityStatus != a.Status || st.Creation != v1alpha1.CreationConfirmed {
		say("state %s (%s), creation %s, at the vendor %s", st.State, st.ActivityStatus, st.Creation, a.Status)
	}
	if st.Request == nil {
		return append(problems, "no request is recorded")
	}
	revision := c.Lifecycle().Revision()
	number := b.numberOf(c, revision)
	if st.Request.Revision != revision || st.Request.Number != number || a.OutRequestNo != number {
		say("revision %d has number %s, recorded are %+v, at the vendor it has %s", revision, number, st.Request, a.OutRequestNo)
	}
	request, err := controllers.PayGiftActivityKind{}.Request(c, engine.Sender{Number: number})
	if err != nil {
		return append(problems, err.Error())
	}
	sum := sha256.Sum256(request.Body)
	if digest := "sha256:" + hex.EncodeToString(sum[:]); st.Request.Digest != digest {
		say("digest %s of generation %d is recorded, the manifest's is %s", st.Request.Digest, st.Request.Generation, digest)
	}
	if a.Threshold != c.Spec.AwardSendRule.TransactionAmountMinimum {
		say("from %d fen at the vendor, from %d in the manifest", a.Threshold, c.Spec.AwardSendRule.TransactionAmountMinimum)
	}
	if here, there := sorted(c.Spec.AwardSendRule.MerchantIdList), sorted(a.Merchants); states[a.Status] == v1alpha1.StateScheduled && !slices.Equal(here, there) {
		say("merchants %v, at the vendor %v", here, there)
	}
	return problems
}

// expected is the condition that is true of a campaign whose activity is as the vendor says; the
// brawl's activities have not begun.
func expected(state v1alpha1.PayGiftActivityDesiredState, atVendor string) (conditionType, reason string) {
	switch {
	case state == v1alpha1.PayGiftActivityTerminated && atVendor == "":
		return v1alpha1.ConditionReady, v1alpha1.ReasonNothingToTerminate
	case state == v1alpha1.PayGiftActivityTerminated:
		return v1alpha1.ConditionReady, v1alpha1.ReasonTerminated
	case states[atVendor] == v1alpha1.StateTerminated:
		return v1alpha1.ConditionStalled, v1alpha1.ReasonCannotRestart
	default:
		return v1alpha1.ConditionReady, v1alpha1.ReasonScheduled
	}
}

// numberOf is the request number of a campaign's revision.
func (b *brawl) numberOf(c *v1alpha1.PayGiftActivity, revision int64) string {
	return requestno.For(requestno.Input{
		Environment: "rehearsal", Account: b.sim.mchid, Kind: "PayGiftActivity", Namespace: c.Namespace, Name: c.Name, Revision: revision,
	})
}

func sorted(ids []string) []string { return slices.Sorted(slices.Values(ids)) }
