package alipay

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

const kindActivities = "alipay-activities"

// vouchers is the product 商家券.
type vouchers struct {
	g   *Gateway
	dir *statedir.Dir

	mu   sync.Mutex
	byID map[string]*activity
	// ids are all activities in the order of their creation.
	ids []string
	// running are the ids of activities with an operation that will end by itself.
	running map[string]bool
	// numbers finds what was done under a request number, by app id, a space, and number.
	numbers map[string][]numbered
	// codes finds imported codes, by scope, a space, and code.
	codes map[string]bool
	last  int64
	// refused remembers refused calls by the key of their number, for the switch that replays them.
	refused map[string]*apiError
}

// numbered is a request number with the activity that it was used for.
type numbered struct {
	use
	id string
}

func newVouchers(g *Gateway, dir *statedir.Dir) (*vouchers, error) {
	v := &vouchers{g: g, dir: dir}
	v.clear()
	err := dir.Each(kindActivities, func(_ string, data []byte) error {
		var a activity
		if err := decode(data, &a); err != nil {
			return err
		}
		if len(a.ID) < sequenceDigits {
			return fmt.Errorf("%q is no activity id", a.ID)
		}
		n, err := strconv.ParseInt(a.ID[len(a.ID)-sequenceDigits:], 10, 64)
		if err != nil {
			return err
		}
		v.last = max(v.last, n)
		v.index(nil, &a)
		return nil
	})
	slices.SortFunc(v.ids, func(a, b string) int { return v.byID[a].CreatedR.Compare(v.byID[b].CreatedR) })
	return v, err
}

func (v *vouchers) clear() {
	v.byID, v.ids, v.running = map[string]*activity{}, nil, map[string]bool{}
	v.numbers, v.codes, v.refused = map[string][]numbered{}, map[string]bool{}, map[string]*apiError{}
	v.last = 0
}

const sequenceDigits = 12

// nextID has the form of the vendor's: a date, the product and a number.
func (v *vouchers) nextID(now time.Time) string {
	v.last++
	return fmt.Sprintf("%s00826004%0*d", now.In(beijing).Format("20060102"), sequenceDigits, v.last)
}

// put keeps a new or changed activity, first in the state directory. The caller holds the lock.
func (v *vouchers) put(a *activity) *apiError {
	if err := v.dir.Write(kindActivities, a.ID, a); err != nil {
		return systemError() // nothing has changed: the caller may repeat
	}
	v.index(v.byID[a.ID], a)
	return nil
}

// index finds an activity from now on; before is what it was, nil when it is new.
func (v *vouchers) index(before, a *activity) {
	uses, codes := 0, 0
	if before == nil {
		v.ids = append(v.ids, a.ID)
	} else {
		uses, codes = len(before.Uses), len(before.Codes)
	}
	v.byID[a.ID] = a
	delete(v.running, a.ID)
	if a.Pending != nil && !a.Pending.Due.IsZero() {
		v.running[a.ID] = true
		v.g.messages.stir()
	}
	for _, u := range a.Uses[uses:] {
		key := a.AppID + " " + u.Number
		v.numbers[key] = append(v.numbers[key], numbered{u, a.ID})
	}
	for _, code := range a.Codes[codes:] {
		v.codes[a.ID+" "+code], v.codes[a.Owner+" "+code] = true, true
	}
}

// seen reports whether the caller sees an activity.
func (v *vouchers) seen(rq *request, a *activity) bool {
	return a.Owner == rq.owner && (a.AppID == rq.app.AppID || v.g.switches.Is(SwitchSeenBy, "merchant"))
}

// find settles an activity and gives it, when the caller may see it. The caller holds the lock.
func (v *vouchers) find(rq *request) (*activity, *apiError) {
	id := textAt(rq.doc, "activity_id")
	a := v.settle(v.byID[id])
	if a == nil || a.Forgotten || !v.seen(rq, a) {
		return nil, refuse(v.g.switches.Get(SwitchUnknownActivity), "活动不存在: %s", id)
	}
	return a, nil
}

func (v *vouchers) reset() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for id := range v.byID {
		if err := v.dir.Remove(kindActivities, id); err != nil {
			return err
		}
	}
	v.clear()
	return nil
}
