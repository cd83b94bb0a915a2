package controllers

import (
	"context"
	"fmt"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/notify"
	"github.com/campaign-operator/campaign-operator/providers/alipay"
)

// appMessages verifies the messages to an application (异步通知).
type appMessages struct{ client *alipay.Client }

// Messages implements AccountKind.
func (AlipayAppKind) Messages(app *v1alpha1.AlipayApp, client *alipay.Client) notify.Source {
	if app.Spec.Notifications == v1alpha1.AlipayNotificationsIgnore {
		return nil
	}
	return appMessages{client}
}

// Verify implements notify.Source. All but the end of an operation on an activity is about a user's voucher, or nothing of ours.
func (m appMessages) Verify(_ context.Context, received notify.Received) (notify.Notice, error) {
	form, err := received.Form()
	if err != nil {
		return notify.Notice{}, err
	}
	if err := m.client.VerifyMessage(form); err != nil {
		return notify.Notice{}, err
	}
	message, err := alipay.ParseMessage(form)
	if err != nil {
		return notify.Notice{}, fmt.Errorf("%w: %w", notify.ErrMalformed, err)
	}
	return notify.Notice{
		ID: message.NotifyID, Account: message.AppID, Topic: message.Method, ActivityID: message.ActivityID,
		UserLevel: !message.Lifecycle, SentAt: message.Sent,
	}, nil
}
