package simulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
)

func addFault(t *testing.T, server *simulator.Server, rule faults.Rule) string {
	t.Helper()
	id, err := server.Faults().Add(rule)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// onCreate matches creates.
var onCreate = faults.Match{Operation: "paygift.create"}

func activities(server *simulator.Server) int { return len(server.WeChatPay().Activities("")) }

func last(server *simulator.Server) journal.Entry {
	entries := server.Journal().Entries(nil)
	return entries[len(entries)-1]
}

func TestALostReplyHasHadItsEffect(t *testing.T) {
	for _, action := range []faults.Action{faults.CommitThenReset, faults.TruncatedBody} {
		t.Run(string(action), func(t *testing.T) {
			server := start(t, simulator.Options{})
			c := newClient(t, server, mchid)
			addFault(t, server, faults.Rule{Match: onCreate, Action: action})
			body := activity()
			if r, err := c.send(c.request(http.MethodPost, createPath, body, nil)); err == nil {
				t.Fatalf("answered %d %s", r.status, r.body)
			}
			if n := activities(server); n != 1 {
				t.Fatalf("there are %d activities, want 1", n)
			}
			if e := last(server); !e.Committed || e.Fault != string(action) {
				t.Fatalf("the journal says %+v", e)
			}
			c.must(http.MethodPost, createPath, body)
			if n := activities(server); n != 1 {
				t.Fatalf("after the replay there are %d activities", n)
			}
		})
	}
}

func TestACallMayBeAnsweredWithAnErrorAfterItsEffect(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	addFault(t, server, faults.Rule{Match: onCreate, Action: faults.CommitThen500})
	addFault(t, server, faults.Rule{Match: onCreate, Action: faults.CommitThenStatus, Status: 502})
	addFault(t, server, faults.Rule{Match: onCreate, Action: faults.CommitThenStatus, Status: 202})
	refusedWith(t, c.do(http.MethodPost, createPath, activity()), http.StatusInternalServerError, "SYSTEM_ERROR")
	if r := c.do(http.MethodPost, createPath, activity()); r.status != http.StatusBadGateway || r.header.Get("Content-Type") != "text/html" || r.header.Get("Wechatpay-Signature") != "" {
		t.Fatalf("answered %d %v", r.status, r.header)
	}
	if r := c.do(http.MethodPost, createPath, activity()); r.status != http.StatusAccepted || c.verify(r) != nil {
		t.Fatalf("answered %d %s", r.status, r.body)
	}
	if n := activities(server); n != 3 {
		t.Fatalf("there are %d activities, want 3", n)
	}
	if e := last(server); !e.Committed {
		t.Fatalf("the journal says %+v", e)
	}
}

func TestACallMayBeRefusedBeforeItsEffect(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	for _, tc := range []struct {
		rule faults.Rule
		code string
	}{
		{faults.Rule{Action: faults.Status, Status: 429, RetryAfter: 7}, "FREQUENCY_LIMITED"},
		{faults.Rule{Action: faults.Status, Status: 429, Code: "RATELIMIT_EXCEEDED"}, "RATELIMIT_EXCEEDED"},
		{faults.Rule{Action: faults.Status, Status: 500}, "SYSTEM_ERROR"},
		{faults.Rule{Action: faults.Status, Status: 403, Code: "RULE_LIMIT"}, "RULE_LIMIT"},
		{faults.Rule{Action: faults.Status, Status: 400, Code: "SOMETHING_NEW"}, "SOMETHING_NEW"},
	} {
		addFault(t, server, tc.rule)
		r := c.do(http.MethodPost, createPath, activity())
		refusedWith(t, r, tc.rule.Status, tc.code)
		if want := map[bool]string{true: "7", false: ""}[tc.rule.RetryAfter > 0]; r.header.Get("Retry-After") != want {
			t.Errorf("Retry-After is %q, want %q", r.header.Get("Retry-After"), want)
		}
		if err := c.verify(r); err != nil {
			t.Error(err)
		}
	}
	addFault(t, server, faults.Rule{Action: faults.Status, Status: 502})
	if r := c.do(http.MethodPost, createPath, activity()); r.status != 502 || !strings.Contains(string(r.body), "502 Bad Gateway") {
		t.Fatalf("answered %d %s", r.status, r.body)
	}
	if n := activities(server); n != 0 {
		t.Fatalf("there are %d activities", n)
	}
	c.create()
}

func TestTheConnectionMayBeCutBeforeTheEffect(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	addFault(t, server, faults.Rule{Match: onCreate, Action: faults.Reset})
	if _, err := c.send(c.request(http.MethodPost, createPath, activity(), nil)); err == nil {
		t.Fatal("answered")
	}
	if e := last(server); e.Status != 0 || e.Committed || activities(server) != 0 {
		t.Fatalf("the journal says %+v", e)
	}
	if got := server.Journal().Count("paygift.create"); got.Unanswered != 1 {
		t.Fatalf("counted %+v", got)
	}
}

func TestACallMayNeverBeAnswered(t *testing.T) {
	for action, want := range map[faults.Action]int{faults.Timeout: 0, faults.CommitThenTimeout: 1} {
		t.Run(string(action), func(t *testing.T) {
			server := start(t, simulator.Options{})
			c := newClient(t, server, mchid)
			id := addFault(t, server, faults.Rule{Match: onCreate, Action: action})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				// The client gives up once the fault has struck.
				_, _ = server.Faults().WaitStruck(ctx, id, 1)
				cancel()
			}()
			if _, err := c.send(c.request(http.MethodPost, createPath, activity(), nil).WithContext(ctx)); !errors.Is(err, context.Canceled) {
				t.Fatalf("ended with %v", err)
			}
			if e := last(server); e.Status != 0 || activities(server) != want {
				t.Fatalf("the journal says %+v, there are %d activities", e, activities(server))
			}
		})
	}
}

func TestAHeldReplyComesWhenItIsReleased(t *testing.T) {
	for action, want := range map[faults.Action]int{faults.HoldBeforeCommit: 0, faults.CommitThenHold: 1} {
		t.Run(string(action), func(t *testing.T) {
			server := start(t, simulator.Options{})
			c := newClient(t, server, mchid)
			added := control(t, server, http.MethodPost, "/_sim/faults", faults.Rule{Match: onCreate, Action: action})
			path := "/_sim/faults/" + added.at(t, "id").(string)
			r := c.request(http.MethodPost, createPath, activity(), nil)
			answers := make(chan *reply, 1)
			go func() {
				answer, _ := c.send(r)
				answers <- answer
			}()
			if info := control(t, server, http.MethodGet, path+"?struck=1&timeout=10s", nil); info.status != http.StatusOK || info.at(t, "held") != float64(1) {
				t.Fatalf("%d %s", info.status, info.body)
			}
			if n := activities(server); n != want {
				t.Fatalf("while it is held there are %d activities, want %d", n, want)
			}
			if e := last(server); !e.InFlight || e.Fault != string(action) {
				t.Fatalf("the journal says %+v", e)
			}
			if released := control(t, server, http.MethodPost, path+"/release", nil); released.at(t, "released") != float64(1) {
				t.Fatalf("released %s", released.body)
			}
			answer := <-answers
			if answer == nil || answer.status != http.StatusOK || c.verify(answer) != nil {
				t.Fatalf("answered %+v", answer)
			}
			if n := activities(server); n != 1 {
				t.Fatalf("afterwards there are %d activities", n)
			}
		})
	}
}

func TestClosingCutsWhatIsHeld(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	var wg sync.WaitGroup
	for _, action := range []faults.Action{faults.CommitThenHold, faults.CommitThenTimeout, faults.HoldBeforeCommit, faults.Delay} {
		rule := faults.Rule{Match: onCreate, Action: action}
		if action == faults.Delay {
			rule.Delay = "1h"
		}
		id := addFault(t, server, rule)
		r := c.request(http.MethodPost, createPath, activity(), nil)
		wg.Go(func() {
			if _, err := c.send(r); err == nil {
				t.Error("answered")
			}
		})
		if _, err := server.Faults().WaitStruck(t.Context(), id, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if err := server.Close(); err != nil {
		t.Fatalf("closing again: %v", err)
	}
}

func TestASignatureMayBeBadOnce(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	addFault(t, server, faults.Rule{Match: onCreate, Action: faults.BadSignature})
	addFault(t, server, faults.Rule{Match: onCreate, Action: faults.SignTest})
	for _, probe := range []bool{false, true} {
		r := c.do(http.MethodPost, createPath, activity())
		if r.status != http.StatusOK || c.verify(r) == nil {
			t.Fatalf("answered %d, and it verifies", r.status)
		}
		if got := strings.HasPrefix(r.header.Get("Wechatpay-Signature"), "WECHATPAY/SIGNTEST/"); got != probe {
			t.Fatalf("signature is %s", r.header.Get("Wechatpay-Signature"))
		}
	}
	c.create()
}

func TestAFaultAfterTheEffectIsKeptForACallThatHasOne(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := addFault(t, server, faults.Rule{Match: onCreate, Action: faults.CommitThen500})
	refusedWith(t, c.do(http.MethodPost, createPath, []byte("{}")), http.StatusBadRequest, "PARAM_ERROR")
	if info, err := server.Faults().Get(id); err != nil || info.Struck != 0 {
		t.Fatalf("the rule says %+v (%v)", info, err)
	}
	refusedWith(t, c.do(http.MethodPost, createPath, activity()), http.StatusInternalServerError, "SYSTEM_ERROR")
}

func TestADelayIsWaited(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	addFault(t, server, faults.Rule{Match: onCreate, Action: faults.Delay, Delay: "30ms"})
	before := time.Now()
	c.create()
	if took := time.Since(before); took < 30*time.Millisecond {
		t.Fatalf("it took %v", took)
	}
}

func TestFaultRulesAreManagedOverHTTP(t *testing.T) {
	server := start(t, simulator.Options{})
	for name, body := range map[string]any{
		"no action":       map[string]any{},
		"a wrong action":  map[string]any{"action": "explode"},
		"a misspelt name": map[string]any{"action": "reset", "time": 3},
		"a list":          []any{},
	} {
		if r := control(t, server, http.MethodPost, "/_sim/faults", body); r.status != http.StatusBadRequest || r.at(t, "error") == "" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	id := control(t, server, http.MethodPost, "/_sim/faults", faults.Rule{Action: faults.Reset, Times: 3}).at(t, "id").(string)
	control(t, server, http.MethodPost, "/_sim/faults", faults.Rule{Action: faults.Reset})
	if r := control(t, server, http.MethodGet, "/_sim/faults", nil); r.at(t, "total") != float64(2) || r.at(t, "data", "0", "times") != float64(3) {
		t.Fatalf("listed %s", r.body)
	}
	if r := control(t, server, http.MethodGet, "/_sim/faults/"+id+"?struck=1&timeout=1ms", nil); r.status != http.StatusRequestTimeout {
		t.Fatalf("waiting for what does not come: %d %s", r.status, r.body)
	}
	if r := control(t, server, http.MethodDelete, "/_sim/faults/"+id, nil); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for _, call := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"POST", "/release"}, {"GET", "?struck=1"}} {
		if r := control(t, server, call[0], "/_sim/faults/"+id+call[1], nil); r.status != http.StatusNotFound {
			t.Errorf("%v of a deleted rule: %d", call, r.status)
		}
	}
	control(t, server, http.MethodDelete, "/_sim/faults", nil)
	if n := len(server.Faults().List()); n != 0 {
		t.Fatalf("%d rules are left", n)
	}
}

// A body that arrives slowly must not end the waiting of a held call.
func TestTheBodyIsReadBeforeAFaultStrikes(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := addFault(t, server, faults.Rule{Match: onCreate, Action: faults.HoldBeforeCommit})
	body := activity()
	r := c.request(http.MethodPost, createPath, body, nil)
	pr, pw := io.Pipe()
	r.Body, r.ContentLength, r.GetBody = pr, int64(len(body)), nil
	answers := make(chan *reply, 1)
	go func() {
		answer, _ := c.send(r)
		answers <- answer
	}()
	_, _ = pw.Write(body[:10])
	_, _ = pw.Write(body[10:])
	_ = pw.Close()
	if _, err := server.Faults().WaitStruck(t.Context(), id, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Faults().Release(id); err != nil {
		t.Fatal(err)
	}
	if answer := <-answers; answer == nil || answer.status != http.StatusOK {
		t.Fatalf("answered %+v", answer)
	}
}
