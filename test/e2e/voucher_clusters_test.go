package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// lostVoucher is a voucher activity of a cluster that is lost: how far it came there, and its Ready in the next one.
type lostVoucher struct {
	voucher
	before, after string
}

// condition is the one that is true in the end: Alipay does not take a shop of one of them.
func (v lostVoucher) condition() string {
	if len(v.Shops) > 0 {
		return "Stalled"
	}
	return "Ready"
}

// lostVouchers are voucher activities in every state that a cluster can leave them in. The begun ones begin while the first cluster
// is there.
func lostVouchers() map[string]lostVoucher {
	begin := soon()
	vouchers := map[string]lostVoucher{}
	for _, v := range []lostVoucher{
		{voucher{Name: "scheduled"}, "True Scheduled", "True Scheduled"},
		{voucher{Name: "codes", Codes: []codeSource{{"codes-1", 1200}}}, "True Scheduled", "True Scheduled"},
		{voucher{Name: "begun", Begin: begin}, "True Running", "True Running"},
		{voucher{Name: "begun-codes", Begin: begin, Codes: []codeSource{{"codes-2", 1200}}}, "True Running", "True Running"},
		{voucher{Name: "shops", Shops: []string{"2018051000502000000011111111", "9999"}}, "True PartsRefused", "True PartsRefused"},
	} {
		vouchers[v.Name] = v
	}
	return vouchers
}

func TestANewClusterFindsTheSameVoucherActivitiesAndHandsNoCodeOverAgain(t *testing.T) {
	t.Parallel()
	for i, variant := range []map[string]string{voucherVariants[1], voucherVariants[3]} {
		t.Run(fmt.Sprintf("vendor %d", i), func(t *testing.T) {
			t.Parallel()
			w := newVoucherWorld(t)
			w.setAll(variant)
			w.set("alipay.shops.unknown", "9999")
			w.applyCodes("codes-1", "A", 1200)
			w.applyCodes("codes-2", "B", 1200)
			w.startVoucherManager()
			lost, ids := lostVouchers(), map[string]string{}
			var manifests []string
			for _, v := range lost {
				manifests = append(manifests, w.voucherManifest(v.voucher))
			}
			w.mustApply(strings.Join(manifests, "---\n"))
			for name, v := range lost {
				ids[name] = w.waitForVoucher(name, v.condition(), v.before).Status.ActivityID
			}
			calls := w.called("ordervoucher.create", "ordervoucher.codedeposit", "ordervoucher.append", "ordervoucher.stop")
			for name := range lost { // a status is lost
				w.kubectl("patch", "ava", name, "-n", w.namespace, "--subresource=status", "--type=merge", "-p", `{"status":null}`)
			}
			w.areTheSameVouchers(lost, ids, func(v lostVoucher) string { return v.before })
			w.manager.kill()

			next := w.in(otherCluster(t)) // the cluster is lost
			next.applyCodes("codes-1", "A", 1200)
			next.applyCodes("codes-2", "B", 1200)
			next.startVoucherManager()
			next.mustApply(strings.Join(manifests, "---\n"))
			next.areTheSameVouchers(lost, ids, func(v lostVoucher) string { return v.after })
			if now := w.called("ordervoucher.create", "ordervoucher.codedeposit", "ordervoucher.append", "ordervoucher.stop"); now != calls {
				t.Errorf("%d calls were sent to find what was there", now-calls)
			}
			next.patchVoucher("begun", `{"state":"Stopped"}`) // and it goes on from here
			next.waitForVoucher("begun", "Ready", "True Terminated")
		})
	}
}

// areTheSameVouchers waits until all are recorded again as wanted, and checks that they have their ids and are all that there is.
func (w *world) areTheSameVouchers(lost map[string]lostVoucher, ids map[string]string, ready func(lostVoucher) string) {
	w.t.Helper()
	for name, v := range lost {
		if got := w.waitForVoucher(name, v.condition(), ready(v)); got.Status.ActivityID != ids[name] || got.Status.Creation != v1alpha1.CreationConfirmed {
			w.t.Errorf("%s was %s, is %s (%s)", name, ids[name], got.Status.ActivityID, got.Status.Creation)
		}
	}
	made := w.vouchers()
	if len(made) != len(ids) {
		w.t.Errorf("%d activities at the vendor, want %d: %+v", len(made), len(ids), made)
	}
	for name, v := range lost {
		if len(v.Codes) > 0 && (made[ids[name]].Codes != 1200 || made[ids[name]].Quantity != 1200) {
			w.t.Errorf("%s: the vendor has %+v", name, made[ids[name]])
		}
	}
}

func TestTwoClustersWithTheSameManifestMakeOneVoucherActivity(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	w.set("alipay.async.delay", "2s")
	other := w.in(otherCluster(t))
	manifest := w.voucherManifest(voucher{Name: "both", Begin: time.Now().Add(48 * time.Hour).Truncate(time.Second)})
	for _, cluster := range []*world{w, other} {
		cluster.mustApply(manifest)
		cluster.startVoucherManager()
	}
	first, second := w.waitForVoucher("both", "Ready", "True Scheduled"), other.waitForVoucher("both", "Ready", "True Scheduled")
	if made := w.theOnlyVoucher(); made.ActivityID != first.Status.ActivityID || made.ActivityID != second.Status.ActivityID {
		t.Errorf("the clusters have %s and %s, the vendor has %+v", first.Status.ActivityID, second.Status.ActivityID, made)
	}
}

func TestAManifestWithTenThousandShopsAppliesIsCreatedAndCostsNoMoreWrites(t *testing.T) {
	t.Parallel()
	w := newVoucherWorld(t)
	w.startVoucherManager()
	var shops strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&shops, "          - \"20180510005020000000%08d\"\n", i)
	}
	const allShops = "      availableGeographyShopInfo:\n        availableGeographyAllShop:\n          availableBrandId: \"2022111600502042000001279859\"\n          excludeShopIds:\n"
	w.mustApplyServerSide(strings.Replace(w.voucherManifest(voucher{Name: "all-but"}), "      availableGeographyCityInfo: {allCity: true}\n", allShops+shops.String(), 1))
	w.waitForVoucher("all-but", "Ready", "True Scheduled")
	if writes := w.campaignWrites("all-but"); len(writes) > 3 {
		t.Errorf("it cost %d writes: %v", len(writes), writes)
	}
	managed := w.kubectl("get", "ava", "all-but", "-n", w.namespace, "-o", "jsonpath={.metadata.managedFields}")
	status := w.kubectl("get", "ava", "all-but", "-n", w.namespace, "-o", "jsonpath={.status}")
	if len(managed) > 20_000 || len(status) > 20_000 {
		t.Errorf("its managed fields take %d bytes, its status %d", len(managed), len(status))
	}
}
