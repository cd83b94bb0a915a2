package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/internal/requestno"
	"github.com/campaign-operator/campaign-operator/internal/sweep"
	"github.com/campaign-operator/campaign-operator/providers"
)

var zeroTime time.Time

// scope is one reconcile's working value. The steps change the campaign's status in it;
// only persist writes it to the API server.
type scope struct {
	*Reconciler
	campaign v1alpha1.Campaign
	before   v1alpha1.Campaign
	memory   *remembered
	now      time.Time

	account    accounts.Resolution
	activities providers.Activities
	sweepKey   sweep.Key
	request    Request
	digest     string
	requestErr error
	// referred are the activities that the manifest refers to, waiting says which of them there is none of yet.
	referred map[string]string
	waiting  string
	identity v1alpha1.AccountIdentity
	forced   time.Time

	view    *sweep.View
	viewErr *providers.Error
	remote  *Remote
	// found is the activity in the view that can only be ours, while none is recorded.
	found providers.Snapshot
	read  bool
	gone  bool
	// unlisted is true when the activity was read and the list does not show it.
	unlisted bool
	// created is true when the create call of this reconcile returned an id.
	created bool
	// members are those at the vendor, when they were read in this reconcile.
	members     []string
	membersRead bool
	// codes is what this reconcile has read of the codes that the activity gives out.
	codes codesRead
	// drift is what is known to differ; nil while nothing was compared. row is the list row that
	// raised the question.
	drift *DriftFacts
	row   string
	// leavingFor says why a deletion is not to touch the activity.
	leavingFor string
	// leavingErr is why that is not known.
	leavingErr error
	callErr    *providers.Error
	// over says why the activation of this reconcile is withdrawn: it would go beyond the account's ceiling.
	over string
	// batchNew is true when this reconcile has recorded the batch of codes that is under way.
	batchNew bool
	// unsent is true when this reconcile has recorded a call that it has not sent.
	unsent bool
	// plannedNow is true when this reconcile has made the plan of a draft.
	plannedNow bool
	// reserved is what this reconcile holds a reservation as; empty when it holds none.
	reserved string
	// claimed is the name and time that this reconcile is about to record a creation of.
	claimed *claim
	// current is true when the API server has confirmed in this reconcile that the manifest is not an old one.
	current bool
	// readWait is the pause that the quota asks for before the activity can be read.
	readWait time.Duration
}

// open resolves the account and makes the request that the manifest stands for.
func (r *Reconciler) open(ctx context.Context, campaign v1alpha1.Campaign) (*scope, error) {
	s := &scope{
		Reconciler: r, campaign: campaign, before: copyOf(campaign), now: r.Clock.Now(),
		memory: r.memories.of(keyOf(campaign), campaign.GetUID()),
	}
	if s.memory.FirstSeen.IsZero() {
		s.memory.FirstSeen = s.now
	}
	if s.deleting() {
		s.leavingFor, s.leavingErr = s.leaving(ctx)
	}
	resolution, err := r.Accounts.Resolve(ctx, campaign, r.Waker)
	if err != nil {
		return nil, err
	}
	s.account = resolution
	if resolution.Account == nil {
		return s, nil
	}
	if last := s.memory.LastErr; last != nil && last.Kind == providers.KindAuth && s.memory.failedVersion != resolution.Account.Version {
		s.memory.succeeded() // other credentials: what the former ones were refused for may be over
	}
	identity := resolution.Account.Identity
	s.activities = resolution.Account.Activities[r.Kind.Name()]
	s.sweepKey = sweep.Key{Gateway: identity.Gateway, Account: identity.ID, Kind: r.Kind.Name()}
	s.see(r.Sweeper.View(s.sweepKey))
	s.identity = identity
	if s.referred, err = s.resolve(ctx); err != nil {
		return nil, err
	}
	s.makeRequest()
	s.noteForced()
	return s, nil
}

// deleting reports whether the resource is kept until its activity has ended.
func (s *scope) deleting() bool { return !s.campaign.GetDeletionTimestamp().IsZero() }

func (s *scope) makeRequest() {
	number := s.numberOf(s.campaign.Lifecycle().Revision())
	if s.requestErr == nil {
		s.request, s.requestErr = s.Kind.Request(s.campaign, s.sender(number))
	}
	number = s.keepOpen(number)
	s.request.Number = number
	s.memories.note(keyOf(s.campaign), func(n *notes) { n.number, n.manifest, n.account = number, s.likeness(), s.sweepKey })
	s.digest = digest(s.request.Body)
}

// keepOpen goes on with the request whose outcome is open where only its revision is not what the manifest asks for any more: what became
// of it is found out first, by repeating it, where that is how the vendor tells.
func (s *scope) keepOpen(number string) string {
	st := s.campaign.CampaignStatus()
	if !s.Kind.Traits().Repeats || s.requestErr != nil || st.Creation != v1alpha1.CreationUnknown || st.Request == nil || st.Request.Number == number || s.Kind.ActivityID(s.campaign) != "" {
		return number
	}
	former, err := s.Kind.Request(s.campaign, s.sender(st.Request.Number))
	if err != nil || digest(former.Body) != st.Request.Digest {
		return number
	}
	s.request = former
	return st.Request.Number
}

// sender is on whose behalf the manifest's request is made, under a number.
func (s *scope) sender(number string) Sender {
	return Sender{Number: number, Account: s.identity.ID, MerchantID: s.account.MerchantID, Profile: s.account.Limits.Profile, IDs: s.referred}
}

// numberOf is the request number of a revision: the manifest's own, or a function of what names
// the campaign.
func (s *scope) numberOf(revision int64) string {
	if number := s.Kind.GivenNumber(s.campaign); number != "" {
		return number
	}
	return requestno.For(requestno.Input{
		Environment: s.identity.Environment, Account: s.identity.ID, Kind: s.Kind.Name(),
		Namespace: s.campaign.GetNamespace(), Name: s.campaign.GetName(), Revision: revision,
	})
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// noteForced notes when a reconcile was first asked for by the annotation.
func (s *scope) noteForced() {
	asked := s.campaign.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt]
	if asked == "" || asked == s.campaign.CampaignStatus().LastHandledReconcileAt {
		s.memory.forced = ""
		return
	}
	if s.memory.forced != asked {
		s.memory.forced, s.memory.forcedAt = asked, s.now
	}
	s.forced = s.memory.forcedAt
}

// claimPause is how long a creation waits for another of the same name and time to be recorded.
const claimPause = time.Second

// next gathers the facts and decides. A call that spends quota is decided again when its turn
// has not come.
func (s *scope) next(ctx context.Context) (Decision, error) {
	facts, err := s.facts(ctx)
	if err != nil {
		return Decision{}, err
	}
	decision := decide(facts)
	if news, err := s.others(ctx, facts, decision); news || err != nil {
		return decide(facts), err
	}
	if news, err := s.ceiling(ctx, facts, decision); news || err != nil {
		return decide(facts), err
	}
	if decision.Action == Intend && !s.claim() {
		return Decision{Action: Quietly, After: claimPause}, nil
	}
	op, spends := s.spends(decision)
	if !spends {
		s.leaveQueue()
		return decision, nil
	}
	if facts.Wait = s.turn(op); facts.Wait > 0 {
		decision = decide(facts)
		if decision.Verdict.Reason == v1alpha1.ReasonWillMissBegin {
			s.leaveQueue() // its slot is of use to others
		}
	}
	return decision, nil
}

// others adds to the facts what other resources and other activities say against a decision, and
// reports whether there is anything.
func (s *scope) others(ctx context.Context, facts *Facts, d Decision) (news bool, err error) {
	switch {
	case s.takes(d) || (facts.Remote != nil && s.memories.notes(keyOf(s.campaign)).shared):
		facts.Owner, err = s.owner(ctx)
	case d.Action.creates() && s.view != nil:
		facts.Twins, err = s.twins(ctx)
	}
	return facts.Owner != "" || (len(facts.Twins) > 0 && !facts.Manifest.AllowTwin), err
}

// takes reports whether a decision takes an activity for ours, or changes it.
func (s *scope) takes(d Decision) bool {
	return d.Action == Judge || d.Action == IntendOperation || d.Action == Operate
}

func (s *scope) spends(d Decision) (providers.Operation, bool) {
	switch d.Action {
	case Intend, Send:
		return providers.OperationCreate, true
	case IntendOperation, Operate:
		return d.Change.Operation, true
	default:
		return "", false
	}
}

func (s *scope) quotaKey(op providers.Operation) quota.Key {
	return quota.Key{Gateway: s.sweepKey.Gateway, Account: s.sweepKey.Account, Endpoint: quota.Endpoint{Kind: s.sweepKey.Kind, Operation: op}}
}

// facts gathers what decide reads.
func (s *scope) facts(ctx context.Context) (*Facts, error) {
	st := s.campaign.CampaignStatus()
	f := &Facts{
		Now: s.now, Goal: s.goal(), Traits: s.Kind.Traits(), Forced: s.forced, Told: s.memories.isTold(keyOf(s.campaign)), Memory: s.memory.Memory,
		Deleting: s.deleting(), Leaving: s.leavingFor, LeavingErr: s.leavingErr, Guarded: guarded(s.campaign), WantsGuard: s.wantsGuard(),
		ViewErr: s.viewErr, Read: s.read, Gone: s.gone, CallErr: s.callErr, ReadWait: s.readWait, Jitter: jitter(s.campaign),
		Manifest: s.manifestFacts(), Record: s.recordFacts(),
		Account: AccountFacts{Problem: s.account.Problem, Hold: s.account.Hold, Pause: s.account.Pause, Coming: s.account.Problem == nil && s.account.Account == nil},
		Planned: st.Plan != nil && st.Plan.Generation == s.campaign.GetGeneration() && (s.memory.plannedFor == nil || *s.memory.plannedFor == s.account.Limits),
	}
	if s.account.Account == nil {
		return f, nil
	}
	f.Account.Identity = s.account.Account.Identity
	f.Preflight = s.preflightFacts()
	f.Members = s.membersFacts()
	f.Codes = s.codesFacts()
	s.previousFacts(f)
	if err := s.remoteFacts(ctx, f); err != nil {
		return nil, err
	}
	f.Money = s.moneyFacts(f)
	f.PlannedNow = s.plannedNow
	f.Drift = s.driftFacts(f)
	if f.Remote != nil && f.Remote.Compared && !f.Remote.unfinished() {
		s.drift = &f.Drift
	}
	return f, nil
}

// goal is what the manifest asks for; a deletion that is kept back asks for what its policy says.
func (s *scope) goal() Goal {
	switch {
	case !s.deleting():
		return s.Kind.Goal(s.campaign)
	case s.campaign.Lifecycle().DeletionPolicy == v1alpha1.DeletionPause:
		return GoalPaused
	default:
		return GoalEnded
	}
}

func (s *scope) manifestFacts() ManifestFacts {
	lifecycle := s.campaign.Lifecycle()
	return ManifestFacts{
		Generation: s.campaign.GetGeneration(), Number: s.request.Number, Digest: s.digest,
		Begin: s.request.Begin, End: s.request.End, LatestBegin: s.request.LatestBegin, RefusedFrom: s.request.RefusedFrom,
		ActivateAfter: s.request.ActivateAfter, Objection: s.request.Objection,
		Err: s.requestErr, AsSent: s.asSent(), Waiting: s.waiting, Complete: len(s.request.Body) > 0,
		Revision: lifecycle.Revision(), Observe: s.observes() && !s.deleting(), AdoptID: s.Kind.AdoptID(s.campaign),
		AllowTwin: lifecycle.AllowTwin, KeepPrevious: lifecycle.ReplacePrevious == v1alpha1.ReplaceKeep,
		Applied: s.campaign.GetCreationTimestamp().Time,
	}
}

// asSent reports whether the manifest still says what was sent under the recorded number: another revision only has another number.
func (s *scope) asSent() bool {
	sent := s.campaign.CampaignStatus().Request
	if sent == nil || s.requestErr != nil {
		return false
	}
	if sent.Digest == s.digest {
		return true
	}
	request, err := s.Kind.Request(s.campaign, s.sender(sent.Number))
	return err == nil && digest(request.Body) == sent.Digest
}

func (s *scope) recordFacts() RecordFacts {
	st := s.campaign.CampaignStatus()
	record := RecordFacts{
		Outcome: st.Creation, ID: s.Kind.ActivityID(s.campaign), State: st.State,
		ObservedGeneration: st.ObservedGeneration, Settled: settled(st.Conditions), Rejection: st.Rejection, Operation: st.Operation, Contested: st.Contested,
		Elsewhere: st.Elsewhere, Refused: st.Refused, Reason: readyReason(s.campaign),
		Stalled: meta.IsStatusConditionTrue(st.Conditions, v1alpha1.ConditionStalled),
	}
	if st.Request != nil {
		record.Number, record.Digest, record.Account, record.At = st.Request.Number, st.Request.Digest, st.Request.Account, st.Request.Time.Time
		record.Revision, record.Adopted = st.Request.Revision, st.Request.Adopted
	}
	return record
}

// aboutActivity are the reasons to stall that only a change at the vendor or of the manifest
// can remove. Others, such as those of the account, are looked into again after a restart.
var aboutActivity = map[string]bool{
	v1alpha1.ReasonRequestNumberConflict: true, v1alpha1.ReasonMissing: true, v1alpha1.ReasonCreateFailed: true,
	v1alpha1.ReasonPausedElsewhere: true, v1alpha1.ReasonTerminatedElsewhere: true,
	v1alpha1.ReasonCannotRestart: true, v1alpha1.ReasonCannotReturnToDraft: true,
	v1alpha1.ReasonDrifted: true, v1alpha1.ReasonContested: true, v1alpha1.ReasonRevisionLowered: true,
	v1alpha1.ReasonCannotDeactivate: true, v1alpha1.ReasonActivationMissed: true,
	v1alpha1.ReasonCannotShrink: true, v1alpha1.ReasonPartsRefused: true, v1alpha1.ReasonAuditRejected: true,
	v1alpha1.ReasonEditAfterEnd: true,
}

func settled(conditions []metav1.Condition) bool {
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	return ready != nil && (ready.Status == metav1.ConditionTrue || aboutActivity[ready.Reason])
}

// jitter is a hash of the uid, so that a fleet does not look at the vendor all at once.
func jitter(c v1alpha1.Campaign) time.Duration {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(c.GetUID())) // a hash never fails
	return time.Duration(hash.Sum32()) * time.Microsecond
}

func copyOf(c v1alpha1.Campaign) v1alpha1.Campaign {
	return c.DeepCopyObject().(v1alpha1.Campaign) // a copy has its original's type
}
