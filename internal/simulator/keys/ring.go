package keys

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Maker makes the nth key of an owner, of a kind, good from a time on.
type Maker func(kind string, n int, notBefore time.Time) (*Pair, error)

// Ring holds the keys of one owner by their kind. In each list the newest is last, and none is ever empty. It is safe
// for concurrent use.
type Ring struct {
	owner string
	kinds []string
	maker Maker

	mu    sync.RWMutex
	made  int
	pairs map[string][]*Pair
}

// KeptRing is a Ring in a state directory. It holds private keys.
type KeptRing struct {
	Made  int                   `json:"made"`
	Pairs map[string][]KeptPair `json:"pairs"`
}

// KeptPair is a Pair in a state directory.
type KeptPair struct {
	ID        string    `json:"id"`
	Key       string    `json:"key"`
	Cert      string    `json:"cert,omitempty"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
}

// NewRing makes a key of each kind, or takes up the kept ones, which may be nil. The owner is named in errors, such as
// "merchant 1900000109".
func NewRing(owner string, kinds []string, maker Maker, kept *KeptRing, now time.Time) (*Ring, error) {
	r := &Ring{owner: owner, kinds: kinds, maker: maker, pairs: map[string][]*Pair{}}
	if kept != nil {
		return r, r.restore(*kept)
	}
	for _, kind := range kinds {
		// Keys begin in the past, each an hour after the one before, so that "the newest" is never a tie and never in the
		// future however fast they are rotated.
		pair, err := r.make(kind, now.AddDate(0, 0, -60))
		if err != nil {
			return nil, err
		}
		r.pairs[kind] = []*Pair{pair}
	}
	return r, nil
}

func (r *Ring) make(kind string, notBefore time.Time) (*Pair, error) {
	pair, err := r.maker(kind, r.made, notBefore)
	if err == nil {
		r.made++
	}
	return pair, err
}

func (r *Ring) restore(kept KeptRing) error {
	r.made = kept.Made
	for kind, pairs := range kept.Pairs {
		for _, p := range pairs {
			key, err := ParsePrivatePEM([]byte(p.Key))
			if err != nil {
				return err
			}
			r.pairs[kind] = append(r.pairs[kind], &Pair{ID: p.ID, Key: key, CertPEM: []byte(p.Cert), NotBefore: p.NotBefore, NotAfter: p.NotAfter})
		}
	}
	for _, kind := range r.kinds {
		if len(r.pairs[kind]) == 0 {
			return fmt.Errorf("%s has no %s", r.owner, kind)
		}
	}
	return nil
}

// Keep writes the ring for a state directory.
func (r *Ring) Keep() (KeptRing, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	kept := KeptRing{Made: r.made, Pairs: map[string][]KeptPair{}}
	for kind, pairs := range r.pairs {
		for _, p := range pairs {
			text, err := PrivatePEM(p.Key)
			if err != nil {
				return KeptRing{}, err
			}
			kept.Pairs[kind] = append(kept.Pairs[kind], KeptPair{ID: p.ID, Key: string(text), Cert: string(p.CertPEM), NotBefore: p.NotBefore, NotAfter: p.NotAfter})
		}
	}
	return kept, nil
}

// Rotate makes a new key beside the present ones, which stay good until they are retired.
func (r *Ring) Rotate(kind string) (id string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	present := r.pairs[kind]
	if len(present) == 0 {
		return "", fmt.Errorf("there is nothing called %q to rotate: %s", kind, strings.Join(r.kinds, " or "))
	}
	pair, err := r.make(kind, present[len(present)-1].NotBefore.Add(time.Hour))
	if err != nil {
		return "", err
	}
	r.pairs[kind] = append(slices.Clip(present), pair)
	return pair.ID, nil
}

// Retire makes a key useless. The last one of its kind stays.
func (r *Ring) Retire(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for kind, pairs := range r.pairs {
		i := slices.IndexFunc(pairs, func(p *Pair) bool { return p.ID == id })
		if i < 0 {
			continue
		}
		if len(pairs) == 1 {
			return fmt.Errorf("%s is the only %s of %s: rotate first", id, kind, r.owner)
		}
		r.pairs[kind] = slices.Delete(slices.Clone(pairs), i, i+1)
		return nil
	}
	return fmt.Errorf("%s has no key %s", r.owner, id)
}

// All are the keys of a kind, oldest first.
func (r *Ring) All(kind string) []*Pair {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.pairs[kind])
}

// Newest is the newest key of a kind.
func (r *Ring) Newest(kind string) *Pair {
	r.mu.RLock()
	defer r.mu.RUnlock()
	pairs := r.pairs[kind]
	return pairs[len(pairs)-1]
}

// Find is the key of a kind with that id, or nil. Ids are hex: some clients write them in the other case.
func (r *Ring) Find(kind, id string) *Pair {
	for _, p := range r.All(kind) {
		if strings.EqualFold(p.ID, id) {
			return p
		}
	}
	return nil
}
