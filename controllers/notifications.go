package controllers

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/notify"
)

// activityIndex finds the campaigns that record an activity of an account at the vendor.
const activityIndex = "activity"

// activityKey is what a campaign is found by: the account as the vendor's messages name it, and the activity's id.
func activityKey(account, activityID string) string { return account + "/" + activityID }

// messagesAccount is the account as the vendor's messages name it: those for an application are not told apart by the merchant
// that it acts for.
func messagesAccount(identity v1alpha1.AccountIdentity) string {
	app, _, _ := strings.Cut(identity.ID, "-")
	return app
}

// indexActivities lets the campaigns of a kind be found by the activity that they record.
func indexActivities(ctx context.Context, mgr ctrl.Manager, kind engine.Kind) error {
	err := mgr.GetFieldIndexer().IndexField(ctx, kind.New(), activityIndex, func(o client.Object) []string {
		c, ok := o.(v1alpha1.Campaign)
		if !ok || kind.ActivityID(c) == "" || c.CampaignStatus().Request == nil {
			return nil
		}
		return []string{activityKey(messagesAccount(c.CampaignStatus().Request.Account), kind.ActivityID(c))}
	})
	if err != nil {
		return fmt.Errorf("index %s by activity: %w", kind.Name(), err)
	}
	return nil
}

// wakeNotified returns how the door wakes the campaigns of each vendor.
func wakeNotified(reader client.Reader, campaigns map[string][]*engine.Reconciler) notify.Waker {
	return func(ctx context.Context, account notify.Account, activityID string) (found bool, err error) {
		for _, reconciler := range campaigns[account.Vendor] {
			list := reconciler.Kind.NewList()
			key := client.MatchingFields{activityIndex: activityKey(account.ID, activityID)}
			if err := reader.List(ctx, list, key, client.UnsafeDisableDeepCopy); err != nil {
				return false, fmt.Errorf("find the %s of an activity: %w", reconciler.Kind.Name(), err)
			}
			var keys []types.NamespacedName
			for _, campaign := range campaignsIn(list) {
				keys = append(keys, client.ObjectKeyFromObject(campaign))
			}
			reconciler.Notified(keys...)
			found = found || len(keys) > 0
		}
		return found, nil
	}
}

// openDoor adds the door that vendors' messages come in by, if it has an address.
func (o *operator) openDoor() error {
	if o.Notifications.Address == "" {
		return nil
	}
	leading := func() bool {
		select {
		case <-o.mgr.Elected():
			return true
		default:
			return false
		}
	}
	door := notify.New(notify.Options{
		Address: o.Notifications.Address, CertDir: o.Notifications.CertDir, TrustedProxies: o.Notifications.TrustedProxies,
		Sources: &o.sources, Wake: wakeNotified(o.mgr.GetClient(), o.notified), Leading: leading,
		Clock: o.Clock, Metrics: o.Metrics, Log: o.log.WithName("notify"),
	})
	if err := o.mgr.Add(door); err != nil {
		return fmt.Errorf("add the notification door: %w", err)
	}
	return nil
}
