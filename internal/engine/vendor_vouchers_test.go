package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// vouchers makes a vendor's activities voucher activities: what it accepts it carries out later, its list does not show what is
// being made or was stopped, and it gives out codes.
type vouchers struct {
	// takes is how long it is at work on what it has accepted.
	takes time.Duration
	// stuck never ends what it has accepted, vanishing forgets an activity instead of making it.
	stuck, vanishing bool
	// hidesShops never shows the shops, forgetful knows no number a second time.
	hidesShops, forgetful bool
	// raises has codes raise the total by themselves; else an append has to. growsOnly refuses an append that raises nothing.
	raises, growsOnly bool
	// repeats takes a code again that it has; else it refuses it. keepsOnce says that it has taken it again, and has it once.
	repeats, keepsOnce bool
	// countLag is how much later a batch shows in the count of codes.
	countLag time.Duration
	// showsShops is how many shops the detail shows at most; 0 for all.
	showsShops int
	// rows are what the list shows of activities, whatever they are since.
	rows map[string]vendorBody
	// silent does not say how many an activity gives out, and has given out.
	silent bool
	// most is how many an append can have given out; 0 for any number.
	most int64
	// priceless does not say what an activity can cost.
	priceless bool
	// reverts accepts modifications that come to nothing.
	reverts bool

	// works is what is under way, by the activity's id; codes are those handed over, answers the answers to numbers.
	works   map[string]*work
	codes   map[string][]string
	answers map[string]providers.Receipt
	batches []batchTaken
}

// batchTaken is a batch of codes that the vendor took at a moment.
type batchTaken struct {
	id    string
	codes int64
	at    time.Time
}

// work is what the vendor has accepted for an activity.
type work struct {
	word string
	done time.Time
	do   func()
}

func newVouchers() *vouchers {
	return &vouchers{takes: 5 * time.Second, works: map[string]*work{}, codes: map[string][]string{}, answers: map[string]providers.Receipt{}}
}

// settle carries out what is due.
func (s *vouchers) settle(a *activity, now time.Time) {
	w := s.works[a.id]
	if w == nil || s.stuck || now.Before(w.done) {
		return
	}
	delete(s.works, a.id)
	if s.vanishing && w.word == "CREATING" {
		a.forgotten = true
		return
	}
	if w.do != nil {
		w.do()
	}
}

// accept begins something, unless something else is under way.
func (s *vouchers) accept(a *activity, word string, now time.Time, do func()) error {
	if s.works[a.id] != nil {
		err := trouble(providers.KindConflict, providers.DelayFast, false, "BIZ_ERROR")
		err.Message = "业务异常,活动存在正在进行中的其他操作"
		return err
	}
	s.works[a.id] = &work{word: word, done: now.Add(s.takes), do: do}
	return nil
}

// change carries out a call, or repeats the answer to its number.
func (s *vouchers) change(a *activity, m providers.Mutation, strangers []string, now time.Time) (providers.Receipt, error) {
	s.settle(a, now)
	if answer, known := s.answers[m.Number]; known && !s.forgetful {
		return answer, nil
	}
	receipt := providers.Receipt{RequestID: "r-5"}
	var err error
	switch m.Operation {
	case providers.OperationDepositCodes:
		receipt.Accepted, receipt.Refused = s.deposit(a, m.Codes, now)
	case providers.OperationTerminate:
		err = s.accept(a, "FINISHEING", now, func() { a.terminated = now })
	case providers.OperationAppend:
		if s.growsOnly && m.Total <= a.body.Amount || s.most > 0 && m.Total > s.most {
			err := trouble(providers.KindInvalid, providers.DelaySlow, false, "INVALID_PARAMETER")
			err.Operation, err.Message = m.Operation, "the total has to be more than it is"
			return receipt, err
		}
		err = s.accept(a, "APPENDING", now, func() { a.body.Amount = m.Total })
	default:
		var want vendorBody
		if err := json.Unmarshal(m.Desired, &want); err != nil {
			panic(err)
		}
		shops := slices.DeleteFunc(slices.Clone(want.Members), func(id string) bool { return slices.Contains(strangers, id) })
		if slices.Contains(m.Fields, "shops") {
			receipt.Refused = refusedShops(want.Members, strangers)
		}
		err = s.accept(a, "MODIFYING", now, func() {
			if !s.reverts {
				modify(a, m.Fields, want, shops)
			}
		})
	}
	if err == nil {
		s.answers[m.Number] = receipt
	}
	return receipt, err
}

func modify(a *activity, fields []string, want vendorBody, shops []string) {
	for _, field := range fields {
		switch field {
		case "name":
			a.body.Name = want.Name
		case "end":
			a.body.End = want.End
		case "shops":
			a.members = shops
		default:
			panic("a modification of " + field)
		}
	}
}

func refusedShops(shops, strangers []string) (refused []providers.Refusal) {
	for _, id := range shops {
		if slices.Contains(strangers, id) {
			refused = append(refused, providers.Refusal{ID: id, Field: "shops", Reason: "SHOP_NOT_EXIST"})
		}
	}
	return refused
}

// deposit takes codes, but for those that begin with X and those that it has.
func (s *vouchers) deposit(a *activity, codes []string, now time.Time) (accepted int64, refused []providers.Refusal) {
	before := len(s.codes[a.id])
	for _, code := range codes {
		has := slices.Contains(s.codes[a.id], code)
		if strings.HasPrefix(code, "X") || has && !s.repeats && !s.keepsOnce {
			refused = append(refused, providers.Refusal{ID: code, Reason: "DUPLICATE: " + code + " is there"})
			continue
		}
		accepted++
		if !has || !s.keepsOnce {
			s.codes[a.id] = append(s.codes[a.id], code)
		}
	}
	s.batches = append(s.batches, batchTaken{id: a.id, codes: int64(len(s.codes[a.id]) - before), at: now})
	if s.raises {
		a.body.Amount = int64(len(s.codes[a.id]))
	}
	return accepted, refused
}

// count is how many codes the vendor says that it has.
func (s *vouchers) count(id string, now time.Time) int64 {
	count := int64(len(s.codes[id]))
	for _, batch := range s.batches {
		if batch.id == id && now.Before(batch.at.Add(s.countLag)) {
			count -= batch.codes
		}
	}
	return count
}

// show makes a snapshot what the vendor says of a voucher activity.
func (s *vouchers) show(a *activity, snapshot *providers.Snapshot) {
	body := a.body
	if row, stale := s.rows[a.id]; stale && !snapshot.Detailed {
		body = row
	}
	body.Number, body.Members = "", slices.Clone(a.members)
	if s.hidesShops || !snapshot.Detailed {
		body.Members = nil
	}
	if s.showsShops > 0 && len(body.Members) > s.showsShops {
		body.Members = body.Members[:s.showsShops]
	}
	content, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	snapshot.RequestNo, snapshot.Content, snapshot.Created = "", content, a.created.Truncate(time.Second)
	if !s.priceless {
		snapshot.Exposure = &providers.Exposure{Fen: body.Amount, Each: 1}
	}
	if snapshot.Detailed && !s.silent {
		snapshot.Distribution, snapshot.Total = &providers.Distribution{Sent: a.sent, Total: body.Amount}, &body.Amount
	}
	switch w := s.works[a.id]; {
	case w == nil:
	case w.word == "CREATING":
		snapshot.State, snapshot.VendorState = providers.StateCreating, ""
	case snapshot.Detailed:
		snapshot.Busy = w.word
	}
}

// listed reports whether the list shows an activity.
func (s *vouchers) listed(a *activity, now time.Time) bool {
	w := s.works[a.id]
	return (w == nil || w.word != "CREATING") && a.terminated.IsZero() && now.Before(a.body.End)
}

// differs compares as the provider of vouchers does.
func (s *vouchers) differs(raw []byte, remote providers.Snapshot) ([]providers.Difference, error) {
	var want, have vendorBody
	if err := json.Unmarshal(raw, &want); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(remote.Content, &have); err != nil {
		return nil, err
	}
	var all []providers.Difference
	differ := func(field string, desired, observed any, call providers.Operation, shrinks bool) {
		if fmt.Sprint(desired) != fmt.Sprint(observed) {
			all = append(all, providers.Difference{Field: field, Desired: fmt.Sprint(desired), Observed: fmt.Sprint(observed), Call: call, Shrinks: shrinks})
		}
	}
	if want.Amount != 0 {
		differ("amount", want.Amount, have.Amount, providers.OperationAppend, want.Amount < have.Amount)
	}
	differ("begin", want.Begin, have.Begin, "", false)
	differ("end", want.End, have.End, providers.OperationModify, want.End.Before(have.End))
	slices.Sort(want.Members)
	slices.Sort(have.Members)
	switch {
	case !remote.Detailed:
	case s.hidesShops && len(want.Members) > 0:
		all = append(all, providers.Difference{Field: "shops", Desired: fmt.Sprint(want.Members), Call: providers.OperationModify, Unseen: true})
	default:
		differ("shops", want.Members, have.Members, providers.OperationModify, false)
		all = withMissing(all, want.Members, have.Members)
	}
	differ("name", want.Name, have.Name, providers.OperationModify, false)
	return all, nil
}

func (v *vendor) CountCodes(_ context.Context, id string) (int64, error) {
	if f := v.begin(providers.OperationCountCodes); f != nil {
		return 0, f.err
	}
	v.crossing(providers.OperationCountCodes, true)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.vouchers == nil {
		return 0, nil
	}
	return v.vouchers.count(id, v.clock.Now()), nil
}

// withMissing says of the last difference how many shops are not there, where it is about nothing else.
func withMissing(all []providers.Difference, desired, observed []string) []providers.Difference {
	strange := slices.ContainsFunc(observed, func(id string) bool { return !slices.Contains(desired, id) })
	if last := len(all) - 1; last >= 0 && all[last].Field == "shops" && !strange {
		all[last].Missing = int64(len(desired) - len(observed))
	}
	return all
}
