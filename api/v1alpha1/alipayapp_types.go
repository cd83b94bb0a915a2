package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// The keys that an AlipayApp's Secret may hold, named like the files that Alipay's key tool and console hand out.
const (
	// SecretKeyAppPrivateKey is the application's RSA2 private key (应用私钥), at least 2048 bits: PKCS#1 or PKCS#8 PEM, or
	// the bare base64 text of Alipay's key tool. Required.
	SecretKeyAppPrivateKey = "app_private_key.pem"
	// SecretKeyAlipayPublicKey is Alipay's public key for the application (支付宝公钥), which is not the application's own:
	// PEM, or the bare base64 text of the console. Required in the mode PublicKey.
	SecretKeyAlipayPublicKey = "alipay_public_key.pem"
	// SecretKeyAppCertificate is the application's certificate (应用公钥证书), PEM. Required in the mode Certificate.
	SecretKeyAppCertificate = "appCertPublicKey.crt"
	// SecretKeyAlipayCertificate is Alipay's certificate (支付宝公钥证书), PEM. Required in the mode Certificate.
	SecretKeyAlipayCertificate = "alipayCertPublicKey_RSA2.crt"
	// SecretKeyAlipayRootCertificate is Alipay's bundle of root certificates (支付宝根证书), PEM. Required in the mode Certificate.
	SecretKeyAlipayRootCertificate = "alipayRootCert.crt"
	// SecretKeyAppAuthToken is the merchant's grant to the application (app_auth_token, 应用授权令牌). Required with spec.agency.
	SecretKeyAppAuthToken = "app_auth_token"
)

// AlipayCredentialsMode says how an application signs and verifies (接口加签方式).
//
// +kubebuilder:validation:Enum=PublicKey;Certificate
// +kubebuilder:validation:MaxLength=32
type AlipayCredentialsMode string

// The modes. An application is in one of them, as its page in Alipay's console says.
const (
	// AlipayPublicKey is the mode 密钥: replies are verified with Alipay's public key.
	AlipayPublicKey AlipayCredentialsMode = "PublicKey"
	// AlipayCertificate is the mode 证书: requests name the application's certificate, replies Alipay's.
	AlipayCertificate AlipayCredentialsMode = "Certificate"
)

// AlipayNotifications says what becomes of the messages that Alipay sends to an application.
//
// +kubebuilder:validation:Enum=Accept;Ignore
// +kubebuilder:validation:MaxLength=32
type AlipayNotifications string

// What becomes of messages.
const (
	// AlipayNotificationsAccept verifies the application's messages and has each wake its activity; also when left out.
	AlipayNotificationsAccept AlipayNotifications = "Accept"
	// AlipayNotificationsIgnore refuses them, as if the application were unknown.
	AlipayNotificationsIgnore AlipayNotifications = "Ignore"
)

// AlipayGateway says where the application's API calls go.
//
// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="take the change of gateway back: it is the identity of this account. For another gateway make a new AlipayApp",reason=FieldValueForbidden
type AlipayGateway struct {
	// url of the gateway, gateway.do included: http or https, a host in lower case, and a port where it is not the usual one.
	// Alipay's own, https://openapi.alipay.com/gateway.do, when left out. Any other has to be allowed where the operator is
	// started; the sandbox is https://openapi-sandbox.dl.alipaydev.com/gateway.do.
	//
	// +kubebuilder:default="https://openapi.alipay.com/gateway.do"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^https?://([0-9a-z]([0-9a-z.-]*[0-9a-z])?|\[[0-9a-f:.]+\])(:\d{1,5})?(/[0-9A-Za-z_-][0-9A-Za-z._-]*)*/gateway\.do$')`,message="write url as http or https, a host in lower case, a port if needed and the path to gateway.do: https://openapi.alipay.com/gateway.do"
	// +optional
	URL string `json:"url,omitempty"`
}

// AlipayCredentials says where the keys are.
type AlipayCredentials struct {
	// secretName is the Secret, in the application's namespace, that holds the keys: `app_private_key.pem`, and
	// `alipay_public_key.pem` in the mode PublicKey or `appCertPublicKey.crt`, `alipayCertPublicKey_RSA2.crt` and
	// `alipayRootCert.crt` in the mode Certificate; with agency `app_auth_token` too. At most 253 characters.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')`,message="write the name of a Secret: lower-case letters, digits, - and ., beginning and ending with a letter or digit"
	// +required
	SecretName string `json:"secretName,omitempty"`

	// mode is how the application signs and verifies, as its page in Alipay's console says (接口加签方式): `PublicKey` (密钥)
	// or `Certificate` (证书). There is no default: Alipay refuses every call in the wrong one.
	//
	// +required
	Mode AlipayCredentialsMode `json:"mode,omitempty"`
}

// AlipayAgency is the merchant that a service provider's application acts for (服务商代接入).
//
// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="take the change of agency back: it is part of every request number. For another merchant make a new AlipayApp",reason=FieldValueForbidden
type AlipayAgency struct {
	// merchantId is the merchant's PID (商户号): 16 digits in quotes that begin with 2088. The Secret's `app_auth_token` has
	// to be this merchant's grant; no call is made with another's.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^2088\d{12}$')`,message="write merchantId in quotes as the merchant's PID, 16 digits that begin with 2088"
	// +required
	MerchantID string `json:"merchantId,omitempty"`
}

// AlipayAppSpec describes an app id and how to act for it.
//
// +kubebuilder:validation:XValidation:rule=`has(self.agency) == has(oldSelf.agency)`,message="take the change of agency back: it says whose activities this account makes, and is part of every request number. For another merchant make a new AlipayApp",fieldPath=".agency",reason=FieldValueForbidden
type AlipayAppSpec struct {
	// appId is the application's id (`app_id`, 应用id): 16 to 20 digits in quotes. It is part of every request number, so it
	// cannot change.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^\d{16,20}$')`,message="write appId in quotes as 16 to 20 digits, the APPID of Alipay's console"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="take the change of appId back: it is part of every request number. For another application make a new AlipayApp",reason=FieldValueForbidden
	// +required
	AppID string `json:"appId,omitempty"`

	// environment separates fleets that use the same application, such as `production` and `rehearsal`: lower-case letters,
	// digits and `-`, at most 63 characters; `production` when left out. It is part of every request number, so it cannot
	// change.
	//
	// +kubebuilder:default=production
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')`,message="write environment in lower-case letters, digits and -, beginning and ending with a letter or digit, such as production or rehearsal"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="take the change of environment back: it is part of every request number. For another environment make a new AlipayApp",reason=FieldValueForbidden
	// +optional
	Environment string `json:"environment,omitempty"`

	// gateway says where the application's API calls go; Alipay's own when left out. It is the account's identity, so it
	// cannot change.
	//
	// +kubebuilder:default={}
	// +optional
	Gateway AlipayGateway `json:"gateway,omitempty,omitzero"` //nolint:kubeapilinter // left out and empty mean the same: the defaults

	// credentials says where the keys are. They can change at any time: rotation needs no restart.
	//
	// +required
	Credentials AlipayCredentials `json:"credentials,omitzero"`

	// agency is the merchant that the application acts for as a service provider: with it the activities are made in
	// AGENCY_MODE and belong to that merchant, without it in SELF_MODE and belong to the application's own. It is part of the
	// account's identity, so it cannot be added, changed or removed.
	//
	// +optional
	Agency *AlipayAgency `json:"agency,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// notifications says what becomes of the messages that Alipay sends to the application, where the operator's door for them
	// is open: `Accept`, also when left out, verifies each and has it wake its activity; `Ignore` refuses them. Without
	// messages the operator asks Alipay instead.
	//
	// +optional
	Notifications AlipayNotifications `json:"notifications,omitempty"`

	// allowedNamespaces lists the other namespaces whose activities may use this application, by name, at most 200. Only
	// the application's own namespace when left out. There is no wildcard: the same keys can refund and transfer.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=200
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r'^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')`,message="write each namespace by its name; there is no wildcard, because the application's keys can also refund and transfer"
	// +listType=atomic
	// +optional
	AllowedNamespaces []string `json:"allowedNamespaces,omitempty"`

	// limits are ceilings for the money that the application's campaigns may commit. No ceilings when left out.
	//
	// +optional
	Limits AccountLimits `json:"limits,omitempty,omitzero"` //nolint:kubeapilinter // left out and empty mean the same

	// brake stops money from an emergency's first minute: `Hold` sends nothing that starts or widens an activity; `Pause`
	// is Hold and lists what still runs, since Alipay has no call that pauses an activity, with the command that ends each;
	// `Off`, also when left out, is the normal state. Ending an activity always works. Leave it out of Git and set it with
	// `kubectl patch --field-manager=emergency`: a field that Git does not own survives what Flux and Argo CD apply, but Flux
	// takes back what it finds under kubectl's own field managers.
	//
	// +optional
	Brake AccountBrake `json:"brake,omitempty"`
}

// AlipayAppStatus is what the operator found.
type AlipayAppStatus struct {
	// observedGeneration is the generation of the spec that this status speaks of; -1 until the operator has looked at the
	// resource for the first time.
	//
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// appCertSn is the serial of the application's certificate in use, as requests name it (`app_cert_sn`, 应用公钥证书SN);
	// absent in the mode PublicKey.
	//
	// +optional
	AppCertSN string `json:"appCertSn,omitempty"`

	// alipayCertSn is the serial of Alipay's certificate that replies are verified with (`alipay_cert_sn`, 支付宝公钥证书SN);
	// absent in the mode PublicKey.
	//
	// +optional
	AlipayCertSN string `json:"alipayCertSn,omitempty"`

	// certificateNotAfter is when the application's certificate expires (RFC 3339, UTC); absent in the mode PublicKey. After
	// it Alipay refuses every call.
	//
	// +optional
	CertificateNotAfter string `json:"certificateNotAfter,omitempty"`

	// merchantId is the merchant whose grant the Secret's `app_auth_token` is, as Alipay said (`user_id`); absent without
	// agency.
	//
	// +optional
	MerchantID string `json:"merchantId,omitempty"`

	AccountStatus `json:",inline"`

	// conditions are Ready, and Reconciling or Stalled only while they are true.
	//
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// AlipayApp is an application at Alipay's open platform (APPID) with its credentials and gateway.
//
// App id, agency, environment and gateway are its identity: the request numbers of all its activities are made from them, and
// a changed one would let an activity be created a second time. They cannot change.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=apa
// +kubebuilder:printcolumn:name="AppID",type=string,JSONPath=`.spec.appId`
// +kubebuilder:printcolumn:name="Environment",type=string,JSONPath=`.spec.environment`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Brake",type=string,JSONPath=`.spec.brake`
// +kubebuilder:printcolumn:name="Campaigns",type=integer,JSONPath=`.status.campaigns.total`
// +kubebuilder:printcolumn:name="Unmanaged",type=integer,JSONPath=`.status.unmanaged.total`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Merchant",type=string,JSONPath=`.spec.agency.merchantId`,priority=1
type AlipayApp struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the resource.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what Git says; the operator never writes it.
	//
	// +required
	Spec AlipayAppSpec `json:"spec,omitzero"`

	// status is what the operator found; only the operator writes it.
	//
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status AlipayAppStatus `json:"status,omitempty,omitzero"`
}

// AlipayAppList is a list of AlipayApp.
//
// +kubebuilder:object:root=true
type AlipayAppList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []AlipayApp `json:"items"`
}
