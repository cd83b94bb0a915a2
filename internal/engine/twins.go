package engine

import (
	"context"
	"slices"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// twins returns the live activities with the manifest's name and time under other numbers, but
// for those that this resource's former revisions made.
func (s *scope) twins(ctx context.Context) ([]Twin, error) {
	var twins []Twin
	for _, snapshot := range s.view.Named(s.request.Name, s.request.Begin, s.request.End) {
		if snapshot.State.Final() || snapshot.RequestNo == s.request.Number || s.former(snapshot.ID) {
			continue
		}
		twin := Twin{Snapshot: snapshot}
		var err error
		if twin.Differences, err = s.differences(snapshot, true); err != nil {
			return nil, err
		}
		if twin.Owner, err = s.find(ctx, func(other v1alpha1.Campaign) bool { return s.records(other, snapshot.ID) }); err != nil {
			return nil, err
		}
		twins = append(twins, twin)
	}
	return twins, nil
}

func (s *scope) former(id string) bool {
	return slices.ContainsFunc(s.campaign.CampaignStatus().Previous, func(p v1alpha1.PreviousRecord) bool {
		return p.ActivityID == id && p.Creation != v1alpha1.CreationDiffers
	})
}
