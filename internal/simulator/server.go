// Package simulator is the vendors' side of payment marketing: HTTP gateways with real signatures,
// the documented fields, rules and states, a campaign clock that can be set, faults that can be
// injected, and pages that show what happened.
//
// It imports nothing of the operator's client, engine or API types.
package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
	"github.com/campaign-operator/campaign-operator/internal/simulator/switches"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

const (
	// DefaultMerchant is the merchant id when none is named.
	DefaultMerchant = "1900000109"
	// DefaultAlipayApp is the Alipay app id when none is named; its mode is PublicKey.
	DefaultAlipayApp = "2021000000000001"
	// DefaultKeep is how many calls are kept in full.
	DefaultKeep = 10_000
	// DefaultSeedStocks are the busifavor stocks that are there from the start.
	DefaultSeedStocks = "98065001-98065010"

	kindClock = "clock"
	clockID   = "campaign"
)

// Options make a simulator. The zero value is usable.
type Options struct {
	// Merchants are the merchant ids; DefaultMerchant when empty.
	Merchants []string
	// AlipayApps are the apps of Alipay; DefaultAlipayApp when empty.
	AlipayApps []alipay.AppOptions
	// Switches are the values to start with, by name.
	Switches map[string]string
	// SeedStocks are ids and ranges of ids, separated by commas; DefaultSeedStocks when empty, "none" for none.
	SeedStocks string
	// StateDir keeps keys, activities, stocks, money and the campaign clock over restarts; nothing when empty.
	StateDir string
	// ReuseKeys makes the keys of each merchant and app once in a process. For tests.
	ReuseKeys bool
	// RealNow is the real clock; the machine's when nil.
	RealNow func() time.Time
	// CampaignTime is the campaign time to start with; real time, or what the state directory says, when zero.
	CampaignTime time.Time
	// Rate is how many campaign seconds pass in a real one; 1, or what the state directory says, when nil.
	Rate *float64
	// Keep is how many calls are kept in full; DefaultKeep when 0.
	Keep int
	// OnRequest is told of each finished call; may be nil.
	OnRequest func(journal.Entry)
	// OnKeys is told of each merchant or app whose keys were changed through /_sim; may be nil.
	OnKeys func(account string) error
}

// Server is a running simulator, or the parts of one.
type Server struct {
	options  Options
	clock    *clock.Clock
	switches *switches.Set
	faults   *faults.Queue
	journal  *journal.Journal
	dir      *statedir.Dir
	wechat   *wechatpay.Gateway
	alipay   *alipay.Gateway
	handler  http.Handler

	stop context.Context
	end  context.CancelFunc

	mu      sync.Mutex
	http    *http.Server
	served  chan struct{}
	url     string
	closing bool
	calls   sync.WaitGroup
	// background are the gateways' own doings.
	background sync.WaitGroup
}

// New makes a simulator that does not listen yet.
func New(o Options) (*Server, error) {
	if o.RealNow == nil {
		o.RealNow = systemTime
	}
	if len(o.Merchants) == 0 {
		o.Merchants = []string{DefaultMerchant}
	}
	if len(o.AlipayApps) == 0 {
		o.AlipayApps = []alipay.AppOptions{{AppID: DefaultAlipayApp}}
	}
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	stocks, err := parseStocks(o.SeedStocks)
	if err != nil {
		return nil, err
	}
	s := &Server{options: o, clock: clock.New(o.RealNow), faults: faults.NewQueue(), journal: journal.New(o.Keep, o.OnRequest)}
	if s.switches, err = switches.New(allSwitches(), o.Switches); err != nil {
		return nil, err
	}
	if s.dir, err = statedir.Open(o.StateDir); err != nil {
		return nil, err
	}
	if err := s.restoreClock(); err != nil {
		return nil, err
	}
	s.stop, s.end = context.WithCancel(context.Background())
	if err := s.openGateways(stocks); err != nil {
		s.end()
		return nil, err
	}
	s.handler = s.route()
	return s, nil
}

func (s *Server) openGateways(stocks []string) (err error) {
	source := keys.Fresh
	if s.options.ReuseKeys {
		source = keys.Reused
	}
	x := &exchange.Exchange{Faults: s.faults, Journal: s.journal, Clock: s.clock, Stop: s.stop}
	s.wechat, err = wechatpay.New(wechatpay.Options{
		Merchants: s.options.Merchants, SeedStocks: stocks, Keys: source, Switches: s.switches, Dir: s.dir, Exchange: x,
	})
	if err != nil {
		return err
	}
	s.alipay, err = alipay.New(alipay.Options{Apps: s.options.AlipayApps, Keys: source, Switches: s.switches, Dir: s.dir, Exchange: x})
	return err
}

// allSwitches declares the switches of all vendors.
func allSwitches() []switches.Spec { return slices.Concat(wechatpay.Switches(), alipay.Switches()) }

func (s *Server) restoreClock() error {
	err := s.dir.Each(kindClock, func(_ string, data []byte) error {
		var state clock.State
		if err := json.Unmarshal(data, &state); err != nil {
			return err
		}
		return s.clock.Restore(state)
	})
	if err == nil {
		err = s.startClock()
	}
	return err
}

// startClock sets what the options say of the clock, and keeps it.
func (s *Server) startClock() error {
	if rate := s.options.Rate; rate != nil {
		if err := s.clock.SetRate(*rate); err != nil {
			return err
		}
	}
	if !s.options.CampaignTime.IsZero() {
		s.clock.Set(s.options.CampaignTime)
	}
	return s.keepClock()
}

func (s *Server) keepClock() error { return s.dir.Write(kindClock, clockID, s.clock.State()) }

// parseStocks reads "98065001-98065010,98065020".
func parseStocks(list string) ([]string, error) {
	switch list {
	case "":
		list = DefaultSeedStocks
	case "none":
		return nil, nil
	}
	var ids []string
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			ids = append(ids, first)
			continue
		}
		var from, to int64
		if _, err := fmt.Sscanf(first+" "+last, "%d %d", &from, &to); err != nil || to < from || to-from > 9999 {
			return nil, fmt.Errorf("stocks %q: write ids and ranges such as %s, or none", part, DefaultSeedStocks)
		}
		for id := from; id <= to; id++ {
			ids = append(ids, fmt.Sprint(id))
		}
	}
	return ids, nil
}

// route sends /_sim to the simulator's own pages and everything else to the gateways, by path only.
func (s *Server) route() http.Handler {
	control := s.control()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			panic(http.ErrAbortHandler)
		}
		defer s.calls.Done()
		if r.URL.Path == controlRoot || strings.HasPrefix(r.URL.Path, controlRoot+"/") {
			control.ServeHTTP(w, r)
			return
		}
		if r.URL.Path == alipay.Path {
			s.alipay.ServeHTTP(w, r)
			return
		}
		s.wechat.ServeHTTP(w, r)
	})
}

// enter counts a call that is being served, until the simulator closes. The HTTP server's own count
// does not know of connections that a fault took over.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.calls.Add(1)
	return true
}

// Handler serves the gateways and /_sim.
func (s *Server) Handler() http.Handler { return s.handler }

// Start listens on a free port of the loopback interface.
func (s *Server) Start() error { return s.Listen("127.0.0.1:0") }

// Listen serves on an address until Close. Only from then on are messages delivered.
func (s *Server) Listen(address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return errors.New("the simulator is listening already")
	}
	var config net.ListenConfig
	listener, err := config.Listen(s.stop, "tcp", address)
	if err != nil {
		return err
	}
	s.http = &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		// No read timeout: it would end the waiting of calls that a fault holds.
	}
	s.url, s.served = "http://"+listener.Addr().String(), make(chan struct{})
	go func(server *http.Server, served chan struct{}) {
		defer close(served)
		_ = server.Serve(listener) // ends with ErrServerClosed when Close is called
	}(s.http, s.served)
	s.background.Go(func() { s.alipay.Run(s.stop) })
	return nil
}

// URL is where the simulator listens; empty before it does.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Close stops listening, cuts all calls that are held, and returns when nothing runs any more.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closing = true
	server, served := s.http, s.served
	s.mu.Unlock()
	s.end()
	s.faults.Close()
	s.calls.Wait()
	s.background.Wait()
	if server == nil {
		return nil
	}
	// Everything that could wait for long has been told to end, so this is quick.
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		err = server.Close()
	}
	<-served
	return err
}

// Clock is the campaign clock.
func (s *Server) Clock() *clock.Clock { return s.clock }

// Switches are the settings for unverified vendor behaviour.
func (s *Server) Switches() *switches.Set { return s.switches }

// Faults are the rules for misbehaving.
func (s *Server) Faults() *faults.Queue { return s.faults }

// Journal remembers and counts the calls.
func (s *Server) Journal() *journal.Journal { return s.journal }

// WeChatPay is the gateway of WeChat Pay: its accounts, activities, stocks and console.
func (s *Server) WeChatPay() *wechatpay.Gateway { return s.wechat }

// Alipay is the gateway of Alipay: its apps, activities, messages and console.
func (s *Server) Alipay() *alipay.Gateway { return s.alipay }

// AlipayCredentials are what app appID would get from the developer console. They hold secrets.
func (s *Server) AlipayCredentials(appID string) (alipay.Credentials, error) {
	app := s.alipay.App(appID)
	if app == nil {
		return alipay.Credentials{}, fmt.Errorf("there is no app %s", appID)
	}
	return app.Credentials()
}

// Credentials are what merchant mchid would get from its console. They hold secrets.
func (s *Server) Credentials(mchid string) (wechatpay.Credentials, error) {
	account := s.wechat.Account(mchid)
	if account == nil {
		return wechatpay.Credentials{}, fmt.Errorf("there is no merchant %s", mchid)
	}
	return account.Credentials()
}

// Reset forgets activities, created stocks, money, messages, calls, counters and faults, and sets switches
// and clock back. Keys and seeded stocks stay.
func (s *Server) Reset() error {
	s.faults.Clear()
	s.switches.Reset()
	s.journal.Reset()
	s.clock.Reset()
	if err := errors.Join(s.wechat.Reset(), s.alipay.Reset()); err != nil {
		return err
	}
	return s.startClock()
}
