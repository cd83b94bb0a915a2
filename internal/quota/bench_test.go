package quota

import (
	"testing"
	"time"
)

// A re-ask of each of 3,000 waiters, the queue being full all the time.
func BenchmarkAskOfThreeThousandWaiters(b *testing.B) {
	for name, limit := range map[string]Limit{
		"account": {PerAccount: PerSecond(1)},
		"source":  {PerAccount: PerSecond(10), PerSource: PerSecond(1)},
	} {
		b.Run(name, func(b *testing.B) {
			pacer, clock := newPacer(Limits{key.Endpoint: limit})
			calls := many(3000, key, Starting)
			for _, c := range calls {
				pacer.Ask(c)
			}
			clock.SetTime(noon.Add(time.Millisecond))
			for b.Loop() {
				for _, c := range calls {
					pacer.Ask(c)
				}
			}
		})
	}
}
