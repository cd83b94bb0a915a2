package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// CouponStockDesiredState is what the manifest asks the stock to be.
//
// +kubebuilder:validation:Enum=Draft;Inactive;Active;Paused
// +kubebuilder:validation:MaxLength=32
type CouponStockDesiredState string

// The desired states of a CouponStock.
const (
	// CouponStockDraft sends nothing.
	CouponStockDraft CouponStockDesiredState = "Draft"
	// CouponStockInactive creates the stock and does not activate it: no money is locked.
	CouponStockInactive CouponStockDesiredState = "Inactive"
	// CouponStockActive creates and activates the stock: from then on coupons can be given out.
	CouponStockActive CouponStockDesiredState = "Active"
	// CouponStockPaused pauses a stock that is activated: no more coupons are given out until it is Active again.
	CouponStockPaused CouponStockDesiredState = "Paused"
)

// CouponStockAdoption names an existing stock.
type CouponStockAdoption struct {
	// stockId is the id of the stock to take over (`stock_id`, 批次号): at most 20 letters and digits, in quotes.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=20
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[0-9A-Za-z]*$')`,message="write stockId in quotes, as letters and digits, such as \"98065001\""
	// +required
	StockID string `json:"stockId,omitempty"`
}

// CouponStockSpec is the request of 创建代金券批次 with the operator's own fields before it.
//
// The rules that compare skip values that break the rule of their own field, so that one mistake gives one message.
//
// +kubebuilder:validation:XValidation:rule=`has(self.stockName) || !has(self.availableBeginTime) && !has(self.availableEndTime) && !has(self.stockUseRule) && !has(self.couponUseRule) && !has(self.noCash) && !has(self.comment) && !has(self.belongMerchant) && !has(self.patternInfo) && !has(self.stockType) && !has(self.outRequestNo) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write stockName; only with adopt or with managementPolicy: Observe can the fields of the request, stockName to outRequestNo, be left out, and then all of them",fieldPath=".stockName",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.availableBeginTime) || !has(self.stockName) && !has(self.availableEndTime) && !has(self.stockUseRule) && !has(self.couponUseRule) && !has(self.noCash) && !has(self.comment) && !has(self.belongMerchant) && !has(self.patternInfo) && !has(self.stockType) && !has(self.outRequestNo) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write availableBeginTime; only with adopt or with managementPolicy: Observe can the fields of the request, stockName to outRequestNo, be left out, and then all of them",fieldPath=".availableBeginTime",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.availableEndTime) || !has(self.stockName) && !has(self.availableBeginTime) && !has(self.stockUseRule) && !has(self.couponUseRule) && !has(self.noCash) && !has(self.comment) && !has(self.belongMerchant) && !has(self.patternInfo) && !has(self.stockType) && !has(self.outRequestNo) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write availableEndTime; only with adopt or with managementPolicy: Observe can the fields of the request, stockName to outRequestNo, be left out, and then all of them",fieldPath=".availableEndTime",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.stockUseRule) || !has(self.stockName) && !has(self.availableBeginTime) && !has(self.availableEndTime) && !has(self.couponUseRule) && !has(self.noCash) && !has(self.comment) && !has(self.belongMerchant) && !has(self.patternInfo) && !has(self.stockType) && !has(self.outRequestNo) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write stockUseRule; only with adopt or with managementPolicy: Observe can the fields of the request, stockName to outRequestNo, be left out, and then all of them",fieldPath=".stockUseRule",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.couponUseRule) || !has(self.stockName) && !has(self.availableBeginTime) && !has(self.availableEndTime) && !has(self.stockUseRule) && !has(self.noCash) && !has(self.comment) && !has(self.belongMerchant) && !has(self.patternInfo) && !has(self.stockType) && !has(self.outRequestNo) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write couponUseRule; only with adopt or with managementPolicy: Observe can the fields of the request, stockName to outRequestNo, be left out, and then all of them",fieldPath=".couponUseRule",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`has(self.noCash) || !has(self.stockName) && !has(self.availableBeginTime) && !has(self.availableEndTime) && !has(self.stockUseRule) && !has(self.couponUseRule) && !has(self.comment) && !has(self.belongMerchant) && !has(self.patternInfo) && !has(self.stockType) && !has(self.outRequestNo) && (has(self.adopt) || self.?managementPolicy.orValue('Manage') == 'Observe')`,message="write noCash; only with adopt or with managementPolicy: Observe can the fields of the request, stockName to outRequestNo, be left out, and then all of them",fieldPath=".noCash",reason=FieldValueRequired
// +kubebuilder:validation:XValidation:rule=`!has(self.availableBeginTime) || !has(self.availableEndTime) || [self.availableBeginTime, self.availableEndTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.availableEndTime) - timestamp(self.availableBeginTime) >= duration('1s')`,message="write an availableEndTime at least 1 second after availableBeginTime",fieldPath=".availableEndTime"
// +kubebuilder:validation:XValidation:rule=`!has(self.availableBeginTime) || !has(self.availableEndTime) || [self.availableBeginTime, self.availableEndTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.availableEndTime) - timestamp(self.availableBeginTime) <= duration('2160h')`,message="write an availableEndTime at most 90 days after availableBeginTime: WeChat Pay lets no stock be valid for longer; make one resource for each 90 days",fieldPath=".availableEndTime"
// +kubebuilder:validation:XValidation:rule=`!has(self.activateAfter) || !has(self.availableEndTime) || [self.activateAfter, self.availableEndTime].exists(t, !t.matches(r'^20(\d\d-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d\d-(0[469]|11)-(0[1-9]|[12]\d|30)|\d\d-02-(0[1-9]|1\d|2[0-8])|([02468][048]|[13579][26])-02-29)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$')) || timestamp(self.activateAfter) <= timestamp(self.availableEndTime)`,message="write an activateAfter that is not after availableEndTime: the coupons would be over before they could be given out",fieldPath=".activateAfter"
// +kubebuilder:validation:XValidation:rule=`self.?deletionPolicy.orValue('Orphan') != 'Terminate'`,message="write deletionPolicy: Pause or Orphan: WeChat Pay has no call that ends a stock. Pause stops the giving out; coupons in users' hands stay usable until their end, and the money stays locked",fieldPath=".deletionPolicy"
// +kubebuilder:validation:XValidation:rule=`!has(self.stockUseRule) || !has(self.couponUseRule) || self.stockUseRule.maxCoupons < 5 || self.stockUseRule.maxCoupons > 10000000 || self.couponUseRule.fixedNormalCoupon.couponAmount < 2 || self.couponUseRule.fixedNormalCoupon.couponAmount > 100000 || !has(self.stockUseRule.maxAmount) || self.stockUseRule.maxAmount == self.couponUseRule.fixedNormalCoupon.couponAmount * self.stockUseRule.maxCoupons`,message="write the maxAmount that follows, couponAmount x maxCoupons, all in fen (分): 100 coupons of 500 fen make 50000. Or leave maxAmount out",fieldPath=".stockUseRule.maxAmount"
// +kubebuilder:validation:XValidation:rule=`!has(self.stockUseRule) || !has(self.couponUseRule) || self.stockUseRule.maxCoupons < 5 || self.stockUseRule.maxCoupons > 10000000 || self.couponUseRule.fixedNormalCoupon.couponAmount < 2 || self.couponUseRule.fixedNormalCoupon.couponAmount > 100000 || self.couponUseRule.fixedNormalCoupon.couponAmount * self.stockUseRule.maxCoupons <= 10000000000`,message="write fewer maxCoupons or a smaller couponAmount: together, couponAmount x maxCoupons, a stock takes at most 10000000000 fen (分), 100 million yuan",fieldPath=".stockUseRule.maxCoupons"
// +kubebuilder:validation:XValidation:rule=`!has(self.stockUseRule) || !has(self.couponUseRule) || self.stockUseRule.maxCoupons < 5 || self.stockUseRule.maxCoupons > 10000000 || self.couponUseRule.fixedNormalCoupon.couponAmount < 2 || self.couponUseRule.fixedNormalCoupon.couponAmount > 100000 || !has(self.stockUseRule.maxAmountByDay) || self.stockUseRule.maxAmountByDay <= self.couponUseRule.fixedNormalCoupon.couponAmount * self.stockUseRule.maxCoupons`,message="write a maxAmountByDay of at most the whole budget, couponAmount x maxCoupons in fen (分), or leave it out",fieldPath=".stockUseRule.maxAmountByDay"
// +kubebuilder:validation:XValidation:rule=`!has(self.budgetYuan) || !self.budgetYuan.matches(r'^(0|[1-9]\d{0,10})\.\d{2}$') || !has(self.stockUseRule) || !has(self.couponUseRule) || self.stockUseRule.maxCoupons < 5 || self.stockUseRule.maxCoupons > 10000000 || self.couponUseRule.fixedNormalCoupon.couponAmount < 2 || self.couponUseRule.fixedNormalCoupon.couponAmount > 100000 || has(self.stockUseRule.maxAmount) && self.stockUseRule.maxAmount != self.couponUseRule.fixedNormalCoupon.couponAmount * self.stockUseRule.maxCoupons || int(self.budgetYuan.replace('.', "")) == self.couponUseRule.fixedNormalCoupon.couponAmount * self.stockUseRule.maxCoupons`,message="write the budgetYuan that the request adds up to, maxCoupons x couponAmount / 100, since couponAmount is in fen (分): 100 coupons of 500 fen make \"500.00\". If budgetYuan is right, correct maxCoupons or couponAmount",fieldPath=".budgetYuan"
// +kubebuilder:validation:XValidation:rule=`!self.?noCash.orValue(false) || !has(self.couponUseRule) || has(self.couponUseRule.availableMerchants)`,message="write availableMerchants: with noCash the discount comes off the receipts of the merchants that redeem, so who bears it has to be named. WeChat Pay's page has the field as optional",fieldPath=".couponUseRule.availableMerchants",reason=FieldValueRequired
type CouponStockSpec struct {
	// merchantRef names the WeChatPayMerchant whose credentials create the stock.
	//
	// +required
	MerchantRef AccountReference `json:"merchantRef,omitzero"`

	// state is what the stock shall be. There is no default, so that nothing is created by leaving it out. `Draft` sends
	// nothing; what `Active` would do is in `status.plan`. `Inactive` creates the stock without activating it: no money is
	// locked. `Active` creates and activates it, and restarts one that `Paused` had paused; the activation of a pre-funded
	// stock locks its whole budget at once, and no call unlocks it. `Paused` pauses a stock that is activated: nobody
	// receives another coupon, those received stay usable, and the money stays locked.
	//
	// +required
	State CouponStockDesiredState `json:"state,omitempty"`

	// activateAfter is the time before which the stock is not activated, with `state: Active`: RFC 3339 with an explicit
	// offset, not after availableEndTime. Until then it is created and left inactive. As soon as it exists when left out.
	//
	// +optional
	ActivateAfter DateTime `json:"activateAfter,omitempty"`

	CampaignLifecycle `json:",inline"`

	// adopt names an existing stock, such as one made by other software, to take over. Nothing is ever created, and the
	// fields of the request can be left out, all of them; given, they are compared and may change at any time. It stays
	// in Git: it cannot be changed or removed while the stock that it took over is recorded.
	//
	// +optional
	Adopt *CouponStockAdoption `json:"adopt,omitempty"` //nolint:kubeapilinter // a pointer, so that code can ask whether it is there

	// budgetYuan is what the whole stock can cost, in yuan with two decimals and in quotes, such as `"200000.00"`. It is not
	// sent. It has to equal maxCoupons x couponAmount, which are in fen (分): a second pair of eyes against a wrong unit.
	//
	// +optional
	BudgetYuan Yuan `json:"budgetYuan,omitempty"`

	CouponStockRequest `json:",inline"`
}

// CouponStockStatus is what the operator and the vendor say of the stock. It has types and no limits: a value that the
// vendor returns must never make the API server refuse the write.
type CouponStockStatus struct {
	CampaignStatus `json:",inline"`

	// stockId is the id that WeChat Pay gave the stock (`stock_id`, 批次号).
	//
	// +optional
	StockID string `json:"stockId,omitempty"`

	// stockStatus is WeChat Pay's own word for the state (`status`, 批次状态): unactivated, audit, running, paused or
	// stoped (its spelling).
	//
	// +optional
	StockStatus string `json:"stockStatus,omitempty"`

	// stockCreatorMchid is the merchant that created the stock (`stock_creator_mchid`, 创建批次的商户号).
	//
	// +optional
	StockCreatorMchid string `json:"stockCreatorMchid,omitempty"`

	// createTime is when WeChat Pay made the stock (`create_time`, 创建时间), as it spells it.
	//
	// +optional
	CreateTime string `json:"createTime,omitempty"`

	// startTime is when the stock was activated (`start_time`, 激活时间), as WeChat Pay spells it.
	//
	// +optional
	StartTime string `json:"startTime,omitempty"`

	// stopTime is when the stock ended for ever (`stop_time`, 终止时间), as WeChat Pay spells it.
	//
	// +optional
	StopTime string `json:"stopTime,omitempty"`

	// pauseTime is when our pause call took effect (`pause_time`, 暂停时间), as WeChat Pay spells it.
	//
	// +optional
	PauseTime string `json:"pauseTime,omitempty"`

	// restartTime is when our restart call took effect (`restart_time`, 重启时间), as WeChat Pay spells it.
	//
	// +optional
	RestartTime string `json:"restartTime,omitempty"`

	// faceValueYuan is the value of a coupon in yuan, such as `10.00`.
	//
	// +optional
	FaceValueYuan string `json:"faceValueYuan,omitempty"`

	// budgetYuan is what the whole stock can cost in yuan, such as `200000.00`.
	//
	// +optional
	BudgetYuan string `json:"budgetYuan,omitempty"`

	// distribution counts the coupons that users have received (`distributed_coupons`, 已发券数量). It is written at
	// thresholds and rarely in between, so that a stock that is given out fast does not keep the API server busy.
	//
	// +optional
	Distribution *DistributionRecord `json:"distribution,omitempty"`
}

// The rules of the type below stand at the root, where they see status. They compare and never judge a value by itself, so
// that an object that breaks one can still be annotated, have its status written and lose its finalizers. All but the last
// begin with one condition, when the request is frozen: a stock of the recorded revision exists or may exist, and both before
// and after the edit the manifest asks for that revision, to be managed and not adopted. It looks at both sides so that the
// way back, a revert of the edit, is admitted whenever the edit was. extInfo needs no such rule: it is always refused.

// CouponStock is a 代金券 stock (批次): a number of coupons of a fixed value for payments of at least an amount.
//
// The fields of the create request are frozen while the stock exists or may exist: WeChat Pay has no call to change any of
// them. Before the first call, after a definite refusal, when something else exists under the request number
// (`status.creation: Differs`), and with a raised requestRevision they can be corrected. With adopt and with
// managementPolicy: Observe they are free.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=cst,categories=campaigns
// +kubebuilder:printcolumn:name="ID",type=string,JSONPath=`.status.stockId`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Value",type=string,JSONPath=`.status.faceValueYuan`
// +kubebuilder:printcolumn:name="Budget",type=string,JSONPath=`.status.budgetYuan`
// +kubebuilder:printcolumn:name="Sent",type=string,JSONPath=`.status.distribution.summary`
// +kubebuilder:printcolumn:name="Begin",type=string,JSONPath=`.status.beginTime`
// +kubebuilder:printcolumn:name="End",type=string,JSONPath=`.status.endTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Request",type=string,JSONPath=`.status.request.number`,priority=1
// +kubebuilder:printcolumn:name="Gateway",type=string,JSONPath=`.status.stockStatus`,priority=1
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,priority=1
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || (!has(self.spec.stockName) || has(oldSelf.spec.stockName) && self.spec.stockName == oldSelf.spec.stockName) && (has(self.spec.comment) ? has(oldSelf.spec.comment) && self.spec.comment == oldSelf.spec.comment : !has(oldSelf.spec.comment))`,message="take the change of stockName or comment back: the stock exists or may exist, and WeChat Pay has no call to change it. For another stock raise requestRevision in the same commit; to stop this one from being given out write state: Paused",fieldPath=".spec.stockName",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || (!has(self.spec.availableBeginTime) || has(oldSelf.spec.availableBeginTime) && self.spec.availableBeginTime == oldSelf.spec.availableBeginTime) && (!has(self.spec.availableEndTime) || has(oldSelf.spec.availableEndTime) && self.spec.availableEndTime == oldSelf.spec.availableEndTime)`,message="take the change of availableBeginTime or availableEndTime back: the stock exists or may exist, and WeChat Pay has no call to change it. For another stock raise requestRevision in the same commit; to stop this one from being given out write state: Paused",fieldPath=".spec.availableBeginTime",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.stockUseRule) || has(oldSelf.spec.stockUseRule) && self.spec.stockUseRule == oldSelf.spec.stockUseRule`,message="take the change of stockUseRule back: the stock exists or may exist, and WeChat Pay has no call to change it. For another stock raise requestRevision in the same commit; to stop this one from being given out write state: Paused",fieldPath=".spec.stockUseRule",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || (has(self.spec.patternInfo) ? has(oldSelf.spec.patternInfo) && self.spec.patternInfo == oldSelf.spec.patternInfo : !has(oldSelf.spec.patternInfo))`,message="take the change of patternInfo back: the stock exists or may exist, and WeChat Pay has no call to change it. For another stock raise requestRevision in the same commit; to stop this one from being given out write state: Paused",fieldPath=".spec.patternInfo",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.couponUseRule) || has(oldSelf.spec.couponUseRule) && self.spec.couponUseRule == oldSelf.spec.couponUseRule`,message="take the change of couponUseRule back: the stock exists or may exist, and WeChat Pay has no call to change it. For another stock raise requestRevision in the same commit; to stop this one from being given out write state: Paused",fieldPath=".spec.couponUseRule",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || !has(self.spec.noCash) || has(oldSelf.spec.noCash) && self.spec.noCash == oldSelf.spec.noCash`,message="take the change of noCash back: the stock exists or may exist, and WeChat Pay has no call to change it. For another stock raise requestRevision in the same commit; to stop this one from being given out write state: Paused",fieldPath=".spec.noCash",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && [self, oldSelf].all(o, !has(o.spec.adopt) && o.spec.?managementPolicy.orValue('Manage') != 'Observe' && o.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1))) || (has(self.spec.belongMerchant) ? has(oldSelf.spec.belongMerchant) && self.spec.belongMerchant == oldSelf.spec.belongMerchant : !has(oldSelf.spec.belongMerchant)) && (has(self.spec.stockType) ? has(oldSelf.spec.stockType) && self.spec.stockType == oldSelf.spec.stockType : !has(oldSelf.spec.stockType)) && (has(self.spec.outRequestNo) ? has(oldSelf.spec.outRequestNo) && self.spec.outRequestNo == oldSelf.spec.outRequestNo : !has(oldSelf.spec.outRequestNo))`,message="take the change of belongMerchant, stockType or outRequestNo back: the stock exists or may exist, and WeChat Pay has no call to change it. For another stock raise requestRevision in the same commit; to stop this one from being given out write state: Paused",fieldPath=".spec",reason=FieldValueForbidden
// +kubebuilder:validation:XValidation:rule=`!(oldSelf.?status.?creation.orValue('Absent') in ['Unknown', 'Confirmed'] && self.spec.?requestRevision.orValue(1) == oldSelf.?status.?request.?revision.orValue(1)) || self.spec.?requestRevision.orValue(1) == oldSelf.spec.?requestRevision.orValue(1) && (has(self.spec.adopt) ? has(oldSelf.spec.adopt) && self.spec.adopt == oldSelf.spec.adopt : !has(oldSelf.spec.adopt)) || (has(self.spec.adopt) ? oldSelf.status.creation == 'Confirmed' && has(oldSelf.status.stockId) && self.spec.adopt.stockId == oldSelf.status.stockId : !oldSelf.?status.?request.?adopted.orValue(false))`,message="take the change of adopt back: a stock is recorded or may exist. adopt can name only the recorded one (status.stockId), and stays once that was taken over; for another stock raise requestRevision in the same commit",fieldPath=".spec.adopt",reason=FieldValueForbidden
type CouponStock struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the resource. The namespace and the name are part of the request number: a stock moved to another name
	// is another stock.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what Git says; the operator never writes it.
	//
	// +required
	Spec CouponStockSpec `json:"spec,omitzero"`

	// status is what the operator found; only the operator writes it.
	//
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status CouponStockStatus `json:"status,omitempty,omitzero"`
}

// CouponStockList is a list of CouponStock.
//
// +kubebuilder:object:root=true
type CouponStockList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []CouponStock `json:"items"`
}
