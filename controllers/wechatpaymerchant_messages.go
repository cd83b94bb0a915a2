package controllers

import (
	"context"
	"errors"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/notify"
	"github.com/campaign-operator/campaign-operator/providers/wechatpay"
)

// merchantMessages verifies a merchant's notifications (通知).
type merchantMessages struct {
	mchid  string
	client *wechatpay.Client
}

// Messages implements AccountKind.
func (WeChatPayMerchantKind) Messages(merchant *v1alpha1.WeChatPayMerchant, connection *Merchant) notify.Source {
	return merchantMessages{merchant.Spec.Mchid, connection.Client}
}

// Verify implements notify.Source. What the merchant's APIv3 key opens is for this merchant: the notification need not say so.
func (m merchantMessages) Verify(ctx context.Context, received notify.Received) (notify.Notice, error) {
	n, err := m.client.VerifyNotification(ctx, received.Header, received.Body)
	switch {
	case errors.Is(err, wechatpay.ErrNotificationUnreadable):
		return notify.Notice{}, notify.ErrMalformed
	case errors.Is(err, wechatpay.ErrNotificationStale):
		return notify.Notice{}, notify.ErrStale
	case errors.Is(err, wechatpay.ErrSignatureProbe):
		return notify.Notice{}, notify.ErrTestSignature
	case err != nil:
		return notify.Notice{}, err
	}
	return notify.Notice{ID: n.ID, Account: m.mchid, Topic: n.EventType, ActivityID: n.ActivityID, UserLevel: n.UserLevel}, nil
}
