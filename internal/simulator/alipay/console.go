package alipay

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// The actions of the console, and what can happen to an activity.
const (
	ConsolePause  = "pause"
	ConsoleResume = "resume"
	// ConsoleFinish ends an activity for ever.
	ConsoleFinish = "finish"
	// ConsoleComplete ends the operation that runs, well.
	ConsoleComplete = "complete"
	// ConsoleFail ends it without effect: a creation leaves an empty status and no operation.
	ConsoleFail = "fail"
	// ConsoleForget makes the gateway know the activity no more; its numbers are free.
	ConsoleForget = "forget"
	// ConsoleCopy makes another activity with the same content and no number.
	ConsoleCopy = "copy"
)

// Why something could not be done.
var (
	ErrNoActivity   = errors.New("there is no such activity")
	ErrNoApp        = errors.New("there is no such app")
	ErrNoMessage    = errors.New("there is no such message")
	ErrNoNotifyURL  = errors.New("the app has no URL for messages: PUT /_sim/alipay/notify-url")
	ErrWrongState   = errors.New("the activity's state does not allow it")
	ErrWrongContent = errors.New("it cannot be kept")
	ErrNoAction     = fmt.Errorf("there is no such action: %s, %s, %s, %s, %s, %s or %s", ConsolePause, ConsoleResume, ConsoleFinish, ConsoleComplete, ConsoleFail, ConsoleForget, ConsoleCopy)
)

// consoleAction does something to an activity; next is a copy to change. It says false when the state does not allow it.
type consoleAction func(v *vouchers, a, next *activity) bool

var consoleActions = map[string]consoleAction{
	ConsolePause: func(_ *vouchers, a, next *activity) bool {
		next.Paused = true
		return a.Exists && a.StoppedAt == nil && !a.Paused
	},
	ConsoleResume: func(_ *vouchers, a, next *activity) bool {
		next.Paused = false
		return a.StoppedAt == nil && a.Paused
	},
	ConsoleFinish: func(v *vouchers, a, next *activity) bool {
		now := v.g.clock.Now()
		next.StoppedAt, next.Pending = &now, nil
		return a.Exists && a.StoppedAt == nil
	},
	ConsoleForget: func(_ *vouchers, _, next *activity) bool {
		next.Forgotten, next.Pending = true, nil
		return true
	},
	ConsoleComplete: func(v *vouchers, a, next *activity) bool { return v.endPending(a, next, "") },
	ConsoleFail:     func(v *vouchers, a, next *activity) bool { return v.endPending(a, next, failsReverted) },
}

// endPending lets the operation end now, with a failure or, for an empty one, well.
func (v *vouchers) endPending(a, next *activity, failure string) bool {
	if a.Pending == nil {
		return false
	}
	done := *a.Pending
	done.Failure = failure
	next.Pending = &done
	*next = *v.finish(next)
	return true
}

// Console does to an activity what somebody could do in the vendor's console, or what happens to it.
func (g *Gateway) Console(id, action string) (ActivityInfo, error) {
	v := g.vouchers
	do := consoleActions[action]
	v.mu.Lock()
	defer v.mu.Unlock()
	a := v.settle(v.byID[id])
	switch {
	case a == nil:
		return ActivityInfo{}, ErrNoActivity
	case action == ConsoleCopy:
		next := v.inConsole(a.AppID, a.Owner, copyOf(a.Content))
		return v.putByConsole(next)
	case do == nil:
		return ActivityInfo{}, ErrNoAction
	}
	next := a.changed(g.clock.Now())
	if !do(v, a, next) {
		return ActivityInfo{}, fmt.Errorf("%w: it is %q with operation %q", ErrWrongState, g.info(a).Status, a.operation())
	}
	info, err := v.putByConsole(next)
	if err == nil && action == ConsoleComplete {
		v.tell(a.Pending, next)
	}
	return info, err
}

// inConsole is an activity that somebody makes in the console: it is there at once and has no number.
func (v *vouchers) inConsole(appID, owner string, content object) *activity {
	now := v.g.clock.Now()
	return &activity{ID: v.nextID(now), AppID: appID, Owner: owner, Content: content, Created: now, CreatedR: v.g.clock.Real(), Updated: now, Exists: true}
}

func (v *vouchers) putByConsole(a *activity) (ActivityInfo, error) {
	if v.put(a) != nil {
		return ActivityInfo{}, fmt.Errorf("activity %s could not be kept in the state directory", a.ID)
	}
	return v.g.info(a), nil
}

func wrongContent(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrWrongContent, fmt.Sprintf(format, args...))
}

// CreateInConsole makes an activity as a person in the console does, for an app and a merchant (the app's own when
// empty). The body is that of a create; out_biz_no and merchant_access_mode may be left out, and it may have begun or
// ended.
func (g *Gateway) CreateInConsole(appID, merchant string, raw []byte) (ActivityInfo, error) {
	app := g.apps[appID]
	if app == nil {
		return ActivityInfo{}, ErrNoApp
	}
	if merchant == "" {
		merchant = app.Merchant
	}
	doc, p := schema.Parse(raw, nil)
	if p != nil {
		return ActivityInfo{}, wrongContent("%s: %s", p.At, p.Issue)
	}
	v := g.vouchers
	v.mu.Lock()
	defer v.mu.Unlock()
	content, err := g.consoleContent(doc)
	if err != nil {
		return ActivityInfo{}, err
	}
	return v.putByConsole(v.inConsole(appID, merchant, content))
}

// consoleContent checks the content of an activity that the console makes or edits.
func (g *Gateway) consoleContent(doc object) (object, error) {
	checked := copyOf(doc)
	checked["out_biz_no"], checked["merchant_access_mode"] = "console", selfMode
	if p := createSchema("", checked); p != nil {
		return nil, wrongContent("%s: %s", p.At, p.Issue)
	}
	if e := g.rules(doc); e != nil {
		return nil, wrongContent("%s", e.subMsg)
	}
	delete(doc, "out_biz_no")
	delete(doc, "merchant_access_mode")
	return doc, nil
}

// Edit is a change of an activity in the console; what is left out stays.
type Edit struct {
	// Content is a JSON merge patch in the shape of a create.
	Content map[string]any `json:"content"`
	// Sent and Used are the numbers of vouchers claimed and redeemed.
	Sent *int64 `json:"sent"`
	Used *int64 `json:"used"`
	// Audit is audit_result_info.audit_result: SUBMIT, APPROVE or REJECT.
	Audit *string `json:"audit"`
}

// EditInConsole changes an activity's content or counters, whatever the API allows.
func (g *Gateway) EditInConsole(id string, edit Edit) (ActivityInfo, error) {
	v := g.vouchers
	v.mu.Lock()
	defer v.mu.Unlock()
	a := v.settle(v.byID[id])
	if a == nil {
		return ActivityInfo{}, ErrNoActivity
	}
	next := a.changed(g.clock.Now())
	if edit.Content != nil {
		content, err := g.consoleContent(schema.Merge(copyOf(a.Content), copyOf(edit.Content)))
		if err != nil {
			return ActivityInfo{}, err
		}
		next.Content = content
	}
	if edit.Audit != nil {
		if !slices.Contains([]string{"SUBMIT", "APPROVE", "REJECT"}, *edit.Audit) {
			return ActivityInfo{}, wrongContent("audit must be SUBMIT, APPROVE or REJECT")
		}
		next.Audit = *edit.Audit
	}
	if edit.Sent != nil {
		next.Sent = *edit.Sent
	}
	if edit.Used != nil {
		next.Used = *edit.Used
	}
	if total := numberAt(next.Content, pathQuantity); next.Used < 0 || next.Used > next.Sent || next.Sent > total {
		return ActivityInfo{}, wrongContent("0 ≤ used ≤ sent ≤ %d must hold", total)
	}
	return v.putByConsole(next)
}

// Claim lets users claim vouchers of an activity that runs.
func (g *Gateway) Claim(id string, n int64) (ActivityInfo, error) {
	v := g.vouchers
	v.mu.Lock()
	defer v.mu.Unlock()
	a := v.settle(v.byID[id])
	if a == nil {
		return ActivityInfo{}, ErrNoActivity
	}
	now := g.clock.Now()
	next := a.changed(now)
	next.Sent += n
	switch {
	case n < 1:
		return ActivityInfo{}, wrongContent("count must be above 0")
	case a.status(now, statusFinished) != statusActive || now.Before(a.start()):
		return ActivityInfo{}, fmt.Errorf("%w: nobody can claim now", ErrWrongState)
	case next.Sent > numberAt(a.Content, pathQuantity):
		return ActivityInfo{}, fmt.Errorf("%w: only %d vouchers are left", ErrWrongState, numberAt(a.Content, pathQuantity)-a.Sent)
	}
	info, err := v.putByConsole(next)
	if err == nil && g.switches.Is(SwitchMessagesUser, "on") {
		g.messages.add("received", next, "")
	}
	return info, err
}

// SetNotifyURL says where an app's messages go from now on; empty is nowhere. {appId} in it stands for the app's id.
func (g *Gateway) SetNotifyURL(appID, address string) error {
	app := g.apps[appID]
	if app == nil {
		return ErrNoApp
	}
	return app.setNotifyURL(address)
}

func (a *App) setNotifyURL(address string) error {
	address = strings.ReplaceAll(address, "{appId}", a.AppID)
	u, err := url.Parse(address)
	if address != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return wrongContent("%q is no http or https URL", address)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.notifyURL = address
	return a.keep()
}

// Send makes a message by hand, of an activity that need not be the app's or exist.
func (g *Gateway) Send(appID, method, activityID, number string) (Message, error) {
	if g.apps[appID] == nil {
		return Message{}, ErrNoApp
	}
	if method == "" || activityID == "" {
		return Message{}, wrongContent("say msgMethod, such as created, and activityId")
	}
	return *g.messages.add(strings.TrimPrefix(method, messageRoot), &activity{ID: activityID, AppID: appID}, number), nil
}
