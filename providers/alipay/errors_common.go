package alipay

import "github.com/campaign-operator/campaign-operator/providers"

const (
	keyAdvice = "Check that app_private_key.pem belongs to this app's public key at Alipay (开发设置 › 接口加签方式), and that the " +
		"account's credentials.mode is the app's."
	certAdvice  = "Check credentials.mode and the three certificates: put in those that the console hands out now (开发设置 › 接口加签方式)."
	tokenRenew  = "Have the merchant grant the app again and put the new app_auth_token into the Secret."
	appAdvice   = "Check the account's appId and gateway.url: production and sandbox know different apps."
	faultAdvice = "Report this as a fault of the program: the gateway misses something that every request has."
)

// gatewayRows have as their sources the gateway's result codes (公共错误码). The names are without isv., isp. and aop.
var gatewayRows = []ErrorRow{
	// App, key, certificate, clock: the account cannot work.
	{Code: "invalid-app-id", Unsigned: true, Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: appAdvice},
	{Code: "missing-app-id", Unsigned: true, Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: faultAdvice},
	{Code: "missing-method", Unsigned: true, Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: faultAdvice},
	{Code: "missing-signature-config", Unsigned: true, Kind: providers.KindAuth, Delay: providers.DelayAccount,
		Advice: "Set up the signatures of this app at Alipay (开发设置 › 接口加签方式): it has no key there."},
	{Code: "invalid-signature", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: keyAdvice},
	{Code: "invalid-signature-type", Kind: providers.KindAuth, Delay: providers.DelayAccount,
		Advice: "Set up this app with an RSA2 key at Alipay (开发设置 › 接口加签方式)."},
	{Code: "missing-signature", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: faultAdvice},
	{Code: "missing-signature-type", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: faultAdvice},
	{Code: "missing-signature-key", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: keyAdvice},
	{Code: "missing-app-cert-sn", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: certAdvice},
	{Code: "missing-alipay-root-cert-sn", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: certAdvice},
	{Code: "app-cert-expired", Kind: providers.KindAuth, Delay: providers.DelayAccount,
		Advice: "Renew the app's certificate at Alipay and put it and its key into the Secret: the one in use has expired."},
	{Code: "not-online-app", Kind: providers.KindAuth, Delay: providers.DelayAccount,
		Advice: "Put the app online in Alipay's console (应用上线), or correct the account's appId."},
	{Code: "invalid-timestamp", Kind: providers.KindAuth, Delay: providers.DelayAccount,
		Advice: "Set this machine's clock: the gateway finds the request's timestamp too far from its own."},
	{Code: "missing-timestamp", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: faultAdvice},
	{Code: "missing-version", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: faultAdvice},
	{Code: "missing-encrypt-key", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: errEncryptedAdvice},
	{Code: "invalid-encrypt", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: errEncryptedAdvice},

	// The merchant's grant: in agency mode the account cannot work.
	{Code: "invalid-app-auth-token", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: tokenRenew},
	{Code: "app-auth-token-time-out", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: tokenRenew},
	{Code: "invalid-auth-token", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: tokenRenew},
	{Code: "auth-token-time-out", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: tokenRenew},
	{Code: "invalid-auth-relations", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: tokenRenew},
	{Code: "invalid-app-auth-token-no-api", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Have the merchant grant the app the product 商家券 as well: the grant does not cover this call."},
	{Code: "no-product-reg-by-partner", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Have the merchant sign the product 商家券 at Alipay."},
	{Code: "not-support-app-auth", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Ask Alipay whether this app may make this call for other merchants."},

	// Permissions.
	{Code: "insufficient-isv-permissions", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Add the product 商家券 to this app in Alipay's console and have it signed (产品绑定)."},
	{Code: "insufficient-user-permissions", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Have the merchant grant this app the permission for the call."},
	{Code: "self-invoke-forbidden", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Give the account its agency block: a third-party app cannot make calls for itself."},
	{Code: "forbidden-api", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Ask Alipay to open this call for the app."},
	{Code: "suspected-attack", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Look for markup or code in the manifest's texts: the gateway takes the request for an attack."},

	// Rates.
	{Code: "app-call-limited", Kind: providers.KindThrottled, Delay: providers.DelayFast, Advice: throttled},
	{Code: "method-call-limited", Kind: providers.KindThrottled, Delay: providers.DelayFast, Advice: throttled},

	// Parameters.
	{Code: "invalid-parameter", Kind: providers.KindInvalid, Delay: providers.DelaySlow, Advice: "Correct what the message names."},
	{Code: "illegal-json", Kind: providers.KindUnknown, Delay: providers.DelaySlow, Advice: faultAdvice},

	// By code, where the sub_code is missing or not known.
	{Code: "20000", Kind: providers.KindUnavailable, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Wait: the gateway is not available, and the same request is repeated."},
	{Code: "20001", Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: tokenRenew},
	{Code: "40001", Kind: providers.KindUnknown, Delay: providers.DelaySlow, Advice: faultAdvice},
	{Code: "40002", Kind: providers.KindUnknown, Delay: providers.DelaySlow,
		Advice: "Look up the code in Alipay's 公共错误码, and report it: this version does not know it and repeats slowly."},
	{Code: "40003", Kind: providers.KindUnknown, Delay: providers.DelaySlow,
		Advice: "Look up the code in Alipay's 公共错误码: something that the call needs is missing at Alipay."},
	{Code: "40004", Kind: providers.KindUnknown, Delay: providers.DelaySlow, MaybeCommitted: true,
		Advice: "Look up the code on the call's page, and report it: this version does not know it, takes the outcome for unknown and repeats slowly."},
	{Code: "40005", Kind: providers.KindThrottled, Delay: providers.DelayFast, Advice: throttled},
	{Code: "40006", Kind: providers.KindForbidden, Delay: providers.DelaySlow,
		Advice: "Give the app the permission in Alipay's console."},
	{Code: otherCode, Kind: providers.KindUnknown, Delay: providers.DelaySlow, MaybeCommitted: true,
		Advice: "Look up the code in Alipay's documentation, and report it: this version does not know it and repeats slowly."},
}

const (
	throttled          = "Wait: the request was refused for its rate and not executed."
	errEncryptedAdvice = "Turn off the encryption of contents for this app in Alipay's console (开发设置 › 接口内容加密方式): it is not supported."
)

// localRows are what is found on this side.
var localRows = []ErrorRow{
	{Code: anyCode, HTTP: "429", Kind: providers.KindThrottled, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Wait: something before the gateway refused the request for its rate."},
	{Code: anyCode, HTTP: "3xx", Kind: providers.KindUnknown, Delay: providers.DelaySlow, MaybeCommitted: true,
		Advice: "Check the account's gateway URL: it redirects, and redirects are not followed with signed requests."},
	{Code: anyCode, HTTP: "4xx", Kind: providers.KindUnknown, Delay: providers.DelaySlow, MaybeCommitted: true,
		Advice: "Check the account's gateway URL, which ends in /gateway.do, and what is between here and there: Alipay's gateway answers 200 to everything."},
	{Code: anyCode, HTTP: "", Kind: providers.KindUnavailable, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Wait: the gateway or something before it failed, and the same request is repeated."},
	{Code: outcomeNotSent, Kind: providers.KindUnavailable, Delay: providers.DelayFast,
		Advice: "Check that the gateway can be reached from here (DNS, egress rules, TLS); nothing was sent."},
	{Code: outcomeNoAnswer, Kind: providers.KindUnavailable, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Wait: no complete answer arrived, so the same request is repeated."},
	{Code: outcomeNotInWords, Kind: providers.KindUnavailable, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Wait; if it goes on, check the account's gateway URL and what is between here and there: the answer is not one of Alipay's gateway, or broke off."},
	{Code: outcomeEncrypted, Kind: providers.KindAuth, Delay: providers.DelayAccount, MaybeCommitted: true, Advice: errEncryptedAdvice},
	{Code: outcomeBadSignature, Kind: providers.KindUntrusted, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Check alipay_public_key.pem (or alipayCertPublicKey_RSA2.crt), and what is between here and the gateway, if it goes on: the reply was changed, or signed with another key."},
	{Code: outcomeUnknownKey, Kind: providers.KindUntrusted, Delay: providers.DelaySlow, MaybeCommitted: true,
		Advice: "Put the current alipayCertPublicKey_RSA2.crt and alipayRootCert.crt into the Secret: the reply is signed with another certificate, and that could not be downloaded."},
	{Code: outcomeUnsigned, Kind: providers.KindUntrusted, Delay: providers.DelaySlow, MaybeCommitted: true,
		Advice: "Check the account's gateway URL and what is between here and there: Alipay signs every success."},
	{Code: outcomeIncomplete, Kind: providers.KindUntrusted, Delay: providers.DelayFast, MaybeCommitted: true,
		Advice: "Report it if it goes on: the gateway's success lacks what it must contain."},
	{Code: outcomeOtherOwner, Kind: providers.KindAuth, Delay: providers.DelayAccount,
		Advice: "Put in the app_auth_token of the merchant that the account names, or correct its agency.merchantId."},
	{Code: outcomeNoGrant, Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: tokenRenew},
	{Code: outcomeNotSigned, Kind: providers.KindAuth, Delay: providers.DelayAccount, Advice: keyAdvice},
	{Code: outcomeBadID, Kind: providers.KindInvalid, Delay: providers.DelayNever,
		Advice: "Correct the activity id: it is not one that Alipay could have given; nothing was sent."},
	{Code: outcomeBadBody, Kind: providers.KindInvalid, Delay: providers.DelayNever,
		Advice: "Report this as a fault of the program: a change that says nothing, or what cannot be sent; nothing was sent."},
	{Code: outcomeNoOperation, Kind: providers.KindInvalid, Delay: providers.DelayNever,
		Advice: "Do it in Alipay's console, where that is possible: there is no such call; nothing was sent."},
}
