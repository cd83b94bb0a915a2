package controllers

import (
	"strings"
	"testing"

	"k8s.io/utils/ptr"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/providers"
)

var voucherKind = AlipayVoucherActivityKind{}

// minimalVoucher is a voucher activity, changed.
func minimalVoucher(t *testing.T, change func(*v1alpha1.AlipayVoucherActivitySpec)) *v1alpha1.AlipayVoucherActivity {
	t.Helper()
	c := read(t, golden["alipayvoucher-minimal"], &v1alpha1.AlipayVoucherActivity{})
	change(&c.Spec)
	return c
}

func TestAVouchersBudgetIsWhatAllVouchersTogetherCanTakeOff(t *testing.T) {
	hundred := func(spec *v1alpha1.AlipayVoucherActivitySpec) {
		spec.VoucherSendModeInfo.VoucherSendRuleInfo.Quantity = ptr.To[int64](100)
	}
	deduct := func(info v1alpha1.AlipayVoucherDeductInfo) func(*v1alpha1.AlipayVoucherActivitySpec) {
		return func(spec *v1alpha1.AlipayVoucherActivitySpec) {
			hundred(spec)
			spec.VoucherDeductInfo = info
		}
	}
	for name, test := range map[string]struct {
		change func(*v1alpha1.AlipayVoucherActivitySpec)
		budget string // empty where nobody can say
		value  string
	}{
		"a fixed amount": {hundred, "1000.00", "10"},
		"codes": {func(spec *v1alpha1.AlipayVoucherActivitySpec) {
			spec.VoucherCodesFrom = []v1alpha1.AlipayVoucherCodeSource{{SecretName: "a", Count: 3}, {SecretName: "b", Count: 4}}
		}, "70.00", "10"},
		"no codes yet":         {func(*v1alpha1.AlipayVoucherActivitySpec) {}, "", "10"},
		"a discount":           {deduct(v1alpha1.AlipayVoucherDeductInfo{DiscountVoucherInfo: &v1alpha1.AlipayDiscountVoucherInfo{Discount: "6.5", CeilingAmount: "20.5"}}), "2050.00", "6.5折"},
		"an exchange":          {deduct(v1alpha1.AlipayVoucherDeductInfo{ExchangeVoucherInfo: &v1alpha1.AlipayExchangeVoucherInfo{Amount: "30"}}), "3000.00", "兑换"},
		"an exchange for what": {deduct(v1alpha1.AlipayVoucherDeductInfo{ExchangeVoucherInfo: &v1alpha1.AlipayExchangeVoucherInfo{}}), "", "兑换"},
		"a special price": {func(spec *v1alpha1.AlipayVoucherActivitySpec) {
			deduct(v1alpha1.AlipayVoucherDeductInfo{SpecialVoucherInfo: &v1alpha1.AlipaySpecialVoucherInfo{SpecialAmount: "9.9"}})(spec)
			spec.VoucherAvailableScopeInfo.VoucherAvailableGoodsInfo = &v1alpha1.AlipayVoucherAvailableGoodsInfo{GoodsName: "甜甜圈", OriginAmount: "19.90"}
		}, "1000.00", "特价9.9"},
		"only a budget": {func(spec *v1alpha1.AlipayVoucherActivitySpec) {
			*spec = v1alpha1.AlipayVoucherActivitySpec{BudgetYuan: "12.00"}
		}, "12.00", ""},
		"nothing at all": {func(spec *v1alpha1.AlipayVoucherActivitySpec) { *spec = v1alpha1.AlipayVoucherActivitySpec{} }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := minimalVoucher(t, test.change)
			voucherKind.Describe(c, nil)
			if c.Status.BudgetYuan != test.budget || c.Status.Value != test.value {
				t.Errorf("it shows a budget of %q and the value %q, want %q and %q", c.Status.BudgetYuan, c.Status.Value, test.budget, test.value)
			}
			if known := voucherKind.Exposure(c) != nil; known != (test.budget != "") {
				t.Errorf("that its cost is known is %t", known)
			}
		})
	}
	c := minimalVoucher(t, hundred)
	voucherKind.Describe(c, &providers.Snapshot{Exposure: &providers.Exposure{Fen: 500_000}}) // somebody has raised it in the console
	if c.Status.BudgetYuan != "5000.00" {
		t.Errorf("it shows %q", c.Status.BudgetYuan)
	}
}

func TestAVouchersValueIsTheVendorsWhereTheManifestHasNone(t *testing.T) {
	shown := &providers.Snapshot{Content: []byte(`{"voucher_deduct_info":{"discount_voucher_info":{"discount":"6.5","ceiling_amount":"20.5"}}}`)}
	adopted := minimalVoucher(t, func(spec *v1alpha1.AlipayVoucherActivitySpec) { *spec = v1alpha1.AlipayVoucherActivitySpec{} })
	for _, observed := range []*providers.Snapshot{shown, {}, {Content: []byte(`{"voucher_deduct_info":7}`)}, nil} { // a list shows less than the detail
		voucherKind.Describe(adopted, observed)
		if adopted.Status.Value != "6.5折" {
			t.Errorf("after %v it shows %q", observed, adopted.Status.Value)
		}
	}
	whole := minimalVoucher(t, func(*v1alpha1.AlipayVoucherActivitySpec) {})
	voucherKind.Describe(whole, shown)
	if whole.Status.Value != "10" {
		t.Errorf("beside the manifest's it shows %q", whole.Status.Value)
	}
}

func TestAVoucherForAnotherAccountOrWithAFractionOfASecondIsRefusedWithItsField(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*v1alpha1.AlipayVoucherActivitySpec)
		from   engine.Sender
		says   string
	}{
		"another access mode": {func(spec *v1alpha1.AlipayVoucherActivitySpec) { spec.MerchantAccessMode = "AGENCY_MODE" }, engine.Sender{Number: "n"}, "spec.merchantAccessMode"},
		"another merchant": {func(spec *v1alpha1.AlipayVoucherActivitySpec) {
			spec.VoucherAvailableScopeInfo.VoucherAvailableGeographyScopeInfo = v1alpha1.AlipayVoucherAvailableGeographyScopeInfo{
				AvailableGeographyShopInfo: &v1alpha1.AlipayVoucherAvailableGeographyShopInfo{
					AvailableGeographyAllShop: &v1alpha1.AlipayVoucherAvailableGeographyAllShopInfo{MerchantIDs: []string{"2088000000000002"}},
				},
			}
		}, engine.Sender{Number: "n", MerchantID: "2088000000000001"}, "merchantIds[0]"},
		"half a second": {func(spec *v1alpha1.AlipayVoucherActivitySpec) {
			spec.VoucherSendModeInfo.VoucherSendRuleInfo.PublishEndTime = "2027-03-31T15:59:59.5Z"
		}, engine.Sender{Number: "n"}, "spec.voucherSendModeInfo.voucherSendRuleInfo.publishEndTime"},
		"no time": {func(spec *v1alpha1.AlipayVoucherActivitySpec) {
			spec.VoucherSendModeInfo.VoucherSendRuleInfo.PublishStartTime = ""
		}, engine.Sender{Number: "n"}, "spec.voucherSendModeInfo.voucherSendRuleInfo.publishStartTime"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := voucherKind.Request(minimalVoucher(t, test.change), test.from); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestARejectedAuditIsAComplaintUntilTheVendorSaysOtherwise(t *testing.T) {
	c := &v1alpha1.AlipayVoucherActivity{}
	c.Status.AuditResult, c.Status.AuditReason = "REJECT", "图片不清晰"
	for name, test := range map[string]struct {
		facts map[string]string
		want  string
	}{
		"a list says nothing of it": {map[string]string{}, "audit_result is REJECT: 图片不清晰"},
		"without a reason":          {map[string]string{"audit_result": "REJECT"}, "audit_result is REJECT"},
		"approved since":            {map[string]string{"audit_result": "APPROVE"}, ""},
	} {
		if got := voucherKind.Complaint(c, test.facts); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestWhatAlipaySaysOfAnActivityIsShownAndAnOperationThatIsOverIsNot(t *testing.T) {
	c := &v1alpha1.AlipayVoucherActivity{}
	voucherKind.Observe(c, map[string]string{"activity_operation_status": "MODIFYING"}, "ACTIVE")
	voucherKind.Observe(c, map[string]string{"activity_operation_status": ""}, "")
	if st := c.Status; st.ActivityStatus != "ACTIVE" || st.ActivityOperationStatus != "" {
		t.Errorf("got %+v", st)
	}
	voucherKind.Reset(c)
	if c.Status.ActivityStatus != "" {
		t.Errorf("after a reset %+v", c.Status)
	}
}
