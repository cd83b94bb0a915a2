package engine

import (
	"time"

	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// turn is how long a call has to wait for the quota; 0 when it may be sent. A turn that was
// granted is kept until the call is sent.
func (s *scope) turn(op providers.Operation) time.Duration {
	if s.memory.granted == op {
		return 0
	}
	if s.memory.waitsFor != op {
		s.leaveQueue()
	}
	wait := s.Pacer.Ask(s.call(op))
	s.memory.waitsFor = op
	if wait <= 0 {
		s.memory.granted, s.memory.waitsFor = op, ""
	}
	return wait
}

// call is how a call of this campaign stands in the queue of its quota.
func (s *scope) call(op providers.Operation) quota.Call {
	call := quota.Call{Key: s.quotaKey(op), Waiter: s.Kind.Name() + "/" + keyOf(s.campaign).String(), Class: quota.Starting, Begin: s.request.Begin}
	if !op.Widens() {
		call.Class = quota.Stopping
	}
	return call
}

// leaveQueue gives up a place for a call that is not wanted any more.
func (s *scope) leaveQueue() {
	if s.memory.waitsFor != "" {
		s.Pacer.Leave(s.quotaKey(s.memory.waitsFor), s.call(s.memory.waitsFor).Waiter)
		s.memory.waitsFor = ""
	}
}

// spent notes that the granted turn was used.
func (s *scope) spent() { s.memory.granted, s.memory.waitsFor = "", "" }
