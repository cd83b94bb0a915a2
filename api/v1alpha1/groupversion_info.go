// Package v1alpha1 is what a campaign manifest may say: the types, their admission rules
// (CEL), and the conditions and reasons the operator answers with.
//
// +kubebuilder:object:generate=true
// +groupName=campaign-operator.io
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion identifies this API.
var GroupVersion = schema.GroupVersion{Group: "campaign-operator.io", Version: "v1alpha1"}

// AddToScheme registers every kind of this API with a scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&WeChatPayMerchant{}, &WeChatPayMerchantList{},
		&PayGiftActivity{}, &PayGiftActivityList{},
		&CouponStock{}, &CouponStockList{},
		&AlipayApp{}, &AlipayAppList{},
		&AlipayVoucherActivity{}, &AlipayVoucherActivityList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
