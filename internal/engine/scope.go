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
	forced     time.Time

	view    *sweep.View
	viewErr *providers.Error
	remote  *Remote
	read    bool
	gone    bool
	callErr *providers.Error
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
	if r.Kind.Goal(campaign) == GoalNothing && campaign.CampaignStatus().Creation == "" {
		s.noteForced()
		return s, nil // a draft needs no account
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
	s.makeRequest(identity)
	s.noteForced()
	return s, nil
}

func (s *scope) makeRequest(identity v1alpha1.AccountIdentity) {
	number := s.Kind.GivenNumber(s.campaign)
	if number == "" {
		number = requestno.For(requestno.Input{
			Environment: identity.Environment, Account: identity.ID, Kind: s.Kind.Name(),
			Namespace: s.campaign.GetNamespace(), Name: s.campaign.GetName(), Revision: firstRevision,
		})
	}
	s.request, s.requestErr = s.Kind.Request(s.campaign, number)
	s.request.Number = number
	s.memories.numbered(s.memory, number)
	sum := sha256.Sum256(s.request.Body)
	s.digest = "sha256:" + hex.EncodeToString(sum[:])
}

// firstRevision is the revision of every request until a manifest can ask for another.
const firstRevision = 1

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

// next gathers the facts and decides. A call that spends quota is decided again when its turn
// has not come.
func (s *scope) next(ctx context.Context) (Decision, error) {
	facts, err := s.facts()
	if err != nil {
		return Decision{}, err
	}
	decision := decide(facts)
	if s.takes(decision) {
		if facts.Owner, err = s.owner(ctx); err != nil || facts.Owner != "" {
			return decide(facts), err
		}
	}
	if op, spends := s.spends(decision); spends {
		if facts.Wait = s.turn(op).Sub(s.Clock.Now()); facts.Wait > 0 {
			return decide(facts), nil
		}
	}
	return decision, nil
}

// takes reports whether a decision takes an activity for ours, or changes it.
func (s *scope) takes(d Decision) bool {
	return d.Action == Judge || d.Action == IntendOperation || d.Action == Operate
}

// turn is when the quota lets a call go. The place in the queue is kept over reconciles.
func (s *scope) turn(op providers.Operation) time.Time {
	if s.memory.turnOf != op {
		s.memory.turn, s.memory.turnOf = zeroTime, op
	}
	s.memory.turn = s.Pacer.Turn(s.quotaKey(op), s.memory.turn)
	return s.memory.turn
}

func (s *scope) spends(d Decision) (providers.Operation, bool) {
	switch d.Action {
	case Intend, Send:
		return providers.OperationCreate, true
	case IntendOperation, Operate:
		return d.Operation, true
	default:
		return "", false
	}
}

func (s *scope) quotaKey(op providers.Operation) quota.Key {
	return quota.Key{Gateway: s.sweepKey.Gateway, Account: s.sweepKey.Account, Operation: op}
}

// facts gathers what decide reads.
func (s *scope) facts() (*Facts, error) {
	st := s.campaign.CampaignStatus()
	f := &Facts{
		Now: s.now, Goal: s.Kind.Goal(s.campaign), Forced: s.forced, Memory: s.memory.Memory,
		ViewErr: s.viewErr, Read: s.read, Gone: s.gone, CallErr: s.callErr, ReadWait: s.readWait, Jitter: jitter(s.campaign),
		Manifest: ManifestFacts{
			Generation: s.campaign.GetGeneration(), Number: s.request.Number, Digest: s.digest,
			Begin: s.request.Begin, End: s.request.End, LatestBegin: s.request.LatestBegin, Err: s.requestErr,
		},
		Record: RecordFacts{
			Outcome: st.Creation, ID: s.Kind.ActivityID(s.campaign), State: st.State,
			ObservedGeneration: st.ObservedGeneration, Settled: settled(st.Conditions), Rejection: st.Rejection, Operation: st.Operation,
		},
		Account: AccountFacts{Problem: s.account.Problem, Coming: s.account.Problem == nil && s.account.Account == nil},
	}
	if st.Request != nil {
		f.Record.Number, f.Record.Digest, f.Record.Account, f.Record.At = st.Request.Number, st.Request.Digest, st.Request.Account, st.Request.Time.Time
	}
	if s.account.Account == nil {
		return f, nil
	}
	f.Account.Identity = s.account.Account.Identity
	return f, s.remoteFacts(f)
}

// aboutActivity are the reasons to stall that only a change at the vendor or of the manifest
// can remove. Others, such as those of the account, are looked into again after a restart.
var aboutActivity = map[string]bool{
	v1alpha1.ReasonRequestNumberConflict: true, v1alpha1.ReasonMissing: true, v1alpha1.ReasonCreateFailed: true,
	v1alpha1.ReasonPausedElsewhere: true, v1alpha1.ReasonTerminatedElsewhere: true,
	v1alpha1.ReasonCannotRestart: true, v1alpha1.ReasonCannotReturnToDraft: true,
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
