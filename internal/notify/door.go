package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
)

// Options are what a Door needs. All but CertDir and TrustedProxies are required.
type Options struct {
	// Address is host and port to listen on, such as ":8444".
	Address string
	// CertDir is a directory with tls.crt and tls.key, as cert-manager's Secrets have them; they are read anew when
	// they change. Empty: plain HTTP, for an ingress that ends TLS.
	CertDir string
	// TrustedProxies are those whose X-Forwarded-For is believed when requests are counted by address.
	TrustedProxies []netip.Prefix
	// Sources has the accounts that messages are taken for.
	Sources *Sources
	// Wake is told of each activity that something has happened to.
	Wake Waker
	// Leading reports whether what is woken here is also reconciled here. It is asked before a message is read, and
	// again before it is acknowledged.
	Leading func() bool
	// Clock is what the age of messages and the rates are measured by.
	Clock clock.PassiveClock
	// Metrics takes campaign_operator_notifications_total.
	Metrics prometheus.Registerer
	// Log gets no content of a message.
	Log logr.Logger
}

// limits are what a request may cost. They are constants but for tests.
type limits struct {
	connections, connectionsEach int
	each, together               bucket
	// request is the time for a whole request, header and body; answer that from there to the end of the answer.
	header, request, answer, idle time.Duration
	headerBytes                   int
	remembered                    int
}

// defaultLimits let 128 connections hold some 40 MB at the very most. Verifying takes a tenth of a millisecond, so that
// the highest rate keeps a fiftieth of a core busy.
var defaultLimits = limits{
	connections: 128, connectionsEach: 32,
	each: bucket{50, 200}, together: bucket{200, 400},
	header: 5 * time.Second, request: 10 * time.Second, answer: 10 * time.Second, idle: 30 * time.Second,
	headerBytes: 16 << 10,
	remembered:  remembered,
}

// drain is how long requests that have begun may take when the operator stops.
const drain = 5 * time.Second

// Door is the server. It is a manager.Runnable, and listens in every replica: one that does not lead refuses, so that
// the message comes again.
type Door struct {
	options Options
	limits  limits
	limiter *limiter
	memory  memory
	counter *prometheus.CounterVec
	// delivering is held from looking whether a message is new until it is remembered.
	delivering sync.Mutex
}

// New returns a closed door; Start opens it.
func New(options Options) *Door { return newDoor(options, defaultLimits) }

func newDoor(options Options, limits limits) *Door {
	return &Door{
		options: options, limits: limits,
		limiter: newLimiter(options.Clock, limits.each, limits.together),
		memory:  newMemory(options.Clock, limits.remembered),
		counter: newCounter(options.Metrics),
	}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (d *Door) NeedLeaderElection() bool { return false }

// Start implements manager.Runnable. It returns when ctx has ended and the last request with it, or when it cannot
// listen.
func (d *Door) Start(ctx context.Context) error {
	inner, err := new(net.ListenConfig).Listen(ctx, "tcp", d.options.Address)
	if err != nil {
		return fmt.Errorf("open the notification door: %w; choose another --notify-bind-address", err)
	}
	return d.serve(ctx, inner)
}

// serve takes over the listener.
func (d *Door) serve(ctx context.Context, inner net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var opened net.Listener = newListener(inner, d.limits, d.options.TrustedProxies, func() { d.count(noVendor, noRoom) })
	defer opened.Close()
	var background sync.WaitGroup
	defer background.Wait()
	defer stop() // before the wait
	if d.options.CertDir != "" {
		certificate, err := certwatcher.New(filepath.Join(d.options.CertDir, "tls.crt"), filepath.Join(d.options.CertDir, "tls.key"))
		if err != nil {
			return fmt.Errorf("read --notify-cert-dir: %w", err)
		}
		background.Go(func() {
			if err := certificate.Start(ctx); err != nil {
				d.options.Log.Error(err, "the notification door's certificate is not watched any more; restart after it has changed")
			}
		})
		opened = tls.NewListener(opened, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificate.GetCertificate})
	}
	server := d.server(ctx)
	background.Go(func() {
		<-ctx.Done()
		d.shutDown(ctx, server)
	})
	d.options.Log.Info("the notification door is open", "address", inner.Addr().String(), "tls", d.options.CertDir != "")
	if err := server.Serve(opened); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the notification door: %w", err)
	}
	return nil
}

func (d *Door) server(ctx context.Context) *http.Server {
	onlyHTTP1 := new(http.Protocols)
	onlyHTTP1.SetHTTP1(true) // one request at a time on a connection: the bound on connections bounds all
	return &http.Server{
		Handler:           d,
		Protocols:         onlyHTTP1,
		ReadHeaderTimeout: d.limits.header, ReadTimeout: d.limits.request,
		WriteTimeout: d.limits.request + d.limits.answer, IdleTimeout: d.limits.idle,
		MaxHeaderBytes: d.limits.headerBytes,
		// The library's own words quote what it was sent.
		ErrorLog: log.New(io.Discard, "", 0),
		// A request that is under way when the operator stops is not acknowledged.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
}

// shutDown lets requests finish, and then closes what is left.
func (d *Door) shutDown(ctx context.Context, server *http.Server) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		_ = server.Close()
	}
}

func (d *Door) count(vendor string, o outcome) { d.counter.WithLabelValues(vendor, string(o)).Inc() }
