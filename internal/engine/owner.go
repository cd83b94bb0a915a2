package engine

import (
	"context"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
)

// owner returns the older resource that has recorded the same activity;
// empty when this one is the oldest. An activity has one owner, whoever knows its number.
func (s *scope) owner(ctx context.Context) (string, error) {
	id := s.Kind.ActivityID(s.campaign)
	return s.find(ctx, func(other v1alpha1.Campaign) bool { return s.records(other, id) && older(other, s.campaign) })
}

// records reports whether another resource records an activity that this account shows.
func (s *scope) records(other v1alpha1.Campaign, id string) bool {
	return other.GetUID() != s.campaign.GetUID() && s.Kind.ActivityID(other) == id && manages(other) && s.sharesWith(other.CampaignStatus().Request)
}

// sharesWith reports whether what was requested for an account can be shown to this campaign's.
func (s *scope) sharesWith(request *v1alpha1.CreationRequest) bool {
	return s.shares(request, s.sweepKey)
}

// shares reports whether what was requested for an account can be in the list of another.
func (r *Reconciler) shares(request *v1alpha1.CreationRequest, list sweep.Key) bool {
	return request != nil && request.Account.Gateway == list.Gateway && (request.Account.ID == list.Account || r.Kind.Traits().Shared)
}

// manages reports whether a resource is one that can own an activity: it does not merely watch it,
// and what it found is not another's.
func manages(c v1alpha1.Campaign) bool {
	return c.Lifecycle().ManagementPolicy != v1alpha1.ManagementObserve && c.CampaignStatus().Creation != v1alpha1.CreationDiffers
}

// find returns a campaign of the kind that matches, as namespace/name; empty when there is none.
func (s *scope) find(ctx context.Context, matches func(v1alpha1.Campaign) bool, options ...client.ListOption) (string, error) {
	var found string
	err := s.each(ctx, func(other v1alpha1.Campaign) {
		if matches(other) {
			found = keyOf(other).String()
		}
	}, options...)
	return found, err
}

// each calls visit with every campaign of the kind, as the cache has it: they are not to be changed.
func (r *Reconciler) each(ctx context.Context, visit func(v1alpha1.Campaign), options ...client.ListOption) error {
	list := r.Kind.NewList()
	if err := r.Client.List(ctx, list, append(options, client.UnsafeDisableDeepCopy)...); err != nil {
		return err
	}
	return visitAll(list, visit)
}

// livePage is how many campaigns one call reads past the cache.
const livePage = 500

// eachLive is each past the cache.
func (r *Reconciler) eachLive(ctx context.Context, visit func(v1alpha1.Campaign), _ ...client.ListOption) error {
	for _, namespace := range r.namespaces() {
		for next := ""; ; {
			list := r.Kind.NewList()
			if err := r.Live.List(ctx, list, client.InNamespace(namespace), client.Limit(livePage), client.Continue(next)); err != nil {
				return err
			}
			if err := visitAll(list, visit); err != nil {
				return err
			}
			if next = list.GetContinue(); next == "" {
				break
			}
		}
	}
	return nil
}

// namespaces are those that are watched; one empty name stands for all.
func (r *Reconciler) namespaces() []string {
	if len(r.Namespaces) == 0 {
		return []string{""}
	}
	return r.Namespaces
}

func visitAll(list client.ObjectList, visit func(v1alpha1.Campaign)) error {
	return meta.EachListItem(list, func(item runtime.Object) error {
		if campaign, ok := item.(v1alpha1.Campaign); ok {
			visit(campaign)
		}
		return nil
	})
}

// findShared looks for activities that two resources came to record at the same time, each before
// it could see the other, and has the younger looked at: it is to say that it is not the owner.
func (r *Reconciler) findShared(ctx context.Context, key sweep.Key) error {
	oldest := map[string]v1alpha1.Campaign{}
	return r.each(ctx, func(campaign v1alpha1.Campaign) {
		id := r.Kind.ActivityID(campaign)
		if id == "" || !manages(campaign) || !r.shares(campaign.CampaignStatus().Request, key) {
			return
		}
		other, shared := oldest[id]
		if !shared {
			oldest[id] = campaign
			return
		}
		younger := campaign
		if older(campaign, other) {
			oldest[id], younger = campaign, other
		}
		news := false
		r.memories.note(keyOf(younger), func(n *notes) { news, n.shared = !n.shared, true })
		if news {
			r.Waker.WakeLater(keyOf(younger))
		}
	}, client.DisableReadYourWritesConsistency)
}

// older orders resources by when they recorded what they have, so that a newcomer that names another's activity is the newcomer
// however old it is itself; then by their creation, and by name where that was in the same second.
func older(a, b v1alpha1.Campaign) bool {
	ar, br := a.CampaignStatus().Request, b.CampaignStatus().Request
	if ar != nil && br != nil && ar.Time.Unix() != br.Time.Unix() {
		return ar.Time.Before(&br.Time)
	}
	return elder(a, b)
}

// elder orders resources by their creation, and by name where that was in the same second.
func elder(a, b v1alpha1.Campaign) bool {
	at, bt := a.GetCreationTimestamp(), b.GetCreationTimestamp()
	if !at.Equal(&bt) {
		return at.Before(&bt)
	}
	return compareKeys(keyOf(a), keyOf(b)) < 0
}

func compareKeys(a, b types.NamespacedName) int { return strings.Compare(a.String(), b.String()) }
