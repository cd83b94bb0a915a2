package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"runtime/debug"
)

// activityPattern takes every activity id of the vendors.
var activityPattern = regexp.MustCompile(`^[0-9A-Za-z_|*.-]{1,128}$`)

// ServeHTTP takes one message. Each request has one outcome, which is counted and decides the answer.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, account, found := route(r.URL.Path)
	o := noSuchPath
	switch {
	case !d.limiter.allow(source(r, d.options.TrustedProxies)):
		o = throttled
	case found && r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		o = noPost
	case found:
		o = d.take(w, r, p, account)
	}
	d.count(p.vendor, o)
	p.answer(w, o)
}

// take is called for a message to an account that need not exist. A bug in a source must not show what it was given, as
// the server's own recovery would.
func (d *Door) take(w http.ResponseWriter, r *http.Request, p protocol, account Account) (o outcome) {
	defer func() {
		if trouble := recover(); trouble != nil {
			d.options.Log.Error(nil, "handling a notification panicked", "vendor", account.Vendor, "type", fmt.Sprintf("%T", trouble), "stack", string(debug.Stack()))
			o = failed
		}
	}()
	if !d.leads(r.Context()) {
		return notLeading // before anything is read: the vendor will send it again
	}
	body, o := read(w, r, p.maxBody)
	if o != "" {
		return o
	}
	notice, o := d.verify(r.Context(), account, Received{Header: r.Header, Body: body})
	if o == "" {
		o = d.deliver(r.Context(), account, notice)
	}
	if o == woken || o == unknownActivity {
		d.options.Log.V(1).Info("notified", "vendor", account.Vendor, "account", account.ID, "topic", topic(notice), "activityId", notice.ActivityID, "outcome", o)
	}
	return o
}

// leads reports whether this replica may acknowledge a message: it leads, is not stopping, and the sender still listens.
func (d *Door) leads(ctx context.Context) bool { return ctx.Err() == nil && d.options.Leading() }

// read returns the body, or what is wrong with it.
func read(w http.ResponseWriter, r *http.Request, most int64) ([]byte, outcome) {
	if r.ContentLength > most {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var beyond *http.MaxBytesError
	switch {
	case errors.As(err, &beyond):
		return nil, tooLarge
	case err != nil:
		return nil, broken
	}
	return body, ""
}

// verify returns what a message says, or why it is not believed.
func (d *Door) verify(ctx context.Context, account Account, received Received) (Notice, outcome) {
	tried, known := d.options.Sources.of(account)
	o, reason := unverified, "no account is Ready"
	for _, t := range tried {
		notice, err := t.source.Verify(ctx, received)
		if err == nil && known {
			return notice, d.check(account, notice)
		}
		if err != nil {
			o, reason = refusal(err), err.Error()
		}
	}
	if !known { // whatever another account's keys say of it
		account.ID, o, reason = "(unknown)", unknownAccount, "no account that is Ready has the id in the path"
	}
	d.options.Log.V(1).Info("refused", "vendor", account.Vendor, "account", account.ID, "outcome", o, "reason", reason)
	return Notice{}, o
}

func refusal(err error) outcome {
	switch {
	case errors.Is(err, ErrMalformed):
		return malformed
	case errors.Is(err, ErrStale):
		return stale
	case errors.Is(err, ErrTestSignature):
		return testSignature
	}
	return unverified
}

// check looks whether a verified message is for this account and of this time, and can be told from others.
func (d *Door) check(account Account, notice Notice) outcome {
	switch {
	case notice.Account != account.ID:
		return otherAccount
	case notice.ID == "", notice.ActivityID != "" && !activityPattern.MatchString(notice.ActivityID):
		return malformed
	case !notice.SentAt.IsZero() && d.options.Clock.Since(notice.SentAt) > window:
		return stale
	}
	return ""
}

// deliver wakes what a message is about, unless it did so before. Deliveries go one after the other: each is short, and
// two copies that arrive together count as one. Only what may be acknowledged is remembered.
func (d *Door) deliver(ctx context.Context, account Account, notice Notice) outcome {
	drop := notice.UserLevel || notice.ActivityID == ""
	d.delivering.Lock()
	defer d.delivering.Unlock()
	o := unknownActivity
	switch {
	case drop:
		o = dropped
	case d.memory.has(account, notice.ID):
		o = duplicate
	default:
		found, err := d.options.Wake(ctx, account, notice.ActivityID)
		if err != nil {
			d.options.Log.Error(err, "a notification could not be handed over", "vendor", account.Vendor, "account", account.ID)
			return failed
		}
		if found {
			o = woken
		}
	}
	if !d.leads(ctx) {
		return notLeading
	}
	if !drop {
		d.memory.add(account, notice.ID)
	}
	return o
}

// topic is the event's name, as long as it is one.
func topic(notice Notice) string {
	if !topicPattern.MatchString(notice.Topic) {
		return ""
	}
	return notice.Topic
}

var topicPattern = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,100}$`)
