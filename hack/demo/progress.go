package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// settleTimeout is what a very slow machine takes, and more.
const settleTimeout = 2 * time.Minute

// progress prints a line whenever a resource has become different.
type progress struct {
	began time.Time
	last  map[string]string
}

func newProgress(began time.Time) *progress {
	return &progress{began: began, last: map[string]string{}}
}

func (p *progress) show(name, state string, conditions []metav1.Condition) {
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	if ready == nil {
		return // the operator has not looked at it yet
	}
	line := fmt.Sprintf("%-24s %-11s Ready=%-6s %s", name, state, ready.Status, ready.Reason)
	if p.last[name] != line {
		p.last[name] = line
		fmt.Printf("  %7s  %s\n", seconds(time.Since(p.began)), line)
	}
}

// await watches the campaigns until each is as wanted. One that needs somebody to act ends the waiting.
func (d *demo) await(want wanted) error {
	ctx, cancel := context.WithTimeout(d.ctx, settleTimeout)
	defer cancel()
	left := maps.Clone(want)
	for ctx.Err() == nil && len(left) > 0 {
		if err := d.watch(ctx, left); err != nil && ctx.Err() == nil {
			return err
		}
	}
	if d.ctx.Err() == nil && len(left) > 0 {
		return fmt.Errorf("waited %s for %s", settleTimeout, strings.Join(slices.Sorted(maps.Keys(left)), ", "))
	}
	return d.ctx.Err()
}

// awaitAll waits until all campaigns are as their manifests ask.
func (d *demo) awaitAll() error {
	want, err := d.whatIsAskedFor()
	if err != nil {
		return err
	}
	return d.await(want)
}

// watch strikes what has settled off the list, until nothing is left or the API server ends a watch.
func (d *demo) watch(ctx context.Context, left wanted) error {
	activities, err := d.api.Watch(ctx, &v1alpha1.PayGiftActivityList{})
	if err != nil {
		return err
	}
	defer activities.Stop()
	stocks, err := d.api.Watch(ctx, &v1alpha1.CouponStockList{})
	if err != nil {
		return err
	}
	defer stocks.Stop()
	for len(left) > 0 {
		var event watch.Event
		select {
		case event = <-activities.ResultChan():
		case event = <-stocks.ResultChan():
		}
		campaign, ok := event.Object.(v1alpha1.Campaign)
		if !ok {
			return nil // an error, or the end of the watch: watch again
		}
		if err := d.strike(campaign, left); err != nil {
			return err
		}
	}
	return nil
}

// strike shows how a campaign is, and takes it off the list if it is as wanted.
func (d *demo) strike(campaign v1alpha1.Campaign, left wanted) error {
	name, st := nameOf(campaign), campaign.CampaignStatus()
	d.progress.show(name, string(st.State), st.Conditions)
	want, awaited := left[name]
	if !awaited {
		return nil
	}
	if settled(campaign, want) {
		delete(left, name)
		return nil
	}
	return stalled(campaign)
}

// settled tells whether a campaign is as wanted, and the status speaks of the manifest as it is now.
func settled(campaign v1alpha1.Campaign, want target) bool {
	st := campaign.CampaignStatus()
	ready := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady)
	if ready == nil || st.State != want.state || ready.ObservedGeneration != campaign.GetGeneration() || st.ObservedGeneration != campaign.GetGeneration() {
		return false
	}
	if want.heldFor != "" {
		return ready.Status == metav1.ConditionFalse && ready.Reason == want.heldFor
	}
	return ready.Status == metav1.ConditionTrue
}

// stalled returns why a campaign does not go on by itself, if so. One above a limit does, once the limit is raised.
func stalled(campaign v1alpha1.Campaign) error {
	is := meta.FindStatusCondition(campaign.CampaignStatus().Conditions, v1alpha1.ConditionStalled)
	if is == nil || is.ObservedGeneration != campaign.GetGeneration() || is.Reason == v1alpha1.ReasonBudgetLimitExceeded {
		return nil
	}
	return fmt.Errorf("%s is stalled: %s: %s", nameOf(campaign), is.Reason, is.Message)
}

// awaitMerchant waits until the account works.
func (d *demo) awaitMerchant() error {
	merchant := &v1alpha1.WeChatPayMerchant{}
	err := d.poll("the account to be ready", startTimeout, func() (bool, error) {
		if err := d.api.Get(d.ctx, client.ObjectKey{Namespace: platform, Name: merchantName}, merchant); err != nil {
			return false, err
		}
		d.progress.show(platform+"/"+merchantName, "(account)", merchant.Status.Conditions)
		return meta.IsStatusConditionTrue(merchant.Status.Conditions, v1alpha1.ConditionReady), nil
	})
	if ready := meta.FindStatusCondition(merchant.Status.Conditions, v1alpha1.ConditionReady); err != nil && ready != nil {
		return errors.Join(err, errors.New(ready.Message))
	}
	return err
}
