package controllers

import (
	"fmt"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/wire"
)

// How a merchant is connected (商户接入模式).
const (
	accessModeSelf   = "SELF_MODE"
	accessModeAgency = "AGENCY_MODE"
)

// Request implements engine.Kind: biz_content of alipay.marketing.activity.ordervoucher.create.
func (AlipayVoucherActivityKind) Request(c v1alpha1.Campaign, from engine.Sender) (engine.Request, error) {
	spec := voucher(c).Spec
	request := engine.Request{Number: from.Number, Name: spec.ActivityBaseInfo.ActivityName}
	if !voucherComplete(spec) {
		return request, nil
	}
	const field = "spec.voucherSendModeInfo.voucherSendRuleInfo."
	rule := spec.VoucherSendModeInfo.VoucherSendRuleInfo
	var err error
	if request.Begin, err = wire.ParseTime(rule.PublishStartTime); err != nil {
		return request, fmt.Errorf(field+"publishStartTime: %w", err)
	}
	if request.End, err = wire.ParseTime(rule.PublishEndTime); err != nil {
		return request, fmt.Errorf(field+"publishEndTime: %w", err)
	}
	if rule.Quantity != nil {
		request.Total = *rule.Quantity
	}
	request.RefusedFrom = request.End // 券发放结束时间: must be after now
	if err := voucherOwner(spec, from); err != nil {
		return request, err
	}
	request.Body, err = voucherBody(spec, from)
	return request, err
}

// accessMode is how the account is connected.
func accessMode(from engine.Sender) string {
	if from.MerchantID != "" {
		return accessModeAgency
	}
	return accessModeSelf
}

// voucherOwner refuses a manifest that names another access mode or merchant than the account's.
func voucherOwner(spec v1alpha1.AlipayVoucherActivitySpec, from engine.Sender) error {
	if mode := spec.MerchantAccessMode; mode != "" && mode != accessMode(from) {
		return fmt.Errorf("spec.merchantAccessMode: %q is not how the account of appRef is connected, which is %s; leave it out", mode, accessMode(from))
	}
	shops := spec.VoucherAvailableScopeInfo.VoucherAvailableGeographyScopeInfo.AvailableGeographyShopInfo
	if from.MerchantID == "" || shops == nil || shops.AvailableGeographyAllShop == nil {
		return nil
	}
	for i, id := range shops.AvailableGeographyAllShop.MerchantIDs {
		if id != from.MerchantID {
			return fmt.Errorf("spec.voucherAvailableScopeInfo.voucherAvailableGeographyScopeInfo.availableGeographyShopInfo.availableGeographyAllShop.merchantIds[%d]: %q is not the merchant that the account of appRef acts for, %s; Alipay takes only that one", i, id, from.MerchantID)
		}
	}
	return nil
}

// voucherBody spells the request as Alipay does, and fills in what follows from other fields and was left out.
func voucherBody(spec v1alpha1.AlipayVoucherActivitySpec, from engine.Sender) ([]byte, error) {
	body, err := wire.ToVendor(spec.AlipayVoucherActivityRequest)
	if err != nil {
		return nil, err
	}
	body["out_biz_no"] = from.Number
	fill(body, "merchant_access_mode", accessMode(from))
	send := child(body, "voucher_send_mode_info")
	fill(send, "voucher_send_mode", "DIRECT_SEND_MODE")
	fill(child(send, "voucher_send_rule_info"), "quantity", 0) // MERCHANT_UPLOAD: the codes are the quantity
	deduct := child(body, "voucher_deduct_info")
	fillFrom(deduct, "voucher_type", map[string]string{
		"fix_voucher_info": "FIX_VOUCHER", "discount_voucher_info": "DISCOUNT_VOUCHER",
		"special_voucher_info": "SPECIAL_VOUCHER", "exchange_voucher_info": "EXCHANGE_VOUCHER",
	})
	fillFrom(child(child(body, "voucher_available_scope_info"), "voucher_available_geography_scope_info"), "available_geography_scope_type",
		map[string]string{"available_geography_shop_info": "SHOP", "available_geography_city_info": "CITY_CODE"})
	use := child(child(body, "voucher_use_rule_info"), "voucher_use_time_info")
	fillFrom(use, "period_type", map[string]string{"absolute_period_info": "ABSOLUTE", "relative_period_info": "RELATIVE"})
	for _, times := range []struct {
		of     wire.Object
		path   string
		fields []string
	}{
		{child(send, "voucher_send_rule_info"), "voucherSendModeInfo.voucherSendRuleInfo", []string{"publish_start_time", "publish_end_time"}},
		{child(use, "absolute_period_info"), "voucherUseRuleInfo.voucherUseTimeInfo.absolutePeriodInfo", []string{"valid_begin_time", "valid_end_time"}},
	} {
		if err := spellTimes(times.of, times.path, times.fields); err != nil {
			return nil, err
		}
	}
	return wire.Bytes(body)
}

// child is an object's member that is an object; empty where there is none.
func child(object wire.Object, key string) wire.Object {
	member, _ := object[key].(wire.Object)
	return member
}

// fillFrom fills in which of an object's blocks is there.
func fillFrom(object wire.Object, key string, names map[string]string) {
	for block, name := range names {
		if _, given := object[block]; given {
			fill(object, key, name)
		}
	}
}

// spellTimes re-spells an object's times as Alipay does.
func spellTimes(object wire.Object, path string, fields []string) error {
	for _, field := range fields {
		text, given := object[field].(string)
		if !given {
			continue
		}
		spelt, err := wire.AlipayTime(text)
		if err != nil {
			return fmt.Errorf("spec.%s.%s: %w", path, wire.CamelCase(field), err)
		}
		object[field] = spelt
	}
	return nil
}
