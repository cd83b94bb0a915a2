package api_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

const releasedDir = "testdata/released"

// A rule or a required field that is new must not hold what was stored before it: the operator has to be able to write its
// status and to let go of it.
func TestWhatEarlierReleasesStoredLivesOnUnderTheCRDsOfToday(t *testing.T) {
	releases, err := os.ReadDir(releasedDir)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, release := range releases {
		if !release.IsDir() {
			continue
		}
		tried++
		t.Run(release.Name(), func(t *testing.T) { tryUpgrade(t, filepath.Join(releasedDir, release.Name())) })
	}
	if tried == 0 {
		t.Errorf("no release in %s", releasedDir)
	}
}

func tryUpgrade(t *testing.T, dir string) {
	t.Helper()
	cluster, direct := releasedCluster(t, filepath.Join(dir, "crds"))
	var all []*unstructured.Unstructured
	for _, object := range readManifest(t, filepath.Join(dir, "objects.yaml")).objects {
		all = append(all, storeIn(t, direct, object))
	}
	installToday(t, cluster, direct)
	for _, object := range all {
		t.Run(object.GetKind()+"/"+object.GetName(), func(t *testing.T) { liveOn(t, direct, object) })
	}
}

// releasedCluster starts a control plane of its own, so that no other test sees old CRDs.
func releasedCluster(t *testing.T, crds string) (*controlplane.ControlPlane, client.Client) {
	t.Helper()
	cluster, err := controlplane.Start(t.Context(), controlplane.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := cluster.InstallCRDs(crds); err != nil {
		t.Fatal(err)
	}
	direct, err := strictClient(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range namespaces {
		if err := direct.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
			t.Fatal(err)
		}
	}
	return cluster, direct
}

// installToday upgrades the CRDs as docs/install.md says, and waits until the API server serves their schemas.
func installToday(t *testing.T, cluster *controlplane.ControlPlane, direct client.Client) {
	t.Helper()
	if _, _, err := cluster.Kubectl(t.Context(), "apply", "--server-side", "--force-conflicts", "-k", "../../config/crd"); err != nil {
		t.Fatal(err)
	}
	// With fields that the release did not have.
	newest := []*unstructured.Unstructured{fullMerchant(t), alipayApp("newest")}
	for _, k := range campaigns() {
		newest = append(newest, k.maximal(t, "newest"))
	}
	served := func(ctx context.Context) (bool, error) {
		for _, object := range newest {
			if err := direct.Create(ctx, object.DeepCopy(), client.DryRunAll); err != nil {
				return false, nil //nolint:nilerr // not yet: the old schema refuses them
			}
		}
		return true, nil
	}
	if err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, time.Minute, true, served); err != nil {
		t.Fatal("the API server does not serve the CRDs of today")
	}
}

// liveOn does with an object of an earlier release what people and the operator do.
func liveOn(t *testing.T, direct client.Client, object *unstructured.Unstructured) {
	t.Helper()
	merge := func(what, body string, subresource ...client.SubResourcePatchOption) {
		t.Helper()
		var err error
		if raw := client.RawPatch(types.MergePatchType, []byte(body)); subresource == nil {
			err = direct.Patch(t.Context(), object, raw)
		} else {
			err = direct.Status().Patch(t.Context(), object, raw, subresource...)
		}
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	before := object.DeepCopy()
	merge("annotate", `{"metadata":{"annotations":{"`+v1alpha1.AnnotationReconcileRequestedAt+`":"now"}}}`)
	merge("add a finalizer", `{"metadata":{"finalizers":["`+v1alpha1.FinalizerTerminate+`"]}}`)
	merge("write the status", newStatus[object.GetKind()], &client.SubResourcePatchOptions{})
	if !equalJSON(object.Object["spec"], before.Object["spec"]) {
		t.Errorf("spec is now %v, was %v", object.Object["spec"], before.Object["spec"])
	}
	raw, err := object.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := decode(object.GetKind(), string(raw)); err != nil {
		t.Error(err)
	}
	merge("edit the spec", newSpec[object.GetKind()])
	if creation, _, _ := unstructured.NestedString(object.Object, "status", "creation"); creation == "Confirmed" || creation == "Unknown" {
		frozen := object.DeepCopy()
		set(t, frozen, "spec.activityBaseInfo.activityName", "另一个名字")
		expectForbidden(t, direct.Update(t.Context(), frozen), baseFrozen)
	}
	if err := direct.Delete(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	merge("remove the finalizer", `{"metadata":{"finalizers":null}}`)
}

// What the operator of today writes and the release did not know, and edits that it admitted.
var (
	newStatus = map[string]string{
		"PayGiftActivity":   `{"status":{"previous":[{"revision":1}],"merchants":{"listed":["1900000109"]},"drift":{"more":1},"lastHandledReconcileAt":"now"}}`,
		"WeChatPayMerchant": `{"status":{"brake":"Hold","campaigns":{"total":7}}}`,
	}
	newSpec = map[string]string{
		"PayGiftActivity":   `{"spec":{"state":"Terminated"}}`,
		"WeChatPayMerchant": `{"spec":{"allowedNamespaces":["marketing","stores"]}}`,
	}
)
