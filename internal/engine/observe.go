package engine

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

// remoteFacts adds what the vendor says: of the recorded activity, or of what may be ours
// while no activity is recorded.
func (s *scope) remoteFacts(ctx context.Context, f *Facts) error {
	if s.view != nil {
		f.View = s.view.Started
	}
	if f.Record.ID == "" {
		return s.findOurs(ctx, f)
	}
	if s.remote == nil && s.view != nil {
		if snapshot, ok := s.view.ByID(f.Record.ID); ok {
			if s.view.Started.After(s.memory.GoneSince) {
				s.memory.GoneSince = zeroTime // the list knows it
			}
			remote, err := s.compare(snapshot)
			if err != nil {
				return err
			}
			s.settled(remote)
			s.remote = remote
		}
	}
	f.Remote = s.remote
	if f.Remote != nil {
		s.noteRow(f.Remote.Snapshot)
	}
	if f.Remote == nil && campaignFinal(f.Record.State) && (f.Record.Outcome == v1alpha1.CreationConfirmed || f.Manifest.Observe) {
		// What has ended stays ended, also when the vendor's list no longer shows it.
		f.Remote = &Remote{Snapshot: providers.Snapshot{ID: f.Record.ID, State: providers.State(f.Record.State)}}
	}
	if f.Remote != nil {
		f.WantsDetail = s.Kind.WantsDetail(s.campaign, f.Remote.Snapshot)
		f.Complaint = s.Kind.Complaint(s.campaign, f.Remote.Snapshot.Facts)
		f.CountsByDetail = f.Remote.Snapshot.Distribution == nil
	}
	return nil
}

// noteRow notes what a sweep would have to show differently to be news.
func (s *scope) noteRow(snapshot providers.Snapshot) {
	row := rowOf(snapshot, "")
	if s.unlisted {
		row = rowAbsent
	}
	s.memories.note(keyOf(s.campaign), func(n *notes) { n.row = row })
}

func (s *scope) compare(snapshot providers.Snapshot) (*Remote, error) {
	remote := &Remote{Snapshot: snapshot}
	sendable := s.requestErr == nil && len(s.request.Body) > 0
	if !sendable || (len(snapshot.Content) == 0 && !snapshot.Detailed) {
		return remote, nil
	}
	differences, err := s.differences(snapshot, s.Kind.AdoptID(s.campaign) != "")
	if err != nil {
		return nil, err
	}
	remote.Differences, remote.Compared = differences, true
	return remote, nil
}

// differences compares an activity with the manifest. One that was not made under our number, an
// adopted one or a twin, may have any.
func (s *scope) differences(snapshot providers.Snapshot, anyNumber bool) ([]providers.Difference, error) {
	body := s.request.Body
	if anyNumber && s.Kind.GivenNumber(s.campaign) == "" {
		request, err := s.Kind.Request(s.campaign, s.sender(snapshot.RequestNo))
		if err != nil {
			return nil, err
		}
		body = request.Body
	}
	differences, err := s.activities.Differences(body, snapshot)
	if err != nil {
		return nil, fmt.Errorf("compare activity %s with the manifest: %w", snapshot.ID, err)
	}
	return differences, nil
}

// wait asks for a newer view, and says so when it has taken long.
func (s *scope) wait(ctx context.Context, d Decision) (bool, error) {
	if s.memory.ViewWanted.IsZero() {
		s.memory.ViewWanted = s.now
	}
	if !s.lookup(d.Since) {
		return false, nil
	}
	if d.Verdict.Reason == "" {
		return true, s.keepID(ctx)
	}
	return true, s.settle(ctx, d)
}

// lookup asks for a newer view. It reports true when the reconcile has to wait for it.
func (s *scope) lookup(since time.Time) bool {
	key := keyOf(s.campaign)
	view, err := s.Sweeper.Want(s.sweepKey, since, func() { s.Waker.Wake(key) })
	switch {
	case err != nil:
		// That credentials were refused is for the sweep's owner to see: once, not once a campaign.
		s.viewErr = providers.AsError(providers.OperationList, err)
		s.memory.ViewFailures, s.memory.ViewFailedAt = s.memory.ViewFailures+1, s.now
		return false
	case view == nil:
		return true
	}
	s.see(view)
	return false
}

// see takes a view as what is known of the vendor.
func (s *scope) see(view *sweep.View) {
	s.view, s.remote = view, nil
	if view != nil && view.Started.After(s.memory.ViewFailedAt) {
		s.memory.ViewFailures = 0
	}
}

// get reads the recorded activity.
func (s *scope) get(ctx context.Context) {
	id := s.Kind.ActivityID(s.campaign)
	if s.readWait = s.readTurn(providers.OperationGet); s.readWait > 0 {
		return
	}
	if s.view != nil {
		_, shown := s.view.ByID(id)
		s.unlisted = !shown
	}
	told := s.memories.heard(keyOf(s.campaign))
	snapshot, err := s.activities.Get(ctx, id)
	switch {
	case providers.IsKind(err, providers.KindNotFound):
		s.gone = true
		s.memory.answered()
		if s.memory.GoneSince.IsZero() {
			s.memory.GoneSince = s.now
		}
	case err != nil:
		if told {
			s.memories.tell(keyOf(s.campaign))
		}
		failure := providers.AsError(providers.OperationGet, err)
		log.FromContext(ctx).Info("call failed", "operation", failure.Operation, "activityId", id, "error", failure.Error(), "requestId", failure.RequestID)
		s.callFailed(failure)
	default:
		s.learn(snapshot)
	}
}

// learn takes in an activity that was read one by one.
func (s *scope) learn(snapshot providers.Snapshot) {
	remote, err := s.compare(snapshot)
	if err != nil {
		s.callFailed(providers.AsError(providers.OperationGet, err))
		return
	}
	s.settled(remote)
	switch {
	case snapshot.Busy == "":
		s.memory.BusySince = zeroTime
	case s.memory.BusySince.IsZero():
		s.memory.BusySince = s.now
	}
	s.Sweeper.Learn(s.sweepKey, snapshot)
	s.remote, s.read, s.memory.GoneSince, s.memory.DetailRead = remote, true, zeroTime, s.now
	s.memory.answered()
}

// settled leaves out of a comparison what is settled although it differs.
func (s *scope) settled(remote *Remote) {
	if remote.Compared && remote.Snapshot.Detailed && !remote.unfinished() {
		s.noteResidue(remote)
	}
	remote.Differences = s.withoutResidue(remote.Differences)
}

// judge records whether the activity is what the manifest says, or ours all the same: because
// the manifest names it, or because it was confirmed before.
func (s *scope) judge() {
	st := s.campaign.CampaignStatus()
	if st.Request == nil { // somebody removed it
		st.Request = s.record()
	}
	adopts := s.Kind.AdoptID(s.campaign) == s.Kind.ActivityID(s.campaign)
	equal := s.requestErr == nil && len(s.remote.Differences) == 0
	ours := s.requestErr == nil && len(fixed(s.remote.Differences)) == 0
	if st.Creation != v1alpha1.CreationConfirmed {
		st.Creation = v1alpha1.CreationDiffers
		if ours || adopts {
			st.Creation = v1alpha1.CreationConfirmed
		}
	}
	if st.Request.Adopted {
		st.Request.Number = s.remote.Snapshot.RequestNo // whatever it was made under
	}
	if equal {
		s.membersCreated()
		st.Request.Digest, st.Request.Generation = s.digest, s.campaign.GetGeneration()
	}
	st.Rejection = nil
	s.memory.newIntent()
}

// callFailed remembers a failed call of this reconcile.
func (s *scope) callFailed(err *providers.Error) {
	s.callErr = err
	s.heed(err)
	s.failed(err)
}

// heed does what a failure asks for beyond its call: the quota pauses for a 429, and the account is
// checked at once when its credentials were refused.
func (s *scope) heed(err *providers.Error) {
	if err.Kind == providers.KindThrottled {
		s.Pacer.Refused(s.quotaKey(err.Operation), err.RetryAfter)
	}
	if err.Kind == providers.KindAuth {
		s.Accounts.Registry.Suspect(s.account.Key)
	}
}
