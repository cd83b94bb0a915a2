// Package e2e drives the built binaries as a user would: kubectl against a real API server,
// the manager as a process that is killed, and the simulator as the vendor.
package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

// root is the repository, seen from this package.
const root = "../.."

// suite is the control plane that the tests share; each test has a namespace, a merchant id,
// a simulator and a manager of its own.
var suite struct {
	*controlplane.ControlPlane
	auditLog string
}

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "campaign-e2e-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	suite.auditLog = filepath.Join(dir, "audit.log")
	suite.ControlPlane, err = startControlPlane(suite.auditLog)
	if err != nil {
		return 0, err
	}
	defer func() { _ = suite.Stop() }()
	defer stopOtherCluster()
	return m.Run(), nil
}

func startControlPlane(auditLog string) (*controlplane.ControlPlane, error) {
	cp, err := controlplane.Start(context.Background(), controlplane.Options{AuditLogPath: auditLog})
	if err != nil {
		return nil, err
	}
	if err := cp.InstallCRDs(filepath.Join(root, "config/crd/bases")); err != nil {
		_ = cp.Stop()
		return nil, err
	}
	return cp, nil
}
