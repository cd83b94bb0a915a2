package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// compareWithGateway checks that all is as asked for, on both sides: every campaign settled at the API server, and exactly
// one activity for each at the gateway. The manager must have got there with the rights it has.
func (d *demo) compareWithGateway() error {
	campaigns, err := d.campaigns()
	if err != nil {
		return err
	}
	activities, err := d.activities()
	if err != nil {
		return err
	}
	want, err := d.whatIsAskedFor()
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(out, "  CAMPAIGN\tSTATE\tACTIVITY\tAT THE GATEWAY\tREQUEST NUMBER")
	var problems []error
	for _, campaign := range campaigns {
		if !settled(&campaign, want[nameOf(&campaign)]) {
			problems = append(problems, fmt.Errorf("%s is %s, and shall be %s", nameOf(&campaign), campaign.Status.State, want[nameOf(&campaign)]))
		}
		its, err := itsActivity(&campaign, activities)
		problems = append(problems, err)
		fmt.Fprintf(out, "  %s\t%s\t%s\t%s\t%s\n", nameOf(&campaign), campaign.Status.State, its.ID, its.Status, its.OutRequestNo)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(activities) != len(campaigns) {
		problems = append(problems, fmt.Errorf("%d campaigns have %d activities", len(campaigns), len(activities)))
	}
	for _, line := range tail(d.path("manager.log"), 1000) {
		if strings.Contains(line, "forbidden") {
			problems = append(problems, errors.New("the manager lacks a right: "+line))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	say("\n%d campaigns, %d activities: one each.", len(campaigns), len(activities))
	return nil
}

// gatewayWords are what the gateway calls the states that the demo ends in.
var gatewayWords = map[v1alpha1.CampaignState]string{
	v1alpha1.StateScheduled:  "CREATE_ACT_STATUS",
	v1alpha1.StateRunning:    "ONGOING_ACT_STATUS",
	v1alpha1.StateTerminated: "TERMINATE_ACT_STATUS",
}

// itsActivity finds the one activity that a campaign has created.
func itsActivity(campaign *v1alpha1.PayGiftActivity, activities []activity) (activity, error) {
	if campaign.Status.Request == nil {
		return activity{}, fmt.Errorf("%s has no record of a request", nameOf(campaign))
	}
	number := campaign.Status.Request.Number
	var its []activity
	for _, a := range activities {
		if a.OutRequestNo == number {
			its = append(its, a)
		}
	}
	if len(its) != 1 {
		return activity{}, fmt.Errorf("%s has %d activities under its number %s: %v", nameOf(campaign), len(its), number, its)
	}
	switch {
	case its[0].ID != campaign.Status.ActivityID:
		return its[0], fmt.Errorf("%s says activity %q, the gateway %q", nameOf(campaign), campaign.Status.ActivityID, its[0].ID)
	case its[0].Status != gatewayWords[campaign.Status.State]:
		return its[0], fmt.Errorf("%s is %s, but %s at the gateway", nameOf(campaign), campaign.Status.State, its[0].Status)
	}
	return its[0], nil
}
