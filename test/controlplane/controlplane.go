// Package controlplane runs a real API server for the demo and the tests: etcd and kube-apiserver on loopback, with a
// kubeconfig and kubectl beside them. There is no controller manager: namespaces stay Terminating, nothing is garbage
// collected, and aggregated ClusterRoles stay empty.
package controlplane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// Starting takes about three seconds; on a machine that is busy with other tests it may take many times that.
const (
	startTimeout = time.Minute
	stopTimeout  = 30 * time.Second
)

// Options say where and how a control plane runs. The zero value is a private one in a temporary folder.
type Options struct {
	// Dir takes the data, the certificates and the kubeconfig; empty means a temporary folder that Stop removes. Nothing
	// in it survives into the next Start. Two running control planes must not share it.
	Dir string
	// Log receives what etcd and the API server print; nil discards it.
	Log io.Writer
	// AuditLogPath turns on an audit log of every request at level Metadata, one JSON line each. See ReadAudit.
	AuditLogPath string
	// APIServerArgs are further flags of kube-apiserver, without the leading dashes.
	APIServerArgs map[string]string
}

// ControlPlane is a running etcd and kube-apiserver.
type ControlPlane struct {
	// Config is an administrator's access.
	Config *rest.Config
	// KubeconfigPath is a kubeconfig file with the same access.
	KubeconfigPath string

	env         *envtest.Environment
	dir         string
	removeDir   bool
	kubectlPath string
}

// Start starts a control plane and returns once it serves. The binaries are those in KUBEBUILDER_ASSETS, else those that
// `make control-plane` built. Cancelling ctx does not stop it: call Stop.
func Start(ctx context.Context, opts Options) (*ControlPlane, error) {
	assets, err := findAssets()
	if err != nil {
		return nil, err
	}
	cp := &ControlPlane{dir: opts.Dir, kubectlPath: filepath.Join(assets, "kubectl")}
	if err := cp.prepareDir(); err != nil {
		return nil, err
	}
	if cp.env, err = cp.environment(assets, opts); err != nil {
		return nil, errors.Join(err, cp.cleanUp())
	}
	if cp.Config, err = cp.env.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the control plane: %w", err), cp.Stop())
	}
	cp.KubeconfigPath = cp.path("kubeconfig")
	if err := os.WriteFile(cp.KubeconfigPath, cp.env.KubeConfig, 0o600); err != nil {
		return nil, errors.Join(err, cp.Stop())
	}
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(err, cp.Stop())
	}
	return cp, nil
}

// Stop ends both processes and removes what they kept.
func (cp *ControlPlane) Stop() error {
	return errors.Join(cp.env.Stop(), cp.cleanUp())
}

// AddUser makes a user with no rights but those that RBAC gives to its name and groups, and returns a kubeconfig for it.
// A service account's user name (system:serviceaccount:NAMESPACE:NAME) works too.
func (cp *ControlPlane) AddUser(name string, groups ...string) (kubeconfigPath string, err error) {
	user, err := cp.env.AddUser(envtest.User{Name: name, Groups: groups}, nil)
	if err != nil {
		return "", fmt.Errorf("add user %q: %w", name, err)
	}
	kubeconfig, err := user.KubeConfig()
	if err != nil {
		return "", fmt.Errorf("kubeconfig of user %q: %w", name, err)
	}
	path := cp.path("kubeconfig-" + strings.NewReplacer(":", "-", "/", "-").Replace(name))
	return path, os.WriteFile(path, kubeconfig, 0o600)
}

// InstallCRDs applies the CustomResourceDefinitions in dir and waits until they are served.
func (cp *ControlPlane) InstallCRDs(dir string) error {
	_, err := envtest.InstallCRDs(cp.Config, envtest.CRDInstallOptions{Paths: []string{dir}, ErrorIfPathMissing: true})
	if err != nil {
		return fmt.Errorf("install the CRDs in %s: %w", dir, err)
	}
	return nil
}

func (cp *ControlPlane) environment(assets string, opts Options) (*envtest.Environment, error) {
	out := io.Discard
	if opts.Log != nil {
		out = &lockedWriter{w: opts.Log}
	}
	server := &envtest.APIServer{Out: out, Err: out, CertDir: cp.path("apiserver"), Path: filepath.Join(assets, "kube-apiserver")}
	etcd := &envtest.Etcd{Out: out, Err: out, DataDir: cp.path("etcd"), Path: filepath.Join(assets, "etcd")}

	// Nothing is kept, so nothing need survive a power cut; waiting for the disk is most of a write's time.
	etcd.Configure().Set("unsafe-no-fsync", "true")
	// Closes open watches at once when the server stops; otherwise it waits for them and is killed after stopTimeout.
	server.Configure().Set("shutdown-send-retry-after", "true")
	if opts.AuditLogPath != "" {
		policy := cp.path("apiserver/audit-policy.yaml")
		if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
			return nil, err
		}
		server.Configure().Set("audit-policy-file", policy).Set("audit-log-path", opts.AuditLogPath)
	}
	for name, value := range opts.APIServerArgs {
		server.Configure().Set(name, value)
	}

	env := &envtest.Environment{
		BinaryAssetsDirectory:    assets,
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  stopTimeout,
	}
	env.ControlPlane.APIServer, env.ControlPlane.Etcd, env.ControlPlane.KubectlPath = server, etcd, cp.kubectlPath
	return env, nil
}

// prepareDir makes the folders anew: etcd must not find old data, nor the API server certificates of a CA that is gone.
func (cp *ControlPlane) prepareDir() error {
	if cp.dir == "" {
		dir, err := os.MkdirTemp("", "control-plane-")
		if err != nil {
			return err
		}
		cp.dir, cp.removeDir = dir, true
	}
	dir, err := filepath.Abs(cp.dir)
	if err != nil {
		return err
	}
	cp.dir = dir
	if err := cp.removeOwn(); err != nil {
		return err
	}
	for _, name := range []string{"etcd", "apiserver"} {
		if err := os.MkdirAll(cp.path(name), 0o700); err != nil {
			return err
		}
	}
	return nil
}

func (cp *ControlPlane) cleanUp() error {
	if cp.removeDir {
		return os.RemoveAll(cp.dir)
	}
	return cp.removeOwn()
}

// removeOwn removes from Dir what this package put there, and nothing else: the folder is the caller's.
func (cp *ControlPlane) removeOwn() error {
	own, err := filepath.Glob(cp.path("kubeconfig*"))
	if err != nil {
		return err
	}
	for _, name := range append(own, cp.path("etcd"), cp.path("apiserver"), cp.path("kubectl-cache")) {
		if err := os.RemoveAll(name); err != nil {
			return err
		}
	}
	return nil
}

func (cp *ControlPlane) path(name string) string {
	return filepath.Join(cp.dir, filepath.FromSlash(name))
}

// findAssets returns the folder of the binaries, having checked that all of them are there.
func findAssets() (string, error) {
	dir := os.Getenv("KUBEBUILDER_ASSETS")
	if dir == "" {
		root, err := moduleRoot()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(root, "bin", "control-plane")
	}
	for _, name := range []string{"etcd", "kube-apiserver", "kubectl"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("no control plane to test with: run `make control-plane` (or set KUBEBUILDER_ASSETS): %w", err)
		}
	}
	return filepath.Abs(dir)
}

// moduleRoot walks up from the working directory, which `go test` sets to the package's folder, to the go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the working directory: set KUBEBUILDER_ASSETS")
		}
		dir = parent
	}
}

// lockedWriter lets two processes write to one log.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
