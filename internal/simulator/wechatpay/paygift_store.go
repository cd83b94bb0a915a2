package wechatpay

import (
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

const (
	kindActivities  = "paygift-activities"
	firstActivityID = 10028001
)

// payGift is the product 支付有礼.
type payGift struct {
	g   *Gateway
	dir *statedir.Dir

	mu   sync.Mutex
	byID map[string]*activity
	// ids are each merchant's activities in the order of their creation.
	ids map[string][]string
	// byNumber finds an activity by merchant id, a space, and request number.
	byNumber map[string]string
	lastID   int64
	// refused remembers refused creates by the same key, for the switch that replays them.
	refused map[string]*apiError
	// sweeps counts each merchant's reads of a first page.
	sweeps sweeps
}

func newPayGift(g *Gateway, dir *statedir.Dir) (*payGift, error) {
	p := &payGift{g: g, dir: dir}
	p.clear()
	err := dir.Each(kindActivities, func(_ string, data []byte) error {
		var a activity
		if err := json.Unmarshal(data, &a); err != nil {
			return err
		}
		id, err := strconv.ParseInt(a.ID, 10, 64)
		if err != nil {
			return err
		}
		p.lastID = max(p.lastID, id)
		p.index(&a)
		return nil
	})
	return p, err
}

func (p *payGift) clear() {
	p.byID, p.ids, p.byNumber = map[string]*activity{}, map[string][]string{}, map[string]string{}
	p.refused, p.sweeps = map[string]*apiError{}, sweeps{}
	p.lastID = firstActivityID - 1
}

func (p *payGift) nextID() string {
	p.lastID++
	return strconv.FormatInt(p.lastID, 10)
}

// put keeps a new or changed activity, first in the state directory. The caller holds the lock.
func (p *payGift) put(a *activity) *apiError {
	if err := p.dir.Write(kindActivities, a.ID, a); err != nil {
		return systemError() // nothing has changed: the caller may repeat
	}
	p.index(a)
	return nil
}

func (p *payGift) index(a *activity) {
	if p.byID[a.ID] == nil {
		p.ids[a.Mchid] = append(p.ids[a.Mchid], a.ID)
	}
	p.byID[a.ID] = a
	if a.Request.Base.OutRequestNo == "" {
		return // made in the console
	}
	key := a.Mchid + " " + a.Request.Base.OutRequestNo
	switch {
	case !a.Forgotten:
		// A number that was used again after its retention belongs to the latest activity.
		if old := p.byID[p.byNumber[key]]; old == nil || old.Created.Before(a.Created) || old.ID == a.ID {
			p.byNumber[key] = a.ID
		}
	case p.byNumber[key] == a.ID:
		delete(p.byNumber, key)
	}
}

// owned finds an activity that the merchant may see. The caller holds the lock.
func (p *payGift) owned(id, mchid string) *activity {
	a := p.byID[id]
	if a == nil || a.Mchid != mchid || a.Forgotten {
		return nil
	}
	return a
}

func (p *payGift) reset() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range p.byID {
		if err := p.dir.Remove(kindActivities, id); err != nil {
			return err
		}
	}
	p.clear()
	return nil
}

// ActivityInfo is an activity as the simulator's own pages show it.
type ActivityInfo struct {
	ActivityID string `json:"activityId"`
	Mchid      string `json:"mchid"`
	// OutRequestNo is empty for an activity that was made in the console without one.
	OutRequestNo             string     `json:"outRequestNo,omitempty"`
	ActivityName             string     `json:"activityName"`
	ActivitySecondTitle      string     `json:"activitySecondTitle"`
	Status                   string     `json:"status"`
	BeginTime                time.Time  `json:"beginTime"`
	EndTime                  time.Time  `json:"endTime"`
	TransactionAmountMinimum int64      `json:"transactionAmountMinimum"`
	StockIDs                 []string   `json:"stockIds"`
	MerchantIDs              []string   `json:"merchantIds"`
	CreateTime               time.Time  `json:"createTime"`
	CreateRealTime           time.Time  `json:"createRealTime"`
	PauseTime                *time.Time `json:"pauseTime,omitempty"`
	RecoveryTime             *time.Time `json:"recoveryTime,omitempty"`
	TerminateTime            *time.Time `json:"terminateTime,omitempty"`
	// Forgotten says that the gateway answers 404 for it.
	Forgotten bool `json:"forgotten,omitempty"`
}

func (p *payGift) info(a *activity) ActivityInfo {
	info := ActivityInfo{
		ActivityID: a.ID, Mchid: a.Mchid, OutRequestNo: a.Request.Base.OutRequestNo, ActivityName: a.Request.Base.ActivityName,
		ActivitySecondTitle: a.Request.Base.ActivitySecondTitle,
		Status:              a.status(p.g.clock.Now()), BeginTime: a.begin(), EndTime: a.end(),
		TransactionAmountMinimum: a.Request.Rule.TransactionAmountMinimum,
		CreateTime:               a.Created, CreateRealTime: a.CreatedR,
		PauseTime: a.PausedAt, RecoveryTime: a.ResumedAt, TerminateTime: a.EndedAt, Forgotten: a.Forgotten,
	}
	for _, w := range a.Request.Rule.AwardList {
		info.StockIDs = append(info.StockIDs, w.StockID)
	}
	for _, s := range a.Senders {
		info.MerchantIDs = append(info.MerchantIDs, s.Mchid)
	}
	return info
}

// Activities shows the activities of one merchant, or of all for an empty id, in the order of their creation.
func (g *Gateway) Activities(mchid string) []ActivityInfo {
	p := g.payGift
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]ActivityInfo, 0, len(p.byID))
	for _, a := range p.byID {
		if mchid == "" || a.Mchid == mchid {
			all = append(all, p.info(a))
		}
	}
	slices.SortFunc(all, func(a, b ActivityInfo) int { return compareIDs(a.ActivityID, b.ActivityID) })
	return all
}

// compareIDs orders ids, which are numbers without leading zeros.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return slices.Compare([]byte(a), []byte(b))
}
