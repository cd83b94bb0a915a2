package alipay

import (
	"context"
	"errors"
	"fmt"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// confirmGrant makes sure, before any call with the app_auth_token is sent, that Alipay has said whose it is: with another merchant's every
// call would be good, and for the wrong one. A failure is that of the call, which was not sent.
func (c *Client) confirmGrant(ctx context.Context, call call) error {
	if !c.agency() || call.own || c.granted.Load() {
		return nil
	}
	if err := c.askOwner(ctx); err != nil {
		failure := *providers.AsError(call.op, err)
		failure.Operation, failure.MaybeCommitted = call.op, false
		if failure.Kind != providers.KindUnavailable && failure.Kind != providers.KindThrottled {
			failure.Kind, failure.Delay = providers.KindAuth, providers.DelayAccount // the account is refused, not the request
		}
		return &failure
	}
	return nil
}

const tokenOwnerMethod = "alipay.open.auth.token.app.query"

// Probe makes one signed call that shows whether the credentials are good: app, key and Alipay's key belong together. In agency
// mode it is the question whose app_auth_token it is: a grant that is no longer valid, or another merchant's than MerchantID, is an
// error of KindAuth. Else it is a list of one row. Nothing is changed.
func (c *Client) Probe(ctx context.Context) error {
	if c.agency() {
		return c.askOwner(ctx)
	}
	call, err := c.listCall(statusActive, 1, 1)
	if err != nil {
		return err
	}
	_, err = c.exchange(ctx, call)
	return err
}

// askOwner asks whose token it is (查询某个应用授权AppAuthToken的授权信息). The token is a parameter here: the app asks for itself.
func (c *Client) askOwner(ctx context.Context) error {
	call, err := newCall(call{op: OperationTokenOwner, method: tokenOwnerMethod, own: true}, lenient.Object{KeyAppAuthToken: c.secrets.appAuthToken})
	if err != nil {
		return err
	}
	reply, err := c.exchange(ctx, call)
	if err != nil {
		return err
	}
	owner, status := lenient.Text(reply.node, "user_id"), lenient.Text(reply.node, "status")
	switch {
	case status != "" && status != "valid":
		return incomplete(call, reply, outcomeNoGrant, errors.New("the merchant's grant is no longer valid"))
	case owner == "":
		return incomplete(call, reply, outcomeIncomplete, errors.New("the gateway's success has no user_id"))
	case owner != c.merchantID:
		return incomplete(call, reply, outcomeOtherOwner,
			fmt.Errorf("the app_auth_token belongs to the merchant %q, not to %s", lenient.OneLine(owner, 32), c.merchantID))
	}
	c.granted.Store(true)
	return nil
}
