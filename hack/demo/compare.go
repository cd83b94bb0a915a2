package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// compareWithGateway checks that all is as asked for, on both sides: every campaign settled at the API server, exactly one
// activity or stock for each at the gateway, and the money of each stock locked once. The manager must have got there with the
// rights it has.
func (d *demo) compareWithGateway() error {
	if err := d.showKubectl("get", "campaigns", "-A"); err != nil {
		return err
	}
	campaigns, err := d.campaigns()
	if err != nil {
		return err
	}
	if err := d.compareActivities(campaigns); err != nil {
		return err
	}
	if err := d.compareLedger(campaigns); err != nil {
		return err
	}
	if err := d.compareVouchers(campaigns); err != nil {
		return err
	}
	for _, line := range tail(d.path("manager.log"), 1000) {
		if strings.Contains(line, "forbidden") {
			return errors.New("the manager lacks a right: " + line)
		}
	}
	return nil
}

// compareActivities holds each campaign against what the gateway has for it.
func (d *demo) compareActivities(campaigns []v1alpha1.Campaign) error {
	activities, err := d.activities()
	if err != nil {
		return err
	}
	want, err := d.whatIsAskedFor()
	if err != nil {
		return err
	}
	say("\nThe other side (GET %s/_sim/activities):\n", d.gateway.url)
	out := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(out, "  CAMPAIGN\tSTATE\tID\tAT THE GATEWAY\tREQUEST NUMBER")
	var problems []error
	for _, campaign := range campaigns {
		state, asked := campaign.CampaignStatus().State, want[nameOf(campaign)]
		if !settled(campaign, asked) {
			problems = append(problems, fmt.Errorf("%s is %s, and shall be %s", nameOf(campaign), state, asked.state))
		}
		its, err := itsActivity(campaign, activities)
		problems = append(problems, err)
		fmt.Fprintf(out, "  %s\t%s\t%s\t%s\t%s\n", nameOf(campaign), state, its.ID, its.Status, its.Number)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(activities) != len(campaigns) {
		problems = append(problems, fmt.Errorf("%d campaigns have %d activities and stocks", len(campaigns), len(activities)))
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	say("\n%d campaigns, %d activities and stocks: one each.", len(campaigns), len(activities))
	return nil
}

// gatewayWord is what the gateway calls the states that the demo ends in.
func gatewayWord(campaign v1alpha1.Campaign) string {
	words := map[v1alpha1.CampaignState]string{
		v1alpha1.StateScheduled:  "CREATE_ACT_STATUS",
		v1alpha1.StateRunning:    "ONGOING_ACT_STATUS",
		v1alpha1.StateTerminated: "TERMINATE_ACT_STATUS",
	}
	switch campaign.(type) {
	case *v1alpha1.CouponStock:
		words = map[v1alpha1.CampaignState]string{
			v1alpha1.StateInactive: "unactivated",
			v1alpha1.StateRunning:  "running",
			v1alpha1.StatePaused:   "paused",
		}
	case *v1alpha1.AlipayVoucherActivity:
		words = map[v1alpha1.CampaignState]string{
			v1alpha1.StateScheduled:  "ACTIVE", // whether it has begun or not
			v1alpha1.StateTerminated: "FINISHED",
		}
	}
	return words[campaign.CampaignStatus().State]
}

// itsActivity finds the one activity or stock that a campaign has created.
func itsActivity(campaign v1alpha1.Campaign, activities []activity) (activity, error) {
	st := campaign.CampaignStatus()
	if st.Request == nil {
		return activity{}, fmt.Errorf("%s has no record of a request", nameOf(campaign))
	}
	var its []activity
	for _, a := range activities {
		if a.Number == st.Request.Number {
			its = append(its, a)
		}
	}
	if len(its) != 1 {
		return activity{}, fmt.Errorf("%s has %d at the gateway under its number %s: %v", nameOf(campaign), len(its), st.Request.Number, its)
	}
	switch {
	case its[0].ID != recordedID(campaign):
		return its[0], fmt.Errorf("%s says id %q, the gateway %q", nameOf(campaign), recordedID(campaign), its[0].ID)
	case its[0].Status != gatewayWord(campaign):
		return its[0], fmt.Errorf("%s is %s, but %s at the gateway", nameOf(campaign), st.State, its[0].Status)
	}
	return its[0], nil
}
