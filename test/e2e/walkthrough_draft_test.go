package e2e

import (
	"strings"
	"testing"
)

func TestWalkthroughDraftToActive(t *testing.T) {
	t.Parallel()
	st := newStory(t, "draft-to-active", "From draft to active")
	st.startReadyManager("--create-rate=1")
	st.Say("A campaign is committed as a draft, reviewed, and released by a commit that changes one line. A draft sends nothing; " +
		"what its release would do is in `status.plan`.")

	st.Step("The draft")
	st.File("autumn.yaml", st.manifest(campaign{Name: "autumn", State: "Draft"}))
	st.Run("kubectl apply -f autumn.yaml")
	st.Wait("autumn", "Ready", "True Draft")
	st.Run("kubectl get campaigns")
	st.Say("It is Ready, for nothing is missing: the manifest is right, the account works, and WeChat Pay would take it. The plan " +
		"is for the reviewers:")
	st.Run("kubectl get pga autumn -o jsonpath-as-json='{.status.plan}'")
	plan := st.checkPlan("autumn")
	if all := st.remotes(); len(all) != 0 {
		t.Fatalf("a draft created %+v", all)
	}

	st.Step("A draft that would not work")
	st.Console("pauses the coupon stock 98065002", "POST", "/_sim/stocks/98065002/pause", "")
	st.File("winter.yaml", strings.ReplaceAll(st.manifest(campaign{Name: "winter", State: "Draft", Title: "冬季满额送"}), "98065001", "98065002"))
	st.Run("kubectl apply -f winter.yaml")
	st.Wait("winter", "Stalled", "True ReferenceNotUsable")
	if out := st.Reason("winter"); !strings.Contains(out, "98065002") {
		t.Errorf("the stock is not named: %s", out)
	}
	st.Say("That is known before the release. The stock is looked at again now and then; the annotation asks for it now:")
	st.Console("resumes the stock", "POST", "/_sim/stocks/98065002/run", "")
	st.Run("kubectl annotate pga winter campaign-operator.io/reconcile-requested-at=1")
	st.Wait("winter", "Ready", "True Draft")

	st.Step("The release")
	st.Edit("autumn.yaml", "state: Draft", "state: Active")
	st.Run("kubectl apply -f autumn.yaml")
	st.Wait("autumn", "Ready", "True Scheduled")
	st.Run("kubectl get campaigns")
	st.Vendor()
	got, only := st.get("autumn").Status, st.theOnly()
	if got.ActivityID != only.ActivityID || got.Request.Number != only.OutRequestNo || st.counter("paygift.create") != 1 {
		t.Errorf("status %+v, the vendor has %+v after %d create calls", got, only, st.counter("paygift.create"))
	}
	if got.Plan != nil {
		t.Errorf("an active campaign still has the plan %+v", got.Plan)
	}
	if planned := plan.Calls[0]; planned.Number != got.Request.Number || planned.Digest != got.Request.Digest {
		t.Errorf("planned %+v, sent %+v", planned, got.Request)
	}
	st.Say("What was planned is what was sent: the number and the digest in `status.request` are those of the plan. The activity " +
		"begins by itself at its `beginTime`.")
	st.Run("kubectl get pga autumn -o jsonpath-as-json='{.status.request}'")
	st.Done()
}
