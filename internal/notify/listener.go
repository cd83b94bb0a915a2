package notify

import (
	"net"
	"net/netip"
	"sync"
)

// listener bounds the open connections, all of them and those of one address, and with them goroutines and memory. One too
// many is closed at once instead of waiting in line: a vendor sends again, and nobody can fill the line with slow bytes.
type listener struct {
	net.Listener
	limits limits
	// exempt are the proxies that many senders come through.
	exempt []netip.Prefix
	// refused is told of each connection that was closed.
	refused func()

	mu        sync.Mutex
	open      int
	byAddress map[netip.Addr]int
}

func newListener(inner net.Listener, limits limits, exempt []netip.Prefix, refused func()) *listener {
	return &listener{Listener: inner, limits: limits, exempt: exempt, refused: refused, byAddress: map[netip.Addr]int{}}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		address := peer(accepted.RemoteAddr().String())
		if l.admit(address) {
			return &connection{Conn: accepted, release: sync.OnceFunc(func() { l.release(address) })}, nil
		}
		_ = accepted.Close()
		l.refused()
	}
}

func (l *listener) admit(address netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := block(address)
	if l.open >= l.limits.connections || l.byAddress[at] >= l.limits.connectionsEach && !within(l.exempt, address) {
		return false
	}
	l.open++
	l.byAddress[at]++
	return true
}

func (l *listener) release(address netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := block(address)
	l.open--
	if l.byAddress[at]--; l.byAddress[at] == 0 {
		delete(l.byAddress, at)
	}
}

// connection is counted until it is closed.
type connection struct {
	net.Conn
	release func()
}

// Close implements net.Conn.
func (c *connection) Close() error {
	defer c.release()
	return c.Conn.Close()
}
