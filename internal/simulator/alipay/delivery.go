package alipay

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// mostDeliveries at the same time.
	mostDeliveries = 8
	// tick is how often the clock is looked at while something waits for it: campaign time can be moved at any moment.
	tick = 50 * time.Millisecond
	// mostAnswer is how much of a receiver's answer is kept.
	mostAnswer = 100
)

// Run ends operations when they are due and delivers messages, until ctx ends and nothing runs any more.
func (g *Gateway) Run(ctx context.Context) {
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	defer g.messages.client.CloseIdleConnections()
	free := make(chan struct{}, mostDeliveries)
	for {
		g.settle()
		due, more := g.messages.due()
		for _, msg := range due {
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return
			}
			deliveries.Go(func() {
				defer func() { <-free }()
				g.messages.deliver(ctx, msg)
			})
		}
		if !g.messages.wait(ctx, more || g.busy()) {
			return
		}
	}
}

// busy says whether an operation will end by itself.
func (g *Gateway) busy() bool {
	g.vouchers.mu.Lock()
	defer g.vouchers.mu.Unlock()
	return len(g.vouchers.running) > 0
}

// wait waits until something was stirred, or for a tick when time alone can bring something. It says false at the end.
func (m *messages) wait(ctx context.Context, timed bool) bool {
	var ticked <-chan time.Time
	if timed {
		timer := time.NewTimer(tick)
		defer timer.Stop()
		ticked = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-m.wake:
	case <-ticked:
	}
	return ctx.Err() == nil
}

// due takes the messages that are to be delivered now; more says that others will be, later.
func (m *messages) due() (due []*Message, more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.g.clock.Now()
	for id, msg := range m.waiting {
		switch {
		case msg.NextTime == nil || m.inFlight[id]:
		case msg.NextTime.After(now):
			more = true
		default:
			m.inFlight[id] = true
			due = append(due, msg)
		}
	}
	slices.SortFunc(due, func(a, b *Message) int { return a.Seq - b.Seq })
	return due, more
}

// deliver sends a message once and notes what became of it.
func (m *messages) deliver(ctx context.Context, msg *Message) Delivery {
	d := m.post(ctx, msg)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.inFlight, msg.NotifyID)
	latest := m.byID[msg.NotifyID]
	if latest == nil || ctx.Err() != nil {
		return d // a reset came between, or the simulator closes: then nothing counts
	}
	next := *latest
	next.Deliveries = append(append([]Delivery{}, latest.Deliveries...), d)
	next.State, next.NextTime = MessagePending, nil
	switch tries := len(next.Deliveries); {
	case d.Success && next.Twice:
		next.Twice, next.NextTime = false, &d.Time
	case d.Success:
		next.State = MessageDelivered
	case tries > len(retries):
		next.State = MessageGivenUp
	default:
		due := d.Time.Add(retries[tries-1])
		next.NextTime = &due
	}
	m.put(&next)
	m.letGo(msg)
	return d
}

// letGo sends messages on that waited to be overtaken by a later one. The caller holds the lock.
func (m *messages) letGo(overtaker *Message) {
	for _, msg := range m.waiting {
		if msg.AppID != overtaker.AppID || msg.State != MessageHeld || msg.Seq >= overtaker.Seq {
			continue
		}
		next := *msg
		now := m.g.clock.Now()
		next.State, next.NextTime = MessagePending, &now
		m.put(&next)
	}
}

func (m *messages) post(ctx context.Context, msg *Message) Delivery {
	d := Delivery{Time: m.g.clock.Now()}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.g.apps[msg.AppID].NotifyURL(), strings.NewReader(m.form(msg).Encode()))
	if err != nil {
		d.Error = err.Error()
		return d
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("User-Agent", "Mozilla/4.0")
	resp, err := m.client.Do(r)
	if err != nil {
		d.Error = err.Error()
		return d
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		d.Error = err.Error()
	}
	d.Status, d.Answer = resp.StatusCode, string(answer)
	d.Success = err == nil && d.Status == http.StatusOK && strings.EqualFold(d.Answer, "success")
	return d
}
