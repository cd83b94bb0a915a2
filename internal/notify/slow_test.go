package notify

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are in memory, so that a test in a bubble has its own time. Such a test also
// fails when a goroutine of the door is left at its end.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
	// open counts the connections that the door has not closed.
	open atomic.Int64
}

func newPipes() *pipes { return &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accepted:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8444} }

// from has an address, and is counted until it is closed.
type from struct {
	net.Conn
	address net.Addr
	closed  func()
}

func (f from) Close() error {
	f.closed()
	return f.Conn.Close()
}

func (f from) RemoteAddr() net.Addr { return f.address }

// dial connects from an address, such as 198.51.100.1.
func (p *pipes) dial(address string) net.Conn {
	near, far := net.Pipe()
	p.open.Add(1)
	p.accepted <- from{far, &net.TCPAddr{IP: net.ParseIP(address), Port: 40000}, sync.OnceFunc(func() { p.open.Add(-1) })}
	return near
}

// closedAfter waits until the other side closes, and returns what it said and how long that took.
func closedAfter(c net.Conn) (said string, after time.Duration) {
	began := time.Now()
	all, _ := io.ReadAll(c)
	return string(all), time.Since(began)
}

const header = "POST /alipay/" + appID + " HTTP/1.1\r\nHost: door\r\nContent-Type: application/x-www-form-urlencoded\r\n"

func TestWhoSendsSlowlyIsCutOff(t *testing.T) {
	for name, tc := range map[string]struct {
		sent string
		most time.Duration
	}{
		"nothing":            {"", 10 * time.Second},
		"half a header":      {header, 5 * time.Second},
		"half a body":        {header + "Content-Length: 1000\r\n\r\nsign=", 11 * time.Second},
		"half a chunk":       {header + "Transfer-Encoding: chunked\r\n\r\n100\r\nsign=", 11 * time.Second},
		"a header too large": {header + "X: " + strings.Repeat("x", 32<<10), 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, p := newWorld(t), newPipes()
				w.serve(p)
				c := p.dial("198.51.100.1")
				go func() { _, _ = io.WriteString(c, tc.sent) }()
				said, after := closedAfter(c)
				if after > tc.most || strings.Contains(said, "success") {
					t.Errorf("closed after %s, having said %q", after, said)
				}
				w.wantWoken(0)
				w.close()
			})
		})
	}
}

func TestSlowBytesOneByOneAreCutOffToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPipes()
		w.serve(p)
		c := p.dial("198.51.100.1")
		var sender sync.WaitGroup
		sender.Go(func() {
			rest := header + "Content-Length: 1000\r\n\r\n" + strings.Repeat("a", 1000)
			for i := range rest {
				if _, err := io.WriteString(c, rest[i:i+1]); err != nil {
					return
				}
				if i > len(header) {
					time.Sleep(time.Second) // in the bubble's time
				}
			}
		})
		if _, after := closedAfter(c); after > 11*time.Second {
			t.Errorf("closed after %s", after)
		}
		sender.Wait()
		w.close()
	})
}

func TestSlowSendersFillTheirShareAndOthersAreHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPipes()
		w.serve(p)
		refused := 0
		for range 100 {
			c := p.dial("198.51.100.1")
			if _, err := io.WriteString(c, header); err != nil {
				refused++
			}
		}
		if refused != 100-defaultLimits.connectionsEach {
			t.Errorf("%d connections were refused", refused)
		}
		w.wantCounted(noVendor, noRoom, refused)
		if got := exchange(t, p.dial("198.51.100.2"), message()); got != alipaySuccess {
			t.Errorf("answered %+v", got)
		}
		// Many addresses fill the door, and are gone after a while.
		for i := range 100 {
			_, _ = io.WriteString(p.dial("203.0.113."+strconv.Itoa(i%10)), header)
		}
		if p.open.Load() != int64(defaultLimits.connections) {
			t.Errorf("%d connections are open", p.open.Load())
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if p.open.Load() != 0 {
			t.Errorf("%d connections are still open", p.open.Load())
		}
		if got := exchange(t, p.dial("198.51.100.3"), message("notify_id", "2")); got != alipaySuccess {
			t.Errorf("answered %+v", got)
		}
		w.wantWoken(2)
		w.close()
	})
}

// exchange sends one message on a connection, and closes it.
func exchange(t *testing.T, c net.Conn, body string) reply {
	t.Helper()
	defer c.Close()
	return send(t, c, body)
}

func send(t *testing.T, c net.Conn, body string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://door/alipay/"+appID, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := request.Write(c); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(c), request)
	if err != nil {
		t.Fatal(err)
	}
	return readReply(t, response)
}

func TestStoppingWaitsForNoSlowSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPipes()
		w.serve(p)
		c := p.dial("198.51.100.1")
		if _, err := io.WriteString(c, header+"Content-Length: 1000\r\n\r\nsign="); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		go func() { _, _ = io.ReadAll(c) }()
		w.close()
		if took := time.Since(began); took > drain {
			t.Errorf("stopping took %s", took)
		}
	})
}

// Every connection is taken, and each has sent all of the largest message but its last byte.
func TestAFullDoorTakesLittleMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPipes()
		w.serve(p)
		body := strings.Repeat("a", 128<<10-1)
		before := heap()
		for i := range defaultLimits.connections {
			c := p.dial("198.51.100." + strconv.Itoa(i%100))
			header := "POST /wechatpay/" + mchid + " HTTP/1.1\r\nHost: door\r\nContent-Length: 131072\r\n\r\n"
			if _, err := io.WriteString(c, header+body); err != nil { // returns when the door has read it
				t.Fatal(err)
			}
		}
		if taken := heap() - before; taken > 40<<20 {
			t.Errorf("%d bytes", taken)
		} else {
			t.Logf("%d bytes", taken)
		}
		w.close()
	})
}

// heap is what is in use, in bytes.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
