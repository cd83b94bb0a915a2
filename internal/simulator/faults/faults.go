// Package faults holds the rules by which the simulator misbehaves on purpose: it refuses, delays,
// resets, loses a reply after the effect, or holds a call until it is told to go on.
package faults

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
)

// Action is what a rule does.
type Action string

// Actions that strike before the call has had any effect.
const (
	// Delay waits, then goes on as usual.
	Delay Action = "delay"
	// Status answers with Rule.Status and Rule.Code.
	Status Action = "status"
	// Reset cuts the connection.
	Reset Action = "reset"
	// Timeout never answers.
	Timeout Action = "timeout"
	// HoldBeforeCommit waits until the rule is released, then goes on as usual.
	HoldBeforeCommit Action = "holdBeforeCommit"
)

// Actions that strike after the effect, on calls that would be answered 2xx.
const (
	// CommitThenReset cuts the connection.
	CommitThenReset Action = "commitThenReset"
	// CommitThenTimeout never answers.
	CommitThenTimeout Action = "commitThenTimeout"
	// CommitThenStatus answers with Rule.Status and Rule.Code.
	CommitThenStatus Action = "commitThenStatus"
	// CommitThen500 is CommitThenStatus with 500 SYSTEM_ERROR.
	CommitThen500 Action = "commitThen500"
	// CommitThenHold keeps the reply back until the rule is released.
	CommitThenHold Action = "commitThenHold"
	// BadSignature sends the reply with a signature that does not verify.
	BadSignature Action = "badSignature"
	// SignTest sends it with a probe signature, WECHATPAY/SIGNTEST/….
	SignTest Action = "signtest"
	// TruncatedBody sends half of the body and cuts the connection.
	TruncatedBody Action = "truncatedBody"
)

// Phase is the moment at which an action strikes.
type Phase int

// The phases.
const (
	BeforeCommit Phase = iota + 1
	AfterCommit
)

var phases = map[Action]Phase{
	Delay: BeforeCommit, Status: BeforeCommit, Reset: BeforeCommit, Timeout: BeforeCommit, HoldBeforeCommit: BeforeCommit,
	CommitThenReset: AfterCommit, CommitThenTimeout: AfterCommit, CommitThenStatus: AfterCommit, CommitThen500: AfterCommit,
	CommitThenHold: AfterCommit, BadSignature: AfterCommit, SignTest: AfterCommit, TruncatedBody: AfterCommit,
}

// Match says which calls a rule is for. What is empty matches everything.
type Match struct {
	Account string `json:"mchid,omitempty"`
	// Operation is a name such as paygift.create; a trailing * matches any ending.
	Operation string `json:"operation,omitempty"`
	Method    string `json:"method,omitempty"`
	// Path is a prefix of the path with its query.
	Path string `json:"path,omitempty"`
	// Skip lets that many matching calls pass first.
	Skip int `json:"skip,omitempty"`
}

// Rule is a fault to inject.
type Rule struct {
	Match  Match  `json:"match"`
	Action Action `json:"action"`
	// Status and Code of a Status or CommitThenStatus. Without a code the status' usual one is
	// taken; a status that has none, such as 502, brings an HTML page as a proxy would send it.
	Status int    `json:"status,omitempty"`
	Code   string `json:"code,omitempty"`
	// RetryAfter is sent in seconds with a status, unless it is 0.
	RetryAfter int `json:"retryAfter,omitempty"`
	// Delay is waited before any action; Go duration.
	Delay string `json:"delay,omitempty"`
	// Times that the rule strikes; 0 is once, -1 without end.
	Times int `json:"times,omitempty"`
}

// Info is a rule with what became of it.
type Info struct {
	ID string `json:"id"`
	Rule
	// Matched counts the calls that matched, those skipped included.
	Matched int `json:"matched"`
	// Struck counts those that the rule acted on.
	Struck int `json:"struck"`
	// Held counts the calls that are being held right now.
	Held int `json:"held"`
	// Spent says that the rule will not strike again.
	Spent bool `json:"spent"`
}

// ErrNotFound means that there is no such rule.
var ErrNotFound = errors.New("there is no such fault rule")

// errClosed ends the waiting of held calls when the simulator stops.
var errClosed = errors.New("the simulator is closing")

// Queue holds the rules; the first that matches strikes. It is safe for concurrent use.
type Queue struct {
	mu     sync.Mutex
	seq    int
	rules  []*rule
	change chan struct{} // closed and replaced whenever a count changes
	closed chan struct{}
}

type rule struct {
	Info
	delay time.Duration
	gate  chan struct{} // closed on release
}

// NewQueue makes an empty queue.
func NewQueue() *Queue {
	return &Queue{change: make(chan struct{}), closed: make(chan struct{})}
}

// Add appends a rule and gives its id.
func (q *Queue) Add(r Rule) (string, error) {
	delay, err := r.check()
	if err != nil {
		return "", err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.seq++
	id := "f" + strconv.Itoa(q.seq)
	q.rules = append(q.rules, &rule{Info: Info{ID: id, Rule: r}, delay: delay, gate: make(chan struct{})})
	return id, nil
}

// check fills in what was left out and says how long to wait before acting.
func (r *Rule) check() (time.Duration, error) {
	if _, ok := phases[r.Action]; !ok {
		return 0, fmt.Errorf("there is no action %q", r.Action)
	}
	if r.Times == 0 {
		r.Times = 1
	}
	if r.Times < -1 || r.Match.Skip < 0 || r.RetryAfter < 0 {
		return 0, errors.New("times, skip and retryAfter cannot be negative (times: -1 is without end)")
	}
	if err := r.checkStatus(); err != nil {
		return 0, err
	}
	if r.Delay == "" {
		if r.Action == Delay {
			return 0, errors.New("delay needs a delay")
		}
		return 0, nil
	}
	d, err := clock.ParseDuration(r.Delay)
	if err == nil && d < 0 {
		err = errors.New("delay cannot be negative")
	}
	return d, err
}

func (r *Rule) checkStatus() error {
	switch r.Action {
	case Status, CommitThenStatus:
		if r.Status < 200 || r.Status > 599 {
			return fmt.Errorf("%s needs a status from 200 to 599", r.Action)
		}
	case CommitThen500:
		r.Status = http.StatusInternalServerError
	default:
		if r.Status != 0 || r.Code != "" || r.RetryAfter != 0 {
			return fmt.Errorf("%s takes no status, code or retryAfter", r.Action)
		}
	}
	return nil
}

func (m Match) matches(account, operation, method, path string) bool {
	if prefix, ok := strings.CutSuffix(m.Operation, "*"); ok {
		if !strings.HasPrefix(operation, prefix) {
			return false
		}
	} else if m.Operation != "" && m.Operation != operation {
		return false
	}
	return (m.Account == "" || m.Account == account) && (m.Method == "" || strings.EqualFold(m.Method, method)) && strings.HasPrefix(path, m.Path)
}

// Strike is a rule that acts on a call.
type Strike struct {
	Rule
	// Wait is the parsed Rule.Delay.
	Wait time.Duration
	q    *Queue
	r    *rule
	gate chan struct{}
}

// Take finds the rule that strikes a call in a phase, or nil. It tells note, which may be nil and must
// not call back, before those who wait for the rule.
func (q *Queue) Take(phase Phase, account, operation, method, path string, note func(Action)) *Strike {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.rules {
		if r.Spent || phases[r.Action] != phase || !r.Match.matches(account, operation, method, path) {
			continue
		}
		r.Matched++
		if r.Matched <= r.Match.Skip {
			continue
		}
		r.Struck++
		r.Spent = r.Times > 0 && r.Struck >= r.Times
		if r.Action == HoldBeforeCommit || r.Action == CommitThenHold {
			r.Held++
		}
		if note != nil {
			note(r.Action)
		}
		q.changed()
		return &Strike{Rule: r.Rule, Wait: r.delay, q: q, r: r, gate: r.gate}
	}
	return nil
}

// changed wakes those who wait for a count. The caller holds the lock.
func (q *Queue) changed() {
	close(q.change)
	q.change = make(chan struct{})
}

// Hold waits until the rule is released or deleted. It fails when ctx or the queue ends first.
func (s *Strike) Hold(ctx context.Context) error {
	defer func() {
		s.q.mu.Lock()
		defer s.q.mu.Unlock()
		s.r.Held--
		s.q.changed()
	}()
	select {
	case <-s.gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.q.closed:
		return errClosed
	}
}

// Release lets all calls go on that a rule holds and says how many those are. What the rule holds
// later waits for another release.
func (q *Queue) Release(id string) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := q.index(id)
	if i < 0 {
		return 0, ErrNotFound
	}
	return q.rules[i].release(), nil
}

func (r *rule) release() int {
	close(r.gate)
	r.gate = make(chan struct{})
	return r.Held
}

// WaitStruck waits until a rule has struck n times: how a test knows that a call is being held.
func (q *Queue) WaitStruck(ctx context.Context, id string, n int) (Info, error) {
	for {
		q.mu.Lock()
		i := q.index(id)
		if i < 0 {
			q.mu.Unlock()
			return Info{}, ErrNotFound
		}
		info, change := q.rules[i].Info, q.change
		q.mu.Unlock()
		if info.Struck >= n {
			return info, nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return info, ctx.Err()
		case <-q.closed:
			return info, errClosed
		}
	}
}

// List shows all rules, the spent ones too.
func (q *Queue) List() []Info {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := make([]Info, 0, len(q.rules))
	for _, r := range q.rules {
		all = append(all, r.Info)
	}
	return all
}

// Get shows one rule.
func (q *Queue) Get(id string) (Info, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := q.index(id); i >= 0 {
		return q.rules[i].Info, nil
	}
	return Info{}, ErrNotFound
}

// Delete removes a rule and lets go on what it holds.
func (q *Queue) Delete(id string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := q.index(id)
	if i < 0 {
		return ErrNotFound
	}
	q.rules[i].release()
	q.rules = slices.Delete(q.rules, i, i+1)
	q.changed()
	return nil
}

// Clear removes all rules and lets go on what they hold.
func (q *Queue) Clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.rules {
		r.release()
	}
	q.rules = nil
	q.changed()
}

// Close ends all waiting, for good.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case <-q.closed:
	default:
		close(q.closed)
	}
}

func (q *Queue) index(id string) int {
	return slices.IndexFunc(q.rules, func(r *rule) bool { return r.ID == id })
}
