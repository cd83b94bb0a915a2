package controlplane_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

func TestControlPlane(t *testing.T) {
	dir := t.TempDir()
	audit := filepath.Join(dir, "audit.log")
	var log bytes.Buffer
	cp, err := controlplane.Start(t.Context(), controlplane.Options{Dir: dir, Log: &log, AuditLogPath: audit})
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	t.Cleanup(func() {
		if !stopped {
			_ = cp.Stop()
		}
	})

	t.Run("it listens on loopback only", func(t *testing.T) {
		if !strings.HasPrefix(cp.Config.Host, "127.0.0.1:") && !strings.HasPrefix(cp.Config.Host, "https://127.0.0.1:") {
			t.Errorf("host %q", cp.Config.Host)
		}
	})
	t.Run("kubectl version names a real version on both sides", func(t *testing.T) {
		out := kubectl(t, cp, "version")
		if strings.Count(out, ": v1.") != 2 || strings.Contains(out, "master") {
			t.Errorf("got %s", out)
		}
	})
	t.Run("kubectl reads namespaces", func(t *testing.T) {
		if out := kubectl(t, cp, "get", "ns", "-o", "name"); !strings.Contains(out, "namespace/default") {
			t.Errorf("got %s", out)
		}
	})
	t.Run("kubectl applies its standard input", func(t *testing.T) {
		manifest := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hello, namespace: default}\n"
		if _, _, err := cp.KubectlInput(t.Context(), manifest, "apply", "-f", "-"); err != nil {
			t.Error(err)
		}
	})
	t.Run("an error says what kubectl said", func(t *testing.T) {
		_, stderr, err := cp.Kubectl(t.Context(), "get", "configmap", "nobody")
		if err == nil || !strings.Contains(err.Error(), `"nobody" not found`) || !strings.Contains(stderr, "NotFound") {
			t.Errorf("error %v, stderr %q", err, stderr)
		}
	})
	t.Run("CRDs are served when InstallCRDs returns", func(t *testing.T) { testInstallCRDs(t, cp) })
	t.Run("an added user has no rights of its own", func(t *testing.T) { testAddUser(t, cp) })
	t.Run("the audit log has each write once", func(t *testing.T) { testAudit(t, cp, audit) })

	if err := cp.Stop(); err != nil {
		t.Fatal(err)
	}
	stopped = true
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 || left[0] != audit {
		t.Errorf("left behind: %v", left)
	}
	if log.Len() == 0 {
		t.Error("the servers' output did not reach the log")
	}
}

func testInstallCRDs(t *testing.T, cp *controlplane.ControlPlane) {
	dir := t.TempDir()
	crd := `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`
	if err := os.WriteFile(filepath.Join(dir, "crd.yaml"), []byte(crd), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cp.InstallCRDs(dir); err != nil {
		t.Fatal(err)
	}
	kubectl(t, cp, "get", "things")

	if err := cp.InstallCRDs(filepath.Join(dir, "missing")); err == nil {
		t.Error("a missing folder was not an error")
	}
}

func testAddUser(t *testing.T, cp *controlplane.ControlPlane) {
	kubeconfig, err := cp.AddUser("system:serviceaccount:default:someone")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = cp.Kubectl(t.Context(), "--kubeconfig", kubeconfig, "get", "secrets")
	if err == nil || !strings.Contains(err.Error(), `"system:serviceaccount:default:someone" cannot list`) {
		t.Errorf("got %v", err)
	}
}

func testAudit(t *testing.T, cp *controlplane.ControlPlane, path string) {
	kubectl(t, cp, "create", "configmap", "counted")
	created := func(e controlplane.AuditEvent) bool {
		return e.IsWrite() && e.ObjectRef.Resource == "configmaps" && e.ObjectRef.Name == "counted"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		events, err := controlplane.ReadAudit(path, created)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 1 && events[0].Verb == "create" && events[0].ResponseStatus.Code == 201 {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("got %+v", events)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func kubectl(t *testing.T, cp *controlplane.ControlPlane, args ...string) string {
	t.Helper()
	out, _, err := cp.Kubectl(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMissingBinariesSayWhatToDo(t *testing.T) {
	t.Setenv("KUBEBUILDER_ASSETS", t.TempDir())
	_, err := controlplane.Start(t.Context(), controlplane.Options{})
	if err == nil || !strings.Contains(err.Error(), "make control-plane") {
		t.Errorf("got %v", err)
	}
}
