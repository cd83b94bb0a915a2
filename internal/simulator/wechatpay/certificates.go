package wechatpay

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
)

// encryptedCertificate is a platform certificate as it travels: encrypted with the APIv3 key.
type encryptedCertificate struct {
	Algorithm      string `json:"algorithm"`
	Nonce          string `json:"nonce"`
	AssociatedData string `json:"associated_data"`
	Ciphertext     string `json:"ciphertext"`
}

type certificateItem struct {
	SerialNo           string               `json:"serial_no"`
	EffectiveTime      string               `json:"effective_time"`
	ExpireTime         string               `json:"expire_time"`
	EncryptCertificate encryptedCertificate `json:"encrypt_certificate"`
}

// certificates hands out the platform certificates.
func (g *Gateway) certificates(rq *request) (outcome, *apiError) {
	algorithm := rq.query.Get("algorithm_type")
	if !slices.Contains([]string{"", "RSA", "SM2", "ALL"}, algorithm) {
		return outcome{}, queryError("algorithm_type", algorithm, "must be RSA, SM2 or ALL")
	}
	if g.switches.Is(SwitchSignatureKeys, "publicKeyOnly") {
		e := notFound("可用的平台证书")
		e.message = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"
		return outcome{}, e
	}
	data := []certificateItem{}
	for _, pair := range rq.account.keys.All(PlatformCertificate) {
		if algorithm == "SM2" {
			continue // the simulator has RSA certificates only
		}
		sealed, err := encryptCertificate(rq.account.apiV3Key, pair.CertPEM)
		if err != nil {
			return outcome{}, systemError()
		}
		data = append(data, certificateItem{SerialNo: pair.ID, EffectiveTime: g.stamp(pair.NotBefore), ExpireTime: g.stamp(pair.NotAfter), EncryptCertificate: sealed})
	}
	return outcome{body: map[string]any{"data": data}}, nil
}

// encryptCertificate is AEAD_AES_256_GCM with the raw bytes of the 32-character APIv3 key and a
// nonce of 12 characters.
func encryptCertificate(apiV3Key string, certPEM []byte) (encryptedCertificate, error) {
	block, err := aes.NewCipher([]byte(apiV3Key))
	if err != nil {
		return encryptedCertificate{}, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return encryptedCertificate{}, err
	}
	nonce, associated := strings.ToLower(rand.Text()[:12]), "certificate"
	sealed := gcm.Seal(nil, []byte(nonce), certPEM, []byte(associated))
	return encryptedCertificate{Algorithm: "AEAD_AES_256_GCM", Nonce: nonce, AssociatedData: associated, Ciphertext: base64.StdEncoding.EncodeToString(sealed)}, nil
}
