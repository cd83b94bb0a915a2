package accounts

import (
	"slices"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

var (
	wechatpay = types.NamespacedName{Namespace: "platform", Name: "wechatpay"}
	spring    = types.NamespacedName{Namespace: "marketing", Name: "spring"}
	summer    = types.NamespacedName{Namespace: "marketing", Name: "summer"}
	identity  = v1alpha1.AccountIdentity{Environment: "production", ID: "1900000109"}
	open      = &Account{Identity: identity}
)

// woken is a Waker that notes whom it was asked to wake.
type woken struct {
	mu   sync.Mutex
	keys []types.NamespacedName
}

func (w *woken) Wake(keys ...types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys = append(w.keys, keys...)
}

// take returns who was woken since it was last called.
func (w *woken) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for _, key := range w.keys {
		names = append(names, key.Name)
	}
	w.keys = nil
	slices.Sort(names)
	return names
}

func (w *woken) want(t *testing.T, when string, names ...string) {
	t.Helper()
	if got := w.take(); !slices.Equal(got, names) {
		t.Errorf("%s: woken were %v, want %v", when, got, names)
	}
}

func TestThoseWhoWaitForAnAccountAreWokenOnceWhenItIsPut(t *testing.T) {
	var registry Registry
	gifts, stocks := &woken{}, &woken{}
	registry.Get(wechatpay, identity, gifts, spring)
	registry.Get(wechatpay, identity, gifts, spring) // asking twice is waiting once
	registry.Get(wechatpay, identity, gifts, summer)
	registry.Get(wechatpay, identity, stocks, spring) // another kind has the name too
	registry.Get(types.NamespacedName{Namespace: "platform", Name: "another"}, identity, gifts, summer)

	registry.Put(wechatpay, open)
	gifts.want(t, "when the account is put", "spring", "summer")
	stocks.want(t, "when the account is put", "spring")
	registry.Put(wechatpay, open)
	gifts.want(t, "when it is put again")
	stocks.want(t, "when it is put again")
}

func TestWhoFindsTheAccountDoesNotWait(t *testing.T) {
	var registry Registry
	waker := &woken{}
	registry.Put(wechatpay, open)
	if account := registry.Get(wechatpay, identity, waker, spring); account != open {
		t.Fatalf("Get returned %v, want the account", account)
	}
	renewed := &Account{Identity: identity}
	registry.Put(wechatpay, renewed)
	waker.want(t, "when the account is put again")
	if account := registry.Get(wechatpay, identity, waker, spring); account != renewed {
		t.Error("Get returned the former account")
	}
}

func TestADroppedAccountIsGoneUntilItIsPutAgain(t *testing.T) {
	var registry Registry
	waker := &woken{}
	registry.Drop(wechatpay) // an unknown one is no matter
	registry.Put(wechatpay, open)
	registry.Drop(wechatpay)
	waker.want(t, "when the account is dropped")
	if account := registry.Get(wechatpay, identity, waker, spring); account != nil {
		t.Fatalf("Get returned %v after the account was dropped", account)
	}
	registry.Put(wechatpay, open)
	waker.want(t, "when it is put again", "spring")
}

func TestASuspectedAccountIsDroppedAndItsControllerTold(t *testing.T) {
	for name, listens := range map[string]bool{"somebody listens": true, "nobody listens": false} {
		t.Run(name, func(t *testing.T) {
			var registry Registry
			var told []types.NamespacedName
			if listens {
				registry.OnSuspect(func(key types.NamespacedName) {
					if registry.Get(key, identity, &woken{}, spring) != nil {
						t.Error("told before the account was dropped: a check at once would find it usable")
					}
					told = append(told, key)
				})
			}
			registry.Put(wechatpay, open)
			registry.Suspect(wechatpay)
			if account := registry.Get(wechatpay, identity, &woken{}, spring); account != nil {
				t.Error("a suspected account is still handed out")
			}
			if listens && !slices.Equal(told, []types.NamespacedName{wechatpay}) {
				t.Errorf("told %v, want %v", told, wechatpay)
			}
		})
	}
}

func TestARegistryServesManyAtOnce(t *testing.T) {
	var registry Registry
	var wg sync.WaitGroup
	waker := &woken{}
	for range 8 {
		wg.Go(func() {
			for range 100 {
				registry.Get(wechatpay, identity, waker, spring)
				registry.Put(wechatpay, open)
				registry.Drop(wechatpay)
			}
		})
	}
	wg.Wait()
	registry.Put(wechatpay, open)
	if registry.Get(wechatpay, identity, waker, spring) != open {
		t.Error("the account is not there")
	}
}

func TestAnAccountOpenAsAnotherMerchantIsNotHandedOut(t *testing.T) {
	var registry Registry
	waker := &woken{}
	registry.Put(wechatpay, open)
	if account := registry.Get(wechatpay, v1alpha1.AccountIdentity{Environment: "production", ID: "1900000110"}, waker, spring); account != nil {
		t.Errorf("the resource says another merchant id, handed out was %v", account.Identity)
	}
	registry.Put(wechatpay, open)
	waker.want(t, "when the account opens", spring.Name)
}
