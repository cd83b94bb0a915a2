package controllers

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	simulated "github.com/campaign-operator/campaign-operator/internal/simulator/alipay"
	"github.com/campaign-operator/campaign-operator/internal/simulator/faults"
	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
)

func TestAnAppWhoseCredentialsWorkIsReadyAndOpened(t *testing.T) {
	for name, test := range map[string]struct {
		app, merchant, id string
		certificates      bool
	}{
		"public keys, for itself":         {app: keyApp, id: keyApp},
		"certificates, for itself":        {app: certApp, id: certApp, certificates: true},
		"public keys, for another":        {app: keyApp, merchant: merchantPID, id: keyApp + "-" + merchantPID},
		"certificates, for another one's": {app: certApp, merchant: otherPID, id: certApp + "-" + otherPID, certificates: true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newAppOffice(t, test.app, test.merchant, nil)
			app, after := o.reconcile()
			wantReady(t, app)
			o.opener.want(t, "open")
			if want := (v1alpha1.AccountIdentity{Environment: "production", ID: test.id, Gateway: gatewayDo(o.gateway)}); o.opener.identity != want {
				t.Errorf("opened was %+v, want %+v", o.opener.identity, want)
			}
			if st := app.Status; (st.AppCertSN != "") != test.certificates || (st.AlipayCertSN != "") != test.certificates ||
				(st.CertificateNotAfter != "") != test.certificates || st.MerchantID != test.merchant {
				t.Errorf("the status is %+v", st)
			}
			for _, part := range []string{test.app, test.merchant, gatewayDo(o.gateway)} {
				if message := readyOf(app).Message; !strings.Contains(message, part) {
					t.Errorf("%q does not say %q", message, part)
				}
			}
			if after < accountRefresh || after >= accountRefresh+accountRetry {
				t.Errorf("the Secret is read again after %s, want about %s", after, accountRefresh)
			}
			if o.probes() != 1 || o.writes != 1 {
				t.Errorf("it took %d probes and %d writes, want one of each", o.probes(), o.writes)
			}
			o.costs(0, 0, func() {
				for range 3 {
					o.pass(accountRefresh)
					o.reconcile()
				}
			})
		})
	}
}

func TestWhatKeepsAnAppFromWorkingIsSaidWithoutShowingIt(t *testing.T) {
	secret := func(change func(data map[string][]byte)) func(*appOffice) {
		return func(o *appOffice) { o.rewrite(change) }
	}
	without := func(key string) func(*appOffice) { return secret(func(data map[string][]byte) { delete(data, key) }) }
	spec := func(change func(*v1alpha1.AlipayAppSpec)) func(*appOffice) {
		return func(o *appOffice) { o.edit(func(app *v1alpha1.AlipayApp) { change(&app.Spec) }) }
	}
	// anothers puts the other application's value of a key into the Secret.
	anothers := func(key string, of string) func(*appOffice) {
		return func(o *appOffice) {
			value := appSecretData(appCredentialsOf(o.t, o.gateway, of), "")[key]
			o.rewrite(func(data map[string][]byte) { data[key] = value })
		}
	}
	const invalid, rejected = v1alpha1.ReasonCredentialsInvalid, v1alpha1.ReasonCredentialsRejected
	for name, test := range map[string]struct {
		app, merchant string // keyApp for itself when empty
		spoil         func(*appOffice)
		reason        string
		says          []string
		probes        int64
	}{
		"the Secret does not exist": {spoil: spec(func(s *v1alpha1.AlipayAppSpec) { s.Credentials.SecretName = "elsewhere" }),
			reason: invalid, says: []string{`"platform/elsewhere"`, "does not exist", alipay.KeyPrivateKey}},
		"the Secret cannot be read": {spoil: func(o *appOffice) {
			o.refuse = func(_ string, object client.Object) error {
				if _, is := object.(*corev1.Secret); is {
					return apierrors.NewForbidden(corev1.Resource("secrets"), secretKey.Name, errors.New("RBAC says no"))
				}
				return nil
			}
		}, reason: invalid, says: []string{`"platform/wechatpay-keys"`, "RBAC says no"}},
		"the private key is missing":        {spoil: without(alipay.KeyPrivateKey), reason: invalid, says: []string{"app_private_key.pem is missing"}},
		"Alipay's public key is missing":    {spoil: without(alipay.KeyPublicKey), reason: invalid, says: []string{"alipay_public_key.pem"}},
		"the app's certificate is missing":  {app: certApp, spoil: without(alipay.KeyAppCertificate), reason: invalid, says: []string{"appCertPublicKey.crt"}},
		"Alipay's certificate is missing":   {app: certApp, spoil: without(alipay.KeyAlipayCertificate), reason: invalid, says: []string{"alipayCertPublicKey_RSA2.crt"}},
		"the root certificates are missing": {app: certApp, spoil: without(alipay.KeyRootCertificate), reason: invalid, says: []string{"alipayRootCert.crt"}},
		"the merchant's grant is missing":   {merchant: merchantPID, spoil: without(alipay.KeyAppAuthToken), reason: invalid, says: []string{"app_auth_token is missing"}},
		"the key is not the certificate's":  {app: certApp, spoil: anothers(alipay.KeyPrivateKey, keyApp), reason: invalid, says: []string{"appCertPublicKey.crt"}},
		"the key is another application's":  {spoil: anothers(alipay.KeyPrivateKey, certApp), reason: rejected, says: []string{"invalid-signature"}, probes: 1},
		"Alipay's public key is not Alipay's": {spoil: func(o *appOffice) {
			_, err := o.gateway.Alipay().App(keyApp).Rotate(simulated.AlipayKey)
			o.must(err)
		}, reason: v1alpha1.ReasonReplyNotTrusted, probes: 1},
		"the gateway does not know the application": {spoil: spec(func(s *v1alpha1.AlipayAppSpec) { s.AppID = "2021000000009999" }),
			reason: rejected, says: []string{"invalid-app-id"}, probes: 1},
		"the grant is another merchant's": {merchant: merchantPID, spoil: func(o *appOffice) {
			token := appCredentialsOf(o.t, o.gateway, keyApp).AppAuthTokens[otherPID]
			o.rewrite(func(data map[string][]byte) { data[alipay.KeyAppAuthToken] = []byte(token) })
		}, reason: rejected, says: []string{merchantPID, otherPID}, probes: 1},
		"the grant is none": {merchant: merchantPID, spoil: secret(func(data map[string][]byte) { data[alipay.KeyAppAuthToken] = []byte("202611BBnobodys") }),
			reason: rejected, says: []string{"invalid-app-auth-token"}, probes: 1},
		"the grant has ended": {merchant: merchantPID, spoil: func(o *appOffice) {
			o.must(o.gateway.Switches().Put(map[string]string{simulated.SwitchTokensInvalid: merchantPID}))
		}, reason: rejected, says: []string{"no longer valid"}, probes: 1},
		"the gateway fails": {spoil: func(o *appOffice) {
			o.fault(faults.Rule{Action: faults.Status, Status: http.StatusInternalServerError})
		},
			reason: v1alpha1.ReasonGatewayUnavailable, probes: 1},
		"the gateway cannot be reached": {spoil: func(o *appOffice) { o.must(o.gateway.Close()) }, reason: v1alpha1.ReasonGatewayUnavailable},
		"the reply cannot be verified": {spoil: func(o *appOffice) { o.fault(faults.Rule{Action: faults.BadSignature}) },
			reason: v1alpha1.ReasonReplyNotTrusted, probes: 1},
		"the gateway is not allowed": {spoil: spec(func(s *v1alpha1.AlipayAppSpec) { s.Gateway.URL = "https://gateway.example/gateway.do" }),
			reason: v1alpha1.ReasonGatewayNotAllowed, says: []string{"https://gateway.example/gateway.do", "--allowed-gateways", alipay.DefaultGatewayURL}},
		"Alipay's own gateway is not allowed": {spoil: spec(func(s *v1alpha1.AlipayAppSpec) { s.Gateway = v1alpha1.AlipayGateway{} }),
			reason: v1alpha1.ReasonGatewayNotAllowed, says: []string{alipay.DefaultGatewayURL}},
	} {
		t.Run(name, func(t *testing.T) {
			if test.app == "" {
				test.app = keyApp
			}
			o := newAppOffice(t, test.app, test.merchant, nil)
			test.spoil(o)
			var app *v1alpha1.AlipayApp
			var after time.Duration
			o.costs(test.probes, 1, func() { app, after = o.reconcile() })
			wantNotReady(t, app, test.reason, test.says...)
			if app.Status.AlipayCertSN != "" || app.Status.MerchantID != "" {
				t.Errorf("the status is %+v, as if it worked", app.Status)
			}
			o.opener.want(t, "close")
			if after < accountRetry || after >= 2*accountRetry {
				t.Errorf("it is looked at again after %s, want about %s", after, accountRetry)
			}
			o.costs(0, 0, func() { o.reconcile() }) // the same trouble is the same bytes
		})
	}
}

func TestAnAppsRotatedKeysAreTakenUpWithoutARestart(t *testing.T) {
	for name, appID := range map[string]string{"public keys": keyApp, "certificates": certApp} {
		t.Run(name, func(t *testing.T) {
			o := newAppOffice(t, appID, "", nil)
			before, _ := o.reconcile()
			former, account := o.opener.last(), o.gateway.Alipay().App(appID)
			formerKeys := account.Info().AppKeys
			_, err := account.Rotate(simulated.AppKey)
			o.must(err)
			rotated := appSecretData(appCredentialsOf(t, o.gateway, appID), "")
			o.pass(accountRefresh)
			o.costs(1, writesFor(appID), func() {
				o.rewrite(func(data map[string][]byte) {
					for key, value := range rotated {
						data[key] = value
					}
				})
				app, _ := o.reconcile()
				wantReady(t, app)
				if appID == certApp && app.Status.AppCertSN == before.Status.AppCertSN {
					t.Error("status.appCertSn is the former one's")
				}
			})
			if o.opener.last() == former {
				t.Fatal("the former client is still in use")
			}
			for _, key := range formerKeys {
				o.must(account.Retire(key.SN))
			}
			if err := o.opener.last().Probe(t.Context()); err != nil {
				t.Errorf("after the former key was retired: %v", err)
			}
		})
	}
}

// writesFor is how often a rotation is written: the serial of a certificate is shown, a bare key is not.
func writesFor(appID string) int {
	if appID == certApp {
		return 1
	}
	return 0
}

func TestAnAppThatWorkedIsUsedAfterARestartInAnOutageAndNothingIsWritten(t *testing.T) {
	o := newAppOffice(t, certApp, merchantPID, nil)
	o.reconcile()
	o.fault(faults.Rule{Action: faults.Status, Status: http.StatusInternalServerError})
	o.restart()
	o.costs(1, 0, func() {
		app, _ := o.reconcile()
		wantReady(t, app)
	})
	o.opener.want(t, "open", "open")
	o.costs(0, 0, func() { // it is looked at every few seconds, and asked once a minute
		o.pass(accountRetry)
		o.reconcile()
	})
	o.gateway.Faults().Clear()
	o.pass(accountProbeAgain)
	o.costs(1, 0, func() { o.reconcile() })
}

// A Secret that was rotated gets another merchant's grant by mistake, and the question whose it is is not answered.
func TestAnotherMerchantsGrantMakesNoCallWhileNobodySaysWhoseItIs(t *testing.T) {
	for name, restarts := range map[string]bool{"rotated": false, "rotated while the operator was down": true} {
		t.Run(name, func(t *testing.T) {
			o := newAppOffice(t, certApp, merchantPID, nil)
			o.reconcile()
			_, err := o.gateway.Faults().Add(faults.Rule{Match: faults.Match{Operation: probeOfAgency}, Action: faults.Status, Status: http.StatusInternalServerError, Times: -1})
			o.must(err)
			other := appSecretData(appCredentialsOf(t, o.gateway, certApp), otherPID)
			o.rewrite(func(data map[string][]byte) {
				data[v1alpha1.SecretKeyAppAuthToken] = other[v1alpha1.SecretKeyAppAuthToken]
			})
			if restarts {
				o.restart()
			}
			o.pass(accountRefresh)
			app, _ := o.reconcile()
			wantReady(t, app) // an outage is no news of the credentials

			_, err = alipay.NewVouchers(o.opener.last()).List(t.Context(), 0)
			if !providers.IsKind(err, providers.KindUnavailable) || providers.AsError(providers.OperationList, err).MaybeCommitted {
				t.Errorf("a call with a grant that nobody has confirmed ended with %v", err)
			}
			o.gateway.Faults().Clear()
			if _, err := alipay.NewVouchers(o.opener.last()).List(t.Context(), 0); !providers.IsKind(err, providers.KindAuth) {
				t.Errorf("a call with another merchant's grant ended with %v", err)
			}
		})
	}
}
