package controllers

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/quota"
)

// quotaRecords lists an account's operations that are not at rest, as its status shows them.
func quotaRecords(pacer *quota.Pacer) func(gateway, account string) []v1alpha1.QuotaRecord {
	return func(gateway, account string) []v1alpha1.QuotaRecord {
		var records []v1alpha1.QuotaRecord
		for _, state := range pacer.States(gateway, account) {
			record := v1alpha1.QuotaRecord{Kind: state.Kind, Operation: string(state.Operation), Waiting: int64(state.Waiting)}
			if !state.PausedUntil.IsZero() {
				until := metav1.NewTime(state.PausedUntil).Rfc3339Copy() // as the API server gives it back
				record.PausedUntil = &until
			}
			records = append(records, record)
		}
		return records
	}
}
