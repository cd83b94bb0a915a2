package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is a binary that a test has started.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	log  string
	done chan struct{}
}

func start(t *testing.T, name string, env []string, args ...string) *process {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), name+"-*.log")
	if err != nil {
		t.Fatal(err)
	}
	binary, err := filepath.Abs(filepath.Join(root, "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("%s is not built: run `make build`", binary)
	}
	cmd := exec.Command(binary, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: cmd, log: log.Name(), done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		_ = log.Close()
		if t.Failed() {
			text, _ := os.ReadFile(p.log)
			t.Logf("%s printed:\n%s", name, tail(withoutPolls(text), 6000))
		}
	})
	return p
}

// kill ends the process as a power cut would, and returns when it is gone.
func (p *process) kill() { p.end(syscall.SIGKILL) }

// stop ends the process as a rollout would.
func (p *process) stop() { p.end(syscall.SIGTERM) }

// printed is what the process has printed so far.
func (p *process) printed() string {
	text, _ := os.ReadFile(p.log)
	return string(text)
}

func (p *process) end(signal syscall.Signal) {
	_ = p.cmd.Process.Signal(signal)
	<-p.done
}

// withoutPolls leaves out the tests' own questions to the simulator.
func withoutPolls(text []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(text) {
		if !bytes.Contains(line, []byte("GET /_sim/")) {
			kept = append(kept, line...)
		}
	}
	return kept
}

func tail(text []byte, n int) []byte {
	if len(text) > n {
		return text[len(text)-n:]
	}
	return text
}

// simulator is a running gateway-simulator.
type simulator struct {
	*process
	url     string
	mchid   string
	appID   string
	secrets string
	// namespace holds the merchant and its Secret.
	namespace string
}

// startVoucherSimulator starts a simulator that has an Alipay app, too.
func startVoucherSimulator(t *testing.T, namespace, mchid string, args ...string) *simulator {
	t.Helper()
	return startSimulator(t, namespace, mchid, append([]string{"--alipay-app", appOf(mchid)}, args...)...)
}

// appOf is the Alipay app beside a merchant.
func appOf(mchid string) string { return "202100" + mchid }

func startSimulator(t *testing.T, namespace, mchid string, args ...string) *simulator {
	t.Helper()
	dir := t.TempDir()
	address := filepath.Join(dir, "address")
	s := &simulator{mchid: mchid, appID: appOf(mchid), secrets: filepath.Join(dir, "secrets"), namespace: namespace}
	s.process = start(t, "gateway-simulator", nil, append([]string{
		"--listen", "127.0.0.1:0", "--address-file", address, "--merchant", mchid,
		"--secrets-dir", s.secrets, "--secret-namespace", namespace,
	}, args...)...)
	eventually(t, "the simulator listens", func() error {
		text, err := os.ReadFile(address)
		s.url = strings.TrimSpace(string(text))
		if err == nil && !strings.HasPrefix(s.url, "http") {
			s.url = "http://" + s.url
		}
		return err
	})
	return s
}

// call talks to the simulator's own door.
func (s *simulator) call(method, path string, body, answer any) {
	s.t.Helper()
	if err := s.try(method, path, body, answer); err != nil {
		s.t.Fatal(err)
	}
}

func (s *simulator) try(method, path string, body, answer any) error {
	payload, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// manager starts a manager on a control plane.
func startManager(t *testing.T, kubeconfig, namespace string, sim *simulator, args ...string) *process {
	t.Helper()
	return start(t, "manager", []string{"KUBECONFIG=" + kubeconfig}, append([]string{
		"--allowed-gateways", sim.url + "," + sim.url + "/gateway.do", "--watch-namespaces", namespace, "--leader-elect=false", "--metrics-address=0", "--health-address=0",
		"--create-rate=0", "--read-rate=0", "--sweep-interval=1s", "--log-level=1", "--audit-log=-",
	}, args...)...)
}

// patience is how long a test waits for what takes seconds, or a minute or two where the vendor's silence has to be waited for, on a
// machine that many other tests run on.
const patience = 3 * time.Minute

// eventually polls until the check passes.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	eventuallyWithin(t, patience, what, check)
}

// eventuallyWithin polls until the check passes, for as long as is said.
func eventuallyWithin(t *testing.T, within time.Duration, what string, check func() error) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var err error
	for {
		if err = check(); err == nil {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("not within %s: %s: %v", within, what, err)
		case <-tick.C:
		}
	}
}
