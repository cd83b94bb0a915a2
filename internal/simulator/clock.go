package simulator

import "time"

// systemTime is the real clock. It is the only place in the simulator that asks the machine for the
// time; everything else is handed a clock.
func systemTime() time.Time { return time.Now() }
