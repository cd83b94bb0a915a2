package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// voucherVariants are Alipay's undocumented answers that decide how a crash ends.
var voucherVariants = []map[string]string{
	{},
	{"alipay.replay.differentBody": "firstResult", "alipay.replay.order": "validateBeforeIdempotency", "alipay.codes.total": "append", "alipay.list.creating": "listed", "alipay.query.zeros": "absent"},
	{"alipay.replay.differentBody": "new", "alipay.replay.scope": "appAndMethod", "alipay.async.delay": "3s", "alipay.query.creatingContent": "absent"},
	{"alipay.replay.rejections": "replayed", "alipay.codes.duplicate": "accepted", "alipay.list.lag": "4s", "alipay.query.status": "baseInfo", "alipay.numbers": "text"},
}

// voucherCalls are the calls of a voucher activity's life: the edit that asks for each, and the Ready that it ends in.
var voucherCalls = []struct{ operation, spec, ready string }{
	{"ordervoucher.create", "", "True Scheduled"},
	{"ordervoucher.modify", `{"activityBaseInfo":{"activityName":"NAME改名"}}`, "True Scheduled"},
	{"ordervoucher.codedeposit", `{"voucherCodesFrom":[{"secretName":"NAME-1","count":1500},{"secretName":"NAME-2","count":200}]}`, "True Scheduled"},
	{"ordervoucher.append", `{"voucherCodesFrom":[{"secretName":"NAME-1","count":1500},{"secretName":"NAME-2","count":200},{"secretName":"NAME-3","count":30}]}`, "True Scheduled"},
	{"ordervoucher.stop", `{"state":"Stopped"}`, "True Terminated"},
}

func TestAManagerKilledInAnyCallOfAVouchersLifeGoesOnAndEachCodeIsThereOnce(t *testing.T) {
	t.Parallel()
	for i, variant := range voucherVariants {
		t.Run(fmt.Sprintf("vendor %d", i), func(t *testing.T) {
			t.Parallel()
			w := newVoucherWorld(t)
			w.setAll(variant)
			for name := range interruptions {
				w.applyCodes(name+"-1", "A"+name[:1], 1500)
				w.applyCodes(name+"-2", "B"+name[:1], 200)
				w.applyCodes(name+"-3", "C"+name[:1], 30)
			}
			w.startVoucherManager()
			ids := map[string]string{}
			for _, call := range voucherCalls {
				if call.operation == "ordervoucher.append" && variant["alipay.codes.total"] != "append" {
					w.editVouchers(call.spec) // the codes raise the total by themselves: no call to be killed in
				} else {
					w.killInVoucherCall(call.operation, call.spec)
					w.startVoucherManager()
				}
				for name := range interruptions {
					got := w.waitForVoucher(name, "Ready", call.ready)
					if known := ids[name]; known != "" && known != got.Status.ActivityID {
						t.Errorf("%s: %s was %s, is %s", call.operation, name, known, got.Status.ActivityID)
					}
					ids[name] = got.Status.ActivityID
				}
				if made := w.vouchers(); len(made) != len(ids) {
					t.Errorf("after %s there are %d activities, want %d: %+v", call.operation, len(made), len(ids), made)
				}
			}
			for name, id := range ids {
				if made := w.vouchers()[id]; made.Codes != 1730 || made.Quantity != 1730 || made.Status != "FINISHED" || made.ActivityName != name+"改名" {
					t.Errorf("%s: the vendor has %+v", name, made)
				}
				if codes := w.getVoucher(name).Status.Codes; codes.Summary != "1730/1730" {
					t.Errorf("%s: codes %+v", name, codes)
				}
			}
		})
	}
}

// editVouchers edits every voucher activity.
func (w *world) editVouchers(spec string) {
	w.t.Helper()
	for name := range interruptions {
		w.patchVoucher(name, strings.ReplaceAll(spec, "NAME", name))
	}
}

// killInVoucherCall has every voucher activity ask for a call, and kills the manager when it is in the call for each.
func (w *world) killInVoucherCall(operation, spec string) {
	w.t.Helper()
	for name, action := range interruptions {
		rule := w.fault(map[string]any{"match": map[string]any{"operation": operation}, "action": action})
		if operation == "ordervoucher.create" {
			w.applyVoucher(voucher{Name: name, Title: name, Codes: []codeSource{{name + "-1", 1500}}})
			w.waitForHeldBack(name)
		} else {
			w.patchVoucher(name, strings.ReplaceAll(spec, "NAME", name))
		}
		w.struck(rule)
	}
	w.manager.kill()
	w.sim.call("DELETE", "/_sim/faults", nil, nil)
}

// waitForHeldBack gives the manifest's intent time to be recorded.
func (w *world) waitForHeldBack(name string) {
	w.t.Helper()
	eventually(w.t, name+" is recorded", func() error {
		if got := w.getVoucher(name); got.Status.Request == nil {
			return fmt.Errorf("conditions %+v", got.Status.Conditions)
		}
		return nil
	})
}
