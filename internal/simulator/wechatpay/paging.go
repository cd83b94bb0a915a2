package wechatpay

import "time"

// page is what every list of the gateway has.
type page struct {
	TotalCount int `json:"total_count"`
	Offset     int `json:"offset"`
	Limit      int `json:"limit"`
}

// lagging tells what is too new to be seen, by the switch of that name.
func (g *Gateway) lagging(name string) func(created, createdReal time.Time) bool {
	lag := g.switches.Duration(name)
	if g.switches.Is(SwitchListLagClock, "campaign") {
		now := g.clock.Now()
		return func(created, _ time.Time) bool { return now.Sub(created) < lag }
	}
	now := g.clock.Real()
	return func(_, createdReal time.Time) bool { return now.Sub(createdReal) < lag }
}

// sweeps counts each merchant's reads of a first page.
type sweeps map[string]int

func (s sweeps) count(mchid string, offset int) {
	if offset == 0 {
		s[mchid]++
	}
}

// cut takes a page. Where the switch says so, a row seems to have come to the top of the list, or
// to have left it, after the first page was read: the borders of the later pages move, and the
// total with them.
func cut[T any](g *Gateway, sweep int, found []T, offset, limit int) (rows []T, total int) {
	start, total := offset*limit, len(found)
	if offset > 0 {
		switch {
		case g.switches.Is(SwitchListPaging, "duplicate"):
			start--
			total++
		case g.switches.Is(SwitchListPaging, "shift") && sweep%2 == 1 && total > limit:
			start++
			total--
		}
	}
	return rowsFrom(found, start, limit), total
}

// rowsFrom are at most limit rows; never nil, since an empty list is written as one.
func rowsFrom[T any](found []T, start, limit int) []T {
	if start >= len(found) {
		return []T{}
	}
	return found[start:min(start+limit, len(found))]
}
