package engine

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/providers"
)

// memories keeps a Memory per campaign. A campaign is reconciled by one worker at a time, so
// that its Memory needs no lock of its own.
type memories struct {
	mu    sync.Mutex
	byKey map[types.NamespacedName]*remembered
}

type remembered struct {
	uid types.UID
	Memory
	// forced is the annotation value that is being served, forcedAt when it was first seen.
	forced   string
	forcedAt time.Time
	// token is true while a quota token for the next mutating call is held.
	token bool
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

func (m *memories) forget(key types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.byKey, key)
}

// succeeded ends a row of failures.
func (m *Memory) succeeded() {
	m.LastErr, m.Failures, m.NotBefore = nil, 0, zeroTime
}

// newIntent forgets what belonged to the former intent.
func (m *Memory) newIntent() {
	m.Sends, m.MaybeCommitted, m.Intended, m.Refused, m.SendErr = 0, false, false, false, nil
	m.AbsentSince, m.ProvenAbsent = zeroTime, false
}

// failed remembers a failed call and when it may be repeated.
func (s *scope) failed(err *providers.Error) {
	s.memory.Failures++
	s.memory.LastErr = err
	s.memory.NotBefore = s.now.Add(pauseAfter(err, s.memory.Failures))
}
