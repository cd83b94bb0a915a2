package controlplane

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Kubectl runs kubectl as the administrator. The error carries what it printed to standard error.
func (cp *ControlPlane) Kubectl(ctx context.Context, args ...string) (stdout, stderr string, err error) {
	return cp.KubectlInput(ctx, "", args...)
}

// KubectlInput is Kubectl with a standard input, as for `apply -f -`.
func (cp *ControlPlane) KubectlInput(ctx context.Context, stdin string, args ...string) (stdout, stderr string, err error) {
	var out, errOut bytes.Buffer
	cmd := cp.KubectlCommand(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errOut
	if err = cmd.Run(); err != nil {
		err = fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(errOut.String()))
	}
	return out.String(), errOut.String(), err
}

// KubectlStream runs kubectl with its output going to the given writers, as for `get --watch`.
func (cp *ControlPlane) KubectlStream(ctx context.Context, stdout, stderr io.Writer, args ...string) error {
	cmd := cp.KubectlCommand(ctx, args...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd.Run()
}

// KubectlCommand is the kubectl command, not yet started, with nothing of the user's own configuration in its way.
func (cp *ControlPlane) KubectlCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, cp.kubectlPath, args...)
	cmd.Env = append(os.Environ(),
		"KUBECONFIG="+cp.KubeconfigPath,
		"KUBECACHEDIR="+cp.path("kubectl-cache"),
		"KUBERC=off",
	)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}
