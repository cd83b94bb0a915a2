package wechatpay

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// Why a notification is not taken. With ErrSignatureProbe these are all there are; none holds anything of it.
var (
	// ErrNotificationUntrusted: it is not signed, or not by a key that is held.
	ErrNotificationUntrusted = errors.New("the notification is not signed with a key of WeChat Pay that is held")
	// ErrNotificationStale: its timestamp is five minutes or more from this machine's clock, so it may be a replay.
	ErrNotificationStale = errors.New("the notification's timestamp is 300 s or more from this machine's clock")
	// ErrNotificationSealed: WeChat Pay signed it, and the merchant's APIv3 key does not open it.
	ErrNotificationSealed = errors.New("the notification cannot be decrypted: put the merchant's current APIv3 key into the Secret as " + KeyAPIv3)
	// ErrNotificationUnreadable: WeChat Pay signed it, and it does not have the documented form.
	ErrNotificationUnreadable = errors.New("the notification does not have the documented form")
)

// couponEvents is how the documented events about one user's coupon begin: COUPON.USE of 代金券, COUPON.SEND of 商家券.
const couponEvents = "COUPON."

// userFields are in what WeChat Pay says of one user's coupon.
var userFields = []string{"openid", "unionid", "coupon_id", "coupon_code"}

// Notification is what a verified notification (通知) says. Of the user and the coupon that it may be about it has nothing.
type Notification struct {
	// ID is the same each time that the notification is sent (id).
	ID string
	// EventType is WeChat Pay's name of what has happened (event_type).
	EventType string
	// ActivityID is the stock (stock_id) or activity (activity_id) that the event names; empty where it names none, and
	// for what has happened to one user's coupon.
	ActivityID string
	// UserLevel is true for what has happened to one user's coupon: all events that are documented for marketing.
	UserLevel bool
}

// VerifyNotification checks a notification's signature and time (回调通知, 签名验证), decrypts its resource with the
// APIv3 key, and reads it only then. Only this merchant's notifications pass: no other has its APIv3 key. (The SDK's
// handler does the same, but by the machine's clock instead of ours, and with all headers in its text.)
//
// It goes to no network: one that names a platform certificate that is not held yet is refused, and WeChat Pay sends it
// again. Answer a refusal with 4xx or 5xx. See the Err variables for the errors.
func (c *Client) VerifyNotification(ctx context.Context, header http.Header, body []byte) (Notification, error) {
	if err := c.keys.current().verify(ctx, header, body, c.now()); err != nil {
		return Notification{}, notBelieved(err)
	}
	envelope, err := lenient.Decode(body)
	if err != nil {
		return Notification{}, ErrNotificationUnreadable
	}
	content, err := openResource(lenient.Child(envelope, "resource"), c.credentials.read().apiV3Key)
	if err != nil {
		return Notification{}, err
	}
	return readNotification(envelope, content)
}

// notBelieved drops the words about replies.
func notBelieved(err error) error {
	signature, _ := asSignatureError(err)
	switch {
	case errors.Is(err, ErrSignatureProbe):
		return ErrSignatureProbe
	case signature != nil && signature.outcome == outcomeClock:
		return ErrNotificationStale
	}
	return ErrNotificationUntrusted
}

// openResource decrypts what the event is about.
func openResource(resource object, apiV3Key string) (object, error) {
	nonce := lenient.Text(resource, "nonce")
	if lenient.Text(resource, "algorithm") != algorithmGCM || len(nonce) != gcmNonceLength {
		return nil, ErrNotificationUnreadable
	}
	content, err := utils.DecryptAES256GCM(apiV3Key, lenient.Text(resource, "associated_data"), nonce, lenient.Text(resource, "ciphertext"))
	if err != nil {
		return nil, ErrNotificationSealed
	}
	decoded, err := lenient.Decode([]byte(content))
	if err != nil {
		return nil, ErrNotificationUnreadable
	}
	return decoded, nil
}

func readNotification(envelope, content object) (Notification, error) {
	const maxID, maxType = 64, 64
	n := Notification{ID: lenient.Text(envelope, "id"), EventType: lenient.OneLine(lenient.Text(envelope, "event_type"), maxType)}
	if n.ID == "" || len(n.ID) > maxID {
		return Notification{}, ErrNotificationUnreadable
	}
	n.UserLevel = strings.HasPrefix(n.EventType, couponEvents)
	for _, field := range userFields {
		n.UserLevel = n.UserLevel || lenient.Text(content, field) != ""
	}
	if n.UserLevel {
		return n, nil
	}
	for _, field := range []string{favorKind.id, payGiftKind.id} {
		if id := lenient.Text(content, field); n.ActivityID == "" && validID(id) {
			n.ActivityID = id
		}
	}
	return n, nil
}
