package keys

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
)

// Sign signs a text with SHA256withRSA and writes the signature in base64.
func Sign(key *rsa.PrivateKey, text string) string {
	digest := sha256.Sum256([]byte(text))
	raw, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err) // RSA-2048 always signs a SHA-256
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// Verify checks a signature that Sign made.
func Verify(key *rsa.PublicKey, text, signature string) error {
	raw, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw)
}

// Spoil changes a signature so that it is still base64 of the right length.
func Spoil(signature string) string {
	first := "A"
	if signature[0] == 'A' {
		first = "B"
	}
	return first + signature[1:]
}
