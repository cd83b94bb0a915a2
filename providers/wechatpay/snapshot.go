package wechatpay

import (
	"strings"

	"github.com/campaign-operator/campaign-operator/providers"
)

// stateOf looks a vendor's word up in its kind's table.
func stateOf(states map[string]providers.State, word string) providers.State {
	if state, known := states[word]; known {
		return state
	}
	return providers.StateUnknown
}

// facts returns the named fields that are there and not empty, as the vendor spelled them.
func facts(from object, names ...string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		if value := strings.TrimSpace(text(from, name)); value != "" {
			out[name] = value
		}
	}
	return out
}
