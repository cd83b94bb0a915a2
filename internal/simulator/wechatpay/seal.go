package wechatpay

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
)

// badSerial belongs to no key.
const badSerial = "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

// tails are the internal numbers at the end of an error's Request-ID.
var tails = map[string]string{
	"SIGN_ERROR": "269546525", "FREQUENCY_LIMITED": "268461336", "FREQUENCY_LIMIT_EXCEED": "268461336",
	"MCH_NOT_EXISTS": "269546538", "SYSTEM_ERROR": "272888874",
}

// Seal adds the headers of every reply and signs it.
func (a *attempt) Seal(call *exchange.Call, reply *exchange.Reply, damage exchange.Damage) {
	now := a.g.now()
	reply.RequestID = requestID(a.id, reply.Code)
	// Set by hand: the gateway writes Request-ID, not Go's canonical Request-Id.
	h := http.Header{
		"Date":                   {now.UTC().Format(http.TimeFormat)},
		"Server":                 {"nginx"},
		"Connection":             {"keep-alive"},
		"Keep-Alive":             {"timeout=8"},
		"Cache-Control":          {"no-cache, must-revalidate"},
		"X-Content-Type-Options": {"nosniff"},
		"Request-ID":             {reply.RequestID},
		"Content-Language":       {"zh-CN"},
	}
	reply.Header = h
	switch {
	case reply.HTML:
		h["Content-Type"] = []string{"text/html"}
		delete(h, "Content-Language")
		return // the proxy in front knows no keys
	case reply.Status != http.StatusNoContent:
		h["Content-Type"] = []string{"application/json; charset=utf-8"}
	}
	a.sign(call, reply, damage, now)
}

func (a *attempt) sign(call *exchange.Call, reply *exchange.Reply, damage exchange.Damage, now time.Time) {
	account := a.g.accounts[reply.Account]
	mode := a.g.switches.Get(SwitchSignatureResponse)
	if account == nil || mode == "missing" || (reply.Status > 299 && a.g.switches.Is(SwitchErrorsSigned, "off")) {
		return
	}
	pair := a.g.replyKey(account, call.Request.Header.Get("Wechatpay-Serial"), mode)
	if mode == "skew" {
		now = now.Add(400 * time.Second)
	}
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), strings.ToLower(rand.Text())
	signature := keys.Sign(pair.Key, timestamp+"\n"+nonce+"\n"+string(reply.Body)+"\n")
	serial := pair.ID
	switch {
	case damage == exchange.SignTest || mode == "signtest":
		// A probe: its text cannot even be Base64 of a signature.
		signature = "WECHATPAY/SIGNTEST/" + signature[19:]
	case damage == exchange.BadSignature || mode == "badSignature":
		signature = keys.Spoil(signature)
	case mode == "badSerial":
		serial = badSerial
	}
	h := reply.Header
	h["Wechatpay-Nonce"] = []string{nonce}
	h["Wechatpay-Serial"] = []string{serial}
	h["Wechatpay-Signature"] = []string{signature}
	h["Wechatpay-Signature-Type"] = []string{scheme}
	h["Wechatpay-Timestamp"] = []string{timestamp}
}

// replyKey chooses the key of a reply: the one that the request asks for, else the default.
func (g *Gateway) replyKey(account *Account, asked, mode string) *keys.Pair {
	have := g.switches.Get(SwitchSignatureKeys)
	public, certificate := have != "certificateOnly", have != "publicKeyOnly"
	switch {
	case mode == "publicKey" && public:
		return account.keys.Newest(PublicKey)
	case mode == "certificate" && certificate:
		return account.keys.Newest(PlatformCertificate)
	}
	if public {
		if pair := account.keys.Find(PublicKey, asked); pair != nil {
			return pair
		}
	}
	if certificate {
		if pair := account.keys.Find(PlatformCertificate, asked); pair != nil {
			return pair
		}
	}
	if !certificate || (public && g.switches.Is(SwitchSignatureDefault, "publicKey")) {
		return account.keys.Newest(PublicKey)
	}
	return account.keys.Newest(PlatformCertificate)
}

// requestIDHead is unique and looks like the beginning of the gateway's Request-ID: hex.
func requestIDHead() string {
	raw := make([]byte, 15)
	_, _ = rand.Read(raw) // never fails
	return "08" + strings.ToUpper(hex.EncodeToString(raw))
}

// requestID ends a Request-ID as the gateway does: a dash, and an internal number on errors.
func requestID(head, code string) string {
	tail := "0"
	if code != "" {
		tail = "268435456"
		if t, ok := tails[code]; ok {
			tail = t
		}
		tail = "-" + tail
	}
	return head + "-" + tail
}
