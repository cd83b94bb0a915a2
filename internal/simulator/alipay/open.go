package alipay

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

var tokenSchema = schema.Object(schema.Required("app_auth_token", schema.Text(1, 128)))

type tokenReply struct {
	UserID      string   `json:"user_id"`
	AuthAppID   string   `json:"auth_app_id"`
	ExpiresIn   int64    `json:"expires_in"`
	AuthMethods []string `json:"auth_methods"`
	AuthStart   string   `json:"auth_start"`
	AuthEnd     string   `json:"auth_end"`
	Status      string   `json:"status"`
}

// queryToken tells whose grant a token is.
func (g *Gateway) queryToken(rq *request) (outcome, *apiError) {
	if p := tokenSchema("", rq.doc); p != nil {
		return outcome{}, problem(p)
	}
	merchant, known := rq.app.merchantOf(textAt(rq.doc, "app_auth_token"))
	if !known {
		return outcome{}, refuse("aop.invalid-app-auth-token", "无效的应用授权令牌")
	}
	status := "valid"
	if g.switches.Contains(SwitchTokensInvalid, merchant) || g.switches.Contains(SwitchTokensExpired, merchant) {
		status = "invalid"
	}
	began := g.now().AddDate(0, -1, 0)
	ends := began.AddDate(1, 0, 0)
	methods := []string{}
	for _, op := range g.operations {
		if op.access == accessMerchant {
			methods = append(methods, op.method)
		}
	}
	return outcome{body: tokenReply{
		UserID: merchant, AuthAppID: ownApp(merchant), ExpiresIn: int64(ends.Sub(g.now()) / time.Second), AuthMethods: methods,
		AuthStart: stamp(began), AuthEnd: stamp(ends), Status: status,
	}}, nil
}

// ownApp is the app of a merchant that granted a token; it is no app of the simulator.
func ownApp(merchant string) string { return "2021" + merchant[4:] }

var downloadSchema = schema.Object(schema.Required("alipay_cert_sn", schema.Text(1, 128)))

// downloadCertificate hands out a certificate that signs replies.
func (g *Gateway) downloadCertificate(rq *request) (outcome, *apiError) {
	if p := downloadSchema("", rq.doc); p != nil {
		return outcome{}, problem(p)
	}
	pair := rq.app.keys.Find(AlipayKey, textAt(rq.doc, "alipay_cert_sn"))
	if pair == nil || rq.app.Mode != Certificate {
		return outcome{}, invalid("alipay_cert_sn", "there is no such certificate")
	}
	content := base64.StdEncoding.EncodeToString(slices.Concat(pair.CertPEM, g.authority.issuerPEM))
	return outcome{body: map[string]string{"alipay_cert_content": content}}, nil
}
