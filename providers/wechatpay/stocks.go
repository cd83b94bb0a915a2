package wechatpay

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
)

const (
	// stockKept is how long a reading of a stock is used.
	stockKept = time.Minute
	// maxStocks bounds what is kept; a merchant has far fewer stocks in use at a time.
	maxStocks = 1000
)

// stockShelf keeps what stocks were last read to be, so that many campaigns that hand out one
// stock cause one call a minute. Its zero value is empty. It is safe for concurrent use: those
// who ask for a stock that is being read wait for that reading.
type stockShelf struct {
	mu       sync.Mutex
	readings map[string]*stockReading
}

// stockReading is one reading of a stock. Its fields are set before done is closed.
type stockReading struct {
	done  chan struct{}
	stock BusifavorStock
	err   error
	// until is when it is not used any more; zero for what nobody else may use.
	until time.Time
	// shared is false when whoever read was cancelled, which says nothing to others.
	shared bool
}

// get returns a stock as it was within the last minute.
func (s *stockShelf) get(ctx context.Context, client *Client, id string) (BusifavorStock, error) {
	for {
		reading, mine := s.reading(id, client.now())
		if mine {
			reading.read(ctx, client, id)
			return reading.stock, reading.err
		}
		select {
		case <-reading.done:
		case <-ctx.Done():
			call := call{op: OperationGetBusifavorStock, method: http.MethodGet, path: busifavorPath}
			return BusifavorStock{}, noAnswer(call, &httpx.Failure{Host: "waiting for another reading of the stock", Cause: ctx.Err()})
		}
		if reading.shared {
			return reading.stock, reading.err
		}
	}
}

// reading returns the reading to use or to wait for; mine is true for a new one that the caller
// has to do.
func (s *stockShelf) reading(id string, now time.Time) (reading *stockReading, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.readings[id]; old != nil && (!old.finished() || now.Before(old.until)) {
		return old, false
	}
	if len(s.readings) >= maxStocks {
		maps.DeleteFunc(s.readings, func(_ string, r *stockReading) bool { return r.finished() })
	}
	if s.readings == nil {
		s.readings = map[string]*stockReading{}
	}
	reading = &stockReading{done: make(chan struct{})}
	s.readings[id] = reading
	return reading, true
}

func (r *stockReading) finished() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// read asks the gateway. Only what stands in nobody's way is kept: whoever has mended a stock and
// asks for another look gets one. A failed call is only shared with those who wait for it.
func (r *stockReading) read(ctx context.Context, client *Client, id string) {
	defer close(r.done)
	r.stock, r.err = client.GetBusifavorStock(ctx, id)
	usable := r.err == nil && r.stock.State == stockRunning && r.stock.AvailableCodes != 0
	forbidden := providers.IsKind(r.err, providers.KindForbidden) // no stock can be read then
	if usable || forbidden {
		r.until = client.now().Add(stockKept)
	}
	r.shared = ctx.Err() == nil || r.err == nil || forbidden || providers.IsKind(r.err, providers.KindNotFound)
}
