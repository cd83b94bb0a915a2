package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts/report"
)

// maxNamed bounds the campaigns that an event names.
const maxNamed = 5

// Keep sets or removes the finalizer that keeps an account while campaigns need its credentials
// to end their activities before they are deleted. It reports true when that was the last thing
// that kept an account that is being deleted.
func (r *AccountReporter) Keep(ctx context.Context, account client.Object, fleets []report.Fleet) (gone bool, err error) {
	deleting := !account.GetDeletionTimestamp().IsZero()
	others := slices.DeleteFunc(slices.Clone(account.GetFinalizers()), func(f string) bool { return f == v1alpha1.FinalizerInUse })
	keeps := len(others) < len(account.GetFinalizers())
	needing, err := r.needing(ctx, account, fleets, deleting && keeps)
	if err != nil {
		return false, err
	}
	switch needed := len(needing) > 0; {
	case needed && !keeps && !deleting: // nobody may set one on what is being deleted
		return false, r.setFinalizers(ctx, account, append(others, v1alpha1.FinalizerInUse))
	case !needed && keeps:
		err := r.setFinalizers(ctx, account, others)
		return err == nil && deleting && len(others) == 0, err
	case keeps && deleting:
		r.announceHeld(account, needing)
	}
	return false, nil
}

// needing lists the campaigns that need an account: none when what is held from deletion is in a
// namespace that goes away, since the Secret goes with it and nothing is left to keep the account for.
func (r *AccountReporter) needing(ctx context.Context, account client.Object, fleets []report.Fleet, held bool) ([]string, error) {
	needing := report.Needing(client.ObjectKeyFromObject(account), fleets)
	if !held || len(needing) == 0 {
		return needing, nil
	}
	going, err := isGoing(ctx, r.Live, namespaceKind, account.GetNamespace())
	if err != nil {
		return nil, fmt.Errorf("an account that is needed is let go only when it is known that its namespace goes: %w", err)
	}
	if going {
		return nil, nil
	}
	return needing, nil
}

// setFinalizers writes the finalizers and nothing else: an Update would rewrite the spec, which
// is Git's. It takes the account over as it then is.
func (r *AccountReporter) setFinalizers(ctx context.Context, account client.Object, finalizers []string) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"resourceVersion": account.GetResourceVersion(), "finalizers": finalizers,
	}})
	if err != nil {
		return err
	}
	return r.Client.Patch(ctx, account, client.RawPatch(types.MergePatchType, patch))
}

// announceHeld tells, once for each set of campaigns, why an account does not go.
func (r *AccountReporter) announceHeld(account client.Object, needing []string) {
	names := strings.Join(needing[:min(len(needing), maxNamed)], ", ")
	if more := len(needing) - maxNamed; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	if r.saysAnew(client.ObjectKeyFromObject(account), names) {
		r.Events.Eventf(account, nil, "Warning", "DeletionHeld", "Delete",
			"the account stays until it is no longer needed: its credentials are to end the activities of %s. Delete these campaigns, or give them deletionPolicy: Orphan to leave their activities as they are; the account then goes by itself. Until then it works on, and nothing new is started with it.", names)
	}
}
