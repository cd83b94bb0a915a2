package controllers

import (
	"context"

	"k8s.io/utils/clock"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
)

// Patch is for the finalizer alone: nothing else of an application but its status is ever written.
// +kubebuilder:rbac:groups=campaign-operator.io,resources=alipayapps,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=campaign-operator.io,resources=alipayapps/status,verbs=patch

// AlipayAppKind implements AccountKind.
type AlipayAppKind struct {
	UserAgent string
	Clock     clock.PassiveClock
}

// New implements AccountKind.
func (AlipayAppKind) New() *v1alpha1.AlipayApp { return &v1alpha1.AlipayApp{} }

// Connect implements AccountKind. With agency the grant in the Secret has to be the merchant's of the spec.
func (k AlipayAppKind) Connect(ctx context.Context, app *v1alpha1.AlipayApp, data map[string][]byte) (*alipay.Client, error) {
	credentials, err := alipay.ParseCredentials(data, alipay.Mode(app.Spec.Credentials.Mode))
	if err != nil {
		return nil, err
	}
	client, err := alipay.New(alipay.Config{
		AppID: app.Spec.AppID, GatewayURL: appGateway(app), Credentials: credentials, UserAgent: k.UserAgent, Now: k.Clock.Now,
		Agency: app.Spec.Agency != nil, MerchantID: appMerchant(app),
	})
	if err != nil {
		return nil, err
	}
	return client, client.Probe(ctx)
}

// Connected implements AccountKind: there is nothing more to learn.
func (AlipayAppKind) Connected(context.Context, *alipay.Client) {}

// Describe implements AccountKind.
func (AlipayAppKind) Describe(app *v1alpha1.AlipayApp, client *alipay.Client, works bool) {
	st := &app.Status
	st.AppCertSN, st.AlipayCertSN, st.CertificateNotAfter, st.MerchantID = "", "", "", ""
	if client == nil {
		return
	}
	st.AppCertSN, st.CertificateNotAfter = client.AppCertSN(), expiry(client.CertificateNotAfter())
	if works {
		st.AlipayCertSN, st.MerchantID = client.AlipayCertSN(), appMerchant(app) // the grant was found to be its
	}
}
