package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
)

// door is a manager that listens for the vendors' messages. It sweeps so rarely that a test sees none of it but what a creation
// needs: what it knows, it was told or has polled.
type door struct {
	*process
	url, metrics string
}

// openDoor starts a manager with its notification door open, and has the simulator send messages there.
func (w *world) openDoor(args ...string) *door {
	w.t.Helper()
	d := &door{metrics: freeAddress(w.t)}
	d.process = startManager(w.t, w.cp.KubeconfigPath, w.namespace, w.sim, append([]string{
		"--notify-bind-address=127.0.0.1:0", "--metrics-address=" + d.metrics, "--sweep-interval=10m",
	}, args...)...)
	w.manager = d.process
	eventually(w.t, "the door is open", func() error {
		address, err := d.address()
		d.url = "http://" + address
		return err
	})
	w.sendTo(d.url + "/alipay/{appId}")
	return d
}

// openReadyDoor is openDoor, and waits until the Alipay account works, so that its messages are verified.
func (w *world) openReadyDoor(args ...string) *door {
	w.t.Helper()
	d := w.openDoor(args...)
	w.waitForApp("True AccountReady")
	return d
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// address is what the manager's log says of its door.
func (d *door) address() (string, error) {
	lines := bufio.NewScanner(strings.NewReader(d.printed()))
	for lines.Scan() {
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "the notification door is open" {
			return line.Address, nil
		}
	}
	return "", fmt.Errorf("it has printed: %s", tail([]byte(d.printed()), 500))
}

// sendTo has the simulator's messages sent somewhere; nowhere when empty.
func (w *world) sendTo(url string) {
	w.t.Helper()
	w.sim.call("PUT", "/_sim/alipay/notify-url", map[string]string{"url": url}, nil)
}

// counted is how many requests at the door had an outcome, by the manager's metrics.
func (d *door) counted(vendor, outcome string) int {
	d.t.Helper()
	response, err := http.Get("http://" + d.metrics + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	name := fmt.Sprintf("campaign_operator_notifications_total{outcome=%q,vendor=%q} ", outcome, vendor)
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name); ok {
			count, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil {
				d.t.Fatal(err)
			}
			return count
		}
	}
	return 0
}

// wantCounted fails the test unless so many requests about Alipay had an outcome.
func (d *door) wantCounted(outcome string, want int) {
	d.t.Helper()
	if got := d.counted("alipay", outcome); got != want {
		d.t.Errorf("%s was counted %d times, want %d", outcome, got, want)
	}
}

// post sends a body to a path of the door and returns the answer.
func (d *door) post(path, body string, header ...string) (status int, answer string) {
	d.t.Helper()
	status, answer, err := d.tryPost(path, body, header...)
	if err != nil {
		d.t.Fatal(err)
	}
	return status, answer
}

func (d *door) tryPost(path, body string, header ...string) (status int, answer string, err error) {
	request, err := http.NewRequest(http.MethodPost, d.url+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

// waitUntilItKnows waits until the manager leads and an app works in it: until then it refuses forgeries for another reason.
func (d *door) waitUntilItKnows(appID string) {
	d.t.Helper()
	eventually(d.t, "the app is known to the door", func() error {
		status, answer := d.post("/alipay/"+appID, "unsigned=1")
		if d.counted("alipay", "Unverified") == 0 {
			return fmt.Errorf("it answers %d %s", status, answer)
		}
		return nil
	})
}

// messages are what the simulator has to tell, oldest first.
func (w *world) messages() []alipay.Message {
	w.t.Helper()
	var answer struct {
		Data []alipay.Message `json:"data"`
	}
	w.sim.call("GET", "/_sim/alipay/messages", nil, &answer)
	return answer.Data
}

// waitForMessages waits until so many messages have come up, each in the state.
func (w *world) waitForMessages(count int, state string) []alipay.Message {
	w.t.Helper()
	var messages []alipay.Message
	eventually(w.t, fmt.Sprintf("%d messages are %s", count, state), func() error {
		messages = w.messages()
		for _, m := range messages {
			if m.State != state {
				return fmt.Errorf("one is %+v", m)
			}
		}
		if len(messages) != count {
			return fmt.Errorf("they are %+v", messages)
		}
		return nil
	})
	return messages
}

// say has the simulator send a message, whatever is true.
func (w *world) say(method, activityID string) {
	w.t.Helper()
	w.sim.call("POST", "/_sim/alipay/messages", map[string]string{"appId": w.sim.appID, "msgMethod": method, "activityId": activityID}, nil)
}

// tell is say, and returns the message when it has been answered with success.
func (w *world) tell(method, activityID string) alipay.Message {
	w.t.Helper()
	count := len(w.messages())
	w.say(method, activityID)
	return w.waitForMessages(count+1, alipay.MessageDelivered)[count]
}

// calls are an operation's calls at the simulator, oldest first.
func (w *world) calls(operation string) []journal.Entry {
	w.t.Helper()
	var answer struct {
		Data []journal.Entry `json:"data"`
	}
	w.sim.call("GET", "/_sim/requests?operation="+operation, nil, &answer)
	return answer.Data
}

// waitUntilAccepted waits until the vendor has accepted the creation of a voucher activity, and not made it.
func (w *world) waitUntilAccepted(name string) v1alpha1.AlipayVoucherActivityStatus {
	w.t.Helper()
	var accepted v1alpha1.AlipayVoucherActivityStatus
	eventually(w.t, name+" is accepted", func() error {
		accepted = w.getVoucher(name).Status
		if accepted.ActivityID == "" {
			return fmt.Errorf("its status is %+v", accepted)
		}
		return nil
	})
	w.waitForVoucher(name, "Reconciling", "True Creating")
	return accepted
}

// inConsole does to a voucher activity what somebody does in the vendor's console, or what happens to it.
func (w *world) inConsole(activityID, action string) {
	w.t.Helper()
	w.sim.call("POST", "/_sim/alipay/activities/"+activityID+"/"+action, nil, nil)
}

// wantChanges fails the test unless the vendor was asked for changes this often: creates, modifies, appends and stops.
func (w *world) wantChanges(creates, modifies, appends, stops int) {
	w.t.Helper()
	counters := w.counters()
	for operation, want := range map[string]int{"create": creates, "modify": modifies, "append": appends, "stop": stops} {
		if got := counters["ordervoucher."+operation]; got != want {
			w.t.Errorf("%s was called %d times, want %d", operation, got, want)
		}
	}
}

// waitForPoll waits for a look at a voucher activity after the vendor has worked on it for so long. The next is due half of that
// time later.
func (w *world) waitForPoll(since time.Time, worked time.Duration) (last, next time.Time) {
	w.t.Helper()
	eventually(w.t, "a late poll", func() error {
		looks := w.calls("ordervoucher.query")
		if len(looks) == 0 || looks[len(looks)-1].Time.Sub(since) < worked {
			return fmt.Errorf("looked at %d times", len(looks))
		}
		last = looks[len(looks)-1].Time
		next = last.Add(last.Sub(since) / 2)
		return nil
	})
	return last, next
}

// untouched remembers how often a voucher activity was written and the vendor asked about any, and returns what fails the test
// unless it is as often. A look that is asked for then, and costs a list and a write, shows that all before it has been served.
func (w *world) untouched(name string) func() {
	w.t.Helper()
	writes, looks := len(w.campaignWrites(name)), w.counter("ordervoucher.query")
	return func() {
		w.t.Helper()
		asked := time.Now().Format(time.RFC3339Nano)
		w.kubectl("annotate", "ava", name, "-n", w.namespace, "--overwrite", v1alpha1.AnnotationReconcileRequestedAt+"="+asked)
		eventually(w.t, name+" was looked at", func() error {
			if handled := w.getVoucher(name).Status.LastHandledReconcileAt; handled != asked {
				return fmt.Errorf("the last look was that of %q", handled)
			}
			return nil
		})
		if now := w.counter("ordervoucher.query"); now != looks+1 { // the one that was asked for
			w.t.Errorf("the vendor was asked %d times", now-looks)
		}
		if now := w.campaignWrites(name); len(now) != writes+1 {
			w.t.Errorf("it was written: %v", now[writes:])
		}
	}
}
