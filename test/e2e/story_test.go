package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

// story is a test that is also a page in docs/walkthroughs: what it says, the manifests that it shows and the commands
// that it runs become the page, with the output that the commands really had. Each story has a world of its own.
type story struct {
	*world
	slug, title string
	page        []block
	shown       *shown
	// repo is the folder that commands run in: a user's campaign repository.
	repo       string
	kubeconfig string
	// start is the story's now; begin is when its campaigns begin unless they say otherwise.
	start, begin time.Time
}

// beijing is the time zone of the manifests.
var beijing = time.FixedZone("", 8*60*60)

func newStory(t *testing.T, slug, title string, simulatorArgs ...string) *story {
	t.Helper()
	w := newWorld(t, simulatorArgs...)
	now := time.Now().In(beijing).Truncate(time.Second)
	st := &story{
		world: w, slug: slug, title: title, repo: t.TempDir(), kubeconfig: filepath.Join(t.TempDir(), "kubeconfig"),
		start: now, begin: now.Add(24 * time.Hour), shown: newShown(now),
	}
	st.shown.gateway(w.sim.url)
	st.shown.account(w.sim.mchid, "1900000109")
	st.shown.namespace(w.namespace, "marketing")
	st.useClusters(map[string]*controlplane.ControlPlane{"cluster": w.cp}, "cluster")
	return st
}

// useClusters writes the kubeconfig that commands use: a context for each cluster, in the world's namespace.
func (st *story) useClusters(clusters map[string]*controlplane.ControlPlane, current string) {
	st.t.Helper()
	merged := api.NewConfig()
	for name, cp := range clusters {
		one, err := clientcmd.LoadFromFile(cp.KubeconfigPath)
		if err != nil {
			st.t.Fatal(err)
		}
		context := one.Contexts[one.CurrentContext]
		merged.Clusters[name] = one.Clusters[context.Cluster]
		merged.AuthInfos[name] = one.AuthInfos[context.AuthInfo]
		merged.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name, Namespace: st.namespace}
	}
	merged.CurrentContext = current
	if err := clientcmd.WriteToFile(*merged, st.kubeconfig); err != nil {
		st.t.Fatal(err)
	}
}

// manifest renders a campaign of the story.
func (st *story) manifest(c campaign, lines ...string) string {
	st.t.Helper()
	st.shown.campaign(c.Name)
	if c.Title == "" {
		c.Title = "秋季满额送"
	}
	if c.Begin.IsZero() {
		c.Begin = st.begin
	}
	c.Begin = c.Begin.In(beijing)
	text := st.world.manifest(c)
	for _, line := range lines {
		text = strings.Replace(text, "\n  activityBaseInfo:", "\n  "+line+"\n  activityBaseInfo:", 1)
	}
	return text
}

// Say adds a paragraph of Markdown.
func (st *story) Say(text string) { st.add(block{kind: paragraph, text: text}) }

// Step begins a section.
func (st *story) Step(title string) { st.add(block{kind: heading, text: title}) }

// File writes a manifest into the repository and shows it.
func (st *story) File(name, content string) {
	st.t.Helper()
	st.write(name, content)
	st.add(block{kind: manifest, text: "# " + name + "\n" + content})
}

// Edit changes a file of the repository and shows the difference.
func (st *story) Edit(name, before, after string) {
	st.t.Helper()
	text := st.read(name)
	if strings.Count(text, before) != 1 {
		st.t.Fatalf("%s has %q %d times, want once:\n%s", name, before, strings.Count(text, before), text)
	}
	changed := strings.Replace(text, before, after, 1)
	st.write(name, changed)
	st.add(block{kind: difference, text: "# " + name + "\n" + lineDifference(text, changed)})
}

// Run runs a command in the repository's shell and shows it with its output. It has to succeed.
func (st *story) Run(command string) string {
	st.t.Helper()
	out, err := st.shell(command)
	if err != nil {
		st.t.Fatalf("$ %s\n%s%v", command, out, err)
	}
	st.add(block{kind: console, text: command, output: out})
	return out
}

// Refused is Run for a command that has to fail.
func (st *story) Refused(command string) string {
	st.t.Helper()
	out, err := st.shell(command)
	if err == nil {
		st.t.Fatalf("$ %s\n%snot refused", command, out)
	}
	st.add(block{kind: console, text: command, output: out})
	return out
}

// Wait shows kubectl waiting for a condition, and checks that its reason is the wanted one.
func (st *story) Wait(name, conditionType, want string) {
	st.t.Helper()
	st.Run(fmt.Sprintf("kubectl wait --for=condition=%s pga/%s --timeout=60s", conditionType, name))
	st.waitFor(name, conditionType, want)
}

// Reason shows the reason and the message of a campaign's Ready.
func (st *story) Reason(name string) string {
	st.t.Helper()
	return st.Run("kubectl get pga " + name + ` -o jsonpath='{range .status.conditions[?(@.type=="Ready")]}{.reason}: {.message}{end}'`)
}

// Console does something in the merchant console's place and says so.
func (st *story) Console(what, method, path, body string) {
	st.t.Helper()
	command := fmt.Sprintf("curl -X %s $SIM%s", method, path)
	var fields any
	if body != "" {
		command += " -d '" + body + "'"
		fields = json.RawMessage(body)
	}
	st.sim.call(method, path, fields, nil)
	st.Say(fmt.Sprintf("Meanwhile somebody %s in the merchant console (with the simulator: `%s`).", what, command))
}

// Vendor shows the activities that exist at the vendor and returns them.
func (st *story) Vendor() []remote {
	st.t.Helper()
	all := st.remotes()
	slices.SortFunc(all, func(a, b remote) int { return strings.Compare(a.ActivityID, b.ActivityID) })
	rows := [][]string{{"ACTIVITY", "STATUS", "REQUEST NUMBER", "NAME"}}
	for _, r := range all {
		rows = append(rows, []string{r.ActivityID, r.Status, st.shown.text(r.OutRequestNo), r.ActivityName})
	}
	st.add(block{kind: result, text: "At WeChat Pay there is:", output: columns(rows)})
	return all
}

// Done writes the page, when asked to, and otherwise checks that the committed page still says what the test does.
func (st *story) Done() {
	st.t.Helper()
	if st.t.Failed() {
		return
	}
	page := render(st.title, st.t.Name(), st.page)
	file := filepath.Join(root, "docs", "walkthroughs", st.slug+".md")
	if os.Getenv("UPDATE_WALKTHROUGHS") != "" {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			st.t.Fatal(err)
		}
		return
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		st.t.Fatalf("no page for this walk-through: run `make walkthroughs`: %v", err)
	}
	if line := firstDifference(skeleton(string(committed)), skeleton(page)); line != "" {
		st.t.Errorf("%s no longer says what this test does: run `make walkthroughs`\n%s", file, line)
	}
}

func (st *story) add(b block) {
	b.text = st.shown.text(b.text)
	if b.kind == console {
		b.output = st.shown.output(b.output)
	}
	st.page = append(st.page, b)
}

func (st *story) read(name string) string {
	st.t.Helper()
	text, err := os.ReadFile(filepath.Join(st.repo, name))
	if err != nil {
		st.t.Fatal(err)
	}
	return string(text)
}

func (st *story) write(name, content string) {
	st.t.Helper()
	path := filepath.Join(st.repo, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		st.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		st.t.Fatal(err)
	}
}

// shell runs a command with kubectl, flux-apply and git at hand and nothing of the user's own configuration.
func (st *story) shell(command string) (string, error) {
	st.t.Helper()
	bin, err := filepath.Abs(filepath.Join(root, "bin"))
	if err != nil {
		st.t.Fatal(err)
	}
	kubectl := st.cp.KubectlCommand(st.t.Context())
	const when = "2027-03-01T10:00:00+08:00"
	cmd := exec.CommandContext(st.t.Context(), "sh", "-c", command)
	cmd.Dir = st.repo
	cmd.Env = append(kubectl.Env,
		"KUBECONFIG="+st.kubeconfig, "SIM="+st.sim.url,
		"PATH="+strings.Join([]string{filepath.Dir(kubectl.Path), bin, os.Getenv("PATH")}, string(os.PathListSeparator)),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_DATE="+when, "GIT_COMMITTER_DATE="+when,
		"GIT_AUTHOR_NAME=Marketing", "GIT_COMMITTER_NAME=Marketing", "GIT_AUTHOR_EMAIL=marketing@example.com", "GIT_COMMITTER_EMAIL=marketing@example.com",
	)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}
