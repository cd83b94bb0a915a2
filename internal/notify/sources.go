package notify

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// maxTried bounds how many sources one message is tried with. An app or merchant id has one key of the vendor, two
// while it changes; more sources than that differ in their resources only.
const maxTried = 8

// Sources holds the source of each account resource that works. Several may be for one account: Alipay's agency mode has
// one app id for many merchants. The zero value is ready; it is safe for concurrent use.
type Sources struct {
	mu sync.RWMutex
	// byAccount has the source that was put last first: the newest keys are tried first.
	byAccount map[Account][]entry
}

type entry struct {
	owner  types.NamespacedName
	source Source
}

// Put has messages for the account verified by source too. A source that the same account resource of that vendor put
// before, for this account or another, is replaced.
func (s *Sources) Put(account Account, owner types.NamespacedName, source Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(account.Vendor, owner)
	if s.byAccount == nil {
		s.byAccount = map[Account][]entry{}
	}
	s.byAccount[account] = slices.Insert(s.byAccount[account], 0, entry{owner, source})
}

// Drop forgets what an account resource of a vendor put.
func (s *Sources) Drop(vendor string, owner types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(vendor, owner)
}

// drop is called with mu held.
func (s *Sources) drop(vendor string, owner types.NamespacedName) {
	for account, entries := range s.byAccount {
		if account.Vendor != vendor {
			continue
		}
		// A new slice: a reader may hold the old one.
		kept := slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return e.owner == owner })
		if len(kept) == 0 {
			delete(s.byAccount, account)
			continue
		}
		s.byAccount[account] = kept
	}
}

// of returns the sources to try. For an account that is not known it returns those of another one of the vendor, so
// that refusing it takes as long as refusing a wrong signature, and nobody learns which accounts exist.
func (s *Sources) of(account Account) (tried []entry, known bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	tried, known = s.byAccount[account]
	if !known {
		tried = s.any(account.Vendor)
	}
	return tried[:min(len(tried), maxTried)], known
}

// any is called with mu held.
func (s *Sources) any(vendor string) []entry {
	for account, entries := range s.byAccount {
		if account.Vendor == vendor {
			return entries
		}
	}
	return nil
}
