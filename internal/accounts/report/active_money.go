package report

import (
	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/money"
)

// activeMoney adds up what the activated campaigns with a budget of their own can cost, managed or not; nil while there are none.
func (f Facts) activeMoney() *v1alpha1.ActiveMoneyRecord {
	var funded, noCash, count int64
	for _, fleet := range f.Fleets {
		if fleet.View == nil {
			continue
		}
		for snapshot := range fleet.View.All() {
			switch exposure := snapshot.Exposure; {
			case exposure == nil || !snapshot.State.Committed():
				continue
			case exposure.NoCash:
				noCash = money.Plus(noCash, exposure.Fen)
			default:
				funded = money.Plus(funded, exposure.Fen)
			}
			count++
		}
	}
	if count == 0 {
		return nil
	}
	return &v1alpha1.ActiveMoneyRecord{Yuan: money.Yuan(funded), NoCashYuan: money.Yuan(noCash), Activities: count}
}
