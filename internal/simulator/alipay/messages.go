package alipay

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
	"github.com/campaign-operator/campaign-operator/internal/simulator/statedir"
)

const (
	kindMessages = "alipay-messages"
	messageRoot  = "alipay.marketing.activity.message."
)

// doneMessages are the messages that tell of an operation's end.
var doneMessages = map[string]string{creating: "created", modifying: "modified", appending: "appended", stopping: "stopped"}

// retries are how long after a delivery that failed the next one comes, in campaign time.
var retries = []time.Duration{2 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour}

// The states of a message.
const (
	// MessagePending messages have a next delivery.
	MessagePending = "pending"
	// MessageHeld messages wait to be overtaken by the app's next message.
	MessageHeld = "held"
	// MessageDelivered messages were answered with success.
	MessageDelivered = "delivered"
	// MessageGivenUp messages were delivered as often as the vendor does, without success.
	MessageGivenUp = "givenUp"
	// MessageDropped messages were never sent, by a switch.
	MessageDropped = "dropped"
	// MessageUnaddressed messages were never sent, since their app had no URL.
	MessageUnaddressed = "unaddressed"
)

// Message is a message to an app.
type Message struct {
	// Seq orders messages by when they came up.
	Seq int `json:"seq"`
	// NotifyID is the same in each delivery (notify_id).
	NotifyID string `json:"notifyId"`
	AppID    string `json:"appId"`
	// Method is the message's name (msg_method).
	Method string `json:"msgMethod"`
	// EventID is biz_content.id.
	EventID    string `json:"eventId"`
	ActivityID string `json:"activityId"`
	OutBizNo   string `json:"outBizNo,omitempty"`
	// EventTime is campaign time.
	EventTime time.Time `json:"eventTime"`
	// State is one of pending, held, delivered, givenUp, dropped and unaddressed.
	State string `json:"state"`
	// NextTime is when it is delivered again, in campaign time; nil when it is not.
	NextTime *time.Time `json:"nextTime,omitempty"`
	// Twice says that it is delivered once more after a success.
	Twice bool `json:"twice,omitempty"`
	// Deliveries are its deliveries, oldest first.
	Deliveries []Delivery `json:"deliveries"`
}

// Delivery is one try to deliver a message.
type Delivery struct {
	// Time is campaign time.
	Time time.Time `json:"time"`
	// Status and Answer are what the receiver answered, the answer cut to 100 bytes.
	Status int    `json:"status,omitempty"`
	Answer string `json:"answer,omitempty"`
	// Error is why there was no answer.
	Error string `json:"error,omitempty"`
	// Success says that the answer was exactly success.
	Success bool `json:"success"`
}

// messages is the vendor's message service. Messages are never changed once others can see them.
type messages struct {
	g      *Gateway
	dir    *statedir.Dir
	client *http.Client

	mu   sync.Mutex
	byID map[string]*Message
	// ids are all messages in the order in which they came up.
	ids  []string
	last int
	// waiting are those that are pending or held.
	waiting map[string]*Message
	// inFlight are those that are being delivered.
	inFlight map[string]bool
	wake     chan struct{}
}

func newMessages(g *Gateway, dir *statedir.Dir) (*messages, error) {
	m := &messages{
		g: g, dir: dir, byID: map[string]*Message{}, waiting: map[string]*Message{}, inFlight: map[string]bool{}, wake: make(chan struct{}, 1),
		client: &http.Client{
			Timeout:       10 * time.Second,
			Transport:     &http.Transport{MaxIdleConnsPerHost: mostDeliveries, IdleConnTimeout: 30 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	err := dir.Each(kindMessages, func(id string, data []byte) error {
		var kept Message
		if err := decode(data, &kept); err != nil {
			return err
		}
		m.ids, m.last = append(m.ids, id), max(m.last, kept.Seq)
		m.index(&kept)
		return nil
	})
	slices.SortFunc(m.ids, func(a, b string) int { return m.byID[a].Seq - m.byID[b].Seq })
	return m, err
}

// add makes a message of an event. Its fate is that of the switch.
func (m *messages) add(method string, a *activity, number string) *Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.g.clock.Now()
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails
	m.last++
	msg := &Message{
		Seq: m.last, NotifyID: now.In(beijing).Format("20060102") + "00222" + now.In(beijing).Format("150405") + hex.EncodeToString(raw),
		AppID: a.AppID, Method: messageRoot + method, EventID: eventID(method, raw), ActivityID: a.ID, OutBizNo: number,
		EventTime: now, State: MessagePending, Deliveries: []Delivery{},
	}
	due := now.Add(m.g.switches.Duration(SwitchMessagesDelay))
	msg.NextTime = &due
	switch fate := m.g.switches.Get(SwitchMessagesFate); {
	case m.g.apps[a.AppID].NotifyURL() == "":
		msg.State, msg.NextTime = MessageUnaddressed, nil
	case fate == "dropped":
		msg.State, msg.NextTime = MessageDropped, nil
	case fate == "duplicated":
		msg.Twice = true
	case fate == "reordered" && !m.isHeld(a.AppID):
		msg.State, msg.NextTime = MessageHeld, nil
	}
	m.put(msg)
	return msg
}

// isHeld says whether a message of an app waits to be overtaken. The caller holds the lock.
func (m *messages) isHeld(appID string) bool {
	for _, msg := range m.waiting {
		if msg.AppID == appID && msg.State == MessageHeld {
			return true
		}
	}
	return false
}

func eventID(method string, raw []byte) string {
	return fmt.Sprintf("%s_%d", strings.ToUpper(method), binary.BigEndian.Uint64(raw))
}

// put keeps a message; a state directory that cannot be written loses it, as messages can be lost. The caller holds the
// lock.
func (m *messages) put(msg *Message) {
	if m.byID[msg.NotifyID] == nil {
		m.ids = append(m.ids, msg.NotifyID)
	}
	m.index(msg)
	_ = m.dir.Write(kindMessages, msg.NotifyID, msg)
	m.stir()
}

func (m *messages) index(msg *Message) {
	m.byID[msg.NotifyID] = msg
	delete(m.waiting, msg.NotifyID)
	if msg.State == MessagePending || msg.State == MessageHeld {
		m.waiting[msg.NotifyID] = msg
	}
}

// stir makes the delivery look at what there is to do.
func (m *messages) stir() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// form is a message as it is sent.
func (m *messages) form(msg *Message) url.Values {
	content := map[string]string{"id": msg.EventID, "activity_id": msg.ActivityID, "event_time": strconv.FormatInt(msg.EventTime.UnixMilli(), 10)}
	if m.g.switches.Is(SwitchMessagesEventTime, "seconds") {
		content["event_time"] = strconv.FormatInt(msg.EventTime.Unix(), 10)
	}
	if msg.OutBizNo != "" && m.g.switches.Is(SwitchMessagesNumber, "on") {
		content["out_biz_no"] = msg.OutBizNo
	}
	p := parameters{
		"notify_id": msg.NotifyID, "utc_timestamp": strconv.FormatInt(m.g.now().UnixMilli(), 10), "msg_method": msg.Method, "app_id": msg.AppID,
		"version": "1.1", "biz_content": string(encode(content)), "sign_type": "RSA2", "charset": "UTF-8",
	}
	text := p.signed("sign", "sign_type")
	if m.g.switches.Is(SwitchMessagesSignType, "included") {
		text = p.signed("sign")
	}
	app := m.g.apps[msg.AppID]
	signature := keys.Sign(app.keys.Newest(AlipayKey).Key, text)
	if m.g.switches.Is(SwitchMessagesSignature, "bad") {
		signature = keys.Spoil(signature)
	}
	form := url.Values{"sign": {signature}}
	for name, value := range p {
		form.Set(name, value)
	}
	return form
}

// Messages are an app's messages, or all for an empty id, in the order in which they came up.
func (g *Gateway) Messages(appID string) []Message {
	g.settle()
	m := g.messages
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]Message, 0, len(m.ids))
	for _, id := range m.ids {
		if msg := m.byID[id]; appID == "" || msg.AppID == appID {
			all = append(all, *msg)
		}
	}
	return all
}

// settle ends all operations that are due.
func (g *Gateway) settle() {
	g.vouchers.mu.Lock()
	defer g.vouchers.mu.Unlock()
	g.vouchers.settleAll()
}

func (m *messages) reset() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id := range m.byID {
		if err := m.dir.Remove(kindMessages, id); err != nil {
			return err
		}
	}
	m.byID, m.waiting, m.ids = map[string]*Message{}, map[string]*Message{}, nil
	return nil
}

// Redeliver delivers a message now, whatever became of it before, and says what was answered. A message that was
// delivered is replayed with the same notify_id.
func (g *Gateway) Redeliver(ctx context.Context, notifyID string) (Delivery, error) {
	m := g.messages
	m.mu.Lock()
	msg := m.byID[notifyID]
	m.mu.Unlock()
	if msg == nil {
		return Delivery{}, ErrNoMessage
	}
	if g.apps[msg.AppID].NotifyURL() == "" {
		return Delivery{}, ErrNoNotifyURL
	}
	return m.deliver(ctx, msg), nil
}
