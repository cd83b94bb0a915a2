package sweep

import (
	"fmt"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

// walks is a list whose pages are answered one after the other, whatever page is asked for; the last walk stays.
type walks [][]providers.Page

// counted is a page with the vendor's count.
func counted(total int, ids ...string) providers.Page {
	return providers.Page{Items: page(ids...), Total: total}
}

func (w walks) list() *list {
	walk := -1
	return &list{answer: func(number int) (providers.Page, error) {
		if number == 0 {
			walk++
		}
		pages := w[min(walk, len(w)-1)]
		out := pages[number]
		out.Last = number == len(pages)-1
		return out, nil
	}}
}

func TestAListThatChangesWhileItIsReadIsReadUntilItIsWhole(t *testing.T) {
	for name, test := range map[string]struct {
		walks walks
		ids   []string
		calls int
	}{
		"at rest":                        {walks{{counted(3, "1", "2"), counted(3, "3")}}, []string{"1", "2", "3"}, 2},
		"without a count":                {walks{{counted(0, "1", "2"), counted(0, "3")}}, []string{"1", "2", "3"}, 2},
		"with more than is counted":      {walks{{counted(3, "1", "2"), counted(3, "3", "paused")}}, []string{"1", "2", "3", "paused"}, 2},
		"a new one pushes one on":        {walks{{counted(3, "1", "2"), counted(4, "2", "3")}}, []string{"1", "2", "3"}, 2},
		"one leaves, another is skipped": {walks{{counted(4, "1", "2"), counted(3, "4")}, {counted(3, "2", "3"), counted(3, "4")}}, []string{"2", "3", "4"}, 4},
		"one leaves, and one is paused":  {walks{{counted(4, "1", "2"), counted(3, "4", "paused")}, {counted(3, "2", "3"), counted(3, "4", "paused")}}, []string{"2", "3", "4", "paused"}, 4},
		"twice":                          {walks{{counted(5, "1", "2"), counted(4, "4", "5")}, {counted(4, "2", "3"), counted(3, "5")}, {counted(3, "3", "4"), counted(3, "5")}}, []string{"3", "4", "5"}, 6},
		"a count that is always wrong":   {walks{{counted(9, "1", "2"), counted(9, "3")}}, []string{"1", "2", "3"}, 4},
		"a count that always falls":      {walks{{counted(3, "1", "2"), counted(1, "3")}}, []string{"1", "2", "3"}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				vendor := test.walks.list()
				b.sweep(ours, vendor)
				b.view(ours, test.ids...)
				vendor.called(t, test.calls, "in one sweep")
			})
		})
	}
}

func TestAListThatChangesEachTimeItIsReadIsAnErrorAndNeverAView(t *testing.T) {
	onBench(t, func(b *bench) {
		var restless walks
		for i := range maxWalks + 1 {
			restless = append(restless, []providers.Page{counted(3, fmt.Sprint(i), "b"), counted(2, "c")})
		}
		vendor := restless.list()
		told := b.sweep(ours, vendor)
		vendor.called(t, 2*maxWalks, "in one sweep")
		if view := b.sweeper.View(ours); view != nil {
			t.Error("a list that may lack an activity became a view")
		}
		told.told(t, errRestless)
	})
}

func TestAListThatLacksWhatWasLiveBeforeIsReadOnceMore(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := walks{
			{counted(4, "1", "2"), counted(4, "3", "4")},
			{counted(4, "1", "2"), counted(4, "4", "5")}, // 1 leaves and 5 is made: 3 is on neither page
			{counted(4, "2", "3"), counted(4, "4", "5")},
		}.list()
		b.sweep(ours, vendor)
		b.view(ours, "1", "2", "3", "4")
		vendor.called(t, 2, "in the first sweep")
		b.pass(interval)
		vendor.called(t, 8, "in the second, of three walks")
		b.view(ours, "2", "3", "4", "5")
	})
}

func TestWhatHasEndedMayLeaveAList(t *testing.T) {
	onBench(t, func(b *bench) {
		vendor := listOf([]providers.Snapshot{in("1", providers.StateEnded), in("2", providers.StateRunning)})
		b.sweep(ours, vendor)
		vendor.shows(page("2"))
		b.pass(interval)
		vendor.called(t, 2, "in two sweeps")
		b.view(ours, "2")
	})
}
