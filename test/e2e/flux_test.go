package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// flux applies manifests through Flux's own package, as its Kustomization controller does.
func (w *world) flux(manifests map[string]string, args ...string) (string, error) {
	w.t.Helper()
	folder := w.t.TempDir()
	for name, text := range manifests {
		if err := os.WriteFile(filepath.Join(folder, name+".yaml"), []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	binary := filepath.Join(root, "bin", "flux-apply")
	if _, err := os.Stat(binary); err != nil {
		w.t.Fatalf("flux-apply is not built: run `make flux-apply`: %v", err)
	}
	cmd := exec.CommandContext(w.t.Context(), binary, append(args, folder)...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+w.cp.KubeconfigPath)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (w *world) mustFlux(manifests map[string]string, args ...string) string {
	w.t.Helper()
	out, err := w.flux(manifests, args...)
	if err != nil {
		w.t.Fatalf("%v: %s", err, out)
	}
	return out
}

func TestFluxAppliesACampaignOnceAndThenFindsItUnchanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	manifests := map[string]string{"autumn": w.manifest(campaign{Name: "autumn"})}
	if out := w.mustFlux(manifests); !strings.Contains(out, "autumn created") {
		t.Errorf("flux says %q", out)
	}
	before := w.waitFor("autumn", "Ready", "True Scheduled")
	if out := w.mustFlux(manifests); !strings.Contains(out, "autumn unchanged") {
		t.Errorf("the second time flux says %q", out)
	}
	if after := w.get("autumn"); after.ResourceVersion != before.ResourceVersion {
		t.Error("the second apply wrote to the resource")
	}
	w.theOnly()
}

func TestFluxReportsARefusedManifestAndAppliesNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, bad := w.manifest(campaign{Name: "good"}), w.manifest(campaign{Name: "bad", Threshold: -1})
	out, err := w.flux(map[string]string{"a-good": good, "bad": bad})
	if err == nil || !strings.Contains(out, "/bad dry-run failed") || !strings.Contains(out, "transactionAmountMinimum") {
		t.Errorf("flux says %q, error %v", out, err)
	}
	if left := w.kubectl("get", "pga", "-n", w.namespace, "-o", "name"); left != "" {
		t.Errorf("it applied %s", left)
	}
}

// TestTheBrakeUnderFlux shows which ways of pulling the brake Flux leaves alone. It takes over what it finds under a field
// manager whose name begins with kubectl, and removes from it what Git does not say.
func TestTheBrakeUnderFlux(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		annotation string
		args       []string
		survives   bool
	}{
		"pulled under a name of its own":                   {args: []string{"--field-manager=emergency"}, survives: true},
		"pulled with server-side apply under its own name": {args: []string{"apply"}, survives: true},
		"pulled as kubectl by itself does it":              {},
		"pulled as kubectl does it and Git says ssa Merge": {annotation: "kustomize.toolkit.fluxcd.io/ssa=Merge", survives: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			manifest := w.accountInGit(c.annotation)
			w.mustFlux(map[string]string{"account": manifest})
			if len(c.args) == 1 && c.args[0] == "apply" {
				brake := fmt.Sprintf("apiVersion: campaign-operator.io/v1alpha1\nkind: WeChatPayMerchant\nmetadata: {name: wechatpay, namespace: %s}\nspec: {brake: Hold}\n", w.namespace)
				if _, _, err := w.cp.KubectlInput(t.Context(), brake, "apply", "--server-side", "--field-manager=emergency", "-f", "-"); err != nil {
					t.Fatal(err)
				}
			} else {
				w.kubectl(append([]string{"patch", "wxm", "wechatpay", "-n", w.namespace, "--type=merge", "-p", `{"spec":{"brake":"Hold"}}`}, c.args...)...)
			}
			w.mustFlux(map[string]string{"account": manifest})
			w.mustFlux(map[string]string{"account": manifest})
			if got := readAccount(w).Spec.Brake == "Hold"; got != c.survives {
				t.Errorf("the brake is %q, want it to survive: %v", readAccount(w).Spec.Brake, c.survives)
			}
			if err := w.apply(manifest); err != nil {
				t.Fatal(err)
			}
			if got := readAccount(w).Spec.Brake == "Hold"; got != c.survives {
				t.Errorf("after kubectl apply the brake is %q", readAccount(w).Spec.Brake)
			}
		})
	}
}

// accountInGit is the account's manifest as a repository has it.
func (w *world) accountInGit(annotation string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.sim.secrets, "merchant-"+w.sim.mchid+".yaml"))
	if err != nil {
		w.t.Fatal(err)
	}
	if annotation == "" {
		return string(text)
	}
	key, value, _ := strings.Cut(annotation, "=")
	return strings.Replace(string(text), "  annotations:\n", fmt.Sprintf("  annotations:\n    %s: %s\n", key, value), 1)
}

// TestForceNeitherCreatesNorEnds: with force, kubectl and Flux answer a refused edit by deleting the resource and creating
// it with the edit in it.
func TestForceNeitherCreatesNorEnds(t *testing.T) {
	t.Parallel()
	for name, force := range map[string]func(*world, string){
		"kubectl apply --force": func(w *world, manifest string) {
			if _, _, err := w.cp.KubectlInput(w.t.Context(), manifest, "apply", "--force", "-f", "-"); err != nil {
				w.t.Fatal(err)
			}
		},
		"kubectl replace --force": func(w *world, manifest string) {
			if _, _, err := w.cp.KubectlInput(w.t.Context(), manifest, "replace", "--force", "-f", "-"); err != nil {
				w.t.Fatal(err)
			}
		},
		// The annotation that turns force off for one resource counts only where force is on for one resource.
		"Flux with spec.force": func(w *world, manifest string) {
			annotated := strings.Replace(manifest, "namespace: "+w.namespace+"}", "namespace: "+w.namespace+", annotations: {kustomize.toolkit.fluxcd.io/force: disabled}}", 1)
			w.mustFlux(map[string]string{"forced": annotated}, "-force")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.startManager()
			c := campaign{Name: "forced", Begin: time.Now().Add(24 * time.Hour)}
			manifest := w.manifest(c)
			force(w, manifest)
			before := w.waitFor("forced", "Ready", "True Scheduled")

			c.Threshold = 1 // refused, as the activity exists
			edited := w.manifest(c)
			if err := w.apply(edited); err == nil || !strings.Contains(err.Error(), "awardSendRule") {
				t.Errorf("the edit was not refused with its field: %v", err)
			}
			force(w, edited)
			got := w.waitFor("forced", "Stalled", "True RequestNumberConflict")
			if got.UID == before.UID {
				t.Error("the resource was not created again: this test shows nothing")
			}
			w.checkUntouched(before.Status.ActivityID)

			force(w, manifest)
			w.waitFor("forced", "Ready", "True Scheduled")
			w.checkUntouched(before.Status.ActivityID)
			if got := w.get("forced").Status.ActivityID; got != before.Status.ActivityID {
				t.Errorf("it was %s, is %s", before.Status.ActivityID, got)
			}
		})
	}
}

// checkUntouched checks that the merchant's only activity is this one, created once and not ended.
func (w *world) checkUntouched(id string) {
	w.t.Helper()
	if only := w.theOnly(); only.ActivityID != id || only.Status != "CREATE_ACT_STATUS" || w.counter("paygift.create") != 1 {
		w.t.Errorf("%+v after %d create calls, want %s as it was", only, w.counter("paygift.create"), id)
	}
}

func TestAnEditThatIsRefusedIsNotForcedUnlessAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startManager()
	c := campaign{Name: "refused", Begin: time.Now().Add(24 * time.Hour)}
	w.mustFlux(map[string]string{"refused": w.manifest(c)})
	before := w.waitFor("refused", "Ready", "True Scheduled")
	c.Threshold = 1
	out, err := w.flux(map[string]string{"refused": w.manifest(c)})
	if err == nil || !strings.Contains(out, "take the change of awardSendRule back") {
		t.Errorf("flux says %q, error %v", out, err)
	}
	if after := w.get("refused"); after.UID != before.UID || after.ResourceVersion != before.ResourceVersion {
		t.Error("the resource was changed")
	}
	w.theOnly()
}
