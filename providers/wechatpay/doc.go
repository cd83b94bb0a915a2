// Package wechatpay speaks the WeChat Pay API v3: it signs requests, verifies replies, maps
// every failure to a *providers.Error and offers 支付有礼 (pay gift) and 代金券批次 (coupon stocks) as
// providers.Activities.
//
// Signing, verifying and decrypting are done by the vendor's SDK, through its core packages
// only: its service packages pin the host, and its error text prints headers. Requests are
// sent to full URLs of our own.
//
// What is believed:
//
//   - A success (2xx) only when its signature verifies, by the WeChat Pay public key or a
//     platform certificate, chosen by the serial in the reply.
//   - A rejection (4xx) when it is in the gateway's own words, a JSON body with a code. Where
//     it carries a signature, that must verify as well.
//   - Of a 5xx only that the outcome is unknown.
package wechatpay
