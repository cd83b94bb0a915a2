package status

import (
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestEveryStateHasAWordOfTheCommonVocabulary(t *testing.T) {
	for state, want := range map[providers.State]v1alpha1.CampaignState{
		providers.StateCreating: v1alpha1.StateCreating, providers.StateInactive: v1alpha1.StateInactive, providers.StateReviewing: v1alpha1.StateScheduled,
		providers.StateScheduled: v1alpha1.StateScheduled, providers.StateRunning: v1alpha1.StateRunning, providers.StatePaused: v1alpha1.StatePaused,
		providers.StateEnded: v1alpha1.StateEnded, providers.StateTerminated: v1alpha1.StateTerminated, providers.StateFailed: v1alpha1.StateFailed,
		providers.StateUnknown: "",
	} {
		if got := StateOf(state); got != want {
			t.Errorf("%s is %q, want %q", state, got, want)
		}
	}
}
