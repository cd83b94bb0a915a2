// Package alipay is the other side of Alipay's gateway.do as far as 商家券 2.0 (ordervoucher) needs it: RSA2 signatures
// checked and made, in public-key and certificate mode, activities that are made, changed and stopped asynchronously,
// imported voucher codes, the list of activities, and the signed messages that tell what has been done.
//
// It shares no code with the operator's client, so that the two cannot be wrong together.
package alipay
