package controllers

import (
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/providers"
)

func TestTheTimesThatPeopleSeeAreTheManifestsOrElseTheVendors(t *testing.T) {
	const begin, end = "2027-01-19T16:00:00Z", "2027-01-31T23:59:59+08:00"
	shown := &providers.Snapshot{Begin: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 2, 2, 0, 0, 0, 0, time.UTC)}
	written := map[engine.Kind]v1alpha1.Campaign{}
	gift := &v1alpha1.PayGiftActivity{}
	gift.Spec.ActivityBaseInfo.BeginTime, gift.Spec.ActivityBaseInfo.EndTime = begin, end
	written[PayGiftActivityKind{}] = gift
	stock := &v1alpha1.CouponStock{}
	stock.Spec.AvailableBeginTime, stock.Spec.AvailableEndTime = begin, end
	written[CouponStockKind{}] = stock
	rule := v1alpha1.AlipayVoucherSendRuleInfo{PublishStartTime: begin, PublishEndTime: end}
	activity := &v1alpha1.AlipayVoucherActivity{}
	activity.Spec.VoucherSendModeInfo.VoucherSendRuleInfo = rule
	written[AlipayVoucherActivityKind{}] = activity
	for kind, whole := range written {
		t.Run(kind.Name(), func(t *testing.T) {
			kind.Describe(whole, shown)
			if st := whole.CampaignStatus(); st.BeginTime != begin || st.EndTime != end {
				t.Errorf("the manifest's times are shown as %s to %s", st.BeginTime, st.EndTime)
			}
			adopted := kind.New()
			for _, observed := range []*providers.Snapshot{shown, {}, nil} { // a list may leave them out
				kind.Describe(adopted, observed)
				if st := adopted.CampaignStatus(); st.BeginTime != "2027-02-01T08:00:00+08:00" || st.EndTime != "2027-02-02T08:00:00+08:00" {
					t.Errorf("the vendor's times are shown as %s to %s", st.BeginTime, st.EndTime)
				}
			}
		})
	}
}
