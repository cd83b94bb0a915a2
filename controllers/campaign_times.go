package controllers

import (
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/wire"
	"github.com/campaign-operator/campaign-operator/providers"
)

// describeTimes writes into the status when an activity begins and ends: as the manifest says, or the vendor where the creation fields
// were left out. What neither says stays as it was.
func describeTimes(st *v1alpha1.CampaignStatus, begin, end v1alpha1.DateTime, observed *providers.Snapshot) {
	if observed == nil {
		observed = &providers.Snapshot{}
	}
	describeTime(&st.BeginTime, begin, observed.Begin)
	describeTime(&st.EndTime, end, observed.End)
}

func describeTime(described *string, manifest v1alpha1.DateTime, observed time.Time) {
	switch {
	case manifest != "":
		*described = manifest
	case !observed.IsZero():
		*described = wire.FormatTime(observed)
	}
}
