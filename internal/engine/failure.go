package engine

import (
	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// failureVerdicts says how each kind of failed call is reported.
var failureVerdicts = map[providers.Kind]status.Verdict{
	providers.KindInvalid:     {Progress: status.Stalled, Reason: v1alpha1.ReasonRejected},
	providers.KindAuth:        {Progress: status.Working, Reason: v1alpha1.ReasonAccountNotReady},
	providers.KindForbidden:   {Progress: status.Working, Reason: v1alpha1.ReasonWaitingForVendor},
	providers.KindFunds:       {Progress: status.Stalled, Reason: v1alpha1.ReasonFundsInsufficient},
	providers.KindThrottled:   {Progress: status.Working, Reason: v1alpha1.ReasonThrottled},
	providers.KindUnavailable: {Progress: status.Working, Reason: v1alpha1.ReasonGatewayUnavailable},
	providers.KindConflict:    {Progress: status.Working, Reason: v1alpha1.ReasonWaitingForVendor},
	providers.KindNotFound:    {Progress: status.Working, Reason: v1alpha1.ReasonWaitingForVendor},
	providers.KindUntrusted:   {Progress: status.Working, Reason: v1alpha1.ReasonReplyNotTrusted},
	providers.KindUnknown:     {Progress: status.Working, Reason: v1alpha1.ReasonWaitingForVendor},
}

// failure is the verdict on a failed call: the gateway's code and text, and what to do.
func failure(err *providers.Error) status.Verdict {
	verdict, ok := failureVerdicts[err.Kind]
	if !ok {
		verdict = failureVerdicts[providers.KindUnknown]
	}
	verdict.Message = explain(err)
	return verdict
}

func explain(err *providers.Error) string {
	if err.Advice == "" {
		return err.Error()
	}
	return err.Error() + ". " + err.Advice
}
