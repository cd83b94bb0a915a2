package e2e

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// readAccount returns the world's only account.
func readAccount(w *world) *v1alpha1.WeChatPayMerchant {
	w.t.Helper()
	list := &v1alpha1.WeChatPayMerchantList{}
	if err := w.client.List(w.t.Context(), list, client.InNamespace(w.namespace)); err != nil {
		w.t.Fatal(err)
	}
	if len(list.Items) != 1 {
		w.t.Fatalf("%d accounts, want one", len(list.Items))
	}
	return &list.Items[0]
}

// recreate deletes an account and creates it with what cannot be changed changed.
func (w *world) recreate(account *v1alpha1.WeChatPayMerchant) {
	w.t.Helper()
	if err := w.client.Delete(w.t.Context(), account); err != nil {
		w.t.Fatal(err)
	}
	fresh := &v1alpha1.WeChatPayMerchant{Spec: account.Spec}
	fresh.Namespace, fresh.Name = account.Namespace, account.Name
	if err := w.client.Create(w.t.Context(), fresh); err != nil {
		w.t.Fatal(err)
	}
}

// waitForAccount waits until the account's Ready is as wanted and its message holds a text.
func (w *world) waitForAccount(want, text string) {
	w.t.Helper()
	eventually(w.t, "the account is "+want, func() error {
		account := readAccount(w)
		ready := meta.FindStatusCondition(account.Status.Conditions, v1alpha1.ConditionReady)
		if condition(account.Status.Conditions, v1alpha1.ConditionReady) != want || !strings.Contains(ready.Message, text) {
			return fmt.Errorf("%+v", account.Status)
		}
		return nil
	})
}

// often is how often an operation is called by a manager that nothing asks anything of.
type often int

const (
	never often = iota
	once
	always
)

// accountCalls are the calls for an account itself: whether its credentials work and where its notices go, and the list of each product.
var accountCalls = map[string]often{"certificates": once, "favor.callback": once, "paygift.list": always, "favor.list": always}
