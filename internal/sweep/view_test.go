package sweep

import (
	"slices"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/providers"
)

func TestAViewYieldsEachActivityOnce(t *testing.T) {
	view := NewView(time.Unix(0, 0), providers.Snapshot{ID: "2", RequestNo: "b"}, providers.Snapshot{ID: "1", RequestNo: "a"}, providers.Snapshot{ID: "2", RequestNo: "c"})
	var ids []string
	for snapshot := range view.All() {
		ids = append(ids, snapshot.ID)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, []string{"1", "2"}) || view.Len() != 2 {
		t.Errorf("yielded were %v of %d", ids, view.Len())
	}
	for range view.All() {
		break // whoever has seen enough may stop
	}
	if found := view.ByNumber("b"); found != nil {
		t.Errorf("under the number that the activity had before there is %v", found)
	}
}
