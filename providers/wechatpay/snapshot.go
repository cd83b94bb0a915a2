package wechatpay

import "github.com/campaign-operator/campaign-operator/providers"

// stateOf looks a vendor's word up in its kind's table.
func stateOf(states map[string]providers.State, word string) providers.State {
	if state, known := states[word]; known {
		return state
	}
	return providers.StateUnknown
}
