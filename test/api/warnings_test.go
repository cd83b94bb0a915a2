package api_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

const admissionDir = "../../config/admission"

const (
	warnsOfTerminate = "deletionPolicy: Terminate with state: Active: from now on deleting this resource"
	warnsOfTwin      = "allowTwin: true: a second activity"
	warnsOfKeep      = "replacePrevious: Keep: with a raised requestRevision"
	warnsOfFen       = "transactionAmountMinimum is in fen (分): 100 is a payment of 1 yuan; 100 yuan is 10000"
	warnsOfLeaving   = "activity " + ourID + " goes on at WeChat Pay: deleting its resource does not end it"
)

// installWarnings applies the admission policy and waits until the API server has taken it up, which it does in its own time.
func installWarnings() error {
	if _, _, err := server.Kubectl(context.Background(), "apply", "-k", admissionDir); err != nil {
		return err
	}
	const probe = `{"apiVersion":"campaign-operator.io/v1alpha1","kind":"PayGiftActivity","metadata":{"name":"probe","namespace":"marketing"},
		"spec":{"merchantRef":{"name":"wechatpay"},"state":"Draft","allowTwin":true,"adopt":{"activityId":"1"}}}`
	warned := func(ctx context.Context) (bool, error) {
		_, stderr, err := server.KubectlInput(ctx, probe, "create", "--dry-run=server", "-f", "-")
		return strings.Contains(stderr, warnsOfTwin), err
	}
	if err := wait.PollUntilContextTimeout(context.Background(), 100*time.Millisecond, time.Minute, true, warned); err != nil {
		return errors.New("the API server does not warn of allowTwin: is " + admissionDir + " applied, and does it compile?")
	}
	return nil
}

// expectWarnings checks what kubectl prints to standard error: one line for each warning, and no other.
func expectWarnings(t *testing.T, stderr string, warns []string) {
	t.Helper()
	lines := strings.FieldsFunc(stderr, func(c rune) bool { return c == '\n' })
	if len(lines) != len(warns) {
		t.Errorf("kubectl prints %q, want %d warnings: %q", lines, len(warns), warns)
	}
	for _, warn := range warns {
		if !strings.Contains(stderr, warn) {
			t.Errorf("kubectl prints %q, want a warning of %q", lines, warn)
		}
	}
}

// commit is a change of the manifest and the warnings on applying it.
type commit struct {
	change changes
	warns  []string
}

func TestApplyWarnsOnceOfWhatIsLegalAndProbablyNotMeant(t *testing.T) {
	terminate := changes{"spec.deletionPolicy": "Terminate"}
	active := changes{"spec.state": "Active"}
	hundredFen := changes{"spec.awardSendRule.transactionAmountMinimum": int64(100)}
	for name, commits := range map[string][]commit{
		"nothing odd": {{change: active}, {change: otherAll}, {change: revision2}},
		"ending with the resource": {
			{change: terminate.with(active), warns: []string{warnsOfTerminate}}, {}, {change: otherAll},
			{change: changes{"spec.deletionPolicy": "Orphan"}}, {change: terminate, warns: []string{warnsOfTerminate}},
		},
		"ending a draft with it":       {{change: terminate}, {change: active, warns: []string{warnsOfTerminate}}, {change: changes{"spec.state": "Terminated"}}},
		"observing never ends":         {{change: terminate.with(active).with(observe)}, {change: manageAgain, warns: []string{warnsOfTerminate}}},
		"a twin":                       {{change: changes{"spec.allowTwin": true}, warns: []string{warnsOfTwin}}, {change: active}, {change: changes{"spec.allowTwin": nil}}},
		"keeping the previous":         {{change: changes{"spec.replacePrevious": "Keep"}, warns: []string{warnsOfKeep}}, {change: revision2}},
		"fen for yuan":                 {{change: hundredFen, warns: []string{warnsOfFen}}, {change: active}},
		"999 fen":                      {{change: changes{"spec.awardSendRule.transactionAmountMinimum": int64(999)}, warns: []string{"999 is a payment of 9.99 yuan"}}},
		"10 yuan":                      {{change: changes{"spec.awardSendRule.transactionAmountMinimum": int64(1000)}}},
		"a request for an adopted one": {{change: adoptOurs.with(blocksGone)}, {change: wholeRequest(t).with(hundredFen), warns: []string{warnsOfFen}}},
		"all at once": {{
			change: terminate.with(active).with(hundredFen).with(changes{"spec.allowTwin": true, "spec.replacePrevious": "Keep"}),
			warns:  []string{warnsOfTerminate, warnsOfTwin, warnsOfKeep, warnsOfFen},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			object := paygift(t, "warnings")
			set(t, object, "spec.allowTwin", nil)
			t.Cleanup(func() { remove(t, object) })
			for _, c := range commits {
				c.change.apply(t, object)
				text, err := yaml.Marshal(object.Object)
				if err != nil {
					t.Fatal(err)
				}
				_, stderr, err := server.KubectlInput(t.Context(), string(text), "apply", "--server-side", "-f", "-")
				if err != nil {
					t.Fatalf("a warning must not refuse: %v", err)
				}
				expectWarnings(t, stderr, c.warns)
			}
		})
	}
}

func TestDeleteWarnsOfAnActivityThatGoesOn(t *testing.T) {
	inState := func(state v1alpha1.CampaignState) map[string]any {
		status := recorded(confirmed, 1)
		status["state"] = string(state)
		return status
	}
	for name, c := range map[string]struct {
		found  changes
		status map[string]any
		warns  []string
	}{
		"running":                        {status: inState(v1alpha1.StateRunning), warns: []string{warnsOfLeaving}},
		"scheduled":                      {status: inState(v1alpha1.StateScheduled), warns: []string{warnsOfLeaving}},
		"paused":                         {status: inState(v1alpha1.StatePaused), warns: []string{warnsOfLeaving}},
		"ended":                          {status: inState(v1alpha1.StateEnded)},
		"nothing sent":                   {},
		"ending with the resource":       {found: changes{"spec.deletionPolicy": "Terminate"}, status: inState(v1alpha1.StateRunning)},
		"observed: it was never its own": {found: observe.with(changes{"spec.deletionPolicy": "Orphan"}), status: inState(v1alpha1.StateRunning)},
	} {
		t.Run(name, func(t *testing.T) {
			stored := storeWith(t, c.found, c.status)
			_, stderr, err := server.Kubectl(t.Context(), "delete", "pga", "-n", stored.GetNamespace(), stored.GetName())
			if err != nil {
				t.Fatal(err)
			}
			expectWarnings(t, stderr, c.warns)
		})
	}
}
