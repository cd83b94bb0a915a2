package controllers

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	simulated "github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

func TestAMerchantWhoseCredentialsWorkIsReadyAndOpened(t *testing.T) {
	o := newOffice(t, nil)
	merchant, after := o.reconcile()
	wantReady(t, merchant)
	o.opener.want(t, "open")
	if want := (v1alpha1.AccountIdentity{Environment: "production", ID: mchid, Gateway: o.gateway.URL()}); o.opener.identity != want {
		t.Errorf("opened was %+v, want %+v", o.opener.identity, want)
	}
	credentials := credentialsOf(t, o.gateway, mchid)
	if merchant.Status.SerialNo != credentials.SerialNo {
		t.Errorf("status.serialNo is %s, want %s", merchant.Status.SerialNo, credentials.SerialNo)
	}
	if with := merchant.Status.VerifiesWith; len(with) != 2 || with[0] != credentials.PublicKeyID {
		t.Errorf("status.verifiesWith is %v, want the public key's id and a certificate", with)
	}
	if message := readyOf(merchant).Message; !strings.Contains(message, mchid) || !strings.Contains(message, o.gateway.URL()) {
		t.Errorf("%q does not say who works where", message)
	}
	if after < accountRefresh || after >= accountRefresh+accountRetry {
		t.Errorf("the Secret is read again after %s, want about %s", after, accountRefresh)
	}
	if o.probes() != 1 || o.writes != 1 {
		t.Errorf("it took %d probes and %d writes, want one of each", o.probes(), o.writes)
	}
}

func TestEachWayToVerifyRepliesIsEnough(t *testing.T) {
	for name, change := range map[string]func(*v1alpha1.WeChatPayMerchant, *corev1.Secret){
		"platform certificates only": func(m *v1alpha1.WeChatPayMerchant, s *corev1.Secret) {
			m.Spec.Credentials.PublicKeyID = ""
			delete(s.Data, v1alpha1.SecretKeyPublicKey)
		},
		"the public key only": func(_ *v1alpha1.WeChatPayMerchant, s *corev1.Secret) { delete(s.Data, v1alpha1.SecretKeyAPIv3) },
		"the serial number from the certificate": func(m *v1alpha1.WeChatPayMerchant, _ *corev1.Secret) {
			m.Spec.Credentials.SerialNo = ""
		},
		"the serial number instead of the certificate": func(_ *v1alpha1.WeChatPayMerchant, s *corev1.Secret) {
			delete(s.Data, v1alpha1.SecretKeyCertificate)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, change)
			merchant, _ := o.reconcile()
			wantReady(t, merchant)
			o.opener.want(t, "open")
		})
	}
}

func TestWhenNothingChangesNothingIsWrittenAndNobodyIsProbed(t *testing.T) {
	o := newOffice(t, nil)
	o.reconcile()
	first := o.opener.last()
	o.costs(0, 0, func() {
		for range 5 {
			o.pass(accountRefresh)
			merchant, _ := o.reconcile()
			wantReady(t, merchant)
			if o.opener.last() != first {
				t.Error("another client was made of the same credentials")
			}
		}
	})
}

func TestAnEditedManifestIsCheckedAgain(t *testing.T) {
	o := newOffice(t, nil)
	o.reconcile()
	o.costs(1, 1, func() {
		o.edit(func(m *v1alpha1.WeChatPayMerchant) { m.Spec.Credentials.SerialNo = "" }) // from the certificate
		merchant, _ := o.reconcile()
		wantReady(t, merchant)
		if merchant.Status.ObservedGeneration != 2 {
			t.Errorf("observed was generation %d", merchant.Status.ObservedGeneration)
		}
	})
}

func TestRotatedKeysAreTakenUpWithoutARestart(t *testing.T) {
	o := newOffice(t, nil)
	o.reconcile()
	former, account := o.opener.last(), o.gateway.WeChatPay().Account(mchid)
	formerSerial := o.merchant().Status.SerialNo

	serial, err := account.Rotate(simulated.MerchantKey)
	o.must(err)
	rotated := credentialsOf(t, o.gateway, mchid)
	o.edit(func(m *v1alpha1.WeChatPayMerchant) { m.Spec.Credentials.SerialNo = "" }) // from the certificate, so that one write rotates
	o.reconcile()
	o.costs(1, 1, func() {
		o.rewrite(func(data map[string][]byte) {
			data[v1alpha1.SecretKeyPrivateKey], data[v1alpha1.SecretKeyCertificate] = rotated.PrivateKeyPEM, rotated.CertificatePEM
		})
		merchant, _ := o.reconcile()
		wantReady(t, merchant)
		if merchant.Status.SerialNo != serial {
			t.Errorf("status.serialNo is %s, want %s", merchant.Status.SerialNo, serial)
		}
	})
	if o.opener.last() == former {
		t.Fatal("the former client is still in use")
	}
	o.must(account.Retire(formerSerial))
	if err := o.opener.last().Probe(t.Context()); err != nil {
		t.Errorf("after the former key was retired: %v", err)
	}
}

func TestARefusedProbeIsRepeatedAfterAMinuteOrWhenTheSecretChanges(t *testing.T) {
	o := newOffice(t, nil)
	o.fault(faults.Rule{Action: faults.Status, Status: 401, Code: "SIGN_ERROR"})
	o.costs(1, 1, func() {
		merchant, _ := o.reconcile()
		wantNotReady(t, merchant, v1alpha1.ReasonCredentialsRejected, "SIGN_ERROR")
	})
	o.costs(0, 0, func() { // it is looked at every few seconds
		for range 11 {
			o.pass(accountRetry)
			o.reconcile()
		}
		o.pass(accountRetry - time.Millisecond)
		o.reconcile()
	})
	o.costs(1, 0, func() { // a minute after the probe
		o.pass(time.Millisecond)
		o.reconcile()
	})
	o.costs(1, 0, func() { // somebody has touched the Secret
		o.pass(time.Second)
		o.rewrite(func(data map[string][]byte) { data["note"] = []byte("renewed") })
		o.reconcile()
	})
	o.costs(1, 1, func() { // and it helps in the end
		o.gateway.Faults().Clear()
		o.pass(accountProbeAgain)
		merchant, _ := o.reconcile()
		wantReady(t, merchant)
	})
}

func TestASecretThatComesLateIsTakenUpAtOnce(t *testing.T) {
	o := newOffice(t, nil)
	secret := o.secret()
	o.must(o.api.Delete(t.Context(), secret))
	merchant, _ := o.reconcile()
	wantNotReady(t, merchant, v1alpha1.ReasonCredentialsInvalid)
	secret.ResourceVersion = ""
	o.must(o.api.Create(t.Context(), secret))
	o.pass(time.Second)
	merchant, _ = o.reconcile()
	wantReady(t, merchant)
	o.opener.want(t, "close", "open")
}

func TestATransientFailureToReadTheSecretChangesNothing(t *testing.T) {
	o := newOffice(t, nil)
	o.reconcile()
	o.costs(0, 0, func() {
		away := true
		o.refuse = func(_ string, object client.Object) error {
			if _, is := object.(*corev1.Secret); is && away {
				return apierrors.NewServiceUnavailable("the API server is away")
			}
			return nil
		}
		merchant, _ := o.reconcile()
		wantReady(t, merchant)
		away = false
		merchant, _ = o.reconcile()
		wantReady(t, merchant)
	})
	o.opener.want(t, "open", "open")
}

func TestASuspectedMerchantIsProbedAgainAtOnce(t *testing.T) {
	o := newOffice(t, nil)
	o.reconcile()
	former := o.opener.last()
	o.reconciler.Registry.Put(merchantKey, &accounts.Account{})
	o.reconciler.Registry.Suspect(merchantKey)
	if !slices.Equal(o.queue.added, []string{merchantKey.String()}) {
		t.Errorf("queued were %v, want %s", o.queue.added, merchantKey)
	}
	if account := o.reconciler.Registry.Get(merchantKey, v1alpha1.AccountIdentity{}, o.reconciler.Waker, merchantKey); account != nil {
		t.Error("a suspected account is still handed out")
	}
	o.costs(1, 0, func() {
		merchant, _ := o.reconcile()
		wantReady(t, merchant)
	})
	if o.opener.last() == former {
		t.Error("the former client is still in use")
	}
	o.opener.want(t, "open", "open")

	// And the same when the gateway means it.
	o.fault(faults.Rule{Action: faults.Status, Status: 401, Code: "SIGN_ERROR"})
	o.reconciler.Registry.Suspect(merchantKey)
	o.costs(1, 1, func() {
		merchant, _ := o.reconcile()
		wantNotReady(t, merchant, v1alpha1.ReasonCredentialsRejected)
		if merchant.Status.SerialNo == "" || merchant.Status.VerifiesWith != nil {
			t.Errorf("status.serialNo is %q, want what was refused; status.verifiesWith is %v, want nothing",
				merchant.Status.SerialNo, merchant.Status.VerifiesWith)
		}
	})
	o.opener.want(t, "close")
}

func TestADeletedMerchantIsClosedAndForgotten(t *testing.T) {
	o := newOffice(t, nil)
	o.reconcile()
	merchant := o.merchant()
	o.must(o.api.Delete(t.Context(), merchant))
	result, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: merchantKey})
	if err != nil || result != (ctrl.Result{}) {
		t.Errorf("Reconcile returned %v, %v", result, err)
	}
	o.opener.want(t, "open", "close")

	merchant.ObjectMeta = metav1.ObjectMeta{Namespace: merchantKey.Namespace, Name: merchantKey.Name, UID: types.UID("merchant-2"), Generation: 1}
	merchant.Status = v1alpha1.WeChatPayMerchantStatus{}
	o.must(o.api.Create(t.Context(), merchant))
	o.costs(1, 1, func() { o.reconcile() }) // another resource is checked for itself
	o.opener.want(t, "open")
}

func TestTroubleOfTheAPIServerChangesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		verb   string
		err    error
		opened []string
	}{
		"the merchant cannot be read": {"get", errors.New("the API server is away"), nil},
		"its status cannot be written": {"patch", apierrors.NewConflict(
			v1alpha1.GroupVersion.WithResource("wechatpaymerchants").GroupResource(), merchantKey.Name, errors.New("it has changed")), []string{"open"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, nil)
			o.refuse = func(verb string, object client.Object) error {
				if _, is := object.(*v1alpha1.WeChatPayMerchant); is && verb == test.verb {
					return test.err
				}
				return nil
			}
			if _, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: merchantKey}); !errors.Is(err, test.err) {
				t.Errorf("Reconcile returned %v, want %v, so that it is repeated", err, test.err)
			}
			o.opener.want(t, test.opened...)
			o.refuse = func(string, client.Object) error { return nil }
			merchant, _ := o.reconcile()
			wantReady(t, merchant)
			o.opener.want(t, "open")
			if o.probes() != 1 {
				t.Errorf("it took %d probes, want one", o.probes())
			}
		})
	}
}

func TestAStaleReadOverwritesNothing(t *testing.T) {
	o := newOffice(t, nil)
	before := o.merchant()
	written, _ := o.reconcile()
	o.stale = before
	if _, err := o.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: merchantKey}); !apierrors.IsConflict(err) {
		t.Errorf("Reconcile returned %v, want a conflict", err)
	}
	o.stale = nil
	if now := o.merchant(); now.ResourceVersion != written.ResourceVersion {
		t.Error("what was read from an old cache was written over the newer status")
	}
}

func TestLooksAtAFleetOfMerchantsAreSpread(t *testing.T) {
	seen := map[time.Duration]bool{}
	for _, uid := range []types.UID{"a", "b", "c", "d"} {
		merchant := &v1alpha1.WeChatPayMerchant{ObjectMeta: metav1.ObjectMeta{UID: uid}}
		pause := accountJitter(merchant) % accountRetry
		if again := accountJitter(merchant.DeepCopy()) % accountRetry; again != pause {
			t.Errorf("the same merchant is looked at after %s and then after %s", pause, again)
		}
		seen[pause] = true
	}
	if len(seen) != 4 {
		t.Errorf("four merchants have %d different pauses", len(seen))
	}
}
