package notify

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAProxyBringsManySendersAndOneConnectionEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t, func(o *Options, _ *limits) { o.TrustedProxies = mustPrefixes("10.0.0.0/8") }), newPipes()
		w.serve(p)
		for range defaultLimits.connections + 10 {
			_, _ = io.WriteString(p.dial("10.0.0.1"), header)
		}
		w.wantCounted(noVendor, noRoom, 10)
		w.close()
	})
}

func TestAConnectionStaysOpenAfterASuccessAndNotAfterARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPipes()
		w.serve(p)
		c := p.dial("198.51.100.1")
		for i, want := range []reply{alipaySuccess, alipaySuccess, alipayFailure(401)} {
			body := message("notify_id", strconv.Itoa(i))
			if want != alipaySuccess {
				body = messageSigned(strangerKey())
			}
			if got := send(t, c, body); got != want {
				t.Errorf("answered %+v, want %+v", got, want)
			}
		}
		if said, after := closedAfter(c); said != "" || after > time.Second {
			t.Errorf("closed after %s, having said %q", after, said)
		}
		w.close()
	})
}

func TestAnIdleConnectionIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPipes()
		w.serve(p)
		c := p.dial("198.51.100.1")
		if got := send(t, c, message()); got != alipaySuccess {
			t.Errorf("answered %+v", got)
		}
		if _, after := closedAfter(c); after != defaultLimits.idle {
			t.Errorf("closed after %s", after)
		}
		w.close()
	})
}

func TestLargeHeadersAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), newPipes()
		w.serve(p)
		c := p.dial("198.51.100.1")
		var sender sync.WaitGroup
		sender.Go(func() { _, _ = io.WriteString(c, header+"X: "+strings.Repeat("x", 32<<10)+"\r\n\r\n") })
		if said, _ := closedAfter(c); !strings.Contains(said, "431 ") {
			t.Errorf("said %q", said)
		}
		sender.Wait()
		w.close()
	})
}

// Accounts come and go while messages are verified.
func TestASourceMayGoWhileItIsUsed(t *testing.T) {
	var sources Sources
	account := Account{Alipay, appID}
	for i := range 4 {
		sources.Put(account, owner(strconv.Itoa(i)), alipayForm{vendorKey})
	}
	tried, _ := sources.of(account)
	sources.Drop(Alipay, owner("3"))
	sources.Drop(Alipay, owner("1"))
	for i, entry := range tried {
		if want := owner(strconv.Itoa(3 - i)); entry.owner != want || entry.source == nil {
			t.Errorf("the message is now verified with %v, %v", entry.owner, entry.source)
		}
	}
}
