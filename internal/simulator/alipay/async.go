package alipay

import "time"

// What becomes of an operation in the background.
const (
	failsIdle     = "idle"
	failsNotFound = "notFound"
	failsStuck    = "stuck"
	failsReverted = "reverted"
)

// begin makes the pending operation that a call has started.
func (v *vouchers) begin(operation, number string, content object) *pending {
	failure := SwitchChangeFailure
	if operation == creating {
		failure = SwitchCreateFailure
	}
	p := &pending{Operation: operation, Number: number, Content: content, Failure: v.g.switches.Get(failure)}
	if p.Failure == neverFails {
		p.Failure = ""
	}
	if text := v.g.switches.Get(SwitchAsyncDelay); text != byHand && p.Failure != failsStuck {
		// Not zero, which would mean by hand.
		p.Due = v.g.clock.Real().Add(v.g.switches.Duration(SwitchAsyncDelay) + time.Nanosecond)
	}
	return p
}

// settle ends the operation of an activity that is due, and gives the activity as it is now. The caller holds the lock.
func (v *vouchers) settle(a *activity) *activity {
	if a == nil || a.Pending == nil || a.Pending.Due.IsZero() || v.g.clock.Real().Before(a.Pending.Due) {
		return a
	}
	next := v.finish(a)
	if v.put(next) != nil {
		return a // not kept: the next look tries again
	}
	if a.Pending.Failure == "" {
		v.tell(a.Pending, next)
	}
	return next
}

// tell sends the message that an operation has ended well.
func (v *vouchers) tell(done *pending, a *activity) {
	v.g.messages.add(doneMessages[done.Operation], a, done.Number)
}

// settleAll ends all operations that are due. The caller holds the lock.
func (v *vouchers) settleAll() {
	for id := range v.running {
		v.settle(v.byID[id])
	}
}

// finish makes of an activity what it is once its operation has ended.
func (v *vouchers) finish(a *activity) *activity {
	now := v.g.clock.Now()
	next := a.changed(now)
	done := a.Pending
	next.Pending = nil
	if done.Failure != "" {
		next.Forgotten = done.Failure == failsNotFound
		return next
	}
	if done.Content != nil {
		next.Content = done.Content
	}
	switch done.Operation {
	case creating:
		next.Exists = true
	case stopping:
		next.StoppedAt = &now
	}
	return next
}
