package engine

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// owner returns the older resource that has recorded the same activity of the same account;
// empty when this one is the oldest. An activity has one owner, whoever knows its number.
func (s *scope) owner(ctx context.Context) (string, error) {
	list := s.Kind.NewList()
	if err := s.Client.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
		return "", err
	}
	var found string
	err := meta.EachListItem(list, func(item runtime.Object) error {
		if other, ok := item.(v1alpha1.Campaign); ok && s.sharesWith(other) && older(other, s.campaign) {
			found = keyOf(other).String()
		}
		return nil
	})
	return found, err
}

func (s *scope) sharesWith(other v1alpha1.Campaign) bool {
	request := other.CampaignStatus().Request
	return other.GetUID() != s.campaign.GetUID() && request != nil &&
		s.Kind.ActivityID(other) == s.Kind.ActivityID(s.campaign) &&
		request.Account.ID == s.account.Account.Identity.ID && request.Account.Gateway == s.account.Account.Identity.Gateway
}

// older orders resources by their creation, and by name where that was in the same second.
func older(a, b v1alpha1.Campaign) bool {
	at, bt := a.GetCreationTimestamp(), b.GetCreationTimestamp()
	if !at.Equal(&bt) {
		return at.Before(&bt)
	}
	return keyOf(a).String() < keyOf(b).String()
}
