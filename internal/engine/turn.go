package engine

import (
	"time"

	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// grantLife is how long a granted turn holds: one that is used much later comes too close to the next.
const grantLife = time.Second

// turn is how long a call that changes something has to wait for the quota; 0 when it may be
// sent. A turn that was granted is kept until the call is sent, for a moment.
func (s *scope) turn(op providers.Operation) time.Duration {
	now := s.Clock.Now()
	if s.memory.granted == op && now.Sub(s.memory.grantedAt) <= grantLife {
		return 0
	}
	s.memory.granted = ""
	if s.memory.waitsFor != op {
		s.leaveQueue()
	}
	wait := s.Pacer.Ask(s.call(op))
	s.memory.waitsFor = op
	if wait <= 0 {
		s.memory.granted, s.memory.grantedAt, s.memory.waitsFor = op, now, ""
	}
	return wait
}

// readTurn is how long a reading call has to wait for the quota; 0 when it may be sent.
func (s *scope) readTurn(op providers.Operation) time.Duration { return s.Pacer.Ask(s.call(op)) }

// call is how a call of this campaign stands in the queue of its quota. What somebody has just
// asked for goes before what is merely due.
func (s *scope) call(op providers.Operation) quota.Call {
	call := quota.Call{Key: s.quotaKey(op), Waiter: s.Kind.Name() + "/" + keyOf(s.campaign).String(), Begin: s.request.Begin}
	switch {
	case op.Mutates() && op.Widens():
		call.Class = quota.Starting
	case op.Mutates():
		call.Class = quota.Stopping
	case !s.forced.IsZero() || s.campaign.CampaignStatus().ObservedGeneration != s.campaign.GetGeneration():
		call.Class = quota.Edited
	default:
		call.Class = quota.Looking
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
