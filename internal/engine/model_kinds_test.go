package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// particulars are what the model has to know of the campaigns of one kind.
type particulars struct {
	// habits are what its vendors may do.
	habits map[string]habit
	// plots are what goes on when trouble comes; long says how many boundaries some of them have, when it is more than usual.
	plots map[string]plot
	long  map[string]int
	// troubles may happen to it beside those of all kinds, or in their place; common are those of all kinds that may.
	troubles map[string]func(*model)
	common   []string
	// places are where its stories come to rest, beside those of all kinds or in their place.
	places map[string]place
	// changed is the law of calls that change an activity, rests what holds whenever a story is at rest.
	changed func(*model, providers.Mutation)
	rests   func(*model)
}

// particularsOf are the particulars of a kind.
func particularsOf(kind Kind) particulars {
	switch kind.(type) {
	case modelStock:
		return particulars{
			habits: habitsOf(stockHabits), plots: stockPlots, troubles: stockTroubles, common: commonTroubles, places: stockPlaces,
			changed: (*model).moved, rests: (*model).lockedOnce,
		}
	case modelVoucher:
		return particulars{
			habits: habitsOf(voucherHabits, moreVoucherHabits), plots: voucherPlots, long: longVoucherPlots, troubles: voucherTroubles, common: commonVoucherTroubles,
			places: voucherPlaces, changed: (*model).amended, rests: (*model).handedOverOnce,
		}
	default:
		return particulars{
			habits: habits, plots: plots, common: sortedKeys(troubles), changed: (*model).ended, rests: func(*model) {},
		}
	}
}

func habitsOf(all ...map[string]func(*vendor)) map[string]habit {
	of := map[string]habit{}
	for _, some := range all {
		for name, habit1 := range some {
			of[name] = habit{of: habit1}
		}
	}
	return of
}

// troubleNames are all troubles of the kind.
func (k particulars) troubleNames() []string {
	names := slices.Concat(sortedKeys(k.troubles), k.common)
	slices.Sort(names)
	return slices.Compact(names)
}

// place is where a story may come to rest.
func (m *model) place(reason string) (place, bool) {
	if own, known := m.own.places[reason]; known {
		return own, true
	}
	known, ok := places[reason]
	return known, ok
}

// inTurn tells every plot with every reply to its call and every trouble at every boundary: one of so many of these stories, which of them says -seed, each
// with the next habit of the vendor; or all of them when exhaustive.
func (p *protocol) inTurn(t *testing.T, replies []string, every int) {
	all := sortedKeys(p.own.habits)
	n := 0
	for _, name := range sortedKeys(p.own.plots) {
		for _, reply := range replies {
			for _, trouble := range p.own.troubleNames() {
				for at := range max(boundaries, p.own.long[name]) {
					if n++; (n+*seed)%(every*thin) == 0 || *exhaustive {
						p.short(t, name, all[n%len(all)], reply, map[int]string{at: trouble})
					}
				}
			}
		}
	}
	t.Logf("%d stories, rests %v", p.stories, p.places)
}

// inAnyOrder tells long stories with any trouble.
func (p *protocol) inAnyOrder(t *testing.T, what string, stream uint64, calls []providers.Operation) {
	var names []string
	for _, op := range calls {
		names = append(names, string(op))
	}
	for i := *seed; i < *seed+*stories/thin; i++ {
		random := rand.New(rand.NewPCG(uint64(i), stream))
		pick := func(names []string) string { return names[random.IntN(len(names))] }
		p.play(t, fmt.Sprintf("%s story %d", what, i), pick(sortedKeys(p.own.habits)), func(m *model) {
			for range random.IntN(5) {
				m.plan[random.IntN(40)] = pick(p.own.troubleNames())
			}
			p.own.plots[pick(sortedKeys(p.own.plots))].before(m)
			if m.w.campaign().Name == "" {
				m.apply(v1alpha1.PayGiftActivityActive)
			}
			for range 1 + random.IntN(6) {
				if random.IntN(3) == 0 {
					m.fault(providers.Operation(pick(names)), pick([]string{"reply lost", "5xx", "429", "no permission", "bad request"}))
				}
				if trouble := pick(p.own.troubleNames()); !slices.Contains([]string{"crash", "the other one works", "lose the cluster"}, trouble) {
					m.cause(trouble)
				}
				m.w.pass(time.Duration(random.IntN(1200)) * time.Second)
			}
		})
	}
	t.Logf("%d stories, rests %v", p.stories, p.places)
}
