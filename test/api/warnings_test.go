package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

const admissionDir = "../../config/admission"

const (
	warnsOfTerminate = "deletionPolicy: Terminate with state: Active: from now on deleting this resource"
	warnsOfTwin      = "allowTwin: true: a second activity"
	warnsOfKeep      = "replacePrevious: Keep: with a raised requestRevision"
	warnsOfFen       = "transactionAmountMinimum is in fen (分): 100 is a payment of 1 yuan; 100 yuan is 10000"
	warnsOfLeaving   = "activity " + ourID + " goes on at WeChat Pay: deleting its resource does not end it"

	warnsOfStacking      = "combineUse is left out"
	warnsOfNoShops       = "availableMerchants is left out"
	warnsOfNoDay         = "maxAmountByDay is left out"
	warnsOfNoBudget      = "state: Active without budgetYuan"
	warnsOfTwinStock     = "allowTwin: true: a second stock"
	warnsOfKeepStock     = "replacePrevious: Keep: with a raised requestRevision the former stock"
	warnsOfSmallChange   = "couponAmount is in fen (分): 10 is a coupon of 0.1 yuan; 10 yuan is 1000"
	warnsOfTwinVoucher   = "allowTwin: true: a second activity with the same name and time"
	warnsOfKeepVoucher   = "replacePrevious: Keep: with a raised requestRevision the former activity goes on beside the new one, and both budgets"
	warnsOfNoCodes       = "codeMode: MERCHANT_UPLOAD without voucherCodesFrom"
	warnsOfNoSecondEyes  = "state: Active without budgetYuan: nothing checks the amounts a second time"
	warnsOfNoGrowth      = "quantity is above 999999"
	warnsOfManyCodes     = "voucherCodesFrom names more than 999999 codes"
	warnsOfNoUserLimit   = "quantityLimitPerUser is left out or 0"
	warnsOfLowThreshold  = "floorAmount is below amount: a payment of 9.99 yuan is enough for 10.00 yuan off"
	warnsOfNoChannel     = "deliveryChannelList with codeMode: MERCHANT_API"
	warnsOfLeavingAlipay = "activity " + ourID + " goes on at Alipay: deleting its resource does not stop it"

	warnsOfLeavingStock = "stock " + ourID + " goes on at WeChat Pay: deleting its resource does not pause it"
)

// installWarnings applies the admission policy and waits until the API server has taken it up, which it does in its own time.
func installWarnings() error {
	if _, _, err := server.Kubectl(context.Background(), "apply", "-k", admissionDir); err != nil {
		return err
	}
	for _, k := range campaigns() {
		probe := `{"apiVersion":"campaign-operator.io/v1alpha1","kind":"` + k.kind + `","metadata":{"name":"probe","namespace":"marketing"},
			"spec":{"` + k.ref + `":{"name":"account"},"state":"Draft","allowTwin":true,"adopt":{"` + k.idField + `":"1"}}}`
		warned := func(ctx context.Context) (bool, error) {
			_, stderr, err := server.KubectlInput(ctx, probe, "create", "--dry-run=server", "-f", "-")
			return strings.Contains(stderr, "allowTwin: true"), err
		}
		if err := wait.PollUntilContextTimeout(context.Background(), 100*time.Millisecond, time.Minute, true, warned); err != nil {
			return errors.New("the API server does not warn of allowTwin in a " + k.kind + ": is " + admissionDir + " applied, and does it compile?")
		}
	}
	return nil
}

// expectWarnings checks what kubectl prints to standard error: one line for each warning, and no other.
func expectWarnings(t *testing.T, stderr string, warns []string) {
	t.Helper()
	lines := strings.FieldsFunc(stderr, func(c rune) bool { return c == '\n' })
	if len(lines) != len(warns) {
		t.Errorf("kubectl prints %q, want %d warnings: %q", lines, len(warns), warns)
	}
	for _, warn := range warns {
		if !strings.Contains(stderr, warn) {
			t.Errorf("kubectl prints %q, want a warning of %q", lines, warn)
		}
	}
}

// commit is a change of the manifest and the warnings on applying it.
type commit struct {
	change changes
	warns  []string
}

func TestApplyWarnsOnceOfWhatIsLegalAndProbablyNotMeant(t *testing.T) {
	terminate := changes{"spec.deletionPolicy": "Terminate"}
	active := changes{"spec.state": "Active"}
	hundredFen := changes{"spec.awardSendRule.transactionAmountMinimum": int64(100)}
	for name, commits := range map[string][]commit{
		"nothing odd": {{change: active}, {change: payGift().otherAll}, {change: revision2}},
		"ending with the resource": {
			{change: terminate.with(active), warns: []string{warnsOfTerminate}}, {}, {change: payGift().otherAll},
			{change: changes{"spec.deletionPolicy": "Orphan"}}, {change: terminate, warns: []string{warnsOfTerminate}},
		},
		"ending a draft with it":       {{change: terminate}, {change: active, warns: []string{warnsOfTerminate}}, {change: changes{"spec.state": "Terminated"}}},
		"observing never ends":         {{change: terminate.with(active).with(observe)}, {change: manageAgain, warns: []string{warnsOfTerminate}}},
		"a twin":                       {{change: changes{"spec.allowTwin": true}, warns: []string{warnsOfTwin}}, {change: active}, {change: changes{"spec.allowTwin": nil}}},
		"keeping the previous":         {{change: changes{"spec.replacePrevious": "Keep"}, warns: []string{warnsOfKeep}}, {change: revision2}},
		"fen for yuan":                 {{change: hundredFen, warns: []string{warnsOfFen}}, {change: active}},
		"999 fen":                      {{change: changes{"spec.awardSendRule.transactionAmountMinimum": int64(999)}, warns: []string{"999 is a payment of 9.99 yuan"}}},
		"10 yuan":                      {{change: changes{"spec.awardSendRule.transactionAmountMinimum": int64(1000)}}},
		"a request for an adopted one": {{change: payGift().adopt(ourID).with(payGift().gone)}, {change: payGift().whole(t).with(hundredFen), warns: []string{warnsOfFen}}},
		"all at once": {{
			change: terminate.with(active).with(hundredFen).with(changes{"spec.allowTwin": true, "spec.replacePrevious": "Keep"}),
			warns:  []string{warnsOfTerminate, warnsOfTwin, warnsOfKeep, warnsOfFen},
		}},
	} {
		t.Run(name, func(t *testing.T) { applyInTurn(t, payGift(), commits) })
	}
}

func TestApplyWarnsOnceOfAStockThatIsProbablyNotMeant(t *testing.T) {
	gone := func(path string) changes { return changes{path: nil} }
	noCombine, noShops, noDay := gone("spec.couponUseRule.combineUse"), gone("spec.couponUseRule.availableMerchants"), gone("spec.stockUseRule.maxAmountByDay")
	active, noBudget := changes{"spec.state": "Active"}, gone("spec.budgetYuan")
	// 20000 coupons of a tenth of a yuan.
	tenFen := changes{"spec.couponUseRule.fixedNormalCoupon.couponAmount": int64(10), "spec.stockUseRule.maxAmount": int64(200000),
		"spec.stockUseRule.maxAmountByDay": int64(200000), "spec.budgetYuan": "2000.00"}
	for name, commits := range map[string][]commit{
		"nothing odd":             {{change: changes{"spec.state": "Inactive"}}, {change: active}, {change: changes{"spec.deletionPolicy": "Pause"}}, {change: revision2}},
		"stacking":                {{change: noCombine, warns: []string{warnsOfStacking}}, {}, {change: changes{"spec.couponUseRule.combineUse": true}}, {change: noCombine, warns: []string{warnsOfStacking}}},
		"no shops":                {{change: noShops, warns: []string{warnsOfNoShops}}, {change: active}},
		"no limit a day":          {{change: noDay, warns: []string{warnsOfNoDay}}, {change: active}},
		"no budget in a draft":    {{change: noBudget}, {change: active, warns: []string{warnsOfNoBudget}}, {change: changes{"spec.state": "Paused"}}},
		"no budget any more":      {{change: active}, {change: noBudget, warns: []string{warnsOfNoBudget}}, {}},
		"no budget, observed":     {{change: noBudget.with(active).with(observe)}, {change: manageAgain, warns: []string{warnsOfNoBudget}}},
		"a twin":                  {{change: changes{"spec.allowTwin": true}, warns: []string{warnsOfTwinStock}}, {change: changes{"spec.allowTwin": nil}}},
		"keeping the previous":    {{change: changes{"spec.replacePrevious": "Keep"}, warns: []string{warnsOfKeepStock}}, {change: revision2}},
		"fen for yuan":            {{change: tenFen, warns: []string{warnsOfSmallChange}}, {change: active}},
		"adopt without a request": {{change: couponStock().adopt("98065001").with(couponStock().gone)}, {change: active}},
		"all at once": {{
			change: tenFen.with(noCombine).with(noShops).with(noDay).with(active).with(noBudget).with(changes{"spec.allowTwin": true, "spec.replacePrevious": "Keep"}),
			warns:  []string{warnsOfStacking, warnsOfNoShops, warnsOfNoDay, warnsOfNoBudget, warnsOfTwinStock, warnsOfKeepStock, warnsOfSmallChange},
		}},
	} {
		t.Run(name, func(t *testing.T) { applyInTurn(t, couponStock(), commits) })
	}
}

func TestApplyWarnsOnceOfAVoucherThatIsProbablyNotMeant(t *testing.T) {
	active, noBudget := changes{"spec.state": "Active"}, changes{"spec.budgetYuan": nil}
	uploads := changes{"spec.activityBaseInfo.codeMode": "MERCHANT_UPLOAD", sendRule + "quantity": nil}.with(noBudget)
	noUserLimit := changes{sendRule + "quantityLimitPerUser": int64(0), sendRule + "phoneNumberLimit": false}
	lowThreshold := changes{fixInfo + "floorAmount": "9.99"}
	channel := changes{"spec.voucherSendModeInfo.deliveryChannelList": []any{"CONSUME_VOUCHER"}}
	terminate := changes{"spec.deletionPolicy": "Terminate"}
	var manySecrets []any
	for i := range 11 {
		manySecrets = append(manySecrets, map[string]any{"secretName": fmt.Sprint("codes-", i), "count": int64(100_000)})
	}
	manyCodes := changes{"spec.voucherCodesFrom": manySecrets, "spec.budgetYuan": "11000000.00"}
	million := changes{sendRule + "quantity": int64(1000000), "spec.budgetYuan": "10000000.00"}
	for name, commits := range map[string][]commit{
		"nothing odd": {{change: active}, {change: revision2}, {change: changes{"spec.state": "Stopped"}}},
		"ending with the resource": {
			{change: terminate.with(active), warns: []string{warnsOfTerminate}}, {}, {change: changes{"spec.deletionPolicy": "Orphan"}},
		},
		"no codes in a draft": {{change: uploads}, {change: active, warns: []string{warnsOfNoCodes}}, {change: changes{"spec.voucherCodesFrom": codes(10), "spec.budgetYuan": "100.00"}}},
		"no codes, observed":  {{change: uploads.with(active).with(observe)}, {change: manageAgain, warns: []string{warnsOfNoCodes}}},
		"no budget in a draft": {
			{change: noBudget}, {change: active, warns: []string{warnsOfNoSecondEyes}}, {change: changes{"spec.state": "Stopped"}},
		},
		"a budget that cannot be said": {{change: uploads.with(active), warns: []string{warnsOfNoCodes}}},
		"too many to grow":             {{change: million, warns: []string{warnsOfNoGrowth}}, {change: active}},
		"too many codes":               {{change: uploads.with(active).with(manyCodes), warns: []string{warnsOfManyCodes}}, {change: changes{"spec.state": "Stopped"}}},
		"no limit for a user":          {{change: noUserLimit, warns: []string{warnsOfNoUserLimit}}, {change: active}},
		"more off than it needs":       {{change: lowThreshold, warns: []string{warnsOfLowThreshold}}, {change: active}},
		"a channel":                    {{change: channel, warns: []string{warnsOfNoChannel}}, {change: uploads}},
		"a twin":                       {{change: changes{"spec.allowTwin": true}, warns: []string{warnsOfTwinVoucher}}, {change: changes{"spec.allowTwin": nil}}},
		"keeping the previous":         {{change: changes{"spec.replacePrevious": "Keep"}, warns: []string{warnsOfKeepVoucher}}, {change: revision2}},
		"adopt without a request":      {{change: alipayVoucher().adopt(ourID).with(alipayVoucher().gone)}, {change: active}},
		"all at once": {{
			change: terminate.with(active).with(noUserLimit).with(lowThreshold).with(channel).with(million).with(noBudget).with(changes{"spec.allowTwin": true, "spec.replacePrevious": "Keep"}),
			warns: []string{warnsOfTerminate, warnsOfTwinVoucher, warnsOfKeepVoucher, warnsOfNoSecondEyes, warnsOfNoGrowth, warnsOfNoUserLimit,
				warnsOfLowThreshold, warnsOfNoChannel},
		}},
	} {
		t.Run(name, func(t *testing.T) { applyInTurn(t, alipayVoucher(), commits) })
	}
}

// applyInTurn applies one commit after the other to the maximal manifest, and checks what kubectl warns of each time.
func applyInTurn(t *testing.T, k campaign, commits []commit) {
	t.Helper()
	object := k.maximal(t, "warnings")
	set(t, object, "spec.allowTwin", nil)
	t.Cleanup(func() { remove(t, object) })
	for _, c := range commits {
		c.change.apply(t, object)
		text, err := yaml.Marshal(object.Object)
		if err != nil {
			t.Fatal(err)
		}
		_, stderr, err := server.KubectlInput(t.Context(), string(text), "apply", "--server-side", "-f", "-")
		if err != nil {
			t.Fatalf("a warning must not refuse: %v", err)
		}
		expectWarnings(t, stderr, c.warns)
	}
}

func TestDeleteWarnsOfAnActivityThatGoesOn(t *testing.T) {
	eachCampaign(t, func(t *testing.T, k campaign) {
		warns := []string{map[string]string{"PayGiftActivity": warnsOfLeaving, "CouponStock": warnsOfLeavingStock, "AlipayVoucherActivity": warnsOfLeavingAlipay}[k.kind]}
		paused := warns
		if k.kind == "CouponStock" {
			paused = nil // that is all that can be done
		}
		for name, c := range map[string]struct {
			found  changes
			status map[string]any
			warns  []string
		}{
			"running":                        {status: k.inState(v1alpha1.StateRunning), warns: warns},
			"scheduled":                      {status: k.inState(v1alpha1.StateScheduled), warns: warns},
			"paused":                         {status: k.inState(v1alpha1.StatePaused), warns: paused},
			"ended":                          {status: k.inState(v1alpha1.StateEnded)},
			"nothing sent":                   {},
			"going with the resource":        {found: changes{"spec.deletionPolicy": k.policy}, status: k.inState(v1alpha1.StateRunning)},
			"observed: it was never its own": {found: observe.with(changes{"spec.deletionPolicy": "Orphan"}), status: k.inState(v1alpha1.StateRunning)},
		} {
			t.Run(name, func(t *testing.T) {
				stored := k.storeWith(t, c.found, c.status)
				_, stderr, err := server.Kubectl(t.Context(), "delete", kinds[k.kind].plural, "-n", stored.GetNamespace(), stored.GetName())
				if err != nil {
					t.Fatal(err)
				}
				expectWarnings(t, stderr, c.warns)
			})
		}
	})
}
