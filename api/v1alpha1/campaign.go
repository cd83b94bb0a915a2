package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Campaign is what every activity kind has in common, so that one engine serves them all.
// +kubebuilder:object:generate=false
type Campaign interface {
	metav1.Object
	runtime.Object
	// AccountRef names the account resource whose credentials create the activity.
	AccountRef() AccountReference
	// Lifecycle are the operator's own fields that all kinds share.
	Lifecycle() CampaignLifecycle
	// CampaignStatus is the part of the status that all kinds share, for reading and writing.
	CampaignStatus() *CampaignStatus
}

// AccountRef implements Campaign.
func (a *PayGiftActivity) AccountRef() AccountReference { return a.Spec.MerchantRef }

// Lifecycle implements Campaign.
func (a *PayGiftActivity) Lifecycle() CampaignLifecycle { return a.Spec.CampaignLifecycle }

// CampaignStatus implements Campaign.
func (a *PayGiftActivity) CampaignStatus() *CampaignStatus { return &a.Status.CampaignStatus }

// AccountRef implements Campaign.
func (s *CouponStock) AccountRef() AccountReference { return s.Spec.MerchantRef }

// Lifecycle implements Campaign.
func (s *CouponStock) Lifecycle() CampaignLifecycle { return s.Spec.CampaignLifecycle }

// CampaignStatus implements Campaign.
func (s *CouponStock) CampaignStatus() *CampaignStatus { return &s.Status.CampaignStatus }

// AccountRef implements Campaign.
func (a *AlipayVoucherActivity) AccountRef() AccountReference { return a.Spec.AppRef }

// Lifecycle implements Campaign.
func (a *AlipayVoucherActivity) Lifecycle() CampaignLifecycle { return a.Spec.CampaignLifecycle }

// CampaignStatus implements Campaign.
func (a *AlipayVoucherActivity) CampaignStatus() *CampaignStatus { return &a.Status.CampaignStatus }

var (
	_ Campaign = &PayGiftActivity{}
	_ Campaign = &CouponStock{}
	_ Campaign = &AlipayVoucherActivity{}
)
