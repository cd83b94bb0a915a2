package notify

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/util/cache"
	"k8s.io/utils/clock"
)

const (
	// addresses bounds how many source addresses are told apart; the one unheard of for longest is forgotten first.
	addresses = 4096
	// addressMemory is how long an address is told apart: by then its bucket is full again.
	addressMemory = 10 * time.Minute
)

// limiter paces requests by source address, and all of them together.
type limiter struct {
	clock    clock.PassiveClock
	each     bucket
	together *rate.Limiter

	mu        sync.Mutex
	byAddress *cache.LRUExpireCache
}

// bucket is a rate in requests per second, and how many may come at once.
type bucket struct {
	rate  rate.Limit
	burst int
}

func newLimiter(clock clock.PassiveClock, each, together bucket) *limiter {
	return &limiter{
		clock: clock, each: each, together: rate.NewLimiter(together.rate, together.burst),
		byAddress: cache.NewLRUExpireCacheWithClock(addresses, clock),
	}
}

// allow takes from the address's bucket first, so that a flood from one address takes no more of the common one than
// its share.
func (l *limiter) allow(address netip.Addr) bool {
	now := l.clock.Now()
	return l.of(address).AllowN(now, 1) && l.together.AllowN(now, 1)
}

func (l *limiter) of(address netip.Addr) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.byAddress.Get(address); ok {
		return known.(*rate.Limiter) // nothing else is put there
	}
	made := rate.NewLimiter(l.each.rate, l.each.burst)
	l.byAddress.Add(address, made, addressMemory)
	return made
}

// source is the address that a request is counted for: the peer's, or what a trusted proxy says of where it has it from.
func source(r *http.Request, trusted []netip.Prefix) netip.Addr {
	address := peer(r.RemoteAddr)
	if !within(trusted, address) {
		return block(address)
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break // who writes nonsense is counted as the proxy that passed it on
		}
		if address = next.Unmap(); !within(trusted, address) {
			break // what stands further left is what the sender claims
		}
	}
	return block(address)
}

// peer is the address of a host and port; the zero address where it is none.
func peer(hostPort string) netip.Addr {
	parsed, err := netip.ParseAddrPort(hostPort)
	if err != nil {
		return netip.Addr{}
	}
	return parsed.Addr().Unmap()
}

func within(prefixes []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address) })
}

// block is what one sender has for himself: an IPv4 address, or the 64 bits of an IPv6 network.
func block(address netip.Addr) netip.Addr {
	if !address.Is6() {
		return address
	}
	network, err := address.Prefix(64)
	if err != nil {
		return address
	}
	return network.Addr()
}
