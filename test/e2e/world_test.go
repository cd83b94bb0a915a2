package e2e

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"strings"
	"sync/atomic"
	"testing"
	"text/template"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	kstatus "sigs.k8s.io/cli-utils/pkg/kstatus/status"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

// world is one test's cluster, vendor and operator.
type world struct {
	t         *testing.T
	cp        *controlplane.ControlPlane
	client    client.Client
	namespace string
	sim       *simulator
	manager   *process
}

var worlds atomic.Int64

// newWorld starts a simulator and applies its merchant; the manager is started by the test.
func newWorld(t *testing.T, simulatorArgs ...string) *world {
	t.Helper()
	return makeWorld(t, startSimulator, simulatorArgs...)
}

// newVoucherWorld is newWorld with an Alipay app beside the merchant.
func newVoucherWorld(t *testing.T, simulatorArgs ...string) *world {
	t.Helper()
	return makeWorld(t, startVoucherSimulator, simulatorArgs...)
}

func makeWorld(t *testing.T, start func(t *testing.T, namespace, mchid string, args ...string) *simulator, simulatorArgs ...string) *world {
	t.Helper()
	n := worlds.Add(1)
	namespace, mchid := fmt.Sprintf("e2e-%d", n), fmt.Sprintf("19000%05d", n)
	w := &world{t: t, namespace: namespace, sim: start(t, namespace, mchid, simulatorArgs...)}
	w.use(suite.ControlPlane)
	t.Cleanup(w.cleanUp)
	w.applyAccount()
	return w
}

// use moves the world to a control plane.
func (w *world) use(cp *controlplane.ControlPlane) {
	w.t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		w.t.Fatal(err)
	}
	c, err := client.New(cp.Config, client.Options{Scheme: scheme})
	if err != nil {
		w.t.Fatal(err)
	}
	w.cp, w.client = cp, c
	w.kubectl("create", "namespace", w.namespace)
}

func (w *world) applyAccount() {
	w.t.Helper()
	w.kubectl("apply", "-f", w.sim.secrets)
}

func (w *world) startManager(args ...string) {
	w.t.Helper()
	w.manager = startManager(w.t, w.cp.KubeconfigPath, w.namespace, w.sim, args...)
}

// startReadyManager starts a manager and waits until its account works, so that a campaign that
// begins soon is created before it begins, however slow the machine.
func (w *world) startReadyManager(args ...string) {
	w.t.Helper()
	w.startManager(args...)
	w.waitForAccount("True AccountReady", "")
}

// soon is a begin that is still ahead when its manifest is applied, and over soon after.
func soon() time.Time { return time.Now().Add(8 * time.Second) }

// cleanUp takes the test's resources away from the next test's manager.
func (w *world) cleanUp() {
	if w.manager != nil {
		w.manager.kill()
	}
	for _, kind := range []string{"paygiftactivities", "couponstocks", "alipayvoucheractivities", "wechatpaymerchants", "alipayapps"} {
		_, _, _ = w.cp.Kubectl(context.Background(), "delete", kind, "--all", "-n", w.namespace, "--wait=false")
	}
}

// kubectl runs kubectl and fails the test when it fails.
func (w *world) kubectl(args ...string) string {
	w.t.Helper()
	out, stderr, err := w.cp.Kubectl(w.t.Context(), args...)
	if err != nil {
		w.t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	return out
}

// apply applies a manifest as a user would and returns what kubectl says of a refusal.
func (w *world) apply(manifest string) error {
	w.t.Helper()
	_, stderr, err := w.cp.KubectlInput(w.t.Context(), manifest, "apply", "-f", "-")
	if err != nil {
		return fmt.Errorf("%w: %s", err, stderr)
	}
	return nil
}

func (w *world) mustApply(manifest string) {
	w.t.Helper()
	if err := w.apply(manifest); err != nil {
		w.t.Fatal(err)
	}
}

// campaign is what a test's manifest says; the zero value of a field takes the usual one.
type campaign struct {
	Name, Namespace, State, Title, Number string
	Begin, End                            time.Time
	Threshold                             int
	// Members restricts the gift to members.
	Members bool
}

var payGiftTemplate = template.Must(template.New("").Parse(`apiVersion: campaign-operator.io/v1alpha1
kind: PayGiftActivity
metadata: {name: {{.Name}}, namespace: {{.Namespace}}}
spec:
  merchantRef: {name: wechatpay}
  state: {{.State}}
  activityBaseInfo:
    activityName: {{.Title}}
    activitySecondTitle: 满百元送券
    merchantLogoUrl: https://wx.gtimg.com/mch/img/ico-logo.png
    beginTime: "{{.Begin.Format "2006-01-02T15:04:05Z07:00"}}"
    endTime: "{{.End.Format "2006-01-02T15:04:05Z07:00"}}"
    deliveryPurpose: OFF_LINE_PAY
{{- if .Number}}
    outRequestNo: {{.Number}}
{{- end}}
  awardSendRule:
    transactionAmountMinimum: {{.Threshold}}
    awardList:
    - {stockId: "98065001", originalImageUrl: "https://wx.gtimg.com/mch/img/gift.png"}
    merchantIdList: ["{{.Merchant}}"]
{{- if .Members}}
  advancedSetting: {deliveryUserCategory: DELIVERY_MEMBER_PERSON, merchantMemberAppid: wx0123456789abcdef}
{{- end}}
`))

// manifest renders a campaign.
func (w *world) manifest(c campaign) string {
	w.t.Helper()
	c.Namespace = w.namespace
	if c.State == "" {
		c.State = "Active"
	}
	if c.Title == "" {
		c.Title = fmt.Sprintf("秋季满额送%04x", crc32.ChecksumIEEE([]byte(c.Name))&0xffff) // no two are twins
	}
	if c.Begin.IsZero() {
		c.Begin = time.Now().Add(24 * time.Hour)
	}
	if c.End.IsZero() {
		c.End = c.Begin.Add(30 * 24 * time.Hour)
	}
	if c.Threshold == 0 {
		c.Threshold = 10000
	}
	var out bytes.Buffer
	if err := payGiftTemplate.Execute(&out, struct {
		campaign
		Merchant string
	}{c, w.sim.mchid}); err != nil {
		w.t.Fatal(err)
	}
	return out.String()
}

// get reads a pay-gift activity from the API server.
func (w *world) get(name string) *v1alpha1.PayGiftActivity {
	w.t.Helper()
	object := &v1alpha1.PayGiftActivity{}
	w.read(name, object)
	return object
}

// read reads a resource of the world's namespace into a new object.
func (w *world) read(name string, object client.Object) {
	w.t.Helper()
	if err := w.client.Get(w.t.Context(), types.NamespacedName{Namespace: w.namespace, Name: name}, object); err != nil {
		w.t.Fatal(err)
	}
}

// condition returns a condition's status and reason, such as "True Scheduled"; empty when absent.
func condition(conditions []metav1.Condition, conditionType string) string {
	c := meta.FindStatusCondition(conditions, conditionType)
	if c == nil {
		return ""
	}
	return string(c.Status) + " " + c.Reason
}

// waitFor waits until a pay-gift activity's condition is as wanted.
func (w *world) waitFor(name, conditionType, want string) *v1alpha1.PayGiftActivity {
	w.t.Helper()
	return waitForCampaign(w, w.get, name, conditionType, want)
}

// waitForCampaign waits until a campaign's condition is as wanted for its current generation, and
// checks the rules that every status keeps.
func waitForCampaign[C v1alpha1.Campaign](w *world, get func(name string) C, name, conditionType, want string) C {
	w.t.Helper()
	var last C
	eventually(w.t, fmt.Sprintf("%s is %s %s", name, conditionType, want), func() error {
		last = get(name)
		st := last.CampaignStatus()
		got := condition(st.Conditions, conditionType)
		if got != want || st.ObservedGeneration != last.GetGeneration() {
			return fmt.Errorf("generation %d, observed %d, state %s, conditions %+v", last.GetGeneration(), st.ObservedGeneration, st.State, st.Conditions)
		}
		return nil
	})
	st := last.CampaignStatus()
	if broken := status.Check(last.GetGeneration(), st.ObservedGeneration, st.Conditions); len(broken) > 0 {
		w.t.Errorf("the status of %s breaks the rules: %v", name, broken)
	}
	w.checkKstatus(last, conditionType)
	return last
}

// kstatusOf is what Flux and other users of kstatus make of a condition that is true.
var kstatusOf = map[string]kstatus.Status{
	v1alpha1.ConditionReady:       kstatus.CurrentStatus,
	v1alpha1.ConditionReconciling: kstatus.InProgressStatus,
	v1alpha1.ConditionStalled:     kstatus.FailedStatus,
}

// checkKstatus checks that kstatus reads a campaign as it is meant.
func (w *world) checkKstatus(c v1alpha1.Campaign, conditionType string) {
	w.t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(c)
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := kstatus.Compute(&unstructured.Unstructured{Object: content})
	if err != nil {
		w.t.Fatal(err)
	}
	if got.Status != kstatusOf[conditionType] {
		w.t.Errorf("kstatus reads %s as %s (%s), want %s", c.GetName(), got.Status, got.Message, kstatusOf[conditionType])
	}
}

// remote is an activity as the simulator reports it.
type remote struct {
	ActivityID   string `json:"activityId"`
	OutRequestNo string `json:"outRequestNo"`
	ActivityName string `json:"activityName"`
	Status       string `json:"status"`
}

// remotes are all pay-gift activities of the world's merchant at the vendor.
func (w *world) remotes() []remote {
	w.t.Helper()
	var answer struct {
		Data []remote `json:"data"`
	}
	w.sim.call("GET", "/_sim/activities?kind=paygift&mchid="+w.sim.mchid, nil, &answer)
	return answer.Data
}

// theOnly returns the merchant's only activity.
func (w *world) theOnly() remote {
	w.t.Helper()
	all := w.remotes()
	if len(all) != 1 {
		w.t.Fatalf("%d activities at the vendor, want exactly one: %+v", len(all), all)
	}
	return all[0]
}

// fault makes the simulator misbehave and returns the rule's id.
func (w *world) fault(rule map[string]any) string {
	w.t.Helper()
	var answer struct {
		ID string `json:"id"`
	}
	w.sim.call("POST", "/_sim/faults", rule, &answer)
	return answer.ID
}

// held waits until a rule holds a call.
func (w *world) held(id string) {
	w.t.Helper()
	eventually(w.t, "a call is held", func() error {
		var answer struct {
			Data []struct {
				ID   string `json:"id"`
				Held int    `json:"held"`
			} `json:"data"`
		}
		if err := w.sim.try("GET", "/_sim/faults", nil, &answer); err != nil {
			return err
		}
		for _, rule := range answer.Data {
			if rule.ID == id && rule.Held > 0 {
				return nil
			}
		}
		return fmt.Errorf("none held: %+v", answer)
	})
}

// struck waits until a rule has struck a call.
func (w *world) struck(id string) {
	w.t.Helper()
	w.sim.call("GET", "/_sim/faults/"+id+"?struck=1&timeout=30s", nil, nil)
}

func (w *world) set(name, value string) {
	w.t.Helper()
	w.sim.call("PUT", "/_sim/switches", map[string]string{name: value}, nil)
}

// counter is how often an operation was called at the simulator.
func (w *world) counter(operation string) int {
	w.t.Helper()
	var answer struct {
		Operations map[string]struct {
			Requests int `json:"requests"`
		} `json:"operations"`
	}
	w.sim.call("GET", "/_sim/counters", nil, &answer)
	return answer.Operations[operation].Requests
}

// writes are the API server's writes to the test's campaigns by the manager.
func (w *world) writes() []string {
	w.t.Helper()
	events, err := controlplane.ReadAudit(suite.auditLog, func(e controlplane.AuditEvent) bool {
		return e.IsWrite() && strings.HasPrefix(e.UserAgent, "campaign-operator/") && e.ObjectRef.Namespace == w.namespace
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var writes []string
	for _, e := range events {
		writes = append(writes, fmt.Sprintf("%s %s/%s %s (%d)", e.Verb, e.ObjectRef.Resource, e.ObjectRef.Subresource, e.ObjectRef.Name, e.ResponseStatus.Code))
	}
	return writes
}

// campaignWrites are the writes that concern one campaign.
func (w *world) campaignWrites(name string) []string {
	w.t.Helper()
	var writes []string
	for _, write := range w.writes() {
		if strings.Contains(write, " "+name+" ") && !strings.Contains(write, "wechatpaymerchants") {
			writes = append(writes, write)
		}
	}
	return writes
}
