package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"
)

// slowNetwork lies between a manager and its simulator. It can keep a request back and deliver it long after its sender has gone.
type slowNetwork struct {
	*httptest.Server
	gateway *httputil.ReverseProxy
	// keeps is how the path of the request ends that is kept back next.
	keeps chan string
	// kept closes when a request is kept back, delivers lets it go on, and delivered closes when it was answered.
	kept, delivers, delivered chan struct{}
}

// newSlowNetwork makes a world whose manager reaches the gateway through a slow network.
func newSlowNetwork(t *testing.T) (*world, *slowNetwork) {
	t.Helper()
	n := &slowNetwork{keeps: make(chan string, 1)}
	n.Server = httptest.NewServer(n)
	t.Cleanup(n.Close)
	w := newWorld(t, "--advertise-url", n.URL)
	gateway, err := url.Parse(w.sim.url)
	if err != nil {
		t.Fatal(err)
	}
	n.gateway = httputil.NewSingleHostReverseProxy(gateway)
	return w, n
}

// keep has the next request be kept back whose path ends so.
func (n *slowNetwork) keep(path string) {
	n.kept, n.delivers, n.delivered = make(chan struct{}), make(chan struct{}), make(chan struct{})
	n.keeps <- path
}

func (n *slowNetwork) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case path := <-n.keeps:
		if strings.HasSuffix(r.URL.Path, path) {
			n.deliverLate(r)
			return
		}
		n.keeps <- path
	default:
	}
	n.gateway.ServeHTTP(w, r)
}

// deliverLate delivers a request whose sender does not wait for the answer any more.
func (n *slowNetwork) deliverLate(r *http.Request) {
	defer close(n.delivered)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // which the count of calls tells
	}
	late := r.Clone(context.WithoutCancel(r.Context()))
	late.Body = io.NopCloser(bytes.NewReader(body))
	close(n.kept)
	<-n.delivers
	n.gateway.ServeHTTP(httptest.NewRecorder(), late)
}

// waitFor waits until something has happened to the request that is kept back.
func (n *slowNetwork) waitFor(t *testing.T, what string, happened chan struct{}) {
	t.Helper()
	select {
	case <-happened:
	case <-time.After(20 * time.Second):
		t.Fatalf("the request was not %s", what)
	}
}

func TestACallThatArrivesAfterItsManagerWasReplacedPaysNothingTwice(t *testing.T) {
	t.Parallel()
	for i, variant := range []map[string]string{stockVariants[1], stockVariants[3]} {
		t.Run(fmt.Sprintf("vendor %d", i), func(t *testing.T) {
			t.Parallel()
			w, network := newSlowNetwork(t)
			w.setAll(variant)
			w.startStockManager("--allowed-gateways", network.URL)
			ids := map[string]string{}
			for name, path := range map[string]string{"created-late": "/favor/coupon-stocks", "started-late": "/start"} {
				network.keep(path)
				w.applyStock(stock{Name: name})
				network.waitFor(t, "kept", network.kept)
				w.manager.kill()
				w.startStockManager("--allowed-gateways", network.URL)
				ids[name] = w.waitForStock(name, "Ready", "True Running").Status.StockID
				close(network.delivers)
				network.waitFor(t, "delivered", network.delivered)
			}
			w.waitForStockSweeps(2)
			if calls := w.called("favor.create", "favor.start"); calls != 6 {
				t.Errorf("%d calls, want two for each of two stocks and the two that came late", calls)
			}
			w.checkStocks(true, ids)
			for name := range ids {
				w.waitForStock(name, "Ready", "True Running")
			}
		})
	}
}
