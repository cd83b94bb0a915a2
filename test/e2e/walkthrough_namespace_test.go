package e2e

import (
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

func TestWalkthroughDeletingANamespace(t *testing.T) {
	t.Parallel()
	st := &namespaceStory{story: newStory(t, "deleting-a-namespace", "Deleting a namespace with live campaigns")}
	st.moveCampaigns()
	st.Say("What deleting a resource does to its activity is in the manifest: `deletionPolicy: Orphan`, also when left out, leaves it as " +
		"it is; `Terminate` ends it for ever first. Losing a namespace or a cluster ends nothing, whatever the manifests say. " +
		"The account is in the namespace `platform` here.")
	st.deleteOne()
	st.deleteWithoutGateway()
	st.deleteNamespace()
	st.Done()
}

// namespaceStory is a story whose account is in another namespace than its campaigns.
type namespaceStory struct {
	*story
	// platform is the account's world.
	platform *world
	// running are the activities that no resource records any more; ended is the one that a deletion has ended.
	running []string
	ended   string
}

// moveCampaigns gives the campaigns a namespace of their own, and starts the manager.
func (st *namespaceStory) moveCampaigns() {
	st.t.Helper()
	platform := *st.world
	st.platform, st.namespace = &platform, platform.namespace+"-marketing"
	st.shown = newShown(st.start)
	st.shown.gateway(st.sim.url)
	st.shown.account(st.sim.mchid, "1900000109")
	st.shown.namespace(st.namespace, "marketing")
	st.shown.literal(platform.namespace, "platform")
	st.kubectl("create", "namespace", st.namespace)
	st.kubectl("patch", "wxm", "wechatpay", "-n", platform.namespace, "--type=merge", "-p", fmt.Sprintf(`{"spec":{"allowedNamespaces":[%q]}}`, st.namespace))
	st.useClusters(map[string]*controlplane.ControlPlane{"cluster": st.cp}, "cluster")
	st.t.Cleanup(st.cleanUp)
	platform.startReadyManager("--watch-namespaces", st.namespace)
	st.manager = platform.manager
}

// manifest is a manifest of a campaign whose account is in the other namespace.
func (st *namespaceStory) manifest(c campaign, lines ...string) string {
	st.t.Helper()
	return strings.Replace(st.story.manifest(c, lines...), "{name: wechatpay}", "{name: wechatpay, namespace: "+st.platform.namespace+"}", 1)
}

func (st *namespaceStory) deleteOne() {
	st.t.Helper()
	st.Step("One resource")
	st.File("spring.yaml", st.manifest(campaign{Name: "spring", Title: "春季满额送"}, "deletionPolicy: Terminate"))
	st.Run("kubectl apply -f spring.yaml")
	st.Wait("spring", "Ready", "True Scheduled")
	id := st.get("spring").Status.ActivityID
	st.Run("kubectl delete pga spring --timeout=60s")
	st.Say("kubectl waited until the activity had ended:")
	st.Vendor()
	if status := st.statusAtVendor(id); status != "TERMINATE_ACT_STATUS" {
		st.t.Errorf("the activity is %s", status)
	}
	st.ended = id
}

func (st *namespaceStory) deleteWithoutGateway() {
	st.t.Helper()
	st.Step("One resource, while WeChat Pay cannot be reached")
	st.File("summer.yaml", st.manifest(campaign{Name: "summer", Title: "夏季满额送"}, "deletionPolicy: Terminate"))
	st.Run("kubectl apply -f summer.yaml")
	st.Wait("summer", "Ready", "True Scheduled")
	id := st.get("summer").Status.ActivityID
	rule := st.fault(map[string]any{"match": map[string]any{"operation": "paygift.terminate"}, "action": "reset", "times": -1})
	st.Run("kubectl delete pga summer --wait=false")
	eventually(st.t, "the finalizer says why it waits", func() error {
		got := st.get("summer")
		if got.DeletionTimestamp == nil || condition(got.Status.Conditions, "Ready") != "False GatewayUnavailable" {
			return fmt.Errorf("deleted %v, status %+v", got.DeletionTimestamp, got.Status)
		}
		return nil
	})
	if message := st.message("summer"); !strings.Contains(message, "Orphan") {
		st.t.Errorf("the way out is not named: %s", message)
	}
	st.Say("The resource stays until the activity has ended, and says why. Whoever cannot wait lets go of the activity:")
	st.Reason("summer")
	st.Run(`kubectl patch pga summer --type=merge -p '{"spec":{"deletionPolicy":"Orphan"}}'`)
	st.Run("kubectl wait --for=delete pga/summer --timeout=60s")
	if status := st.statusAtVendor(id); status != "CREATE_ACT_STATUS" {
		st.t.Errorf("the activity is %s", status)
	}
	st.running = append(st.running, id)
	st.sim.call("DELETE", "/_sim/faults/"+rule, nil, nil)
}

func (st *namespaceStory) deleteNamespace() {
	st.t.Helper()
	st.Step("The namespace")
	st.File("autumn.yaml", st.manifest(campaign{Name: "autumn"}, "deletionPolicy: Terminate"))
	st.write("winter.yaml", st.manifest(campaign{Name: "winter", Title: "冬季满额送"}))
	st.Run("kubectl apply -f autumn.yaml -f winter.yaml")
	autumn := st.waitFor("autumn", "Ready", "True Scheduled").Status.ActivityID
	winter := st.waitFor("winter", "Ready", "True Scheduled").Status.ActivityID
	terminates := st.counter("paygift.terminate")
	st.Run("kubectl delete namespace " + st.namespace + " --wait=false")
	st.emptyNamespace("autumn", "winter")
	st.Say("Kubernetes deletes what is in it. The campaign with `Terminate` is let go without a call, since nobody has asked for its end:")
	st.Vendor()
	for _, id := range []string{autumn, winter} {
		if status := st.statusAtVendor(id); status != "CREATE_ACT_STATUS" {
			st.t.Errorf("%s is %s", id, status)
		}
	}
	if calls := st.counter("paygift.terminate"); calls != terminates {
		st.t.Errorf("%d terminate calls", calls-terminates)
	}

	st.Step("What is left")
	st.Say("The account remembers: its events tell what was let go, and its status lists what runs without a resource. The same " +
		"manifests find these activities again; whoever wants to end one without a manifest does so in the merchant console.")
	st.running = append(st.running, autumn, winter)
	st.platform.waitForUnmanaged(st.running...)
	const events = "kubectl get events -n %s --field-selector type=Warning,involvedObject.kind=WeChatPayMerchant" +
		" --sort-by=.message -o custom-columns=REASON:.reason,MESSAGE:.message"
	eventually(st.t, "an event names each activity that was let go, and no other", func() error {
		out, err := st.shell(fmt.Sprintf(events, st.platform.namespace))
		for _, id := range st.running {
			if !strings.Contains(out, id) {
				return fmt.Errorf("%s is not named: %s", id, out)
			}
		}
		if strings.Contains(out, st.ended) {
			return fmt.Errorf("%s, which was ended, is named: %s", st.ended, out)
		}
		return err
	})
	st.Run(fmt.Sprintf(events, st.platform.namespace))
	st.Run("kubectl get wxm wechatpay -n " + st.platform.namespace + " -o jsonpath-as-json='{.status.unmanaged}'")
}

// emptyNamespace does what the namespace controller does, which the tests' control plane does not have.
func (st *namespaceStory) emptyNamespace(names ...string) {
	st.t.Helper()
	if err := st.client.DeleteAllOf(st.t.Context(), &v1alpha1.PayGiftActivity{}, client.InNamespace(st.namespace)); err != nil {
		st.t.Fatal(err)
	}
	for _, name := range names {
		eventually(st.t, name+" is gone", func() error {
			object := &v1alpha1.PayGiftActivity{}
			err := st.client.Get(st.t.Context(), types.NamespacedName{Namespace: st.namespace, Name: name}, object)
			if apierrors.IsNotFound(err) {
				return nil
			}
			return fmt.Errorf("finalizers %v, status %+v: %w", object.Finalizers, object.Status, err)
		})
	}
}
