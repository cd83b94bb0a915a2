package controllers

import (
	"context"
	"time"

	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// Patch is for the finalizer alone: nothing else of a merchant but its status is ever written.
// +kubebuilder:rbac:groups=campaign-operator.io,resources=wechatpaymerchants,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=campaign-operator.io,resources=wechatpaymerchants/status,verbs=patch

// notifyAgain: the address of notices about coupons is read again after this.
const notifyAgain = time.Hour

// WeChatPayMerchantKind implements AccountKind.
type WeChatPayMerchantKind struct {
	UserAgent string
	Clock     clock.PassiveClock
}

// Merchant is the connection of a merchant: its client, and what else people see of it.
type Merchant struct {
	*wechatpay.Client

	credentials wechatpay.Credentials
	// notifyURL is where WeChat Pay sends notices of used coupons, as it was read at notifyRead; notifyErr why it was not.
	notifyURL  string
	notifyRead time.Time
	notifyErr  error
}

// New implements AccountKind.
func (WeChatPayMerchantKind) New() *v1alpha1.WeChatPayMerchant { return &v1alpha1.WeChatPayMerchant{} }

// Connect implements AccountKind.
func (k WeChatPayMerchantKind) Connect(ctx context.Context, merchant *v1alpha1.WeChatPayMerchant, data map[string][]byte) (*Merchant, error) {
	credentials, err := wechatpay.ParseCredentials(data, merchant.Spec.Credentials.SerialNo, merchant.Spec.Credentials.PublicKeyID)
	if err != nil {
		return nil, err
	}
	connection := &Merchant{credentials: credentials}
	config := wechatpay.Config{
		Mchid: merchant.Spec.Mchid, Credentials: credentials, UserAgent: k.UserAgent, Now: k.Clock.Now,
		GatewayURL: merchantGateway(merchant), BackupURL: merchant.Spec.Gateway.BackupURL,
	}
	if config.GatewayURL == wechatpay.DefaultGatewayURL && config.BackupURL == "" {
		config.BackupURL = wechatpay.DefaultBackupURL
	}
	if connection.Client, err = wechatpay.New(config); err != nil {
		return connection, err
	}
	return connection, connection.Probe(ctx)
}

// Connected implements AccountKind. It reads where WeChat Pay sends notices of used coupons: now and then, and without making
// anything of a failure, since a merchant may not have the product. It is never set.
func (k WeChatPayMerchantKind) Connected(ctx context.Context, merchant *Merchant) {
	if !merchant.notifyRead.IsZero() && k.Clock.Since(merchant.notifyRead) < notifyAgain {
		return
	}
	merchant.notifyRead = k.Clock.Now()
	if merchant.notifyURL, merchant.notifyErr = merchant.CouponNotifyURL(ctx); merchant.notifyErr != nil {
		log.FromContext(ctx).V(1).Info("the address of notices about coupons cannot be read", "error", merchant.notifyErr.Error())
	}
}

// Describe implements AccountKind.
func (WeChatPayMerchantKind) Describe(merchant *v1alpha1.WeChatPayMerchant, connection *Merchant, works bool) {
	st := &merchant.Status
	st.SerialNo, st.VerifiesWith, st.CertificateNotAfter = "", nil, ""
	if connection == nil {
		return
	}
	st.SerialNo, st.CertificateNotAfter = connection.credentials.SerialNo(), expiry(connection.credentials.CertificateNotAfter())
	if !works {
		return
	}
	st.VerifiesWith = connection.VerifiesWith()
	if connection.notifyErr == nil {
		st.CouponNotifyURL = connection.notifyURL
	}
}
