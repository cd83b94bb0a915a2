package engine

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// stockKind is a kind whose activities are made inactive, cannot be found by their number, and are activated, paused and
// restarted by calls. Its manifests are the test kind's, with further meanings: awardSendRule.sendContent is when it may be
// activated, awardSendRule.awardType is noCash where nothing is locked.
type stockKind struct{ testKind }

// What a stock's manifest may ask for besides Draft and Active.
const (
	stockDraft    = v1alpha1.PayGiftActivityDraft
	stockActive   = v1alpha1.PayGiftActivityActive
	stockInactive = v1alpha1.PayGiftActivityDesiredState("Inactive")
	stockPaused   = v1alpha1.PayGiftActivityDesiredState("Paused")
)

const noCash = "noCash"

// stockRegisters is how long the kind knows a new stock to be registered.
const stockRegisters = 30 * time.Second

func (stockKind) Name() string { return "CouponStock" }

func (stockKind) Traits() Traits {
	return Traits{
		Noun: "stock", AdoptField: "spec.adopt.activityId", BeginField: "activityBaseInfo.beginTime", StopState: "Paused",
		Moves: Moves{
			GoalLive:     {providers.StateInactive: providers.OperationStart, providers.StatePaused: providers.OperationRestart},
			GoalInactive: {providers.StateRunning: providers.OperationPause},
			GoalPaused:   {providers.StateRunning: providers.OperationPause},
		},
		Anonymous: true, Registers: stockRegisters,
	}
}

func (stockKind) Goal(c v1alpha1.Campaign) Goal {
	return map[v1alpha1.PayGiftActivityDesiredState]Goal{
		stockActive: GoalLive, stockInactive: GoalInactive, stockPaused: GoalPaused, stockDraft: GoalNothing,
	}[gift(c).Spec.State]
}

func (stockKind) Members(v1alpha1.Campaign) ([]string, **v1alpha1.MembersRecord) { return nil, nil }
func (stockKind) WantsDetail(v1alpha1.Campaign, providers.Snapshot) bool         { return false }
func (stockKind) Exposure(c v1alpha1.Campaign) *providers.Exposure {
	rule := gift(c).Spec.AwardSendRule
	if rule.TransactionAmountMinimum == 0 {
		return nil
	}
	return &providers.Exposure{Fen: rule.TransactionAmountMinimum, NoCash: rule.AwardType == noCash}
}

func (k stockKind) Request(c v1alpha1.Campaign, from Sender) (Request, error) {
	request, err := k.testKind.Request(c, from)
	rule := gift(c).Spec.AwardSendRule
	if err == nil && rule.SendContent != "" {
		if request.ActivateAfter, err = time.Parse(time.RFC3339, rule.SendContent); err != nil {
			err = fmt.Errorf("spec.awardSendRule.sendContent: %w", err)
		}
	}
	if err != nil || len(request.Body) == 0 {
		return request, err
	}
	var body vendorBody
	if err := json.Unmarshal(request.Body, &body); err != nil {
		return request, err
	}
	request.RefusedFrom = request.Begin
	body.Members, body.NoCash = nil, rule.AwardType == noCash
	request.Body, err = json.Marshal(body)
	return request, err
}

// inStock runs a test in a world of stocks.
func inStock(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	inWorldOf(t, stockKind{}, test)
}
