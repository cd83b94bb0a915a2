// Package requestno makes the request number of a campaign, the idempotency key that
// vendors call out_request_no or out_biz_no.
package requestno

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
)

// Input is all that a number depends on. It leaves out the uid, the generation, the clock
// and the payload on purpose: the same manifest applied to a rebuilt cluster must find the
// activity that it created before.
type Input struct {
	Environment string
	// Account is the merchant id or the app id.
	Account   string
	Kind      string
	Namespace string
	Name      string
	// Revision counts the activities that the resource has asked for, from 1.
	Revision int64
}

// hashLength is the number of base32 characters kept: 130 bits.
const hashLength = 26

// For returns the number, `<account>-<26 characters of A-Z2-7>`. It is at most 59 characters
// for account ids of up to 32, within the 64 of Alipay and the 128 of WeChat Pay, and uses
// only characters that both accept.
func For(in Input) string {
	return number(in.Account, "v1", in.Environment, in.Account, in.Kind, in.Namespace, in.Name, fmt.Sprint(in.Revision))
}

// Operation is all that the number of a later mutating call depends on.
type Operation struct {
	Account, ActivityID string
	// UID is the resource's: unlike a creation, a change is not looked for by its number after a
	// cluster was lost, and one that was numbered before must not pass for a new one.
	UID string
	// Name is the operation's, Digest that of what it changes.
	Name, Digest string
	// Seq counts the calls of the resource, so that a change there and back again is no replay.
	Seq int64
}

// ForOperation returns the number, in the form of For.
func ForOperation(in Operation) string {
	return number(in.Account, "op1", in.Account, in.ActivityID, in.UID, in.Name, in.Digest, fmt.Sprint(in.Seq))
}

// number joins the account and a hash of the parts. No part can hold a NUL, so no two lists of
// parts join to the same text.
func number(account string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return account + "-" + base32.StdEncoding.EncodeToString(sum[:])[:hashLength]
}
