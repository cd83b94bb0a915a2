package controllers

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

func TestWhatKeepsAMerchantFromWorkingIsSaidWithoutShowingIt(t *testing.T) {
	secret := func(change func(data map[string][]byte)) func(*v1alpha1.WeChatPayMerchant, *corev1.Secret) {
		return func(_ *v1alpha1.WeChatPayMerchant, s *corev1.Secret) { change(s.Data) }
	}
	spec := func(change func(*v1alpha1.WeChatPayMerchantSpec)) func(*v1alpha1.WeChatPayMerchant, *corev1.Secret) {
		return func(m *v1alpha1.WeChatPayMerchant, _ *corev1.Secret) { change(&m.Spec) }
	}
	for name, test := range map[string]struct {
		change func(*v1alpha1.WeChatPayMerchant, *corev1.Secret)
		office func(*office)
		reason string
		says   []string
		probes int64
		stalls bool
	}{
		"the Secret does not exist": {
			change: spec(func(s *v1alpha1.WeChatPayMerchantSpec) { s.Credentials.SecretName = "elsewhere" }),
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{`"platform/elsewhere"`, "does not exist", wechatpay.KeyPrivateKey}},
		"the Secret cannot be read": {
			office: func(o *office) {
				o.refuse = func(verb string, object client.Object) error {
					if _, is := object.(*corev1.Secret); is && verb == "get" {
						return apierrors.NewForbidden(corev1.Resource("secrets"), secretKey.Name, errors.New("RBAC says no"))
					}
					return nil
				}
			},
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{`"platform/wechatpay-keys"`, "RBAC says no"}},
		"the private key is missing": {
			change: secret(func(data map[string][]byte) { delete(data, v1alpha1.SecretKeyPrivateKey) }),
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{"apiclient_key.pem is missing"}},
		"the private key is no PEM": {
			change: secret(func(data map[string][]byte) {
				data[v1alpha1.SecretKeyPrivateKey] = []byte("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7")
			}),
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{"apiclient_key.pem is not PEM"}},
		"the private key is damaged": {
			change: secret(func(data map[string][]byte) {
				lines := strings.SplitAfter(string(data[v1alpha1.SecretKeyPrivateKey]), "\n")
				data[v1alpha1.SecretKeyPrivateKey] = []byte(strings.Join(slices.Delete(lines, 3, 5), ""))
			}),
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{"apiclient_key.pem is damaged"}},
		"the key and the certificate do not belong together": {
			office: func(o *office) {
				o.rewrite(func(data map[string][]byte) {
					data[v1alpha1.SecretKeyCertificate] = credentialsOf(o.t, o.gateway, otherMchid).CertificatePEM
				})
			},
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{"apiclient_cert.pem does not belong to the private key in apiclient_key.pem"}},
		"the serial number is not the certificate's": {
			change: spec(func(s *v1alpha1.WeChatPayMerchantSpec) { s.Credentials.SerialNo = "0123456789ABCDEF" }),
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{"serialNo is not that of apiclient_cert.pem"}},
		"the APIv3 key has the wrong length": {
			change: secret(func(data map[string][]byte) { data[v1alpha1.SecretKeyAPIv3] = []byte("a-key-that-is-too-short") }),
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{"apiv3_key has 23 bytes and must have 32"}},
		"the public key has no id": {
			change: spec(func(s *v1alpha1.WeChatPayMerchantSpec) { s.Credentials.PublicKeyID = "" }),
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{"publicKeyID is not given"}},
		"the gateway does not know the serial number": {
			change: func(m *v1alpha1.WeChatPayMerchant, s *corev1.Secret) {
				m.Spec.Credentials.SerialNo = "0123456789ABCDEF"
				delete(s.Data, v1alpha1.SecretKeyCertificate)
			},
			reason: v1alpha1.ReasonCredentialsRejected, says: []string{"SIGN_ERROR"}, probes: 1},
		"the gateway does not know the merchant": {
			change: spec(func(s *v1alpha1.WeChatPayMerchantSpec) { s.Mchid = "1900000999" }),
			reason: v1alpha1.ReasonCredentialsRejected, says: []string{"SIGN_ERROR"}, probes: 1},
		"the certificates cannot be decrypted": {
			change: secret(func(data map[string][]byte) {
				data[v1alpha1.SecretKeyAPIv3] = []byte("an-apiv3-key-that-is-another-one")
			}),
			reason: v1alpha1.ReasonCredentialsRejected, says: []string{"cannot be decrypted", "apiv3_key"}, probes: 1},
		"the gateway fails": {
			office: func(o *office) { o.fault(faults.Rule{Action: faults.Status, Status: 500}) },
			reason: v1alpha1.ReasonGatewayUnavailable, says: []string{"SYSTEM_ERROR"}, probes: 1},
		"the gateway cannot be reached": {
			office: func(o *office) { o.must(o.gateway.Close()) },
			reason: v1alpha1.ReasonGatewayUnavailable},
		"the gateway asks for a pause": {
			office: func(o *office) { o.fault(faults.Rule{Action: faults.Status, Status: 429}) },
			reason: v1alpha1.ReasonThrottled, probes: 1},
		"the reply cannot be verified": {
			office: func(o *office) { o.fault(faults.Rule{Action: faults.BadSignature}) },
			reason: v1alpha1.ReasonReplyNotTrusted, probes: 1},
		"the gateway is not allowed": {
			change: spec(func(s *v1alpha1.WeChatPayMerchantSpec) { s.Gateway.URL = "https://gateway.example" }),
			reason: v1alpha1.ReasonGatewayNotAllowed, says: []string{"https://gateway.example", "--allowed-gateways"}, stalls: true},
		"the backup gateway is not allowed": {
			change: spec(func(s *v1alpha1.WeChatPayMerchantSpec) { s.Gateway.BackupURL = "https://backup.example" }),
			reason: v1alpha1.ReasonGatewayNotAllowed, says: []string{"https://backup.example"}, stalls: true},
		"WeChat Pay's own gateway is not allowed": {
			change: spec(func(s *v1alpha1.WeChatPayMerchantSpec) { s.Gateway = v1alpha1.WeChatPayGateway{} }),
			reason: v1alpha1.ReasonGatewayNotAllowed, says: []string{wechatpay.DefaultGatewayURL}, stalls: true},
		"the mchid is none": {
			change: spec(func(s *v1alpha1.WeChatPayMerchantSpec) { s.Mchid = "not a merchant" }),
			reason: v1alpha1.ReasonCredentialsInvalid, says: []string{"not a merchant"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, test.change)
			if test.office != nil {
				test.office(o)
			}
			var merchant *v1alpha1.WeChatPayMerchant
			var after time.Duration
			o.costs(test.probes, 1, func() { merchant, after = o.reconcile() })
			wantNotReady(t, merchant, test.reason, test.says...)
			if stalls := meta.IsStatusConditionTrue(merchant.Status.Conditions, v1alpha1.ConditionStalled); stalls != test.stalls {
				t.Errorf("Stalled is %t, want %t", stalls, test.stalls)
			}
			if merchant.Status.VerifiesWith != nil {
				t.Errorf("status.verifiesWith is %v", merchant.Status.VerifiesWith)
			}
			o.opener.want(t, "close")
			if after < accountRetry || after >= 2*accountRetry {
				t.Errorf("it is looked at again after %s, want about %s", after, accountRetry)
			}
			o.costs(0, 0, func() { o.reconcile() }) // the same trouble is the same bytes
			if before := merchant; before.ResourceVersion != o.merchant().ResourceVersion {
				t.Error("the same trouble was written again")
			}
		})
	}
}

func TestTheKeysOfTheSecretAreTheSameInTheAPIAndTheProvider(t *testing.T) {
	for api, provider := range map[string]string{
		v1alpha1.SecretKeyPrivateKey: wechatpay.KeyPrivateKey, v1alpha1.SecretKeyCertificate: wechatpay.KeyCertificate,
		v1alpha1.SecretKeyAPIv3: wechatpay.KeyAPIv3, v1alpha1.SecretKeyPublicKey: wechatpay.KeyPublicKey,
	} {
		if api != provider {
			t.Errorf("the API says %q, the provider reads %q", api, provider)
		}
	}
}

func TestAMerchantIsShownToItsCampaignsAsItIs(t *testing.T) {
	merchant := &v1alpha1.WeChatPayMerchant{ObjectMeta: metav1.ObjectMeta{Generation: 3}}
	merchant.Spec.Mchid, merchant.Spec.Environment, merchant.Spec.AllowedNamespaces = mchid, "rehearsal", []string{"marketing"}
	merchant.Status.ObservedGeneration = 2
	merchant.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady}}
	resource := MerchantResource(merchant)
	if resource.Generation != 3 || resource.ObservedGeneration != 2 || len(resource.Conditions) != 1 ||
		!slices.Equal(resource.AllowedNamespaces, []string{"marketing"}) {
		t.Errorf("the resource is %+v", resource)
	}
	want := v1alpha1.AccountIdentity{Environment: "rehearsal", ID: mchid, Gateway: wechatpay.DefaultGatewayURL}
	if identity := merchantIdentity(merchant); identity != want {
		t.Errorf("without a gateway the identity is %+v, want %+v", identity, want)
	}
}
