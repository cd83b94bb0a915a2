package e2e

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// pair is a world with two managers that both believe they lead.
type pair struct {
	*world
	managers [2]*process
}

// brawl is a pair, and somebody who edits all the time.
type brawl struct {
	*pair
	random *rand.Rand
	begin  time.Time
	// manifests are what was last admitted, by name.
	manifests map[string]edition
	refused   int
}

// edition is what may change in a brawl's manifests.
type edition struct {
	state     string
	threshold int
	merchants []string
	revision  int64
}

func TestTwoManagersAtOnceMakeOneActivityEachAndTrueStatuses(t *testing.T) {
	t.Parallel()
	for _, i := range []int{0, len(vendorVariants) - 1} { // what answers every repetition with the first id, and what refuses all
		t.Run(fmt.Sprintf("vendor %d", i), func(t *testing.T) {
			t.Parallel()
			b := &brawl{
				pair: &pair{world: newWorld(t)}, random: rand.New(rand.NewPCG(uint64(i), 7)), begin: time.Now().Add(24 * time.Hour), manifests: map[string]edition{},
			}
			b.setAll(vendorVariants[i])
			b.fight(100)

			// What was edited while its create call was open is waited for until absence is proven: for 90 s and two sweeps.
			eventuallyWithin(t, 5*time.Minute, "every status is true", b.check)
			b.waitForSweeps(b.counter("paygift.list") + 6) // what one of them has changed the other sees in its next sweep
			writes := b.campaignsWritten()
			b.waitForSweeps(b.counter("paygift.list") + 6)
			if now := b.campaignsWritten(); len(now) > len(writes) {
				t.Errorf("the two go on writing: %q", now[len(writes):])
			}
			if err := b.check(); err != nil {
				t.Error(err)
			}
			b.checkVariety()
		})
	}
}

// fight applies so many campaigns and edits them all the time, while managers are killed and started again.
func (b *brawl) fight(campaigns int) {
	b.t.Helper()
	const behind = 15
	b.startBoth()
	for i := range campaigns {
		b.put(name(i), edition{state: "Active", threshold: 10000, merchants: []string{b.sim.mchid}, revision: 1})
		for range 5 {
			b.edit(name(b.random.IntN(i + 1)))
		}
		if i >= behind { // the managers keep up
			b.waitUntilSeen(name(i - behind))
		}
		switch i % 12 {
		case 5:
			b.managers[i/12%2].kill()
		case 10:
			b.startBoth()
		}
	}
	b.managers[0].kill()
	b.managers[1].kill()
	for range campaigns {
		b.edit(name(b.random.IntN(campaigns)))
	}
	b.startBoth()
	for range campaigns {
		b.edit(name(b.random.IntN(campaigns)))
	}
}

func name(i int) string { return fmt.Sprintf("gift-%02d", i) }

// startBoth starts those of the two managers that do not run.
func (p *pair) startBoth(args ...string) {
	p.t.Helper()
	for i, running := range p.managers {
		if running != nil {
			select {
			case <-running.done:
			default:
				continue
			}
		}
		p.managers[i] = startManager(p.t, p.cp.KubeconfigPath, p.namespace, p.sim, args...)
	}
}

// edit changes a manifest at random; an edit that the API server refuses is no edit.
func (b *brawl) edit(name string) {
	b.t.Helper()
	next := b.manifests[name]
	next.merchants = slices.Clone(next.merchants)
	switch b.random.IntN(7) {
	case 0:
		next.state = "Terminated"
	case 1, 2:
		next.state = "Active"
	case 3:
		next.threshold = 10000 + b.random.IntN(3) // frozen while the activity exists or may exist
	case 4:
		next.merchants = []string{b.sim.mchid}
		if b.random.IntN(2) == 0 {
			next.merchants = append(next.merchants, "1900009999")
		}
	case 5:
		b.ask(name)
		return
	default:
		if b.random.IntN(3) > 0 {
			return
		}
		next.revision, next.state, next.threshold = next.revision+1, "Active", 10000+b.random.IntN(3)
	}
	b.put(name, next)
}

// put applies a manifest as Flux does, server-side, and remembers it if it is admitted.
func (b *brawl) put(name string, m edition) {
	b.t.Helper()
	object := &unstructured.Unstructured{}
	text := b.manifest(campaign{Name: name, Title: name, State: m.state, Threshold: m.threshold, Begin: b.begin})
	if err := yaml.Unmarshal([]byte(text), &object.Object); err != nil {
		b.t.Fatal(err)
	}
	spec := object.Object["spec"].(map[string]any)
	spec["requestRevision"], spec["replacePrevious"] = m.revision, "Keep"
	spec["awardSendRule"].(map[string]any)["merchantIdList"] = m.merchants
	err := b.client.Apply(b.t.Context(), client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("kustomize-controller"), client.ForceOwnership)
	switch {
	case apierrors.IsInvalid(err):
		b.refused++
	case err != nil:
		b.t.Fatal(err)
	default:
		b.manifests[name] = m
	}
}

// ask asks for a look at the vendor now.
func (b *brawl) ask(name string) {
	b.t.Helper()
	c := &v1alpha1.PayGiftActivity{}
	c.Namespace, c.Name = b.namespace, name
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:"%d"}}}`, v1alpha1.AnnotationReconcileRequestedAt, b.random.Int())
	if err := b.client.Patch(b.t.Context(), c, client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
		b.t.Fatal(err)
	}
}

// campaignsWritten are the managers' writes to campaigns so far; an account counts them a while later.
func (b *brawl) campaignsWritten() []string {
	b.t.Helper()
	return slices.DeleteFunc(b.writes(), func(write string) bool { return strings.Contains(write, "wechatpaymerchants/") })
}

// waitUntilSeen waits until one of the managers has looked at a campaign.
func (b *brawl) waitUntilSeen(name string) {
	b.t.Helper()
	eventually(b.t, name+" is looked at", func() error {
		if observed := b.get(name).Status.ObservedGeneration; observed < 0 {
			return fmt.Errorf("observed generation %d", observed)
		}
		return nil
	})
}

// checkVariety checks that the brawl has tried what it is for.
func (b *brawl) checkVariety() {
	b.t.Helper()
	seen := map[string]int{"refused edits": b.refused, "replays": b.counter("paygift.create") - len(b.remotes())}
	for _, c := range b.all() {
		seen[c.Status.ActivityStatus]++
		seen["previous"] += len(c.Status.Previous)
		if len(c.Spec.AwardSendRule.MerchantIdList) > 1 {
			seen["two merchants"]++
		}
	}
	b.t.Logf("%v, calls %v", seen, b.counters())
	for _, what := range []string{"refused edits", "CREATE_ACT_STATUS", "TERMINATE_ACT_STATUS", "previous", "two merchants"} {
		if seen[what] == 0 {
			b.t.Errorf("no %s: %v", what, slices.Sorted(maps.Keys(seen)))
		}
	}
}
