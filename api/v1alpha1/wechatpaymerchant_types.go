package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// The keys that a WeChatPayMerchant's Secret may hold, named like the files that the
// WeChat Pay merchant console hands out.
const (
	// SecretKeyPrivateKey is the merchant API private key, PEM. Required.
	SecretKeyPrivateKey = "apiclient_key.pem"
	// SecretKeyCertificate is the merchant API certificate, PEM. Optional when spec.credentials.serialNo is given.
	SecretKeyCertificate = "apiclient_cert.pem"
	// SecretKeyAPIv3 is the 32-byte APIv3 key. Needed to download platform certificates.
	SecretKeyAPIv3 = "apiv3_key"
	// SecretKeyPublicKey is the WeChat Pay public key, PEM. Needed with spec.credentials.publicKeyID.
	SecretKeyPublicKey = "pub_key.pem"
)

// WeChatPayGateway says where the merchant's API calls go.
//
// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="take the change of gateway back: it is the identity of this account. For another gateway make a new WeChatPayMerchant",reason=FieldValueForbidden
type WeChatPayGateway struct {
	// url of the gateway: http or https, a host in lower case, and a port where it is not the usual one; no path. WeChat
	// Pay's own, https://api.mch.weixin.qq.com, when left out. Any other has to be allowed where the operator is started.
	//
	// +kubebuilder:default="https://api.mch.weixin.qq.com"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://([0-9a-z]([0-9a-z.-]*[0-9a-z])?|\[[0-9a-f:.]+\])(:\d{1,5})?$')`,message="write url as http or https, a host in lower case and a port if needed, without path or final slash: https://api.mch.weixin.qq.com"
	// +optional
	URL string `json:"url,omitempty"`

	// backupURL is used when not one byte of a request could be sent to `url`; written like `url`. When left out it is WeChat
	// Pay's own, https://api2.mch.weixin.qq.com, if `url` is WeChat Pay's own too, and none otherwise.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://([0-9a-z]([0-9a-z.-]*[0-9a-z])?|\[[0-9a-f:.]+\])(:\d{1,5})?$')`,message="write backupURL as http or https, a host in lower case and a port if needed, without path or final slash: https://api2.mch.weixin.qq.com"
	// +optional
	BackupURL string `json:"backupURL,omitempty"`
}

// WeChatPayCredentials says where the keys are.
type WeChatPayCredentials struct {
	// secretName is the Secret, in the merchant's namespace, that holds the keys: `apiclient_key.pem` (required),
	// `apiclient_cert.pem`, `apiv3_key`, `pub_key.pem`. At most 253 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')`,message="write the name of a Secret: lower-case letters, digits, - and ., beginning and ending with a letter or digit"
	// +required
	SecretName string `json:"secretName,omitempty"`

	// serialNo is the serial number of the merchant API certificate (商户API证书序列号): upper-case hex, at most 40
	// characters. Read from `apiclient_cert.pem` when left out.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-F]{1,40}$')`,message="write serialNo in upper-case hex as the merchant console shows it, at most 40 characters, without colons or spaces"
	// +optional
	SerialNo string `json:"serialNo,omitempty"`

	// publicKeyID is the id of the WeChat Pay public key (微信支付公钥ID), `PUB_KEY_ID_` and letters or digits; the key itself
	// is `pub_key.pem` in the Secret. When left out, replies are verified with platform certificates only, which takes
	// `apiv3_key`.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^PUB_KEY_ID_[0-9A-Za-z]{1,64}$')`,message="write publicKeyID as the merchant console shows it: PUB_KEY_ID_ followed by at most 64 letters or digits"
	// +optional
	PublicKeyID string `json:"publicKeyID,omitempty"`
}

// LimitsProfile says which of the vendor's published bounds an account's activities keep, where its pages differ.
//
// +kubebuilder:validation:Enum=Strict;Legacy
// +kubebuilder:validation:MaxLength=32
type LimitsProfile string

// The profiles.
const (
	// ProfileStrict keeps the narrower, newer bounds; also when left out.
	ProfileStrict LimitsProfile = "Strict"
	// ProfileLegacy keeps the wider, older ones.
	ProfileLegacy LimitsProfile = "Legacy"
)

// WeChatPayMerchantLimits are a merchant's ceilings. Pre-funded money (预充值) and discounts that come off the merchants' receipts
// (免充值, `noCash`) are counted apart.
type WeChatPayMerchantLimits struct {
	AccountLimits `json:",inline"`

	// maxActiveNoCashYuan is maxActiveYuan for the campaigns with `noCash: true`, which are counted apart; maxActiveYuan
	// when left out.
	//
	// +optional
	MaxActiveNoCashYuan Yuan `json:"maxActiveNoCashYuan,omitempty"`

	// profile says which published bounds apply where the vendor's pages differ: `Strict`, the narrower ones, also when
	// left out, or `Legacy`.
	//
	// +optional
	Profile LimitsProfile `json:"profile,omitempty"`
}

// WeChatPayMerchantSpec describes a merchant id and how to act for it.
type WeChatPayMerchantSpec struct {
	// mchid is the merchant id (商户号): 8 to 15 digits in quotes. It is part of every request number, so it cannot change.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^\d{8,15}$')`,message="write mchid as 8 to 15 digits, the merchant id (商户号) of the merchant console"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="take the change of mchid back: it is part of every request number. For another merchant id make a new WeChatPayMerchant",reason=FieldValueForbidden
	// +required
	Mchid string `json:"mchid,omitempty"`

	// environment separates fleets that use the same merchant id, such as `production` and `rehearsal`: lower-case letters,
	// digits and `-`, at most 63 characters; `production` when left out. It is part of every request number, so it cannot
	// change.
	//
	// +kubebuilder:default=production
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')`,message="write environment in lower-case letters, digits and -, beginning and ending with a letter or digit, such as production or rehearsal"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="take the change of environment back: it is part of every request number. For another environment make a new WeChatPayMerchant",reason=FieldValueForbidden
	// +optional
	Environment string `json:"environment,omitempty"`

	// gateway says where the merchant's API calls go; WeChat Pay's own domains when left out. It is the account's
	// identity, so it cannot change.
	//
	// +kubebuilder:default={}
	// +optional
	Gateway WeChatPayGateway `json:"gateway,omitempty,omitzero"` //nolint:kubeapilinter // left out and empty mean the same: the defaults

	// credentials says where the keys are. They can change at any time: rotation needs no restart.
	//
	// +required
	Credentials WeChatPayCredentials `json:"credentials,omitzero"`

	// allowedNamespaces lists the other namespaces whose activities may use this merchant, by name, at most 200. Only the
	// merchant's own namespace when left out. There is no wildcard: the same keys can refund and transfer.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=200
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')`,message="write each namespace by its name; there is no wildcard, because the merchant's keys can also refund and transfer"
	// +listType=atomic
	// +optional
	AllowedNamespaces []string `json:"allowedNamespaces,omitempty"`

	// limits are ceilings for the money that the merchant's campaigns may commit, and say which of WeChat Pay's published
	// bounds apply. No ceilings when left out.
	//
	// +optional
	Limits WeChatPayMerchantLimits `json:"limits,omitempty,omitzero"` //nolint:kubeapilinter // left out and empty mean the same

	// brake stops money from an emergency's first minute: `Hold` sends nothing that starts or widens an activity; `Pause`
	// is Hold and pauses what can be paused; `Off`, also when left out, is the normal state. Ending an activity always
	// works. Leave it out of Git and set it with `kubectl patch --field-manager=emergency`: a field that Git does not own
	// survives what Flux and Argo CD apply, but Flux takes back what it finds under kubectl's own field managers.
	//
	// +optional
	Brake AccountBrake `json:"brake,omitempty"`
}

// WeChatPayMerchantStatus is what the operator found.
type WeChatPayMerchantStatus struct {
	// observedGeneration is the generation of the spec that this status speaks of; -1 until the operator has looked at the
	// resource for the first time.
	//
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// serialNo is the serial number of the merchant API certificate in use (商户API证书序列号).
	//
	// +optional
	SerialNo string `json:"serialNo,omitempty"`

	// certificateNotAfter is when the merchant API certificate expires (RFC 3339, UTC); absent where the Secret has no
	// `apiclient_cert.pem`. After it WeChat Pay refuses every call.
	// +optional
	CertificateNotAfter string `json:"certificateNotAfter,omitempty"`
	// verifiesWith lists the serials of the platform certificates and the id of the public key
	// that replies are verified with.
	//
	// +listType=atomic
	// +optional
	VerifiesWith []string `json:"verifiesWith,omitempty"`

	// couponNotifyUrl is where WeChat Pay sends notices of used 代金券 coupons (`notify_url` of 查询代金券消息通知地址), as last
	// read; absent where none is set or it cannot be read. The operator never sets it.
	//
	// +optional
	CouponNotifyURL string `json:"couponNotifyUrl,omitempty"`

	AccountStatus `json:",inline"`

	// conditions are Ready, and Reconciling or Stalled only while they are true.
	//
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// WeChatPayMerchant is a WeChat Pay merchant id (商户号) with its credentials and gateway.
//
// Merchant id, environment and gateway are its identity: the request numbers of all its activities are made from them, and
// a changed one would let an activity be created a second time. They cannot change.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=wxm
// +kubebuilder:printcolumn:name="Mchid",type=string,JSONPath=`.spec.mchid`
// +kubebuilder:printcolumn:name="Environment",type=string,JSONPath=`.spec.environment`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Brake",type=string,JSONPath=`.spec.brake`
// +kubebuilder:printcolumn:name="Campaigns",type=integer,JSONPath=`.status.campaigns.total`
// +kubebuilder:printcolumn:name="Unmanaged",type=integer,JSONPath=`.status.unmanaged.total`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type WeChatPayMerchant struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the resource.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what Git says; the operator never writes it.
	//
	// +required
	Spec WeChatPayMerchantSpec `json:"spec,omitzero"`

	// status is what the operator found; only the operator writes it.
	//
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status WeChatPayMerchantStatus `json:"status,omitempty,omitzero"`
}

// WeChatPayMerchantList is a list of WeChatPayMerchant.
//
// +kubebuilder:object:root=true
type WeChatPayMerchantList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []WeChatPayMerchant `json:"items"`
}
