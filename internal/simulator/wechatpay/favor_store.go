package wechatpay

import (
	"encoding/json"
	"strconv"
	"sync"

	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

const (
	kindFavorStocks    = "favor-stocks"
	kindFavorFunds     = "favor-funds"
	kindFavorCallbacks = "favor-callbacks"
	firstFavorID       = 98650001
)

// favor is the product 代金券: its stocks, the money that they hold, and the callback addresses.
type favor struct {
	g   *Gateway
	dir *statedir.Dir

	mu   sync.Mutex
	byID map[string]*favorStock
	// ids are each merchant's stocks in the order of their creation.
	ids map[string][]string
	// byNumber finds a stock by merchant id, a space, and request number.
	byNumber map[string]string
	lastID   int64
	lastSeq  int64
	// locked is the sum over each merchant's stocks.
	locked map[string]int64
	// funds are the merchants' balances and locked money together, where the console has set them.
	funds     map[string]int64
	callbacks map[string]favorCallback
	refused   map[string]*apiError
	sweeps    sweeps
}

func newFavor(g *Gateway, dir *statedir.Dir) (*favor, error) {
	f := &favor{g: g, dir: dir}
	f.clear()
	err := dir.Each(kindFavorStocks, func(_ string, data []byte) error {
		var s favorStock
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		id, err := strconv.ParseInt(s.ID, 10, 64)
		if err != nil {
			return err
		}
		f.lastID = max(f.lastID, id)
		for _, m := range s.Movements {
			f.lastSeq = max(f.lastSeq, m.Seq)
		}
		f.index(&s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := restoreEach(dir, kindFavorFunds, f.funds); err != nil {
		return nil, err
	}
	return f, restoreEach(dir, kindFavorCallbacks, f.callbacks)
}

// restoreEach reads one value for each merchant.
func restoreEach[T any](dir *statedir.Dir, kind string, into map[string]T) error {
	return dir.Each(kind, func(mchid string, data []byte) error {
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			return err
		}
		into[mchid] = v
		return nil
	})
}

func (f *favor) clear() {
	f.byID, f.ids, f.byNumber = map[string]*favorStock{}, map[string][]string{}, map[string]string{}
	f.locked, f.funds, f.callbacks = map[string]int64{}, map[string]int64{}, map[string]favorCallback{}
	f.refused, f.sweeps = map[string]*apiError{}, sweeps{}
	f.lastID, f.lastSeq = firstFavorID-1, 0
}

func (f *favor) nextID() string {
	f.lastID++
	return strconv.FormatInt(f.lastID, 10)
}

// put keeps a new or changed stock, first in the state directory. The caller holds the lock.
func (f *favor) put(s *favorStock) *apiError {
	if err := f.dir.Write(kindFavorStocks, s.ID, s); err != nil {
		return systemError() // nothing has changed: the caller may repeat
	}
	f.index(s)
	return nil
}

func (f *favor) index(s *favorStock) {
	old := f.byID[s.ID]
	if old == nil {
		f.ids[s.Mchid] = append(f.ids[s.Mchid], s.ID)
	} else {
		f.locked[s.Mchid] -= old.locked()
	}
	f.locked[s.Mchid] += s.locked()
	f.byID[s.ID] = s
	if s.Request.OutRequestNo == "" {
		return // made in the console
	}
	key := s.Mchid + " " + s.Request.OutRequestNo
	switch {
	case !s.Forgotten:
		// A number that was used again after its retention belongs to the latest stock.
		if last := f.byID[f.byNumber[key]]; last == nil || last.ID == s.ID || compareIDs(last.ID, s.ID) < 0 {
			f.byNumber[key] = s.ID
		}
	case f.byNumber[key] == s.ID:
		delete(f.byNumber, key)
	}
}

// owned finds a stock by its id and the creator that the call names. The caller holds the lock.
func (f *favor) owned(id, creator string) *favorStock {
	s := f.byID[id]
	if s == nil || s.Mchid != creator || s.Forgotten {
		return nil
	}
	return s
}

func (f *favor) reset() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := removeEach(f.dir, kindFavorStocks, f.byID); err != nil {
		return err
	}
	if err := removeEach(f.dir, kindFavorFunds, f.funds); err != nil {
		return err
	}
	if err := removeEach(f.dir, kindFavorCallbacks, f.callbacks); err != nil {
		return err
	}
	f.clear()
	return nil
}

func removeEach[T any](dir *statedir.Dir, kind string, kept map[string]T) error {
	for id := range kept {
		if err := dir.Remove(kind, id); err != nil {
			return err
		}
	}
	return nil
}
