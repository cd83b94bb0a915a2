package controllers

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// A namespace and a CRD that are going delete their resources like a person does, so they are
// read, by name and past the cache, before a deletion ends anything.
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get
// +kubebuilder:rbac:groups=apiextensions.k8s.io,resources=customresourcedefinitions,resourceNames=paygiftactivities.campaign-operator.io;couponstocks.campaign-operator.io;alipayvoucheractivities.campaign-operator.io,verbs=get

var (
	namespaceKind = schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}
	crdKind       = schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}
)

// leaving returns engine.Reconciler's Leaving for the resources of a plural: losing a namespace
// or a CRD must not end a campaign. Not to know is an error, so that nothing is ended by mistake.
func leaving(live client.Reader, plural string) func(context.Context, v1alpha1.Campaign) (string, error) {
	return func(ctx context.Context, campaign v1alpha1.Campaign) (string, error) {
		crd := plural + "." + v1alpha1.GroupVersion.Group
		for _, surrounding := range []struct {
			kind schema.GroupVersionKind
			name string
		}{{namespaceKind, campaign.GetNamespace()}, {crdKind, crd}} {
			going, err := isGoing(ctx, live, surrounding.kind, surrounding.name)
			if err != nil {
				return "", fmt.Errorf("a deletion ends an activity only when it is known that its namespace and its CRD stay: %w", err)
			}
			if going {
				return fmt.Sprintf("%s %s is going too", surrounding.kind.Kind, surrounding.name), nil
			}
		}
		return "", nil
	}
}

// isGoing reports whether an object is being deleted or is gone.
func isGoing(ctx context.Context, live client.Reader, kind schema.GroupVersionKind, name string) (bool, error) {
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(kind)
	if err := live.Get(ctx, client.ObjectKey{Name: name}, object); err != nil {
		return client.IgnoreNotFound(err) == nil, client.IgnoreNotFound(err)
	}
	return !object.DeletionTimestamp.IsZero(), nil
}
