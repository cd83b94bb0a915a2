package engine

import (
	"testing"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

func TestAFormerRevisionWithoutAnIDMakesNobodysOpenCreationItsOwn(t *testing.T) {
	campaign := &v1alpha1.PayGiftActivity{}
	campaign.Status.Previous = []v1alpha1.PreviousRecord{
		{Revision: 1, Number: "given up", Creation: v1alpha1.CreationUnknown},
		{Revision: 2, ActivityID: "10028001", Creation: v1alpha1.CreationConfirmed},
	}
	s := &scope{campaign: campaign}
	if s.former("") {
		t.Error("another resource's creation that has no id yet passes for a former one of this resource")
	}
	if !s.former("10028001") || s.former("10028002") {
		t.Error("the former activity is not told from others")
	}
}
