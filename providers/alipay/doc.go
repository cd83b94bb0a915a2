// Package alipay speaks Alipay's classic gateway (gateway.do): it signs requests, verifies replies, maps every failure to a
// *providers.Error and offers 商家券 2.0 (order vouchers) as providers.Activities. It also verifies the messages that Alipay
// sends about them.
//
// No SDK is used. The public ones take the time from the machine's clock, hide the HTTP answer, and read a reply with its
// last of two equal keys, while what is believed here has to be the very bytes that were signed; what is left, a sorted
// string and an RSA signature, is the standard library's. Tests check it against an SDK.
//
// What is believed:
//
//   - A success (code 10000) only when its signature verifies over the exact bytes of its node, by the Alipay public key, or in
//     certificate mode by the Alipay certificate that the reply names.
//   - A rejection that is signed, when that signature verifies. One that is not signed explains a failure and proves nothing: a
//     change may have been made all the same. Exempt are the rejections that the gateway gives because it does not know whose
//     key to use; it has then done nothing.
//   - Of anything else, another HTTP status than 200 among it, only that the outcome is unknown.
package alipay
