// Package accounts holds the accounts that work at this moment: those whose credentials
// their controller has read, checked and proven at the gateway.
package accounts

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Account is an account whose credentials work.
type Account struct {
	// Identity is what the account is at the vendor; it goes into every creation record.
	Identity v1alpha1.AccountIdentity
	// Version changes with the credentials: what they were refused for may be over.
	Version string
	// Activities are the calls by the name of the campaign kind.
	Activities map[string]providers.Activities
	// ClockSkew is how far the gateway's clock was ahead of the operator's at the last answer;
	// negative when it was behind. Nil means that it is not measured.
	ClockSkew func() time.Duration
}

// Registry holds the working accounts of one account kind and knows who waits for one.
// The zero value is ready.
type Registry struct {
	mu       sync.Mutex
	accounts map[types.NamespacedName]*Account
	waiters  map[types.NamespacedName]map[waiter]struct{}
	suspect  func(types.NamespacedName)
}

// Waker queues campaigns of one kind.
type Waker interface {
	Wake(keys ...types.NamespacedName)
}

type waiter struct {
	waker Waker
	key   types.NamespacedName
}

// OnSuspect sets who is told that an account's credentials were refused in use; it must
// not block. Call it before the controllers start.
func (r *Registry) OnSuspect(notify func(types.NamespacedName)) { r.suspect = notify }

// Put makes an account usable and wakes the campaigns that wait for it.
func (r *Registry) Put(key types.NamespacedName, account *Account) {
	r.mu.Lock()
	if r.accounts == nil {
		r.accounts = map[types.NamespacedName]*Account{}
	}
	r.accounts[key] = account
	waiting := r.waiters[key]
	delete(r.waiters, key)
	r.mu.Unlock()
	for w := range waiting {
		w.waker.Wake(w.key)
	}
}

// Drop makes an account unusable until it is put again.
func (r *Registry) Drop(key types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.accounts, key)
}

// Get returns the account if it is open as the identity that its resource now says, or nil
// after noting that the campaign is to be woken when it is. (A resource made anew under an
// old name is another merchant until its controller has opened it.)
func (r *Registry) Get(key types.NamespacedName, identity v1alpha1.AccountIdentity, waker Waker, campaign types.NamespacedName) *Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	if account := r.find(key, identity); account != nil {
		return account
	}
	if r.waiters == nil {
		r.waiters = map[types.NamespacedName]map[waiter]struct{}{}
	}
	if r.waiters[key] == nil {
		r.waiters[key] = map[waiter]struct{}{}
	}
	r.waiters[key][waiter{waker, campaign}] = struct{}{}
	return nil
}

// Find returns the account if it is open as this identity, or nil.
func (r *Registry) Find(key types.NamespacedName, identity v1alpha1.AccountIdentity) *Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.find(key, identity)
}

// find is called with mu held.
func (r *Registry) find(key types.NamespacedName, identity v1alpha1.AccountIdentity) *Account {
	if account, ok := r.accounts[key]; ok && account.Identity == identity {
		return account
	}
	return nil
}

// Suspect says that the gateway refused the account's credentials in use: the account is
// dropped and checked again at once.
func (r *Registry) Suspect(key types.NamespacedName) {
	r.Drop(key)
	if r.suspect != nil {
		r.suspect(key)
	}
}
