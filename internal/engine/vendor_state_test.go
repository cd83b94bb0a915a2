package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

func (v *vendor) find(id string) *activity {
	for _, a := range v.activities {
		if a.id == id {
			return a
		}
	}
	return nil
}

// activity returns the activity with an id, or nil; stateOf is its state.
func (v *vendor) activity(id string) *activity {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.find(id)
}

func (v *vendor) stateOf(a *activity) providers.State {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.state(a)
}

// made returns the activities under a number.
func (v *vendor) made(number string) []*activity {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(v.activities), func(a *activity) bool { return a.body.Number != number })
}

// console does what somebody does in the vendor's console.
func (v *vendor) console(id string, do func(*activity)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if a := v.find(id); a != nil {
		do(a)
	}
}

// now changes the vendor's habits while it may be asked.
func (v *vendor) now(change func(*vendor)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	change(v)
}

func (a *activity) ends() time.Time {
	if !a.terminated.IsZero() && a.terminated.Before(a.body.End) {
		return a.terminated
	}
	return a.body.End
}

func (v *vendor) state(a *activity) providers.State {
	now := v.clock.Now()
	switch {
	case v.stocks != nil:
		return v.stocks.state(a, now)
	case a.failed:
		return providers.StateFailed
	case !a.terminated.IsZero() && !now.Before(a.terminated):
		return providers.StateTerminated
	case !now.Before(a.body.End):
		return providers.StateEnded
	case a.word != "":
		return providers.StateUnknown
	case !a.paused.IsZero():
		return providers.StatePaused
	case now.Before(a.body.Begin):
		return providers.StateScheduled
	default:
		return providers.StateRunning
	}
}

func (v *vendor) snapshot(a *activity, detailed bool) providers.Snapshot {
	content, err := json.Marshal(a.body)
	if err != nil {
		panic(err)
	}
	state := v.state(a)
	word := strings.ToUpper(string(state)) + "_STATUS"
	if state == providers.StateUnknown {
		word = a.word
	}
	facts := map[string]string{"create_time": a.created.Format(time.RFC3339)}
	if detailed && !a.paused.IsZero() {
		facts["pause_time"] = a.paused.Format(time.RFC3339)
	}
	snapshot := providers.Snapshot{
		ID: a.id, RequestNo: a.body.Number, Name: a.body.Name, Begin: a.body.Begin, End: a.body.End, State: state,
		VendorState: word, Facts: facts, Content: content, Detailed: detailed,
	}
	if v.stocks != nil {
		v.stocks.show(a, &snapshot)
	}
	if v.vouchers != nil {
		v.vouchers.show(a, &snapshot)
	}
	return snapshot
}
