package report

import (
	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/money"
	"github.com/campaign-operator/campaign-operator/providers"
)

// activeMoney adds up what the activated campaigns with a budget of their own can cost, managed or not; nil while there are none.
func (f Facts) activeMoney() *v1alpha1.ActiveMoneyRecord {
	var funded, noCash int64
	record := &v1alpha1.ActiveMoneyRecord{}
	for _, fleet := range f.Fleets {
		if fleet.View == nil || !fleet.Costs {
			continue
		}
		for snapshot := range fleet.View.All() {
			if !snapshot.State.Committed() && snapshot.State != providers.StateUnknown {
				continue
			}
			record.Activities++
			switch exposure := snapshot.Exposure; {
			case exposure == nil:
				record.Unknown++
			case exposure.NoCash:
				noCash = money.Plus(noCash, exposure.Fen)
			default:
				funded = money.Plus(funded, exposure.Fen)
			}
		}
	}
	if record.Activities == 0 {
		return nil
	}
	record.Yuan, record.NoCashYuan = money.Yuan(funded), money.Yuan(noCash)
	return record
}
