// Command flux-apply applies a folder of manifests as Flux's kustomize-controller does: with Flux's own package, field
// manager, owner labels and options, and with an inventory by which it prunes. The end-to-end tests drive it beside kubectl.
//
// It is a module of its own, so that the operator's dependencies do not grow by Flux's.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/normalize"
	ssautil "github.com/fluxcd/pkg/ssa/utils"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

const (
	// fieldManager and group are those of Flux's Kustomization controller.
	fieldManager = "kustomize-controller"
	group        = "kustomize.toolkit.fluxcd.io"
)

// kustomization is what a Flux Kustomization says.
type kustomization struct {
	name, namespace string
	// inventory is the file that remembers what was applied; a Kustomization has it in its status.
	inventory string
	force     bool
}

func main() {
	log.SetLogger(logr.Discard())
	var k kustomization
	flag.StringVar(&k.name, "name", "campaigns", "name of the Kustomization")
	flag.StringVar(&k.namespace, "namespace", "flux-system", "its namespace")
	flag.StringVar(&k.inventory, "prune", "", "file that remembers what was applied; what is no longer in the folder is deleted")
	flag.BoolVar(&k.force, "force", false, "what spec.force of a Kustomization says")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := k.run(ctx, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (k kustomization) run(ctx context.Context, folder string) error {
	objects, err := readFolder(folder)
	if err != nil {
		return err
	}
	manager, err := newManager()
	if err != nil {
		return err
	}
	manager.SetOwnerLabels(objects, k.name, k.namespace)
	changes, err := manager.ApplyAllStaged(ctx, objects, k.options())
	if changes != nil && len(changes.Entries) > 0 {
		fmt.Println(changes)
	}
	if err != nil || k.inventory == "" {
		return err
	}
	return prune(ctx, manager, k.inventory, changes.ToObjMetadataSet(), manager.GetOwnerLabels(k.name, k.namespace))
}

func newManager() (*ssa.ResourceManager, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	c, err := client.New(config, client.Options{})
	if err != nil {
		return nil, err
	}
	// A poller is for waiting until CRDs and namespaces are served; none are applied here.
	return ssa.NewResourceManager(c, nil, ssa.Owner{Field: fieldManager, Group: group}), nil
}

// options are those that kustomize-controller applies with.
func (k kustomization) options() ssa.ApplyOptions {
	options := ssa.DefaultApplyOptions()
	options.Force = k.force
	options.ExclusionSelector = map[string]string{group + "/reconcile": "disabled", group + "/ssa": "Ignore"}
	options.IfNotPresentSelector = map[string]string{group + "/ssa": "IfNotPresent"}
	options.ForceSelector = map[string]string{group + "/force": "enabled"}
	options.Cleanup = ssa.ApplyCleanupOptions{
		Annotations: []string{corev1.LastAppliedConfigAnnotation},
		// What kubectl has written is undone. The names are prefixes: kubectl-patch and kubectl-edit are meant too.
		FieldManagers: []ssa.FieldManager{
			{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationApply},
			{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationUpdate},
			{Name: "before-first-apply", OperationType: metav1.ManagedFieldsOperationUpdate},
			{Name: fieldManager, OperationType: metav1.ManagedFieldsOperationUpdate},
		},
		Exclusions: map[string]string{group + "/ssa": "Merge"},
	}
	return options
}

func readFolder(folder string) ([]*unstructured.Unstructured, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var objects []*unstructured.Unstructured
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		read, err := ssautil.ReadObjects(file)
		_ = file.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		objects = append(objects, read...)
	}
	return objects, normalize.UnstructuredList(objects)
}
