package quota

import (
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

// Rate is a number of calls in a length of time, as a vendor publishes it: 60 calls a minute, 500
// a second. No stretch of that length ever holds more. The zero rate paces nothing.
type Rate struct {
	Calls float64
	Per   time.Duration
}

// PerSecond is a rate in calls per second, held to over a minute; 0 or less paces nothing.
func PerSecond(calls float64) Rate {
	if calls <= 0 {
		return Rate{}
	}
	return Rate{Calls: calls * time.Minute.Seconds(), Per: time.Minute}
}

// Limit is how often an operation may be called at one gateway.
type Limit struct {
	// PerAccount holds for each merchant id or app id.
	PerAccount Rate
	// PerSource holds for all accounts of this process together: they share its address.
	PerSource Rate
}

// Limits are the limits by operation; an operation without one is not paced.
type Limits map[providers.Operation]Limit

// The figures used where a vendor publishes none (pay gift), in calls per second for each account.
const (
	// DefaultChangeRate is for each kind of call that changes something.
	DefaultChangeRate = 1.0
	// DefaultReadRate is for each kind of call that reads.
	DefaultReadRate = 10.0
)

// Defaults are the figures used when nothing else is asked for. There are no limits by source
// address among them, because pay gift publishes none.
func Defaults() Limits {
	return Paced(PerSecond(DefaultChangeRate), PerSecond(DefaultReadRate))
}

// Paced are limits with the given rates for each account: one for each operation that changes
// something and one for each that reads.
func Paced(changes, reads Rate) Limits {
	return Limits{
		providers.OperationCreate:        {PerAccount: changes},
		providers.OperationTerminate:     {PerAccount: changes},
		providers.OperationAddMembers:    {PerAccount: changes},
		providers.OperationRemoveMembers: {PerAccount: changes},
		providers.OperationGet:           {PerAccount: reads},
		providers.OperationList:          {PerAccount: reads},
		providers.OperationMembers:       {PerAccount: reads},
		providers.OperationPreflight:     {PerAccount: reads},
	}
}
