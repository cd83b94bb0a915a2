package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

// The operator as config/default installs it.
const (
	operatorNamespace = "campaign-operator-system"
	operatorUser      = "system:serviceaccount:" + operatorNamespace + ":campaign-operator-manager"
)

// need is why the operator has a right.
type need struct {
	why string
	// rare is what uses it, where liveAWholeLife does not come to it.
	rare string
}

// needs are all rights that the operator has, as `verb resource[.group][/subresource] [name]`.
// Whoever grants another one says here what for, and has liveAWholeLife use it.
var needs = withAccounts(withCampaigns(map[string]need{
	"get secrets":    {why: "an account's keys, by the name that it gives"},
	"get namespaces": {why: "whether one is going away with all that is in it, before a deletion ends an activity"},

	"create events.events.k8s.io": {why: "what somebody has to act on"},
	"patch events.events.k8s.io":  {why: "the count of an event that comes again", rare: "the same event on an unchanged resource within minutes"},

	"create leases.coordination.k8s.io":                      {why: "the lease, by the first manager"},
	"get leases.coordination.k8s.io campaign-operator.io":    {why: "who leads"},
	"update leases.coordination.k8s.io campaign-operator.io": {why: "to lead, and to give up the lead"},
	"create events": {why: "who became leader, in the operator's own namespace"},
}, "paygiftactivities", "couponstocks", "alipayvoucheractivities"), "wechatpaymerchants", "alipayapps")

// withAccounts adds the rights that the operator needs for each kind of account.
func withAccounts(needs map[string]need, kinds ...string) map[string]need {
	for _, kind := range kinds {
		kind += ".campaign-operator.io"
		maps.Copy(needs, map[string]need{
			"get " + kind:               {why: "an account as it is now, just before a call"},
			"list " + kind:              {why: "accounts at the start, from API servers that do not stream lists"},
			"watch " + kind:             {why: "accounts"},
			"patch " + kind:             {why: "the finalizer of an account that a deletion needs"},
			"patch " + kind + "/status": {why: "whether an account works"},
		})
	}
	return needs
}

// withCampaigns adds the rights that the operator needs for each kind of campaign.
func withCampaigns(needs map[string]need, kinds ...string) map[string]need {
	for _, kind := range kinds {
		kind += ".campaign-operator.io"
		maps.Copy(needs, map[string]need{
			"get customresourcedefinitions.apiextensions.k8s.io " + kind: {why: "whether it is going away with all campaigns, before a deletion ends or pauses an activity"},

			"get " + kind:               {why: "a campaign as it is now, just before a call"},
			"list " + kind:              {why: "campaigns at the start, from API servers that do not stream lists"},
			"watch " + kind:             {why: "campaigns"},
			"patch " + kind:             {why: "the finalizer of a campaign whose deletion ends or pauses its activity"},
			"patch " + kind + "/status": {why: "the record of what was sent, and what became of it"},
		})
	}
	return needs
}

// watched is all that the operator lists and watches. Neither Secrets nor namespaces are among
// it: whoever may list a kind reads the contents of all of it.
var watched = []string{
	"alipayapps.campaign-operator.io", "alipayvoucheractivities.campaign-operator.io", "couponstocks.campaign-operator.io",
	"paygiftactivities.campaign-operator.io", "wechatpaymerchants.campaign-operator.io",
}

func TestTheOperatorHasTheRightsThatItUsesAndNoOther(t *testing.T) {
	t.Parallel()
	granted := grantedRights(t)
	for _, right := range granted {
		if needs[right.String()].why == "" {
			t.Errorf("config/rbac grants %q, and no need says what for", right)
		}
	}
	for name := range needs {
		if !slices.ContainsFunc(granted, func(r right) bool { return r.String() == name }) {
			t.Errorf("%q is needed, and config/rbac does not grant it", name)
		}
	}

	w := newInstalledWorld(t)
	w.liveAWholeLife()
	eventually(t, "every right is used", func() error { return w.unused(granted) })
	w.manager.stop()
	requests := w.requests()
	for _, refused := range requests {
		if refused.ResponseStatus.Code == http.StatusForbidden {
			t.Errorf("the operator tried to %s %s %s, and may not", refused.Verb, refused.ObjectRef.Resource, refused.ObjectRef.Subresource)
		}
	}
	for _, verb := range []string{"list", "watch"} {
		if kinds := kindsOf(requests, verb); !slices.Equal(kinds, watched) {
			t.Errorf("the operator used %s on %v, want %v", verb, kinds, watched)
		}
	}
}

// right is one thing that somebody may do.
type right struct{ verb, group, resource, name string }

// String is written like the keys of needs.
func (r right) String() string {
	resource, subresource, _ := strings.Cut(r.resource, "/")
	text := r.verb + " " + resource
	if r.group != "" {
		text += "." + r.group
	}
	if subresource != "" {
		text += "/" + subresource
	}
	return strings.TrimSpace(text + " " + r.name)
}

// covers reports whether the right is what allowed a request.
func (r right) covers(request controlplane.AuditEvent) bool {
	return r.verb == request.Verb && r.group == request.ObjectRef.APIGroup && r.resource == resourceOf(request) &&
		(r.name == "" || r.name == request.ObjectRef.Name)
}

func resourceOf(request controlplane.AuditEvent) string {
	if request.ObjectRef.Subresource == "" {
		return request.ObjectRef.Resource
	}
	return request.ObjectRef.Resource + "/" + request.ObjectRef.Subresource
}

// kindsOf are the kinds that a verb was used on.
func kindsOf(requests []controlplane.AuditEvent, verb string) []string {
	kinds := map[string]bool{}
	for _, request := range requests {
		if request.Verb == verb {
			kinds[strings.TrimPrefix(right{verb, request.ObjectRef.APIGroup, resourceOf(request), ""}.String(), verb+" ")] = true
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

// grantedRights are the rights in the operator's roles, one by one.
func grantedRights(t *testing.T) []right {
	t.Helper()
	var rights []right
	for _, file := range []string{"role.yaml", "leader_election_role.yaml"} {
		text, err := os.ReadFile(filepath.Join(root, "config/rbac", file))
		if err != nil {
			t.Fatal(err)
		}
		var role rbacv1.ClusterRole // a Role has the same rules
		if err := yaml.UnmarshalStrict(text, &role); err != nil {
			t.Fatal(err)
		}
		for _, rule := range role.Rules {
			rights = append(rights, rightsOf(rule)...)
		}
	}
	return rights
}

func rightsOf(rule rbacv1.PolicyRule) []right {
	var rights []right
	names := rule.ResourceNames
	if len(names) == 0 {
		names = []string{""}
	}
	for _, group := range rule.APIGroups {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				for _, name := range names {
					rights = append(rights, right{verb, group, resource, name})
				}
			}
		}
	}
	return rights
}

// installedWorld is a world on a control plane of its own with all that config/default
// installs, on which the manager runs as the operator's service account.
type installedWorld struct {
	*world
	auditLog, kubeconfig string
}

func newInstalledWorld(t *testing.T) *installedWorld {
	t.Helper()
	w := &installedWorld{world: newVoucherWorld(t), auditLog: filepath.Join(t.TempDir(), "audit.log")}
	cp, err := controlplane.Start(t.Context(), controlplane.Options{AuditLogPath: w.auditLog})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cp.Stop() })
	if _, _, err := cp.Kubectl(t.Context(), "apply", "--server-side", "-k", filepath.Join(root, "config/default")); err != nil {
		t.Fatal(err)
	}
	if w.kubeconfig, err = cp.AddUser(operatorUser); err != nil {
		t.Fatal(err)
	}
	w.use(cp)
	w.applyAccount()
	return w
}

// startOperator starts a manager as the Deployment does: for all namespaces, with leader election.
func (w *installedWorld) startOperator(env ...string) {
	w.t.Helper()
	w.manager = start(w.t, "manager", append(env, "KUBECONFIG="+w.kubeconfig),
		"--allowed-gateways", w.sim.url+","+w.sim.url+"/gateway.do", "--leader-elect-namespace", operatorNamespace, "--metrics-address=0", "--health-address=0",
		"--create-rate=0", "--read-rate=0", "--sweep-interval=1s", "--stock-registration=0s", "--log-level=1", "--audit-log=-")
}

// liveAWholeLife has the operator do all that takes a right, and leaves it running.
func (w *installedWorld) liveAWholeLife() {
	w.t.Helper()
	w.startOperator()
	create := map[string]any{"operation": "paygift.create"}
	w.fault(map[string]any{"match": create, "action": "status", "status": 400, "code": "PARAM_ERROR"})
	w.mustApply(w.manifest(campaign{Name: "refused"})) // an event
	w.waitFor("refused", "Stalled", "True Rejected")

	ended := campaign{Name: "ended", Begin: time.Now().Add(24 * time.Hour)}
	w.fault(map[string]any{"match": create, "action": "status", "status": 500}) // sent again, after a look at the manifest as it is
	w.mustApply(w.manifest(ended))
	w.waitFor("ended", "Ready", "True Scheduled")
	ended.State = "Terminated"
	w.mustApply(w.manifest(ended))
	w.waitFor("ended", "Ready", "True Terminated")
	w.fault(map[string]any{"match": map[string]any{"operation": "favor.create"}, "action": "status", "status": 500})
	w.applyStock(stock{Name: "paused", Lines: []string{"deletionPolicy: Pause"}})
	w.waitForStock("paused", "Ready", "True Running")
	w.fault(map[string]any{"match": map[string]any{"operation": "ordervoucher.create"}, "action": "status", "status": 502})
	w.applyVoucher(voucher{Name: "stopped", Lines: []string{"deletionPolicy: Terminate"}})
	w.waitForVoucher("stopped", "Ready", "True Scheduled")
	w.manager.stop()

	w.startOperator("KUBE_FEATURE_WatchListClient=false") // as with an API server that does not stream lists
	for _, name := range []string{"kept", "deleted"} {
		w.mustApply(w.manifest(campaign{Name: name, Title: name}))
		w.waitFor(name, "Ready", "True Scheduled")
	}
	w.kubectl("patch", "pga", "deleted", "-n", w.namespace, "--type=merge", "-p", `{"spec":{"deletionPolicy":"Terminate"}}`)
	w.waitFor("deleted", "Ready", "True Scheduled")
	w.waitForSweeps(w.counter("paygift.list") + 2)
	w.kubectl("delete", "wxm,apa", "--all", "-n", w.namespace, "--wait=false") // while a campaign needs it to go
	w.kubectl("delete", "pga,cst,ava", "--all", "-n", w.namespace, "--timeout=40s")
	w.kubectl("delete", "wxm,apa", "--all", "-n", w.namespace, "--timeout=40s")
}

// requests are the operator's to the API server so far.
func (w *installedWorld) requests() []controlplane.AuditEvent {
	w.t.Helper()
	requests, err := controlplane.ReadAudit(w.auditLog, func(e controlplane.AuditEvent) bool { return e.User.Username == operatorUser })
	if err != nil {
		w.t.Fatal(err)
	}
	return requests
}

// unused names the rights that nothing has used so far.
func (w *installedWorld) unused(rights []right) error {
	requests := w.requests()
	var unused []string
	for _, right := range rights {
		if needs[right.String()].rare == "" && !slices.ContainsFunc(requests, right.covers) {
			unused = append(unused, right.String())
		}
	}
	if len(unused) > 0 {
		return fmt.Errorf("unused are %s", strings.Join(unused, "; "))
	}
	return nil
}
