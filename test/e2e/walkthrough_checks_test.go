package e2e

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// checkPlan checks that a draft's plan says all that a reviewer has to know.
func (st *story) checkPlan(name string) *v1alpha1.PlanRecord {
	st.t.Helper()
	got := st.get(name)
	plan := got.Status.Plan
	if plan == nil || plan.Generation != got.Generation || len(plan.Calls) != 1 {
		st.t.Fatalf("generation %d, plan %+v", got.Generation, plan)
	}
	if call := plan.Calls[0]; call.Operation != "create" || !strings.HasPrefix(call.Number, st.sim.mchid+"-") || !strings.HasPrefix(call.Digest, "sha256:") {
		st.t.Errorf("planned call %+v", call)
	}
	if plan.Commits == "" || len(plan.Irreversible) == 0 || plan.QuotaWait == "" {
		st.t.Errorf("plan %+v", plan)
	}
	return plan
}

// message is the message of a pay-gift activity's Ready.
func (w *world) message(name string) string {
	w.t.Helper()
	return readyMessage(w.get(name))
}

// readyMessage is the message of a campaign's Ready.
func readyMessage(c v1alpha1.Campaign) string {
	ready := meta.FindStatusCondition(c.CampaignStatus().Conditions, v1alpha1.ConditionReady)
	if ready == nil {
		return ""
	}
	return ready.Message
}

// statusAtVendor is the vendor's word for the state of an activity.
func (w *world) statusAtVendor(id string) string {
	w.t.Helper()
	for _, r := range w.remotes() {
		if r.ActivityID == id {
			return r.Status
		}
	}
	w.t.Fatalf("no activity %s at the vendor", id)
	return ""
}

// changes counts the calls that changed something, or tried to, at the vendor.
func (w *world) changes() int {
	w.t.Helper()
	return w.called("paygift.create", "paygift.terminate", "paygift.addMerchants", "paygift.deleteMerchants")
}

// waitForState waits until a campaign's status.state is as wanted.
func (w *world) waitForState(name string, want v1alpha1.CampaignState) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%s is %s", name, want), func() error {
		if got := w.get(name).Status; got.State != want {
			return fmt.Errorf("status %+v", got)
		}
		return nil
	})
}

// waitForUnmanaged waits until the account lists exactly these activities as unmanaged.
func (w *world) waitForUnmanaged(ids ...string) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%v are unmanaged", ids), func() error {
		unmanaged := readAccount(w).Status.Unmanaged
		if unmanaged == nil {
			return fmt.Errorf("none")
		}
		var listed []string
		for _, activity := range unmanaged.First {
			listed = append(listed, activity.ActivityID)
		}
		slices.Sort(listed)
		if !slices.Equal(listed, slices.Sorted(slices.Values(ids))) || unmanaged.Total != int64(len(ids)) {
			return fmt.Errorf("%+v", unmanaged)
		}
		return nil
	})
}

// waitForBrake waits until the operator has seen the brake.
func (w *world) waitForBrake(want v1alpha1.AccountBrake) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("the brake is seen at %s", want), func() error {
		if got := readAccount(w).Status.Brake; got != string(want) {
			return fmt.Errorf("at %q", got)
		}
		return nil
	})
}

// waitForBraked waits until each campaign is either created or held, and returns those that are held.
func (w *world) waitForBraked(names []string) []string {
	w.t.Helper()
	var held []string
	eventually(w.t, "campaigns are held", func() error {
		held = nil
		for _, name := range names {
			switch got := condition(w.get(name).Status.Conditions, v1alpha1.ConditionReady); got {
			case "False AccountBraked":
				held = append(held, name)
			case "True Scheduled":
			default:
				return fmt.Errorf("%s is Ready %s", name, got)
			}
		}
		if len(held) == 0 {
			return fmt.Errorf("none is held")
		}
		return nil
	})
	return held
}

// waitForStillRunning waits until the account lists an activity as still running, and returns the command that ends it.
func (w *world) waitForStillRunning(id string) string {
	w.t.Helper()
	command := ""
	eventually(w.t, id+" is listed as still running", func() error {
		still := readAccount(w).Status.StillRunning
		if still == nil {
			return fmt.Errorf("nothing is listed")
		}
		for _, activity := range still.First {
			if activity.ActivityID == id && activity.Command != "" {
				command = activity.Command
				return nil
			}
		}
		return fmt.Errorf("%+v", still)
	})
	return command
}
