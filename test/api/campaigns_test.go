package api_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

const (
	// ourID is the activity that the tests' records speak of, otherID another one.
	ourID   = "10028001"
	otherID = "10028002"

	adoptRefused = "spec.adopt: Forbidden: take the change of adopt back"
)

// campaign is a kind of campaign, and what the tests of edits have to know of it.
type campaign struct {
	kind string
	// manifests are the maximal ones, with every field that may be used between them. The first is the one that is edited.
	manifests []string
	// ref is the field that names the account.
	ref string
	// idField is the vendor's id in status and in adopt.
	idField string
	// over is the state of one that is no longer wanted, policy the deletionPolicy that acts.
	over, policy string
	// otherName changes one creation field, otherAll many, and gone removes all of them.
	otherName, otherAll, gone changes
	// half removes some of the creation fields.
	half changes
	// The refusals of a changed name, of a request without its fields, of what is removed though it is optional, and of half a request.
	nameFrozen           string
	missing              []string
	optionalGone, halved []string
	// frozen are edits of what is frozen, one in each place, with what the refusal has to begin with.
	frozen map[string]frozenEdit
	// edits are those that only this kind knows.
	edits map[string]edit
}

type frozenEdit struct {
	change  changes
	refusal string
}

func campaigns() []campaign { return []campaign{payGift(), couponStock(), alipayVoucher()} }

// eachCampaign runs a test for every kind of campaign.
func eachCampaign(t *testing.T, test func(*testing.T, campaign)) {
	t.Helper()
	for _, k := range campaigns() {
		t.Run(k.kind, func(t *testing.T) { test(t, k) })
	}
}

// maximal returns the kind's maximal manifest with a name of its own, in Draft.
func (k campaign) maximal(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	object := readManifest(t, k.manifests[0]).objects[0].DeepCopy()
	object.SetName(name)
	object.SetNamespace("marketing")
	return object
}

// recorded is the status that the operator has written about a revision; nil when nothing was sent.
func (k campaign) recorded(creation v1alpha1.CreationOutcome, revision int64) map[string]any {
	if creation == "" {
		return nil
	}
	status := map[string]any{
		"creation": string(creation),
		"request":  map[string]any{"number": "1900000109-KQDENKAYSEFX5XRCI6MPTY4ZOR", "revision": revision},
	}
	if creation != v1alpha1.CreationUnknown {
		status[k.idField] = ourID
	}
	return status
}

// takenOver is the status of an activity that the manifest named.
func (k campaign) takenOver(revision int64, id string) map[string]any {
	status := k.recorded(v1alpha1.CreationConfirmed, revision)
	status[k.idField] = id
	status["request"].(map[string]any)["adopted"] = true
	return status
}

// inState is the status of an activity in a state.
func (k campaign) inState(state v1alpha1.CampaignState) map[string]any {
	status := k.recorded(v1alpha1.CreationConfirmed, 1)
	status["state"] = string(state)
	return status
}

// adopt names an activity.
func (k campaign) adopt(id string) changes { return changes{"spec.adopt." + k.idField: id} }

// storeWith stores the maximal manifest, changed, with what the operator has recorded.
func (k campaign) storeWith(t *testing.T, change changes, status map[string]any) *unstructured.Unstructured {
	t.Helper()
	object := k.maximal(t, "freeze")
	change.apply(t, object)
	if status != nil {
		object.Object["status"] = status
	}
	return store(t, object)
}

// whole are the creation fields of the maximal manifest.
func (k campaign) whole(t *testing.T) changes {
	t.Helper()
	spec := k.maximal(t, "maximal").Object["spec"].(map[string]any)
	all := changes{}
	for field := range k.gone {
		all[field] = spec[field[len("spec."):]]
	}
	return all
}

const (
	baseFrozen     = "spec.activityBaseInfo: Forbidden: take the change of activityBaseInfo back"
	awardFrozen    = "spec.awardSendRule: Forbidden: take the change of awardSendRule back"
	advancedFrozen = "spec.advancedSetting: Forbidden: take the change of advancedSetting back"
	baseMissing    = "spec.activityBaseInfo: Required value: write activityBaseInfo"
	awardMissing   = "spec.awardSendRule: Required value: write awardSendRule"
)

func payGift() campaign {
	name := changes{"spec.activityBaseInfo.activityName": "另一个名字"}
	k := campaign{
		kind:         "PayGiftActivity",
		manifests:    []string{"../../api/v1alpha1/testdata/paygiftactivity-maximal.yaml"},
		ref:          "merchantRef",
		idField:      "activityId",
		over:         "Terminated",
		policy:       "Terminate",
		otherName:    name,
		otherAll:     name.with(changes{"spec.awardSendRule.merchantIdList": []any{"1900000307"}, "spec.advancedSetting": nil}),
		gone:         changes{"spec.activityBaseInfo": nil, "spec.awardSendRule": nil, "spec.advancedSetting": nil},
		half:         changes{"spec.awardSendRule": nil},
		nameFrozen:   baseFrozen,
		missing:      []string{baseMissing, awardMissing},
		optionalGone: []string{advancedFrozen},
		halved:       []string{awardMissing},
		frozen: map[string]frozenEdit{
			"activityBaseInfo changed":         {name, baseFrozen},
			"activityBaseInfo, a field less":   {changes{"spec.activityBaseInfo.backgroundColor": nil}, baseFrozen},
			"the threshold changed":            {changes{"spec.awardSendRule.transactionAmountMinimum": int64(20000)}, awardFrozen},
			"the awards changed":               {changes{"spec.awardSendRule.awardList": awards(5, "https://images.example/")}, awardFrozen},
			"sendContent left out":             {changes{"spec.awardSendRule.sendContent": nil}, awardFrozen},
			"awardType left out":               {changes{"spec.awardSendRule.awardType": nil}, awardFrozen},
			"merchantOption left out":          {changes{"spec.awardSendRule.merchantOption": nil}, awardFrozen},
			"advancedSetting changed":          {changes{"spec.advancedSetting.deliveryUserCategory": "DELIVERY_ALL_PERSON"}, advancedFrozen},
			"advancedSetting removed":          {changes{"spec.advancedSetting": nil}, advancedFrozen},
			"state and activityBaseInfo":       {name.with(changes{"spec.state": "Terminated"}), baseFrozen},
			"deletionPolicy, and the subtitle": {changes{"spec.deletionPolicy": "Terminate", "spec.activityBaseInfo.activitySecondTitle": "换了"}, baseFrozen},
		},
	}
	k.edits = map[string]edit{
		"merchants of the second revision": {found: revision2, given: k.recorded(confirmed, 2), change: merchantEdits["a merchant added"]},
	}
	return k
}

// missing are the refusals of a manifest without these fields of the request.
func missing(fields ...string) (all []string) {
	for _, field := range fields {
		all = append(all, "spec."+field+": Required value: write "+field+"; only with adopt")
	}
	return all
}

// The refusals of a CouponStock's edits.
const (
	stockNameFrozen  = "spec.stockName: Forbidden: take the change of stockName or comment back"
	stockTimesFrozen = "spec.availableBeginTime: Forbidden: take the change of availableBeginTime or availableEndTime back"
	stockRuleFrozen  = "spec.stockUseRule: Forbidden: take the change of stockUseRule back"
	stockLooksFrozen = "spec.patternInfo: Forbidden: take the change of patternInfo back"
	stockUseFrozen   = "spec.couponUseRule: Forbidden: take the change of couponUseRule back"
	stockPaysFrozen  = "spec.noCash: Forbidden: take the change of noCash back"
	stockRestFrozen  = "spec: Forbidden: take the change of belongMerchant, stockType or outRequestNo back"
)

func couponStock() campaign {
	name := changes{"spec.stockName": "另一个名字"}
	twice := changes{"spec.stockUseRule.maxCoupons": int64(40000), "spec.stockUseRule.maxAmount": nil, "spec.budgetYuan": "400000.00"}
	k := campaign{
		kind:      "CouponStock",
		manifests: []string{"../../api/v1alpha1/testdata/couponstock-maximal.yaml"},
		ref:       "merchantRef",
		idField:   "stockId",
		over:      "Paused",
		policy:    "Pause",
		otherName: name,
		otherAll: name.with(twice).with(changes{
			"spec.availableEndTime": "2027-07-31T23:59:59+08:00", "spec.patternInfo": nil, "spec.couponUseRule.combineUse": true,
			"spec.noCash": true, "spec.outRequestNo": nil,
		}),
		gone: changes{
			"spec.stockName": nil, "spec.comment": nil, "spec.belongMerchant": nil, "spec.availableBeginTime": nil, "spec.availableEndTime": nil,
			"spec.stockUseRule": nil, "spec.patternInfo": nil, "spec.couponUseRule": nil, "spec.noCash": nil, "spec.stockType": nil,
			"spec.outRequestNo": nil,
		},
		half:         changes{"spec.couponUseRule": nil, "spec.noCash": nil},
		nameFrozen:   stockNameFrozen,
		missing:      missing("stockName", "availableBeginTime", "availableEndTime", "stockUseRule", "couponUseRule", "noCash"),
		optionalGone: []string{stockNameFrozen, stockLooksFrozen, stockRestFrozen},
		halved:       missing("couponUseRule", "noCash"),
		frozen: map[string]frozenEdit{
			"stockName changed":            {name, stockNameFrozen},
			"comment removed":              {changes{"spec.comment": nil}, stockNameFrozen},
			"comment changed":              {changes{"spec.comment": "另一批次"}, stockNameFrozen},
			"another begin":                {changes{"spec.availableBeginTime": "2027-06-02T00:00:00+08:00"}, stockTimesFrozen},
			"another end":                  {changes{"spec.availableEndTime": "2027-08-01T00:00:00+08:00"}, stockTimesFrozen},
			"the budget doubled":           {twice, stockRuleFrozen},
			"maxAmount left out":           {changes{"spec.stockUseRule.maxAmount": nil}, stockRuleFrozen},
			"patternInfo, a field":         {changes{"spec.patternInfo.backgroundColor": nil}, stockLooksFrozen},
			"patternInfo removed":          {changes{"spec.patternInfo": nil}, stockLooksFrozen},
			"the threshold changed":        {changes{"spec.couponUseRule.fixedNormalCoupon.transactionMinimum": int64(20000)}, stockUseFrozen},
			"combineUse left out":          {changes{"spec.couponUseRule.combineUse": nil}, stockUseFrozen},
			"a merchant added":             {changes{"spec.couponUseRule.availableMerchants": []any{"1900000109", "9856000", "9856001"}}, stockUseFrozen},
			"noCash changed":               {changes{"spec.noCash": true}, stockPaysFrozen},
			"belongMerchant left out":      {changes{"spec.belongMerchant": nil}, stockRestFrozen},
			"stockType left out":           {changes{"spec.stockType": nil}, stockRestFrozen},
			"outRequestNo changed":         {changes{"spec.outRequestNo": "another"}, stockRestFrozen},
			"state and the name":           {name.with(changes{"spec.state": "Active"}), stockNameFrozen},
			"deletionPolicy, and who pays": {changes{"spec.deletionPolicy": "Pause", "spec.noCash": true}, stockPaysFrozen},
		},
	}
	free := map[string]changes{
		"created and not activated": {"spec.state": "Inactive"},
		"activated":                 {"spec.state": "Active"},
		"activated at once":         {"spec.state": "Active", "spec.activateAfter": nil},
		"activated another day":     {"spec.activateAfter": "2027-06-30T09:00:00+08:00"},
		"no second pair of eyes":    {"spec.budgetYuan": nil},
	}
	k.edits = map[string]edit{}
	for name, change := range free {
		for _, creation := range []v1alpha1.CreationOutcome{"", unknown, confirmed, differs} {
			k.edits[name+", creation="+string(creation)] = edit{given: k.recorded(creation, 1), change: change}
		}
	}
	return k
}
