package controllers

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestADeletionIsNotMeantForAnActivityWhoseNamespaceOrCRDGoesToo(t *testing.T) {
	away := errors.New("the API server is away")
	for name, row := range map[string]struct {
		going, absent string // name of what is going, or not there
		err           error
		want          string
	}{
		"both stay":              {},
		"the namespace is going": {going: "marketing", want: "Namespace marketing"},
		"the namespace is gone":  {absent: "marketing", want: "Namespace marketing"},
		"the CRD is going":       {going: "paygiftactivities.campaign-operator.io", want: "CustomResourceDefinition paygiftactivities.campaign-operator.io"},
		"nobody knows":           {err: away},
	} {
		t.Run(name, func(t *testing.T) {
			live := surroundings(row.going, row.absent, row.err)
			campaign := &v1alpha1.PayGiftActivity{}
			campaign.Namespace = "marketing"
			why, err := leaving(live, PayGiftActivityKind{}.Plural())(context.Background(), campaign)
			if !errors.Is(err, row.err) || !strings.Contains(why, row.want) || (why == "") != (row.want == "") {
				t.Errorf("%q, %v", why, err)
			}
		})
	}
}

// surroundings is an API server with the namespace and the CRD of a campaign.
func surroundings(going, absent string, failure error) client.Reader {
	scheme := runtime.NewScheme()
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		panic(err) // a mistake in this test
	}
	var objects []client.Object
	for kind, name := range map[int]string{0: "marketing", 1: "paygiftactivities.campaign-operator.io"} {
		object := &metav1.PartialObjectMetadata{}
		object.SetGroupVersionKind(namespaceKind)
		if kind == 1 {
			object.SetGroupVersionKind(crdKind)
		}
		object.Name = name
		if name == going {
			object.DeletionTimestamp, object.Finalizers = &metav1.Time{Time: time.Unix(1, 0)}, []string{"kubernetes"}
		}
		if name != absent {
			objects = append(objects, object)
		}
	}
	return interceptor.NewClient(fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build(), interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
			if failure != nil {
				return failure
			}
			return c.Get(ctx, key, into, opts...)
		},
	})
}
