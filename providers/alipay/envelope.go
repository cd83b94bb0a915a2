package alipay

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

const (
	errorNode     = "error_response"
	signField     = "sign"
	certSNField   = "alipay_cert_sn"
	codeSuccess   = "10000"
	codeField     = "code"
	subCodeField  = "sub_code"
	subMsgField   = "sub_msg"
	messageField  = "msg"
	responseAfter = "_response"
)

// envelope is a reply as it came, verified by nobody yet.
type envelope struct {
	// name is that of the node: the method's, or error_response.
	name string
	// raw are the exact bytes of the node's value, which are what is signed.
	raw []byte
	// node is raw, decoded.
	node lenient.Object
	// sign is the signature in base64, empty where there is none; certSN names the key in certificate mode.
	sign, certSN string
}

var (
	errNoEnvelope = errors.New("the answer is not in the gateway's words")
	errEncrypted  = errors.New("the gateway's answer is encrypted, which was not asked for: turn off the encryption of contents for this app (开发设置 › 接口内容加密方式)")
	// errAmbiguous: which of two equal names a signature is for cannot be told, so a reply of two is refused as a forgery.
	errAmbiguous = errors.New("the reply names something twice")
)

// nodeName is the name of a method's node: dots become underscores.
func nodeName(method string) string { return strings.ReplaceAll(method, ".", "_") + responseAfter }

// parseEnvelope takes a reply apart. The standard decoder gives the bytes of a value as they are, so nothing is written anew.
func parseEnvelope(body []byte, method string) (envelope, error) {
	fields, after, err := topLevel(body, nodeName(method))
	if err != nil {
		return envelope{}, err
	}
	out := envelope{name: nodeName(method), raw: fields[nodeName(method)]}
	failure := fields[errorNode]
	switch {
	case out.raw != nil && failure != nil:
		return envelope{}, errAmbiguous
	case failure != nil:
		out.name, out.raw = errorNode, failure
	case out.raw == nil:
		return envelope{}, errNoEnvelope
	}
	if bytes.Contains(after, []byte(out.name)) {
		return envelope{}, errAmbiguous
	}
	out.sign, out.certSN = textIn(fields[signField]), textIn(fields[certSNField])
	if out.raw[0] == '"' {
		return envelope{}, errEncrypted
	}
	if out.node, err = lenient.Decode(out.raw); err != nil {
		return envelope{}, errNoEnvelope
	}
	return out, nil
}

// topLevel returns the values of a JSON object by their names, each as it was written, and what follows the node.
func topLevel(body []byte, node string) (fields map[string]json.RawMessage, after []byte, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, nil, errNoEnvelope
	}
	fields = map[string]json.RawMessage{}
	for decoder.More() {
		token, err := decoder.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, nil, errNoEnvelope
		}
		if _, twice := fields[name]; twice {
			return nil, nil, errAmbiguous
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, nil, errNoEnvelope
		}
		fields[name] = value
		if name == node || name == errorNode {
			after = body[decoder.InputOffset():]
		}
	}
	if _, err := decoder.Token(); err != nil { // the closing brace
		return nil, nil, errNoEnvelope
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errNoEnvelope
	}
	return fields, after, nil
}

// textIn decodes a JSON string; anything else is "".
func textIn(raw json.RawMessage) string {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

// succeeded reports whether the reply says that the call was done.
func (e envelope) succeeded() bool {
	return e.name != errorNode && e.code() == codeSuccess && e.subCode() == ""
}

func (e envelope) code() string    { return strings.TrimSpace(lenient.Text(e.node, codeField)) }
func (e envelope) subCode() string { return strings.TrimSpace(lenient.Text(e.node, subCodeField)) }
