package e2e

import (
	"sync"
	"testing"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

// other is a second control plane, for the tests in which a cluster is lost or two exist. They share it.
var other struct {
	once sync.Once
	cp   *controlplane.ControlPlane
	err  error
}

func otherCluster(t *testing.T) *controlplane.ControlPlane {
	t.Helper()
	other.once.Do(func() { other.cp, other.err = startControlPlane("") })
	if other.err != nil {
		t.Fatal(other.err)
	}
	return other.cp
}

func stopOtherCluster() {
	if other.cp != nil {
		_ = other.cp.Stop()
	}
}

// in is the world seen from another cluster: the same vendor, the same manifests, and a manager of its own.
func (w *world) in(cp *controlplane.ControlPlane) *world {
	w.t.Helper()
	elsewhere := *w
	elsewhere.manager = nil
	elsewhere.use(cp)
	elsewhere.applyAccount()
	w.t.Cleanup(elsewhere.cleanUp)
	return &elsewhere
}
