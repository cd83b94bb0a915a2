package notify

import (
	"crypto/sha256"
	"time"

	"k8s.io/apimachinery/pkg/util/cache"
	"k8s.io/utils/clock"
)

const (
	// window is how long a message is remembered, and how old one may be. Alipay repeats for 25 hours.
	window = 26 * time.Hour
	// remembered bounds the messages remembered, some 250 bytes each. One that is forgotten too early wakes its
	// resource once more, and does no harm.
	remembered = 8192
)

// memory knows the messages that were acknowledged. Only those that have woken something, or looked for it, are in it:
// what is dropped has no effect to repeat, and users' vouchers would soon push out all others.
type memory struct {
	cache *cache.LRUExpireCache
}

func newMemory(clock clock.PassiveClock, size int) memory {
	return memory{cache.NewLRUExpireCacheWithClock(size, clock)}
}

// key is of one size whatever the vendor uses as an id, and an account's own.
func key(account Account, id string) [sha256.Size]byte {
	return sha256.Sum256([]byte(account.Vendor + "\x00" + account.ID + "\x00" + id))
}

func (m memory) has(account Account, id string) bool {
	_, found := m.cache.Get(key(account, id))
	return found
}

func (m memory) add(account Account, id string) {
	m.cache.Add(key(account, id), nil, window)
}
