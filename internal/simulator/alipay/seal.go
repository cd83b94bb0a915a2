package alipay

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/campaign-operator/campaign-operator/internal/simulator/exchange"
	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
)

// unknownCertificate is a serial number that belongs to no certificate.
const unknownCertificate = "00000000000000000000000000000000"

// Seal wraps the node into a reply and signs it.
func (a *attempt) Seal(call *exchange.Call, reply *exchange.Reply, damage exchange.Damage) {
	reply.RequestID = traceID()
	reply.Header = http.Header{
		"Date":         {a.g.now().UTC().Format(http.TimeFormat)},
		"Server":       {"Tengine"},
		"Content-Type": {"text/html;charset=utf-8"},
		"trace_id":     {reply.RequestID}, // not in Go's canonical form
	}
	if reply.HTML {
		reply.Header["Content-Type"] = []string{"text/html"}
		return // the proxy in front knows no keys
	}
	signed := reply.Body
	if a.g.switches.Get(SwitchSlashes) != "off" {
		reply.Body = bytes.ReplaceAll(reply.Body, []byte("/"), []byte(`\/`))
		if a.g.switches.Is(SwitchSlashes, "signed") {
			signed = reply.Body
		}
	}
	var b bytes.Buffer
	b.WriteString(`{"` + a.nodeName() + `":`)
	b.Write(reply.Body)
	a.sign(&b, reply.Account, signed, damage)
	b.WriteString("}")
	reply.Body = b.Bytes()
}

// nodeName is the method's with underscores; a method that does not exist has none.
func (a *attempt) nodeName() string {
	if a.op.handle == nil {
		return "error_response"
	}
	return strings.ReplaceAll(a.op.method, ".", "_") + "_response"
}

func (a *attempt) sign(b *bytes.Buffer, appID string, signed []byte, damage exchange.Damage) {
	app := a.g.apps[appID]
	mode := a.g.switches.Get(SwitchSignature)
	if app == nil || mode == "missing" {
		return
	}
	pair := app.keys.Newest(AlipayKey)
	key, sn := pair.Key, pair.ID
	switch mode {
	case "otherKey":
		key = app.keys.Newest(AppKey).Key
	case "unknownCertificate":
		sn = unknownCertificate
	}
	signature := keys.Sign(key, string(signed))
	if damage != exchange.NoDamage || mode == "badSignature" {
		signature = keys.Spoil(signature)
	}
	if app.Mode == Certificate {
		b.WriteString(`,"alipay_cert_sn":"` + sn + `"`)
	}
	b.WriteString(`,"sign":"` + signature + `"`)
}

func traceID() string {
	raw := make([]byte, 15)
	_, _ = rand.Read(raw) // never fails
	return "21" + hex.EncodeToString(raw)
}
