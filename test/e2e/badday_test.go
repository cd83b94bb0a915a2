package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestABeginInThePastIsNeverCreatedButFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	w.mustApply(w.manifest(campaign{Name: "late", Begin: time.Now().Add(-time.Hour)}))
	w.waitFor("late", "Stalled", "True BeginPassed")
	if calls := w.counter("paygift.create"); calls != 0 {
		t.Errorf("%d create calls", calls)
	}
}

func TestARefusedManifestStallsWithTheGatewaysWordsUntilItIsCorrected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	w.fault(map[string]any{"match": map[string]any{"operation": "paygift.create"}, "action": "status", "status": 400, "code": "PARAM_ERROR"})
	c := campaign{Name: "refused", Begin: time.Now().Add(24 * time.Hour)}
	w.mustApply(w.manifest(c))
	got := w.waitFor("refused", "Stalled", "True Rejected")
	message := meta.FindStatusCondition(got.Status.Conditions, v1alpha1.ConditionStalled).Message
	if !strings.Contains(message, "PARAM_ERROR") || got.Status.Creation != "" {
		t.Errorf("message %q, creation %q", message, got.Status.Creation)
	}
	c.Threshold = 20000
	w.mustApply(w.manifest(c))
	w.waitFor("refused", "Ready", "True Scheduled")
	w.theOnly()
}

func TestEveryLostAnswerEndsWithExactlyOneActivity(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"commitThenReset", "commitThen500", "badSignature", "signtest", "truncatedBody", "reset"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.startManager()
			w.fault(map[string]any{"match": map[string]any{"operation": "paygift.create"}, "action": action})
			w.mustApply(w.manifest(campaign{Name: "lost"}))
			w.waitFor("lost", "Ready", "True Scheduled")
			w.theOnly()
		})
	}
}

func TestASystemErrorIsRepeatedWithTheSameBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	w.fault(map[string]any{"match": map[string]any{"operation": "paygift.create"}, "action": "status", "status": 500, "times": 2})
	w.mustApply(w.manifest(campaign{Name: "again"}))
	w.waitFor("again", "Ready", "True Scheduled")
	var answer struct {
		Data []struct {
			SHA256 string `json:"bodySha256"`
		} `json:"data"`
	}
	w.sim.call("GET", "/_sim/requests?operation=paygift.create", nil, &answer)
	bodies := map[string]int{}
	for _, request := range answer.Data {
		bodies[request.SHA256]++
	}
	if len(bodies) != 1 || len(answer.Data) != 3 {
		t.Errorf("create bodies by digest: %v, want the same bytes three times", bodies)
	}
	w.theOnly()
}

func TestAThrottledCreateWaitsAndAnotherAccountDoesNot(t *testing.T) {
	t.Parallel()
	slow, quick := newWorld(t), newWorld(t)
	slow.fault(map[string]any{"match": map[string]any{"operation": "paygift.create"}, "action": "status", "status": 429, "retryAfter": 5})
	slow.manager = start(t, "manager", []string{"KUBECONFIG=" + suite.KubeconfigPath},
		"--allowed-gateways", slow.sim.url+","+quick.sim.url, "--watch-namespaces", slow.namespace+","+quick.namespace, "--leader-elect=false", "--metrics-address=0", "--health-address=0", "--sweep-interval=1s")
	slow.mustApply(slow.manifest(campaign{Name: "slow"}))
	slow.waitFor("slow", "Reconciling", "True Throttled")
	quick.mustApply(quick.manifest(campaign{Name: "quick"}))
	quick.waitFor("quick", "Ready", "True Scheduled")
	if got := condition(slow.get("slow").Status.Conditions, "Ready"); got != "False Throttled" {
		t.Errorf("the throttled account did not wait: %s", got)
	}
	slow.waitFor("slow", "Ready", "True Scheduled")
	slow.theOnly()
}

func TestARestartWhileTheGatewayIsDownChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	w.mustApply(w.manifest(campaign{Name: "quiet"}))
	w.waitFor("quiet", "Ready", "True Scheduled")
	w.waitForCounted(v1alpha1.StateScheduled, 1)
	w.manager.stop()
	before, probes := w.writes(), w.counter("certificates")
	rule := w.fault(map[string]any{"match": map[string]any{"mchid": w.sim.mchid}, "action": "status", "status": 503, "times": -1})
	w.startManager()
	eventually(t, "the account was probed and the list asked for", func() error {
		if now, lists := w.counter("certificates"), w.counter("paygift.list"); now <= probes || lists < 3 {
			return fmt.Errorf("%d probes before, %d now, %d lists", probes, now, lists)
		}
		return nil
	})
	if after := w.writes(); len(after) != len(before) {
		t.Errorf("it caused writes: %v", after[len(before):])
	}
	w.sim.call("DELETE", "/_sim/faults/"+rule, nil, nil)
	w.waitForSweeps(w.counter("paygift.list") + 2)
	w.waitFor("quiet", "Ready", "True Scheduled")
	if after := w.writes(); len(after) != len(before) {
		t.Errorf("its end caused writes: %v", after[len(before):])
	}
}

func TestWhatHappenedInTheConsoleIsSaidAndNotUndone(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]string{"terminate": "True TerminatedElsewhere", "pause": "True PausedElsewhere", "forget": "True Missing"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.startManager()
			w.mustApply(w.manifest(campaign{Name: "console"}))
			w.waitFor("console", "Ready", "True Scheduled")
			w.sim.call("POST", "/_sim/clock", map[string]string{"advance": "25h"}, nil) // it begins
			got := w.waitFor("console", "Ready", "True Running")
			w.sim.call("POST", "/_sim/activities/"+got.Status.ActivityID+"/"+action, nil, nil)
			w.waitFor("console", "Stalled", want)
			w.waitForSweeps(w.counter("paygift.list") + 2)
			if calls := w.counter("paygift.create"); calls != 1 {
				t.Errorf("%d create calls, want the one", calls)
			}
		})
	}
}

// secretNames of the world are read from the manifests that the simulator wrote.
func (w *world) secretName() string {
	w.t.Helper()
	return strings.TrimSpace(w.kubectl("get", "secrets", "-n", w.namespace, "-o", "jsonpath={.items[0].metadata.name}"))
}

func TestAnAccountSaysWhatIsWrongWithItsSecretAndCampaignsGoOnByThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.secretName()
	good := w.kubectl("get", "secret", name, "-n", w.namespace, "-o", "json")
	var secret struct {
		Data map[string]string `json:"data"`
	}
	if err := json.Unmarshal([]byte(good), &secret); err != nil {
		t.Fatal(err)
	}
	w.kubectl("delete", "secret", name, "-n", w.namespace)
	w.startManager()
	w.mustApply(w.manifest(campaign{Name: "waiting"}))
	w.waitFor("waiting", "Reconciling", "True AccountNotReady")
	w.waitForAccount("False CredentialsInvalid", name)

	w.kubectl("create", "secret", "generic", name, "-n", w.namespace, "--from-literal=apiclient_key.pem=not a key", "--from-literal=apiv3_key=short")
	w.waitForAccount("False CredentialsInvalid", "apiclient_key.pem")

	w.kubectl("delete", "secret", name, "-n", w.namespace)
	w.applyAccount()
	w.waitForAccount("True AccountReady", "")
	if expires, err := time.Parse(time.RFC3339, readAccount(w).Status.CertificateNotAfter); err != nil || expires.Before(time.Now()) {
		t.Errorf("the certificate expires at %s, %v", expires, err)
	}
	w.waitFor("waiting", "Ready", "True Scheduled")
	w.theOnly()
}

func TestKeysOfAnotherMerchantAreRefusedByTheGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger := startSimulator(t, w.namespace, "1999999999")
	w.kubectl("delete", "secret", "--all", "-n", w.namespace)
	w.kubectl("delete", "wxm", "--all", "-n", w.namespace)
	w.kubectl("apply", "-f", stranger.secrets)
	account := readAccount(w)
	account.Spec.Mchid, account.Spec.Gateway.URL = w.sim.mchid, w.sim.url
	w.recreate(account)
	w.startManager()
	w.mustApply(w.manifest(campaign{Name: "stranger"}))
	w.waitForAccount("False CredentialsRejected", "SIGN_ERROR")
	w.waitFor("stranger", "Reconciling", "True AccountNotReady")
	if calls := w.counter("paygift.create"); calls != 0 {
		t.Errorf("%d create calls with keys that do not work", calls)
	}
}

func TestAnActivityHasOneOwnerWhoeverKnowsItsNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	c := campaign{Name: "first", Title: "秋季满额送", Begin: time.Now().Add(24 * time.Hour)}
	w.mustApply(w.manifest(c))
	first := w.waitFor("first", "Ready", "True Scheduled")
	c.Name, c.Number, c.State = "second", first.Status.Request.Number, "Terminated"
	w.mustApply(w.manifest(c))
	second := w.waitFor("second", "Stalled", "True DuplicateOwner")
	if message := meta.FindStatusCondition(second.Status.Conditions, "Ready").Message; !strings.Contains(message, w.namespace+"/first") {
		t.Errorf("the owner is not named: %s", message)
	}
	if only := w.theOnly(); only.Status != "CREATE_ACT_STATUS" {
		t.Errorf("another resource's activity became %s", only.Status)
	}
	w.kubectl("delete", "pga", "first", "-n", w.namespace)
	w.kubectl("annotate", "pga", "second", "-n", w.namespace, "campaign-operator.io/reconcile-requested-at=1")
	w.waitFor("second", "Ready", "True Terminated")
}
