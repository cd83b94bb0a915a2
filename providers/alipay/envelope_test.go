package alipay

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/go-pay/gopay/alipay"

	"github.com/campaign-operator/campaign-operator/providers"
)

const testNode = "alipay_marketing_activity_ordervoucher_create_response"

func TestTheSignedBytesAreThoseOfTheNode(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"as documented":              {`{"` + testNode + `":{"code":"10000"},"sign":"c2ln"}`, `{"code":"10000"}`},
		"sign first":                 {`{"sign":"c2ln","` + testNode + `":{"code":"10000"}}`, `{"code":"10000"}`},
		"blanks inside":              {`{ "` + testNode + "\" :\t{ \"code\" : \"10000\" }\n, \"sign\" : \"c2ln\" }", `{ "code" : "10000" }`},
		"braces in strings":          {`{"` + testNode + `":{"a":"}\"{","b":"\\"},"sign":"c2ln"}`, `{"a":"}\"{","b":"\\"}`},
		"escapes as they are":        {`{"` + testNode + `":{"u":"https:\/\/x\u4e2d"},"sign":"c2ln"}`, `{"u":"https:\/\/x\u4e2d"}`},
		"a certificate between":      {`{"` + testNode + `":{},"alipay_cert_sn":"ab","sign":"c2ln"}`, `{}`},
		"an error of the old sort":   {`{"error_response":{"code":"40002"},"sign":"c2ln"}`, `{"code":"40002"}`},
		"no signature":               {`{"` + testNode + `":{}}`, `{}`},
		"fields to come":             {`{"novel":[1,{}],"` + testNode + `":{},"sign":"c2ln"}`, `{}`},
		"an end of line at the end":  {`{"` + testNode + `":{},"sign":"c2ln"}` + "\n", `{}`},
		"a certificate that is null": {`{"` + testNode + `":{},"alipay_cert_sn":null,"sign":"c2ln"}`, `{}`},
	} {
		got, err := parseEnvelope([]byte(tc.body), createMethod)
		if err != nil || string(got.raw) != tc.want {
			t.Errorf("%s: got %q, %v", name, got.raw, err)
		}
	}
}

func TestAReplyThatCanBeReadInTwoWaysIsNotRead(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want error
	}{
		"nothing":               {``, errNoEnvelope},
		"a page":                {`<html>busy</html>`, errNoEnvelope},
		"a list":                {`[]`, errNoEnvelope},
		"another method's":      {`{"alipay_trade_query_response":{"code":"10000"},"sign":"c2ln"}`, errNoEnvelope},
		"half of one":           {`{"` + testNode + `":{"code":"10000"`, errNoEnvelope},
		"one that ends early":   {`{"` + testNode + `":{"code":"10000"}`, errNoEnvelope},
		"one and more":          {`{"` + testNode + `":{}}{}`, errNoEnvelope},
		"a node that is none":   {`{"` + testNode + `":[],"sign":"c2ln"}`, errNoEnvelope},
		"a name without value":  {`{"` + testNode + `"}`, errNoEnvelope},
		"two nodes":             {`{"` + testNode + `":{"a":1},"` + testNode + `":{},"sign":"c2ln"}`, errAmbiguous},
		"two signatures":        {`{"` + testNode + `":{},"sign":"a","sign":"b"}`, errAmbiguous},
		"success and error":     {`{"` + testNode + `":{},"error_response":{},"sign":"a"}`, errAmbiguous},
		"its name once more":    {`{"` + testNode + `":{},"x":{"` + testNode + `":{}},"sign":"a"}`, errAmbiguous},
		"something encrypted":   {`{"` + testNode + `":"QUVT","sign":"c2ln"}`, errEncrypted},
		"a name in two writing": {`{"` + testNode + `":{},"\u0061lipay_marketing_activity_ordervoucher_create_response":{},"sign":"a"}`, errAmbiguous},
	} {
		if _, err := parseEnvelope([]byte(tc.body), createMethod); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
}

func TestASignatureIsOverTheTextWithOrWithoutItsEscapedSlashes(t *testing.T) {
	const escaped = `{"code":"10000","activity_id":"100","u":"https:\/\/x"}`
	plain := strings.ReplaceAll(escaped, `\/`, `/`)
	for name, tc := range map[string]struct {
		signed string
		good   bool
	}{"as written": {escaped, true}, "without the escapes": {plain, true}, "of something else": {`{}`, false}} {
		wire := `{"` + testNode + `":` + escaped + `,"sign":"` + signWith(alipayKey(), tc.signed) + `"}`
		if err := create(t, vouchersWith(t, reply{wire: wire})); (err == nil) != tc.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASuccessIsBelievedOnlyWithItsSignature(t *testing.T) {
	good := success(`"activity_id":"100"`)
	spoilt := good.body(createMethod)
	for name, tc := range map[string]struct {
		reply reply
		want  providers.Kind
	}{
		"without a signature":     {good.unsigned(), providers.KindUntrusted},
		"signed by somebody else": {good.signedBy(strangerKey()), providers.KindUntrusted},
		"signed by the app":       {good.signedBy(appKey()), providers.KindUntrusted},
		"changed after":           {reply{wire: strings.Replace(spoilt, "100", "101", 1)}, providers.KindUntrusted},
		"a blank more":            {reply{wire: strings.Replace(spoilt, `"code":`, `"code": `, 1)}, providers.KindUntrusted},
		"no base64":               {reply{wire: `{"` + testNode + `":{"code":"10000"},"sign":"%%"}`}, providers.KindUntrusted},
		"two answers":             {reply{wire: strings.Replace(spoilt, `{"`+testNode, `{"`+testNode+`":{"code":"10000","activity_id":"666"},"`+testNode, 1)}, providers.KindUntrusted},
		"without an id":           {success(""), providers.KindUntrusted},
		"with an id that is none": {success(`"activity_id":"../1"`), providers.KindUntrusted},
		"in an error's node":      {reply{wire: `{"error_response":{"code":"10000"},"sign":"` + signWith(alipayKey(), `{"code":"10000"}`) + `"}`}, providers.KindUnknown},
		"of an app with contents encrypted": {reply{wire: `{"` + testNode + `":"QUVT","sign":"` + signWith(alipayKey(), `"QUVT"`) + `"}`},
			providers.KindAuth},
	} {
		t.Run(name, func(t *testing.T) {
			e := gotError(t, create(t, vouchersWith(t, tc.reply)), tc.want, true)
			if e.HTTPStatus != 200 || e.Verified && tc.want != providers.KindUnknown {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestWhatIsSignedAnSDKVerifies(t *testing.T) {
	public := string(bare(pkix1(&alipayKey().PublicKey)))
	node := `{"code":"10000","msg":"Success","n":"张"}`
	if good, err := alipay.VerifySyncSign(public, node, signWith(alipayKey(), node)); err != nil || !good {
		t.Errorf("got %t, %v", good, err)
	}
	if good, _ := alipay.VerifySyncSign(public, node+" ", signWith(alipayKey(), node)); good {
		t.Error("the SDK verifies anything")
	}
}

func FuzzParseEnvelope(f *testing.F) {
	for _, body := range []string{success(`"activity_id":"100"`).body(createMethod), failure("40004", "BIZ_ERROR", "门店").unsigned().body(createMethod),
		`{"error_response":{"code":"40002"}}`, `{"` + testNode + `":"QUVT","sign":"x"}`, `{"` + testNode + `":{"a":{"b":[1e9,"\/"]}},"alipay_cert_sn":"x"}`, `[`, ``} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := parseEnvelope(body, createMethod)
		if err != nil {
			return
		}
		if !bytes.Contains(body, got.raw) || got.node == nil || bytes.Count(body, []byte(`"`+got.name+`"`)) > 1 && bytes.Contains(body[bytes.LastIndex(body, got.raw)+len(got.raw):], []byte(got.name)) {
			t.Errorf("took %q of %q", got.raw, body)
		}
		_ = got.succeeded()
	})
}
