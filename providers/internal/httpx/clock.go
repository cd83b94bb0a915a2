package httpx

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxRetryAfter keeps an absurd header from parking a campaign for ever.
const maxRetryAfter = 24 * time.Hour

// Skew is how far a gateway's clock is ahead of this machine's. Its zero value knows nothing yet. It is safe for
// concurrent use.
type Skew struct {
	measured atomic.Pointer[time.Duration]
}

// Measure compares an answer's Date with the middle of the exchange, since a slow answer was dated somewhere within it. An
// answer without a readable Date leaves the last measure.
func (s *Skew) Measure(header http.Header, began, ended time.Time) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	middle := began.Add(ended.Sub(began) / 2)
	skew := date.Sub(middle).Truncate(time.Second)
	s.measured.Store(&skew)
}

// Value is the last measure, below zero when the gateway was behind; known is false before the first one. Date has whole
// seconds, so it is good to a second plus half of what the exchange took.
func (s *Skew) Value() (skew time.Duration, known bool) {
	measured := s.measured.Load()
	if measured == nil {
		return 0, false
	}
	return *measured, true
}

// RetryAfter reads the header of that name, seconds or an HTTP date; 0 for anything else and for the past.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	var pause time.Duration
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		pause = time.Duration(min(seconds, int64(maxRetryAfter/time.Second))) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		pause = date.Sub(now)
	}
	return max(0, min(pause, maxRetryAfter))
}
