package main

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// target is how a campaign shall be.
type target struct {
	state v1alpha1.CampaignState
	// heldFor is the reason for which it shall be held; Ready when empty.
	heldFor string
}

// wanted is how each campaign shall be, by namespace/name.
type wanted map[string]target

// whatIsAskedFor returns the state that each campaign's manifest asks for.
func (d *demo) whatIsAskedFor() (wanted, error) {
	campaigns, err := d.campaigns()
	if err != nil {
		return nil, err
	}
	want := wanted{}
	for _, campaign := range campaigns {
		state, err := askedFor(campaign)
		if err != nil {
			return nil, err
		}
		want[nameOf(campaign)] = target{state: state}
	}
	return want, nil
}

func askedFor(campaign v1alpha1.Campaign) (v1alpha1.CampaignState, error) {
	switch campaign := campaign.(type) {
	case *v1alpha1.CouponStock:
		return stockAskedFor(campaign.Spec.State), nil
	case *v1alpha1.PayGiftActivity:
		begin, err := time.Parse(time.RFC3339, campaign.Spec.ActivityBaseInfo.BeginTime)
		return activityAskedFor(campaign.Spec.State, begin), err
	case *v1alpha1.AlipayVoucherActivity:
		begin, err := time.Parse(time.RFC3339, campaign.Spec.VoucherSendModeInfo.VoucherSendRuleInfo.PublishStartTime)
		return voucherAskedFor(campaign.Spec.State, begin), err
	}
	panic("a kind that the demo does not know")
}

func activityAskedFor(state v1alpha1.PayGiftActivityDesiredState, begin time.Time) v1alpha1.CampaignState {
	switch state {
	case v1alpha1.PayGiftActivityDraft:
		return v1alpha1.StateDraft
	case v1alpha1.PayGiftActivityTerminated:
		return v1alpha1.StateTerminated
	default:
		return byItself(begin)
	}
}

func voucherAskedFor(state v1alpha1.AlipayVoucherActivityDesiredState, begin time.Time) v1alpha1.CampaignState {
	switch state {
	case v1alpha1.AlipayVoucherActivityDraft:
		return v1alpha1.StateDraft
	case v1alpha1.AlipayVoucherActivityStopped:
		return v1alpha1.StateTerminated
	default:
		return byItself(begin)
	}
}

// byItself is what a campaign that begins by itself shall be; one that begins soon is waited for.
func byItself(begin time.Time) v1alpha1.CampaignState {
	if time.Until(begin) < day {
		return v1alpha1.StateRunning
	}
	return v1alpha1.StateScheduled
}

// stockAskedFor knows that WeChat Pay calls a stock running as soon as it is activated, also before its begin.
func stockAskedFor(state v1alpha1.CouponStockDesiredState) v1alpha1.CampaignState {
	return map[v1alpha1.CouponStockDesiredState]v1alpha1.CampaignState{
		v1alpha1.CouponStockDraft:    v1alpha1.StateDraft,
		v1alpha1.CouponStockInactive: v1alpha1.StateInactive,
		v1alpha1.CouponStockActive:   v1alpha1.StateRunning,
		v1alpha1.CouponStockPaused:   v1alpha1.StatePaused,
	}[state]
}

// lists are empty lists of the kinds of campaigns.
func lists() []client.ObjectList {
	return []client.ObjectList{&v1alpha1.PayGiftActivityList{}, &v1alpha1.CouponStockList{}, &v1alpha1.AlipayVoucherActivityList{}}
}

// campaigns returns all campaigns, kind by kind.
func (d *demo) campaigns() ([]v1alpha1.Campaign, error) {
	var campaigns []v1alpha1.Campaign
	for _, list := range lists() {
		if err := d.api.List(d.ctx, list); err != nil {
			return nil, err
		}
		if err := meta.EachListItem(list, func(item runtime.Object) error {
			campaigns = append(campaigns, item.(v1alpha1.Campaign))
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return campaigns, nil
}

// recordedID is the vendor's id that a campaign's status has.
func recordedID(campaign v1alpha1.Campaign) string {
	switch campaign := campaign.(type) {
	case *v1alpha1.CouponStock:
		return campaign.Status.StockID
	case *v1alpha1.PayGiftActivity:
		return campaign.Status.ActivityID
	case *v1alpha1.AlipayVoucherActivity:
		return campaign.Status.ActivityID
	}
	panic("a kind that the demo does not know")
}

func nameOf(o client.Object) string { return o.GetNamespace() + "/" + o.GetName() }
