// Package wechatpay is the other side of WeChat Pay's API v3 as far as pay gift (支付有礼) needs it:
// request signatures checked over raw bytes, replies signed by public key or platform certificate,
// /v3/certificates, pay gift activities, and the busifavor (商家券) stocks that they give away.
//
// It shares no code with the operator's client, so that the two cannot be wrong together.
package wechatpay
