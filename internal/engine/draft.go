package engine

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// PreflightMemory is the last look at what a manifest refers to.
type PreflightMemory struct {
	Digest   string
	At       time.Time
	Findings []providers.Finding
	// Attempts counts the looks in a row that found something.
	Attempts int64
	// Unread is why it could not be looked at; the gateway decides then.
	Unread string
}

// preflightLife is how long a look that found nothing holds.
const preflightLife = 10 * time.Minute

// preflightFacts says what is known of the things that the manifest refers to.
func (s *scope) preflightFacts() PreflightFacts {
	last := s.memory.Preflight
	facts := PreflightFacts{Findings: last.Findings, Attempts: last.Attempts}
	if last.Digest != s.digest || last.At.Before(s.forced) {
		return facts
	}
	life := preflightLife
	if len(last.Findings) > 0 {
		life = slowDelay(last.Attempts)
	}
	facts.Again = last.At.Add(life).Sub(s.now)
	facts.Fresh = facts.Again > 0
	return facts
}

// preflight looks at what the manifest refers to. What cannot be looked at does not stand in the
// way: the create call decides then.
func (s *scope) preflight(ctx context.Context) {
	if s.readWait = s.readTurn(providers.OperationPreflight); s.readWait > 0 {
		return
	}
	findings, err := s.activities.Preflight(ctx, s.request.Body)
	last := s.memory.Preflight
	next := PreflightMemory{Digest: s.digest, At: s.now, Findings: findings}
	if err != nil {
		failure := providers.AsError(providers.OperationPreflight, err)
		s.heed(failure)
		next.Unread = explain(failure)
		log.FromContext(ctx).Info("what the manifest refers to cannot be looked at", "error", failure.Error(), "requestId", failure.RequestID)
	}
	if len(findings) > 0 {
		next.Attempts = 1
		if last.Digest == s.digest {
			next.Attempts += last.Attempts
		}
	}
	s.memory.Preflight = next
}

// wouldExceed says by how much the activation would go beyond the account's ceiling as things are now; empty when it would not.
func (s *scope) wouldExceed(ctx context.Context) string {
	facts := s.moneyFacts(&Facts{})
	if facts.MaxActive == nil || facts.Manifest == nil || s.view == nil {
		return ""
	}
	taken, err := s.committed(ctx, s.each)
	if err != nil {
		log.FromContext(ctx).Error(err, "add up what is active for a plan")
		return ""
	}
	return facts.over(*facts.Manifest, taken)
}

// plan records what the live state would do.
func (s *scope) plan(ctx context.Context) {
	terms := s.Kind.Terms(s.campaign)
	plan := &v1alpha1.PlanRecord{
		Generation: s.campaign.GetGeneration(), Commits: terms.Commits, Irreversible: terms.Irreversible,
		Calls: []v1alpha1.PlannedCall{{Operation: string(providers.OperationCreate), Number: s.request.Number, Digest: s.digest}},
		Time:  metav1.NewTime(s.now),
	}
	if s.Kind.Traits().Activates() {
		plan.Calls = append(plan.Calls, v1alpha1.PlannedCall{Operation: string(providers.OperationStart)})
	}
	wait := s.Pacer.Estimate(s.call(providers.OperationCreate))
	plan.QuotaWait = wait.Round(time.Second).String()
	if !s.request.Begin.After(s.now.Add(wait)) {
		plan.Warnings = append(plan.Warnings, "the account's turn would come only after the begin time")
	}
	if opens := s.request.Begin.Add(-s.request.LatestBegin); s.request.LatestBegin > 0 && opens.After(s.now) {
		plan.Warnings = append(plan.Warnings, "the vendor takes it only from "+opens.UTC().Format(time.RFC3339)+" on; it would wait until then")
	}
	if s.account.Hold != nil {
		plan.Warnings = append(plan.Warnings, s.account.Hold.Message)
	}
	if over := s.wouldExceed(ctx); over != "" {
		plan.Warnings = append(plan.Warnings, over)
	}
	if most := s.Kind.Traits().MostAppended; most > 0 && totalOf(s.Kind.Codes(s.campaign)) > most {
		plan.Warnings = append(plan.Warnings, fmt.Sprintf("more than %d codes are handed over only where the vendor is seen to give them out by itself", most))
	}
	if unread := s.memory.Preflight.Unread; unread != "" {
		plan.Warnings = append(plan.Warnings, "what the manifest refers to could not be looked at: "+unread)
	}
	s.campaign.CampaignStatus().Plan = plan
	limits := s.account.Limits
	s.memory.plannedFor, s.plannedNow = &limits, true
}
