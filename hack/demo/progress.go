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
	line := fmt.Sprintf("%-25s %-11s Ready=%-6s %s", name, state, ready.Status, ready.Reason)
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
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events := make(chan watch.Event)
	for _, list := range lists() {
		watcher, err := d.api.Watch(ctx, list)
		if err != nil {
			return err
		}
		go forward(ctx, watcher, events)
	}
	for len(left) > 0 {
		var event watch.Event
		select {
		case event = <-events:
		case <-ctx.Done():
			return ctx.Err()
		}
		campaign, ok := event.Object.(v1alpha1.Campaign)
		if !ok {
			return nil // an error, or the end of a watch: watch again
		}
		if err := d.strike(campaign, left); err != nil {
			return err
		}
	}
	return nil
}

// forward passes on what one kind's watch says, its end as an event without an object, until that or the end of ctx.
func forward(ctx context.Context, from watch.Interface, to chan<- watch.Event) {
	defer from.Stop()
	for open := true; open; {
		var event watch.Event
		select {
		case event, open = <-from.ResultChan():
		case <-ctx.Done():
			return
		}
		select {
		case to <- event:
		case <-ctx.Done():
			return
		}
	}
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

// passing are the reasons for which the demo has campaigns held, until a limit is raised or an edit taken back.
var passing = []string{v1alpha1.ReasonBudgetLimitExceeded, v1alpha1.ReasonCannotShrink}

// stalled returns why a campaign does not go on by itself, if so.
func stalled(campaign v1alpha1.Campaign) error {
	is := meta.FindStatusCondition(campaign.CampaignStatus().Conditions, v1alpha1.ConditionStalled)
	if is == nil || is.ObservedGeneration != campaign.GetGeneration() || slices.Contains(passing, is.Reason) {
		return nil
	}
	return fmt.Errorf("%s is stalled: %s: %s", nameOf(campaign), is.Reason, is.Message)
}

// awaitAccounts waits until both accounts work.
func (d *demo) awaitAccounts() error {
	merchant, app := &v1alpha1.WeChatPayMerchant{}, &v1alpha1.AlipayApp{}
	return errors.Join(
		d.awaitAccount(merchantName, merchant, &merchant.Status.Conditions),
		d.awaitAccount(appName, app, &app.Status.Conditions),
	)
}

func (d *demo) awaitAccount(name string, account client.Object, conditions *[]metav1.Condition) error {
	err := d.poll("the account "+name+" to be ready", startTimeout, func() (bool, error) {
		if err := d.api.Get(d.ctx, client.ObjectKey{Namespace: platform, Name: name}, account); err != nil {
			return false, err
		}
		d.progress.show(platform+"/"+name, "(account)", *conditions)
		return meta.IsStatusConditionTrue(*conditions, v1alpha1.ConditionReady), nil
	})
	if ready := meta.FindStatusCondition(*conditions, v1alpha1.ConditionReady); err != nil && ready != nil {
		return errors.Join(err, errors.New(ready.Message))
	}
	return err
}
