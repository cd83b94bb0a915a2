// Package notify is the operator's notification door: an HTTP server, off by default, that takes the messages by which
// a vendor says that something has happened to an activity, sent to it directly or forwarded unchanged by the
// merchant's own receiver.
//
// A message is a hint and nothing more. Once its signature is verified it wakes the one resource that records the
// activity, and that resource is then reconciled by what the vendor's interface says. What the door misses, the polling
// finds. So whatever is sent to it can change nothing at the vendor, and costs one reconcile at most.
//
// The package knows the vendors' ways of answering and no vendor's signature: that is behind Source.
package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The vendors, as the first part of the path and as a label of the metrics.
const (
	// Alipay sends form-urlencoded messages to /alipay/<app id>.
	Alipay = "alipay"
	// WeChatPay sends API v3 notifications to /wechatpay/<mchid>.
	WeChatPay = "wechatpay"
)

// Account is whom a message is for.
type Account struct {
	// Vendor is Alipay or WeChatPay.
	Vendor string
	// ID is the app id or the merchant id.
	ID string
}

// Received is a message as it came. Nothing of it is to be logged.
type Received struct {
	// Header has the signature at WeChat Pay.
	Header http.Header
	// Body is not changed by a single byte: the signature is over it.
	Body []byte
}

// Notice is what a verified message says.
type Notice struct {
	// ID is the same in each delivery of the message: Alipay's notify_id, WeChat Pay's id.
	ID string
	// Account is the app id or merchant id that the message itself says it is for.
	Account string
	// Topic is the vendor's name of the event, such as alipay.marketing.activity.message.created.
	Topic string
	// ActivityID is the activity or stock that it is about. Empty: acknowledged and dropped.
	ActivityID string
	// UserLevel is true for what happens to one user's voucher (received, used, expired). It is acknowledged and dropped.
	UserLevel bool
	// SentAt is when the vendor sent it, if the message says so. What is older than the door's memory is refused.
	SentAt time.Time
}

// Source verifies the messages for one account.
type Source interface {
	// Verify checks the signature first and reads the message only then. It goes to no network and does not block,
	// since anybody may cause it. Of its errors the door tells ErrMalformed, ErrStale and ErrTestSignature apart; any
	// other means that the message is not believed. An error holds nothing of the message.
	//
	// It leaves to the door whether the message is for this account (Notice.Account): to look at that before the signature
	// would take less time for accounts that do not exist, and tell which do.
	Verify(ctx context.Context, received Received) (Notice, error)
}

// Waker hands a resource to its controller's queue: the one that records this activity for this account, and no other.
// It does not block. found is false where there is none. After an error the vendor is asked to send the message again.
type Waker func(ctx context.Context, account Account, activityID string) (found bool, err error)

// What a Source says of a message besides that it is not believed.
var (
	// ErrMalformed: the signature is good, or there is none to check, and the message cannot be read.
	ErrMalformed = errors.New("the message cannot be read")
	// ErrStale: it was signed too long ago, or in the future.
	ErrStale = errors.New("the message is not of this time")
	// ErrTestSignature: one of the deliberately wrong signatures by which WeChat Pay tests its receivers.
	ErrTestSignature = errors.New("the message carries a test signature")
)

// maxFields bounds a form: the documents have some fifteen fields.
const maxFields = 64

// Form reads the body as a form, each value decoded exactly once, as Alipay's signature demands. A name that comes
// twice is refused, so that nobody verifies one value and reads the other.
func (r Received) Form() (url.Values, error) {
	body := string(r.Body)
	if strings.Count(body, "&") >= maxFields {
		return nil, fmt.Errorf("%w: more than %d fields", ErrMalformed, maxFields)
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, fmt.Errorf("%w: it is not form-urlencoded", ErrMalformed)
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, fmt.Errorf("%w: a field comes twice", ErrMalformed)
		}
	}
	return form, nil
}
