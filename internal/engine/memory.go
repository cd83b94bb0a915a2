package engine

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

// memories keeps a Memory per campaign. A campaign is reconciled by one worker at a time, so
// that its Memory needs no lock of its own.
type memories struct {
	mu    sync.Mutex
	byKey map[types.NamespacedName]*remembered
	// told are the campaigns that the vendor has said something of since their activities were last read.
	told map[types.NamespacedName]bool
}

type remembered struct {
	uid types.UID
	Memory
	// forced is the annotation value that is being served, forcedAt when it was first seen.
	forced   string
	forcedAt time.Time
	// granted is the call that the quota has let go and that is still to be sent, waitsFor the one
	// that waits for its turn.
	granted, waitsFor providers.Operation
	grantedAt         time.Time
	// plannedFor are the account's limits that this process has made the plan of a draft for.
	plannedFor *accounts.Limits
	// failedVersion is the version of the credentials that the last failed call used.
	failedVersion string
	notes         notes
}

// notes are what others than the campaign's worker read and write: sweeps, and whoever hears of its
// deletion. The lock of memories guards them.
type notes struct {
	// number is the request number of the manifest as it was last reconciled.
	number string
	// row is the hash of the list row that the record was last compared with.
	row string
	// manifest is what the manifest's activity is known by, at the account whose key it is.
	manifest likeness
	account  sweep.Key
	// likeness is what the manifest's activity is known by where the vendor does not return numbers, named are the ids of
	// those that were last looked at.
	likeness likeness
	named    string
	// shared is true when a sweep found an older resource with the same activity.
	shared bool
	// last is the state in which the activity was when the resource was let go.
	last v1alpha1.CampaignState
	// ended is true when the resource was let go because its activity has ended for ever, or is not its own.
	ended bool
}

// of returns the memory of a campaign; a new object under an old name starts with none.
func (m *memories) of(key types.NamespacedName, uid types.UID) *remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byKey == nil {
		m.byKey = map[types.NamespacedName]*remembered{}
	}
	known, ok := m.byKey[key]
	if !ok || known.uid != uid {
		known = &remembered{uid: uid}
		m.byKey[key] = known
	}
	return known
}

// note changes the notes of a campaign that is remembered.
func (m *memories) note(key types.NamespacedName, change func(*notes)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, ok := m.byKey[key]; ok {
		change(&known.notes)
	}
}

// notes returns the notes of a campaign; none for one that this process has not reconciled yet.
func (m *memories) notes(key types.NamespacedName) notes {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, ok := m.byKey[key]; ok {
		return known.notes
	}
	return notes{}
}

func (m *memories) forget(key types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.byKey, key)
	delete(m.told, key)
}

// succeeded ends a row of failures.
func (m *Memory) succeeded() {
	m.LastErr, m.Failures, m.NotBefore = nil, 0, zeroTime
}

// answered ends a row of failed reads. A call that changes something is not the better for it.
func (m *Memory) answered() {
	if m.LastErr == nil || !m.LastErr.Operation.Mutates() {
		m.succeeded()
	}
}

// newIntent forgets what belonged to the former intent.
func (m *Memory) newIntent() {
	m.Sends, m.MaybeCommitted, m.Intended, m.Refused, m.SendErr = 0, false, false, false, nil
	m.AbsentSince, m.ProvenAbsent = zeroTime, false
}

// newActivity forgets what belonged to the former activity.
func (m *remembered) newActivity() {
	m.Memory = Memory{FirstSeen: m.FirstSeen}
	m.granted, m.waitsFor = "", ""
}

// failed remembers a failed call and when it may be repeated.
func (s *scope) failed(err *providers.Error) {
	s.memory.Failures++
	s.pause(err, pauseAfter(err, s.memory.Failures))
}

// pause holds back calls after a failure.
func (s *scope) pause(err *providers.Error, d time.Duration) {
	s.memory.LastErr, s.memory.NotBefore = err, s.now.Add(d)
	s.memory.FailedAt, s.memory.FailedGeneration = s.now, s.campaign.GetGeneration()
	s.memory.failedVersion = s.account.Account.Version
}
