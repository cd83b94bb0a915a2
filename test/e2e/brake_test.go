package e2e

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// call is one entry of the simulator's journal.
type call struct {
	Time time.Time `json:"time"`
	Body string    `json:"body"`
}

// creates are the create calls that reached the simulator, in their order.
func (w *world) creates() []call {
	w.t.Helper()
	var answer struct {
		Data []call `json:"data"`
	}
	w.sim.call("GET", "/_sim/requests?operation=paygift.create", nil, &answer)
	return answer.Data
}

// number is the request number of a create call.
func (c call) number(t *testing.T) string {
	t.Helper()
	var body struct {
		Base struct {
			Number string `json:"out_request_no"`
		} `json:"activity_base_info"`
	}
	if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
		t.Fatal(err)
	}
	return body.Base.Number
}

// brake sets the account's brake, as a person does in an emergency.
func (w *world) brake(to string) {
	w.t.Helper()
	w.kubectl("patch", "wxm", "wechatpay", "-n", w.namespace, "--type=merge", "-p", fmt.Sprintf(`{"spec":{"brake":%q}}`, to))
}

// queued applies so many campaigns at once and returns their names.
func (w *world) queued(n int) []string {
	w.t.Helper()
	var names, manifests []string
	for i := range n {
		c := campaign{Name: fmt.Sprintf("gift-%02d", i), Title: fmt.Sprintf("满额送%02d", i)}
		names, manifests = append(names, c.Name), append(manifests, w.manifest(c))
	}
	w.mustApply(strings.Join(manifests, "---\n"))
	return names
}

// reasons counts the world's campaigns by the reason of their Ready condition.
func (w *world) reasons(names []string) map[string]int {
	w.t.Helper()
	reasons := map[string]int{}
	for _, name := range names {
		reasons[condition(w.get(name).Status.Conditions, "Ready")]++
	}
	return reasons
}

func TestTheBrakeHoldsFiftyQueuedCreationsAndLetsThemGoOn(t *testing.T) {
	t.Parallel()
	const campaigns, perSecond = 50, "4"
	w := newWorld(t)
	w.startReadyManager("--create-rate=" + perSecond)
	names := w.queued(campaigns)
	eventually(t, "some are created", func() error {
		if n := len(w.creates()); n < 4 {
			return fmt.Errorf("%d are", n)
		}
		return nil
	})
	w.brake("Hold")
	stored := time.Now()

	// The account is read from the API server right before each call, and calls are a quarter of
	// a second apart. So when the patch has returned, one call at most is on its way whose read of
	// the account came before the brake was stored; a later one would have seen it.
	eventually(t, "all others are held by the brake", func() error {
		reasons := w.reasons(names)
		if reasons["False AccountBraked"]+reasons["True Scheduled"] != campaigns {
			return fmt.Errorf("%v", reasons)
		}
		return nil
	})
	held := w.creates()
	late := 0
	for _, c := range held {
		if c.Time.After(stored) {
			late++
		}
	}
	if late > 1 {
		t.Errorf("%d creates arrived after the brake was pulled, at most one could have been under way", late)
	}
	if n := len(held); n > campaigns/2 {
		t.Fatalf("%d of %d were created before the brake: too fast a machine for this test to mean anything", n, campaigns)
	}
	w.braked(names, len(held))
	w.manager.kill()
	w.startReadyManager("--create-rate=50")
	w.braked(names, len(held))

	w.brake("Off")
	for _, name := range names {
		w.waitFor(name, "Ready", "True Scheduled")
	}
	numbers := map[string]int{}
	for _, c := range w.creates() {
		numbers[c.number(t)]++
	}
	if calls := w.counter("paygift.create"); len(w.remotes()) != campaigns || len(numbers) != campaigns || calls != campaigns {
		t.Errorf("%d activities under %d numbers from %d calls, want %d of each", len(w.remotes()), len(numbers), calls, campaigns)
	}
}

// braked has every campaign looked at, and checks that none is created for some seconds and sweeps.
func (w *world) braked(names []string, created int) {
	w.t.Helper()
	now := strconv.FormatInt(time.Now().UnixNano(), 10)
	w.kubectl("annotate", "pga", "--all", "-n", w.namespace, "--overwrite", v1alpha1.AnnotationReconcileRequestedAt+"="+now)
	eventually(w.t, "every campaign was looked at", func() error {
		for _, name := range names {
			if handled := w.get(name).Status.LastHandledReconcileAt; handled != now {
				return fmt.Errorf("%s was last at %q", name, handled)
			}
		}
		return nil
	})
	w.waitForSweeps(w.counter("paygift.list") + 3)
	if n := w.counter("paygift.create"); n != created {
		w.t.Errorf("%d creates while the brake is at Hold, want none after the first %d", n-created, created)
	}
}
