package alipay

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// The gateways, production and sandbox (沙箱).
const (
	DefaultGatewayURL = "https://openapi.alipay.com/gateway.do"
	SandboxGatewayURL = "https://openapi-sandbox.dl.alipaydev.com/gateway.do"
)

const (
	defaultTimeout   = 10 * time.Second
	defaultUserAgent = "campaign-operator"
)

// Config is what a Client needs.
type Config struct {
	// AppID is the id of the app (应用 APPID) that calls are made with.
	AppID string
	// GatewayURL is the complete URL of the gateway. Empty: DefaultGatewayURL.
	GatewayURL string
	// Credentials come from ParseCredentials.
	Credentials Credentials
	// Agency makes the calls for another merchant, who granted the app_auth_token (服务商代接入, AGENCY_MODE); else they
	// are for the app's own merchant (SELF_MODE), without a token.
	Agency bool
	// MerchantID is the PID (2088…) of the merchant that the token must belong to. Agency only.
	MerchantID string
	// HTTPClient may bring a Transport (a proxy, other CAs) and a Timeout; nothing else of it
	// is used. Nil: a transport of the Client's own, which takes no proxy from the environment.
	HTTPClient *http.Client
	// Now is the clock. Nil: the machine's.
	Now func() time.Time
	// Timeout bounds one exchange. 0: 10 seconds.
	Timeout time.Duration
	// UserAgent is sent with each request. Empty: "campaign-operator".
	UserAgent string
}

// Client makes signed calls with one app, for one merchant. It is safe for concurrent use, never logs, and goes to the
// network only when a method with a context is called.
type Client struct {
	appID      string
	gateway    string
	secrets    *secrets
	accessMode string
	merchantID string
	userAgent  string
	timeout    time.Duration
	now        func() time.Time
	sender     *httpx.Sender
	keys       *keyStore
	skew       httpx.Skew
	// granted is true once Alipay has said that the app_auth_token is the merchant's.
	granted atomic.Bool
}

// The values of merchant_access_mode (商户接入模式).
const (
	accessModeSelf   = "SELF_MODE"
	accessModeAgency = "AGENCY_MODE"
)

var (
	appIDPattern      = regexp.MustCompile(`^[0-9]{1,32}$`)
	merchantIDPattern = regexp.MustCompile(`^2088[0-9]{12}$`)
)

// New checks the configuration and returns a Client. It sends nothing: Probe does. What is wrong with the credentials comes
// back as a *CredentialError.
func New(config Config) (*Client, error) {
	secrets := config.Credentials.read()
	switch {
	case !appIDPattern.MatchString(config.AppID):
		return nil, fmt.Errorf("the app id %q is none: give the digits of the APPID", lenient.OneLine(config.AppID, 40))
	case secrets.privateKey == nil:
		return nil, fmt.Errorf("credentials are missing: make them with ParseCredentials")
	case config.Agency && !merchantIDPattern.MatchString(config.MerchantID):
		return nil, fmt.Errorf("the merchant id %q is none: give the PID that begins with 2088, 16 digits", lenient.OneLine(config.MerchantID, 40))
	case config.Agency && secrets.appAuthToken == "":
		return nil, &CredentialError{Key: KeyAppAuthToken, Problem: "is missing", Advice: tokenAdvice}
	case !config.Agency && config.MerchantID != "":
		return nil, fmt.Errorf("a merchant id is only given in agency mode: leave it out, or make the calls for that merchant")
	}
	if config.GatewayURL == "" {
		config.GatewayURL = DefaultGatewayURL
	}
	if err := checkGateway(config.GatewayURL); err != nil {
		return nil, err
	}
	c := &Client{
		appID:      config.AppID,
		gateway:    config.GatewayURL,
		secrets:    secrets,
		accessMode: accessModeSelf,
		merchantID: config.MerchantID,
		userAgent:  config.UserAgent,
		timeout:    config.Timeout,
		now:        config.Now,
		sender:     httpx.NewSender(config.HTTPClient),
		keys:       newKeyStore(secrets),
	}
	if config.Agency {
		c.accessMode = accessModeAgency
	}
	if c.userAgent == "" {
		c.userAgent = defaultUserAgent
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.now == nil {
		c.now = time.Now //nolint:forbidigo // the default of the injected clock
	}
	return c, nil
}

// checkGateway refuses what cannot be the gateway's URL. The errors do not quote it: user information would be a credential.
func checkGateway(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "":
		return fmt.Errorf("the gateway URL is not a URL: give it as https://host/gateway.do, such as %s", DefaultGatewayURL)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fmt.Errorf("the gateway URL may only have a scheme, a host and a path: give it as https://host/gateway.do, such as %s", DefaultGatewayURL)
	}
	return nil
}

func (c *Client) agency() bool { return c.accessMode == accessModeAgency }

// String names app and gateway.
func (c *Client) String() string {
	return fmt.Sprintf("alipay.Client{appID: %q, gateway: %q, mode: %q, access: %q}", c.appID, c.gateway, c.secrets.mode, c.accessMode)
}

// GoString is String, for %#v.
func (c *Client) GoString() string { return c.String() }

// ClockSkew is how far the gateway's clock was ahead of this machine's at the last answer with a Date header, below zero when
// it was behind; known is false before the first such answer. Any answer counts, refusals included. It is good to a second plus
// half of what the exchange took. How much the gateway bears is not documented (isv.invalid-timestamp).
func (c *Client) ClockSkew() (skew time.Duration, known bool) { return c.skew.Value() }

// gatewayNow is the time by the gateway's clock, as far as it is known.
func (c *Client) gatewayNow() time.Time {
	skew, _ := c.skew.Value()
	return c.now().Add(skew)
}

// AppCertSN is Credentials.AppCertSN.
func (c *Client) AppCertSN() string { return c.credentials().AppCertSN() }

// AlipayCertSN is the number of Alipay's certificate in use, lower-case hex: the configured one, or the one that replies
// were last signed with; empty in public-key mode.
func (c *Client) AlipayCertSN() string { return c.keys.inUse() }

// CertificateNotAfter is Credentials.CertificateNotAfter.
func (c *Client) CertificateNotAfter() time.Time { return c.credentials().CertificateNotAfter() }

func (c *Client) credentials() Credentials {
	return Credentials{open: func() *secrets { return c.secrets }}
}
