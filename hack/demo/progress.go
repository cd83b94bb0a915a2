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
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// settleTimeout is what a very slow machine takes, and more.
const settleTimeout = 2 * time.Minute

// wanted is the state that each campaign shall reach, by namespace/name.
type wanted map[string]v1alpha1.CampaignState

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

// await watches the campaigns until each is as wanted and Ready. One that needs somebody to act ends the waiting.
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

// watch strikes what has settled off the list, until nothing is left or the API server ends the watch.
func (d *demo) watch(ctx context.Context, left wanted) error {
	watch, err := d.api.Watch(ctx, &v1alpha1.PayGiftActivityList{})
	if err != nil {
		return err
	}
	defer watch.Stop()
	for event := range watch.ResultChan() {
		campaign, ok := event.Object.(*v1alpha1.PayGiftActivity)
		if !ok {
			return nil // an error event: watch again
		}
		name := nameOf(campaign)
		d.progress.show(name, string(campaign.Status.State), campaign.Status.Conditions)
		state, awaited := left[name]
		if !awaited {
			continue
		}
		if err := stalled(campaign); err != nil {
			return err
		}
		if settled(campaign, state) {
			delete(left, name)
		}
		if len(left) == 0 {
			return nil
		}
	}
	return nil
}

// settled tells whether a campaign is as wanted, and the status speaks of the manifest as it is now.
func settled(campaign *v1alpha1.PayGiftActivity, state v1alpha1.CampaignState) bool {
	ready := meta.FindStatusCondition(campaign.Status.Conditions, v1alpha1.ConditionReady)
	return ready != nil && ready.Status == metav1.ConditionTrue && campaign.Status.State == state &&
		ready.ObservedGeneration == campaign.Generation && campaign.Status.ObservedGeneration == campaign.Generation
}

// stalled returns why a campaign does not go on by itself, if so.
func stalled(campaign *v1alpha1.PayGiftActivity) error {
	is := meta.FindStatusCondition(campaign.Status.Conditions, v1alpha1.ConditionStalled)
	if is == nil || is.ObservedGeneration != campaign.Generation {
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

// whatIsAskedFor returns the state that each campaign's manifest asks for.
func (d *demo) whatIsAskedFor() (wanted, error) {
	campaigns, err := d.campaigns()
	want := wanted{}
	for _, campaign := range campaigns {
		begin, parseErr := time.Parse(time.RFC3339, campaign.Spec.ActivityBaseInfo.BeginTime)
		if parseErr != nil {
			return nil, parseErr
		}
		want[nameOf(&campaign)] = askedFor(campaign.Spec.State, begin)
	}
	return want, err
}

func askedFor(state v1alpha1.PayGiftActivityDesiredState, begin time.Time) v1alpha1.CampaignState {
	switch {
	case state == v1alpha1.PayGiftActivityDraft:
		return v1alpha1.StateDraft
	case state == v1alpha1.PayGiftActivityTerminated:
		return v1alpha1.StateTerminated
	case time.Until(begin) < day:
		return v1alpha1.StateRunning
	default:
		return v1alpha1.StateScheduled
	}
}

func (d *demo) campaigns() ([]v1alpha1.PayGiftActivity, error) {
	list := &v1alpha1.PayGiftActivityList{}
	err := d.api.List(d.ctx, list)
	return list.Items, err
}

func nameOf(o client.Object) string { return o.GetNamespace() + "/" + o.GetName() }
