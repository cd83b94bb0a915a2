package engine

import (
	"testing"
	"time"
)

func TestWhoMissesItsBeginLeavesItsPlaceToOthers(t *testing.T) {
	const soon, later, begins = 120, 60, 90 * time.Second
	inRush(t, func(t *testing.T, r *rush) {
		r.crowded(soon+later, 5, func(i int) time.Duration {
			if i < soon {
				return begins
			}
			return time.Hour
		})
		r.pass(10 * time.Minute)
		made := len(r.vendors[ours].arrivals)
		if took, most := r.vendors[ours].took(t, made), floor(made)*102/100; took > most {
			t.Errorf("%d creates took %s, want %s at most: those that are too late hold %d slots", made, took, most, soon+later-made)
		}
	})
}
