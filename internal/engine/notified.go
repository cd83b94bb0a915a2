package engine

import "k8s.io/apimachinery/pkg/types"

// Notified wakes campaigns of whose activities the vendor has said something. Each is read, whatever the last sweep has shown of it.
func (r *Reconciler) Notified(keys ...types.NamespacedName) {
	for _, key := range keys {
		r.memories.tell(key)
	}
	r.Waker.Wake(keys...)
}

// tell notes that a campaign's activity is to be read.
func (m *memories) tell(key types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.told == nil {
		m.told = map[types.NamespacedName]bool{}
	}
	m.told[key] = true
}

// isTold reports whether a campaign's activity is to be read.
func (m *memories) isTold(key types.NamespacedName) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.told[key]
}

// heard notes that a campaign's activity is being read, and reports whether it was to be: what is told from now on asks for another look.
func (m *memories) heard(key types.NamespacedName) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	told := m.told[key]
	delete(m.told, key)
	return told
}
