package wechatpay

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/signers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"

	"github.com/campaign-operator/campaign-operator/providers/internal/httpx"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// The gateway's domains, 主域名 and 备域名.
const (
	DefaultGatewayURL = consts.WechatPayAPIServer
	DefaultBackupURL  = consts.WechatPayAPIServerBackup
)

const (
	defaultTimeout   = 10 * time.Second
	defaultUserAgent = "campaign-operator"
)

// Config is what a Client needs.
type Config struct {
	// Mchid is the merchant id (商户号) that calls are made for.
	Mchid string
	// GatewayURL is scheme and host of the gateway, without a path. When it and BackupURL
	// are both empty they are WeChat Pay's own.
	GatewayURL string
	// BackupURL is used for a request of which no byte could be sent to GatewayURL. Empty: never.
	BackupURL string
	// Credentials come from ParseCredentials.
	Credentials Credentials
	// HTTPClient may bring a Transport (a proxy, other CAs) and a Timeout; nothing else of it
	// is used. Nil: a transport of the Client's own, which takes no proxy from the environment.
	HTTPClient *http.Client
	// Now is the clock. Nil: the machine's.
	Now func() time.Time
	// Timeout bounds one exchange with one domain. 0: 10 seconds.
	Timeout time.Duration
	// UserAgent is sent with each request, as the gateway demands. Empty: "campaign-operator".
	UserAgent string
}

// Client makes signed calls for one merchant. It is safe for concurrent use, never logs, and
// goes to the network only when a method with a context is called.
type Client struct {
	mchid       string
	gateway     string
	backup      string
	credentials Credentials
	userAgent   string
	timeout     time.Duration
	now         func() time.Time
	sender      *httpx.Sender
	signer      *signers.SHA256WithRSASigner
	keys        *keyStore
	skew        httpx.Skew
}

var mchidPattern = regexp.MustCompile(`^[0-9A-Za-z_-]{1,32}$`)

// New checks the configuration and returns a Client. It sends nothing: Probe does.
func New(config Config) (*Client, error) {
	if !mchidPattern.MatchString(config.Mchid) {
		return nil, fmt.Errorf("mchid %q is not a merchant id: give the digits of the 商户号", lenient.OneLine(config.Mchid, 40))
	}
	secrets := config.Credentials.read()
	if secrets == nil {
		return nil, fmt.Errorf("credentials are missing: make them with ParseCredentials")
	}
	if config.GatewayURL == "" && config.BackupURL == "" {
		config.BackupURL = DefaultBackupURL
	}
	if config.GatewayURL == "" {
		config.GatewayURL = DefaultGatewayURL
	}
	gateway, err := checkGateway("gateway URL", config.GatewayURL)
	if err != nil {
		return nil, err
	}
	var backup string
	if config.BackupURL != "" {
		if backup, err = checkGateway("backup URL", config.BackupURL); err != nil {
			return nil, err
		}
	}
	c := &Client{
		mchid:       config.Mchid,
		gateway:     gateway,
		backup:      backup,
		credentials: config.Credentials,
		userAgent:   config.UserAgent,
		timeout:     config.Timeout,
		now:         config.Now,
		sender:      httpx.NewSender(config.HTTPClient),
		signer: &signers.SHA256WithRSASigner{
			MchID:               config.Mchid,
			CertificateSerialNo: config.Credentials.SerialNo(),
			PrivateKey:          secrets.privateKey,
		},
		keys: newKeyStore(newKeyring(secrets)),
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

// checkGateway returns scheme and host. A path would become part of what is signed and the
// gateway has none; user information would be a credential in a URL. The errors do not quote
// the URL for that reason.
func checkGateway(what, raw string) (string, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "":
		return "", fmt.Errorf("the %s is not a URL: give it as https://host, such as %s", what, DefaultGatewayURL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("the %s may only have a scheme and a host: give it as https://host, such as %s",
			what, DefaultGatewayURL)
	}
	return u.Scheme + "://" + u.Host, nil
}

// String names merchant and gateway.
func (c *Client) String() string {
	return fmt.Sprintf("wechatpay.Client{mchid: %q, gateway: %q}", c.mchid, c.gateway)
}

// GoString is String, for %#v.
func (c *Client) GoString() string { return c.String() }

// ClockSkew is how far the gateway's clock was ahead of this machine's at the last answer with a
// Date header, below zero when it was behind; known is false before the first such answer.
//
// Any answer counts, refusals included, so the skew is known also when it is what makes the
// gateway refuse. Date has whole seconds and is compared with the middle of the exchange: the
// measure is good to a second plus half of what the exchange took. Beyond 300 seconds nothing
// works: requests are refused, and replies are not believed.
func (c *Client) ClockSkew() (skew time.Duration, known bool) { return c.skew.Value() }
