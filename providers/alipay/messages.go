package alipay

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// messagePrefix begins the msg_method of all messages about activities, those of payment vouchers among them.
const messagePrefix = "alipay.marketing.activity.message."

// lifecycleMessages say that an operation on an activity is done. None says that one failed.
var lifecycleMessages = []string{messagePrefix + "created", messagePrefix + "modified", messagePrefix + "appended", messagePrefix + "stopped"}

// Message is what Alipay tells of an activity (异步通知). It is a hint only: the activity says what is true.
type Message struct {
	// NotifyID is `notify_id`, the same in every delivery.
	NotifyID string
	// Method is `msg_method`, such as alipay.marketing.activity.message.created.
	Method string
	// AppID is `app_id`, the receiving app. In agency mode several accounts have the same.
	AppID string
	// ActivityID is `activity_id`; empty in messages that are not about an activity. It may be one of another product.
	ActivityID string
	// EventID is `id`, which names the event; empty where the message has none.
	EventID string
	// Sent is `utc_timestamp`, when this delivery was sent; zero where the message does not say so.
	Sent time.Time
	// Lifecycle is true when an operation on the activity is done (created, modified, appended, stopped), false of what is about a
	// user's voucher, of which nothing else is read, and of anything else.
	Lifecycle bool
}

// The texts do not quote the message: it may be from anybody.
var (
	errMessageTwice     = errors.New("a field of the message is there twice")
	errMessageUnsigned  = errors.New("the message has no signature of the type RSA2")
	errMessageCharset   = errors.New("the message is not in UTF-8")
	errMessageSignature = errors.New("the message's signature does not verify")
	errMessageEncrypted = errors.New("the message is encrypted: turn off the encryption of contents for this app in Alipay's console (开发设置 › 接口内容加密方式)")
	errMessageFields    = errors.New("the message lacks what it must contain")
)

// VerifyMessage checks the signature of a message that Alipay sent, by the fields of its form as they were decoded once. Its size is
// the caller's business, and so is for whom it is (Message.AppID): to look at that before the signature would take less time for an
// app that is not this one, and tell which apps exist. Replays are good messages: who acts on them has to know their NotifyID.
//
// Real messages differ in whether sign_type is part of what is signed, and SDKs in whether empty fields are, so each is tried.
func (c *Client) VerifyMessage(form url.Values) error {
	fields := make(map[string]string, len(form))
	for name, values := range form {
		if len(values) != 1 {
			return errMessageTwice
		}
		fields[name] = values[0]
	}
	signature := strings.TrimSpace(fields[signField])
	delete(fields, signField)
	switch {
	case signature == "" || fields[signTypeParameter] != "RSA2":
		return errMessageUnsigned
	case fields["charset"] != "" && !strings.EqualFold(fields["charset"], "utf-8"):
		return errMessageCharset
	}
	texts := []string{signedText(fields), joined(fields)}
	delete(fields, signTypeParameter)
	texts = append(texts, signedText(fields), joined(fields))
	slices.Sort(texts)
	for _, text := range slices.Compact(texts) {
		for _, key := range c.keys.all(c.now()) {
			if verifiesText(key, []byte(text), signature) {
				return nil
			}
		}
	}
	return errMessageSignature
}

var (
	notifyIDPattern = regexp.MustCompile(`^[!-~]{1,128}$`)
	methodPattern   = regexp.MustCompile(`^[0-9A-Za-z._-]{1,128}$`)
)

// ParseMessage reads a message that VerifyMessage found good.
func ParseMessage(form url.Values) (Message, error) {
	message := Message{NotifyID: form.Get("notify_id"), Method: form.Get("msg_method"), AppID: form.Get("app_id"), Sent: epoch(form.Get("utc_timestamp"))}
	if !notifyIDPattern.MatchString(message.NotifyID) || !methodPattern.MatchString(message.Method) {
		return Message{}, errMessageFields
	}
	if form.Get("encrypt_type") != "" {
		return Message{}, errMessageEncrypted
	}
	content, err := lenient.Decode([]byte(form.Get(bizContentParameter)))
	if err != nil {
		return Message{}, errMessageFields
	}
	message.ActivityID, message.EventID = lenient.Text(content, activityIDField), lenient.OneLine(lenient.Text(content, "id"), 128)
	message.Lifecycle = slices.Contains(lifecycleMessages, message.Method)
	if message.ActivityID != "" && !validID(message.ActivityID) || message.ActivityID == "" && message.Lifecycle {
		return Message{}, errMessageFields
	}
	return message, nil
}

// epoch reads milliseconds since 1970, which some of the vendor's examples have as seconds.
func epoch(text string) time.Time {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}
	case len(strings.TrimSpace(text)) <= 10:
		return time.Unix(n, 0)
	default:
		return time.UnixMilli(n)
	}
}
