package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

// vendor is a gateway in memory: it keeps activities, moves them on with the clock, and can
// be told to misbehave in every way that the vendors' pages leave open.
type vendor struct {
	clock *clocktesting.FakeClock
	// crossing is told of every mutating or reading call before it takes effect and after.
	crossing func(op providers.Operation, done bool)
	// createdWith is told of every create request that arrived.
	createdWith func(body vendorBody, raw []byte)
	// changedWith is told of every other call that changes something.
	changedWith func(providers.Mutation)

	// noReplay makes every create a new activity: a vendor without idempotency.
	noReplay bool
	// rejectSame and rejectOther refuse a number that is taken, instead of replaying its first id.
	rejectSame, rejectOther bool
	// listLag and getLag hide a new activity for a while; listRetention drops what ended earlier.
	listLag, getLag, listRetention time.Duration
	// rejectRepeatedTerminate refuses to end what has ended.
	rejectRepeatedTerminate bool
	// broken makes every comparison fail.
	broken error
	// numberRetention is how long a number is remembered; 0 is for ever.
	numberRetention time.Duration
	// stocks makes the activities stocks; nil for activities that begin by themselves.
	stocks *stocks
	// vouchers makes the activities voucher activities; nil for others.
	vouchers *vouchers
	// unlisted empties the list.
	unlisted bool
	// takesPast takes what begins in the past.
	takesPast bool
	// slowTerminate is how long a terminate call takes to show.
	slowTerminate time.Duration

	// strangers are members that are not taken, findings what Preflight finds.
	strangers []string
	findings  []providers.Finding

	mu         sync.Mutex
	numbers    []string // of the calls that changed an activity
	activities []*activity
	faults     map[providers.Operation][]fault
	calls      map[providers.Operation]int
}

type activity struct {
	id         string
	body       vendorBody
	created    time.Time
	terminated time.Time
	paused     time.Time
	activated  time.Time
	sent       int64 // coupons that were given out
	failed     bool
	forgotten  bool
	members    []string
	word       string // replaces the state by a word of the vendor's own
	costless   bool   // what it can cost is not shown
}

// vendorBody is the create request of the test's kind.
type vendorBody struct {
	Number  string    `json:"number"`
	Name    string    `json:"name"`
	Amount  int64     `json:"amount"`
	Begin   time.Time `json:"begin"`
	End     time.Time `json:"end"`
	Members []string  `json:"members,omitempty"`
	NoCash  bool      `json:"noCash,omitempty"`
}

func newVendor(c *clocktesting.FakeClock) *vendor {
	return &vendor{
		clock: c, calls: map[providers.Operation]int{}, faults: map[providers.Operation][]fault{},
		crossing: func(providers.Operation, bool) {}, createdWith: func(vendorBody, []byte) {},
		changedWith: func(providers.Mutation) {},
	}
}

// fail makes the next calls of an operation go wrong.
func (v *vendor) fail(op providers.Operation, faults ...fault) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults[op] = append(v.faults[op], faults...)
}

// heal removes all faults and delays; what the vendor is stays.
func (v *vendor) heal() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults = map[providers.Operation][]fault{}
}

// begin counts a call and returns its fault.
func (v *vendor) begin(op providers.Operation) *fault {
	v.crossing(op, false)
	if op != providers.OperationList {
		v.clock.Step(time.Millisecond) // calls take time, so that what follows one is later than it
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls[op]++
	if queue := v.faults[op]; len(queue) > 0 {
		v.faults[op] = queue[1:]
		f := queue[0]
		broken := *f.err
		broken.Operation = op
		if slices.Contains([]providers.Operation{providers.OperationGet, providers.OperationList, providers.OperationMembers, providers.OperationPreflight, providers.OperationCountCodes}, op) {
			broken.MaybeCommitted = false
		}
		f.err = &broken
		return &f
	}
	return nil
}

func (v *vendor) count(op providers.Operation) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.calls[op]
}

func (v *vendor) Create(_ context.Context, raw []byte) (providers.Created, error) {
	f := v.begin(providers.OperationCreate)
	var body vendorBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return providers.Created{}, err
	}
	v.createdWith(body, raw)
	if f != nil && !f.commits {
		return providers.Created{}, f.err
	}
	created, err := v.commit(body)
	v.crossing(providers.OperationCreate, true)
	if f != nil {
		return providers.Created{}, f.err
	}
	return created, err
}

func (v *vendor) commit(body vendorBody) (providers.Created, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.clock.Now()
	for _, a := range v.activities {
		if a.body.Number != body.Number || v.noReplay || v.numberRetention > 0 && now.Sub(a.created) > v.numberRetention {
			continue
		}
		if same := reflect.DeepEqual(a.body, body); same && v.rejectSame || !same && v.rejectOther {
			err := trouble(providers.KindInvalid, providers.DelayNever, false, "INVALID_REQUEST")
			err.Operation, err.Message = providers.OperationCreate, "the number is taken"
			return providers.Created{}, err
		}
		answer := providers.Created{ID: a.id, Facts: map[string]string{"create_time": a.created.Format(time.RFC3339)}, RequestID: "r-2"}
		if v.vouchers != nil {
			answer.Refused = refusedShops(a.body.Members, v.strangers) // as at first
		}
		return answer, nil
	}
	refusedFrom := body.Begin
	if v.vouchers != nil {
		refusedFrom = body.End
	}
	if !now.Before(refusedFrom) && !v.takesPast {
		err := trouble(providers.KindInvalid, providers.DelayNever, false, "PARAM_ERROR")
		err.Operation, err.Message = providers.OperationCreate, "begin is before now"
		return providers.Created{}, err
	}
	a := &activity{id: fmt.Sprintf("1002800%d", len(v.activities)+1), body: body, created: now, members: slices.Clone(body.Members)}
	v.activities = append(v.activities, a)
	answer := providers.Created{ID: a.id, Facts: map[string]string{"create_time": now.Format(time.RFC3339)}, RequestID: "r-1"}
	if v.vouchers != nil {
		v.vouchers.works[a.id] = &work{word: "CREATING", done: now.Add(v.vouchers.takes)}
		answer.Refused = refusedShops(body.Members, v.strangers)
		a.members = slices.DeleteFunc(a.members, func(id string) bool { return slices.Contains(v.strangers, id) })
	}
	return answer, nil
}

func (v *vendor) Get(_ context.Context, id string) (providers.Snapshot, error) {
	if f := v.begin(providers.OperationGet); f != nil {
		return providers.Snapshot{}, f.err
	}
	v.mu.Lock()
	a := v.find(id)
	if a != nil && v.vouchers != nil {
		v.vouchers.settle(a, v.clock.Now())
	}
	known := a != nil && !a.forgotten && v.clock.Since(a.created) >= v.getLag
	var snapshot providers.Snapshot
	if known {
		snapshot = v.snapshot(a, true)
	}
	v.mu.Unlock()
	v.crossing(providers.OperationGet, true)
	if !known {
		err := trouble(providers.KindNotFound, providers.DelaySlow, false, "RESOURCE_NOT_EXISTS")
		err.Operation = providers.OperationGet
		return providers.Snapshot{}, err
	}
	return snapshot, nil
}

// pageSize is small, so that every sweep has several pages.
const pageSize = 2

func (v *vendor) List(_ context.Context, page int) (providers.Page, error) {
	if f := v.begin(providers.OperationList); f != nil {
		return providers.Page{}, f.err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	var shown []providers.Snapshot
	for _, a := range v.activities {
		if v.vouchers != nil {
			if v.vouchers.settle(a, v.clock.Now()); !v.vouchers.listed(a, v.clock.Now()) {
				continue
			}
		}
		old := v.listRetention > 0 && v.clock.Since(a.ends()) > v.listRetention
		if !a.forgotten && !v.unlisted && !old && v.clock.Since(a.created) >= v.listLag {
			shown = append(shown, v.snapshot(a, false))
		}
	}
	from, to := min(page*pageSize, len(shown)), min((page+1)*pageSize, len(shown))
	return providers.Page{Items: shown[from:to], Total: len(shown), Last: to == len(shown)}, nil
}

func (v *vendor) Do(_ context.Context, m providers.Mutation) (providers.Receipt, error) {
	f := v.begin(m.Operation)
	v.changedWith(m)
	if f != nil && !f.commits {
		return providers.Receipt{}, f.err
	}
	receipt, err := v.change(m)
	if err != nil {
		return receipt, err
	}
	v.crossing(m.Operation, true)
	if f != nil {
		return providers.Receipt{}, f.err
	}
	return receipt, nil
}

func (v *vendor) change(m providers.Mutation) (providers.Receipt, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	a, now := v.find(m.ID), v.clock.Now()
	if a == nil || (v.rejectRepeatedTerminate && v.state(a).Final()) {
		err := trouble(providers.KindConflict, providers.DelaySlow, false, "INVALID_REQUEST")
		err.Operation = m.Operation
		return providers.Receipt{}, err
	}
	if v.vouchers != nil {
		receipt, err := v.vouchers.change(a, m, v.strangers, now)
		v.numbers = append(v.numbers, m.Number)
		return receipt, err
	}
	receipt := providers.Receipt{RequestID: "r-3"}
	switch m.Operation {
	case providers.OperationAddMembers:
		receipt.Refused = v.add(a, m)
	case providers.OperationRemoveMembers:
		a.members = slices.DeleteFunc(a.members, func(id string) bool { return slices.Contains(m.Members, id) })
	case providers.OperationStart, providers.OperationPause, providers.OperationRestart:
		return v.stocks.move(a, m.Operation, v.state(a), now)
	default:
		if a.terminated.IsZero() {
			a.terminated = now.Add(v.slowTerminate)
		}
		receipt.Facts = map[string]string{"terminate_time": a.terminated.Format(time.RFC3339)}
	}
	v.numbers = append(v.numbers, m.Number)
	return receipt, nil
}

// add adds members, but for strangers.
func (v *vendor) add(a *activity, m providers.Mutation) (refused []providers.Refusal) {
	for _, id := range m.Members {
		switch {
		case slices.Contains(v.strangers, id):
			refused = append(refused, providers.Refusal{ID: id, Reason: "no relation"})
		case !slices.Contains(a.members, id):
			a.members = append(a.members, id)
		}
	}
	return refused
}

func (v *vendor) Members(_ context.Context, id string) ([]string, error) {
	if f := v.begin(providers.OperationMembers); f != nil {
		return nil, f.err
	}
	v.crossing(providers.OperationMembers, true)
	if a := v.activity(id); a != nil {
		return slices.Sorted(slices.Values(a.members)), nil
	}
	return nil, trouble(providers.KindNotFound, providers.DelaySlow, false, "RESOURCE_NOT_EXISTS")
}

func (v *vendor) Preflight(context.Context, []byte) ([]providers.Finding, error) {
	if f := v.begin(providers.OperationPreflight); f != nil {
		return nil, f.err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.findings, nil
}

func (v *vendor) Coverage() providers.Coverage {
	return providers.Coverage{Comparable: []string{"amount", "begin", "end"}, ServerOwned: []string{"create_time"}}
}

func (v *vendor) Differences(raw []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	if v.broken != nil {
		return nil, v.broken
	}
	if v.vouchers != nil {
		return v.vouchers.differs(raw, remote)
	}
	var want, have map[string]any
	if err := json.Unmarshal(raw, &want); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(remote.Content, &have); err != nil {
		return nil, err
	}
	var differences []providers.Difference
	for _, field := range slices.Sorted(maps.Keys(want)) {
		if field == "members" || field == "number" && v.stocks != nil {
			continue // calls change them, and stocks do not show it
		}
		if fmt.Sprint(want[field]) != fmt.Sprint(have[field]) {
			differences = append(differences, providers.Difference{Field: field, Desired: fmt.Sprint(want[field]), Observed: fmt.Sprint(have[field])})
		}
	}
	return differences, nil
}
