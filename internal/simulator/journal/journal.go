// Package journal remembers what was asked of the simulator: the last calls in full, and counters
// of all of them.
package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"time"
)

// MaxBody is how much of a request's body is kept.
const MaxBody = 16 << 10

// Entry is one call.
type Entry struct {
	Seq          int64     `json:"seq"`
	Time         time.Time `json:"time"`
	CampaignTime time.Time `json:"campaignTime"`
	Method       string    `json:"method"`
	// Path is the path with its query, as it was signed.
	Path      string `json:"path"`
	Operation string `json:"operation"`
	// Account is the merchant id that the call claimed to come from.
	Account string `json:"mchid,omitempty"`
	// InFlight says that the call is not answered yet.
	InFlight bool `json:"inFlight,omitempty"`
	// Status is what the client was sent; 0 when it was sent nothing.
	Status int `json:"status"`
	// Code is the error code in the reply.
	Code string `json:"code,omitempty"`
	// Committed says that the call changed something.
	Committed bool `json:"committed"`
	// Fault is the action of the fault rule that struck.
	Fault     string `json:"fault,omitempty"`
	RequestID string `json:"requestId,omitempty"`
	// Milliseconds from arrival to the end of the reply.
	Milliseconds int64  `json:"milliseconds"`
	BodySHA256   string `json:"bodySha256,omitempty"`
	// Body of a mutating call, at most MaxBody bytes of it.
	Body string `json:"body,omitempty"`
}

// Count counts the calls of one operation.
type Count struct {
	// Requests that arrived.
	Requests int64 `json:"requests"`
	// Committed counts those that changed something.
	Committed int64 `json:"committed"`
	// Unanswered counts those whose client was sent nothing.
	Unanswered int64 `json:"unanswered"`
	// ByStatus counts the replies that were sent.
	ByStatus map[int]int64 `json:"byStatus"`
}

// Counters are counts by operation, over all merchants and for each.
type Counters struct {
	Operations map[string]Count            `json:"operations"`
	Merchants  map[string]map[string]Count `json:"merchants"`
}

// Journal is safe for concurrent use.
type Journal struct {
	keep   int
	finish func(Entry)

	mu     sync.Mutex
	seq    int64
	ring   []*Entry
	counts map[string]map[string]*Count // by account, then operation; "" is all accounts
}

// New makes a journal that keeps the last calls and hands each finished one to finish, which may be nil.
func New(keep int, finish func(Entry)) *Journal {
	return &Journal{keep: max(keep, 1), finish: finish, counts: map[string]map[string]*Count{}}
}

// Begin records the arrival of a call. Its body is kept when keepBody says so.
func (j *Journal) Begin(e Entry, body []byte, keepBody bool) *Entry {
	if len(body) > 0 {
		digest := sha256.Sum256(body)
		e.BodySHA256 = hex.EncodeToString(digest[:])
		if keepBody {
			e.Body = string(body[:min(len(body), MaxBody)])
		}
	}
	e.InFlight = true
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e.Seq = j.seq
	if len(j.ring) >= j.keep {
		// Moving the whole slice each time would make a full ring slow: drop a tenth at once.
		j.ring = append(j.ring[:0], j.ring[len(j.ring)-j.keep+1+j.keep/10:]...)
	}
	j.ring = append(j.ring, &e)
	for _, c := range j.countersOf(&e) {
		c.Requests++
	}
	return &e
}

// Update changes an entry that others may be reading.
func (j *Journal) Update(e *Entry, change func(*Entry)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change(e)
}

// End records what became of a call.
func (j *Journal) End(e *Entry, change func(*Entry)) {
	j.mu.Lock()
	change(e)
	e.InFlight = false
	for _, c := range j.countersOf(e) {
		if e.Committed {
			c.Committed++
		}
		if e.Status == 0 {
			c.Unanswered++
		} else {
			c.ByStatus[e.Status]++
		}
	}
	done := *e
	j.mu.Unlock()
	if j.finish != nil {
		j.finish(done)
	}
}

func (j *Journal) countersOf(e *Entry) []*Count {
	accounts := []string{"", e.Account}
	if e.Account == "" {
		accounts = accounts[:1]
	}
	found := make([]*Count, 0, 2)
	for _, account := range accounts {
		byOperation := j.counts[account]
		if byOperation == nil {
			byOperation = map[string]*Count{}
			j.counts[account] = byOperation
		}
		c := byOperation[e.Operation]
		if c == nil {
			c = &Count{ByStatus: map[int]int64{}}
			byOperation[e.Operation] = c
		}
		found = append(found, c)
	}
	return found
}

// Entries lists the kept calls that keep accepts, oldest first; keep may be nil.
func (j *Journal) Entries(keep func(Entry) bool) []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	found := make([]Entry, 0, len(j.ring))
	for _, e := range j.ring {
		if keep == nil || keep(*e) {
			found = append(found, *e)
		}
	}
	return found
}

// Counters counts all calls since the start or the last reset.
func (j *Journal) Counters() Counters {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := Counters{Operations: map[string]Count{}, Merchants: map[string]map[string]Count{}}
	for account, byOperation := range j.counts {
		into := all.Operations
		if account != "" {
			into = map[string]Count{}
			all.Merchants[account] = into
		}
		for operation, c := range byOperation {
			into[operation] = c.copy()
		}
	}
	return all
}

// Count counts the calls of one operation over all merchants.
func (j *Journal) Count(operation string) Count {
	j.mu.Lock()
	defer j.mu.Unlock()
	if c := j.counts[""][operation]; c != nil {
		return c.copy()
	}
	return Count{ByStatus: map[int]int64{}}
}

// Reset forgets everything but the sequence.
func (j *Journal) Reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ring = slices.DeleteFunc(j.ring, func(e *Entry) bool { return !e.InFlight })
	clear(j.counts)
}

func (c *Count) copy() Count {
	byStatus := make(map[int]int64, len(c.ByStatus))
	for status, n := range c.ByStatus {
		byStatus[status] = n
	}
	return Count{Requests: c.Requests, Committed: c.Committed, Unanswered: c.Unanswered, ByStatus: byStatus}
}
