// Package engine is the one reconcile that serves every campaign kind: it creates the
// remote activity exactly once, observes it and brings it to what the manifest asks.
//
// A reconcile gathers Facts, asks the pure function decide what to do next, does it, and
// asks again until nothing is left to do; then it writes the status if it changed. What is
// particular to a kind is behind the Kind interface; what is particular to a vendor is
// behind providers.Activities.
package engine

import (
	"regexp"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/providers"
)

// Goal is what a manifest's `state` asks for, in words that all kinds share.
type Goal string

// The goals.
const (
	// GoalNothing: nothing may be sent (Draft).
	GoalNothing Goal = "Nothing"
	// GoalInactive: the activity exists and is not activated.
	GoalInactive Goal = "Inactive"
	// GoalLive: the activity exists and runs at its time.
	GoalLive Goal = "Live"
	// GoalPaused: the activity, once activated, gives nothing out.
	GoalPaused Goal = "Paused"
	// GoalEnded: the activity has ended for ever.
	GoalEnded Goal = "Ended"
)

// creates reports whether a goal asks for an activity where there is none.
func (g Goal) creates() bool { return g == GoalLive || g == GoalInactive || g == GoalPaused }

// Moves says which call brings an activity from a state towards a goal. What is not in it is either reached
// already or cannot be reached by a call.
type Moves map[Goal]map[providers.State]providers.Operation

// Traits are what the engine has to know of a kind once and for all.
type Traits struct {
	// Noun is what people call the activity, such as activity or stock.
	Noun string
	// AdoptField is the manifest's field that names an existing activity, such as spec.adopt.activityId; BeginField the one of
	// the begin time, below spec.
	AdoptField, BeginField string
	// StopState is the value of spec.state that stops an activity: it ends it for ever, or pauses it where that is all
	// there is a call for.
	StopState string
	// Moves are the calls that change an activity's state.
	Moves Moves
	// Anonymous is true where the vendor never returns our request number: what was created is then told by
	// its name, its time and all else that the vendor's list shows.
	Anonymous bool
	// Confirms is how long the vendor may take to make an activity, or to finish a change, that it has accepted, until that is
	// said to be wrong; zero where the answer to a call is the end of it.
	Confirms time.Duration
	// Repeats is true where the identical create request may be repeated and is answered as it was at first, and where nothing
	// proves that a request has made nothing: the list does not show what is still being made.
	Repeats bool
	// Numbers is true where every call that changes an activity takes a request number.
	Numbers bool
	// CodeForm is what a code may be that the activity gives out, CodeWords says it to people; none for kinds without.
	CodeForm  *regexp.Regexp
	CodeWords string
	// MostAppended is how many an append can have an activity give out at most; 0 where there is no bound.
	MostAppended int64
	// Costs is true where activities have a budget of their own, which the account's ceilings are about.
	Costs bool
	// Shared is true where the accounts of a gateway can show each other's activities, as the apps that act for one merchant do, and
	// ids are unique over all of them.
	Shared bool
	// Registers is how long after its creation an activity cannot be activated yet.
	Registers time.Duration
	// RefersTo are the kinds whose resources a manifest may name in place of an activity's id.
	RefersTo []string
}

// Activates reports whether activities have to be activated by a call of their own.
func (t Traits) Activates() bool {
	return t.Moves[GoalLive][providers.StateInactive] == providers.OperationStart
}

// pauses reports whether a running activity can be paused by a call.
func (t Traits) pauses() bool {
	return t.Moves[GoalPaused][providers.StateRunning] == providers.OperationPause
}

// Sender is on whose behalf a create request is made.
type Sender struct {
	// Number is the request number.
	Number string
	// Account is the merchant id or app id.
	Account string
	// MerchantID is the merchant that an app acts for, as its provider (服务商代接入); empty where it acts for itself.
	MerchantID string
	// Profile says which published bounds the account keeps.
	Profile v1alpha1.LimitsProfile
	// IDs are the activities that the manifest refers to, by the field that names each.
	IDs map[string]string
}

// Request is the create request that a manifest stands for.
type Request struct {
	// Number is the request number within Body.
	Number string
	// Body is the exact bytes to send. The same manifest gives the same bytes in every release.
	Body []byte
	// Total is how many the activity gives out in all, where a call can raise it; 0 where none can, or codes are the total.
	Total int64
	// Name is the name that users see; with Begin and End it tells twins.
	Name string
	// Begin and End bound the activity's time.
	Begin, End time.Time
	// LatestBegin is how far ahead the vendor lets an activity begin; zero is any time.
	LatestBegin time.Duration
	// RefusedFrom is from when on the vendor makes no such activity any more, so that the request, where the vendor never
	// shows its number, can only find the one that it has made. Zero where there is no such moment.
	RefusedFrom time.Time
	// ActivateAfter is when the activity may be activated at the earliest; zero is at once.
	ActivateAfter time.Time
	// Objection says why the account does not create it, such as a value beyond its limits.profile; empty when nothing does.
	Objection string
}

// Terms are the sentences of a plan that only the kind knows.
type Terms struct {
	// Commits says what money the creation commits, and whose.
	Commits string
	// Irreversible lists what cannot be undone once the activity exists.
	Irreversible []string
}

// Kind is what the engine has to know of one campaign kind. Implementations are pure: they
// call nobody and keep nothing.
type Kind interface {
	// Name is the kind's name, such as PayGiftActivity.
	Name() string
	// Plural is the resource's name in kubectl and the API's paths, such as paygiftactivities.
	Plural() string
	// Traits are the kind's constants.
	Traits() Traits
	// New returns an empty object, NewList an empty list of it.
	New() v1alpha1.Campaign
	NewList() client.ObjectList
	// Goal reads the manifest's state.
	Goal(c v1alpha1.Campaign) Goal
	// AdoptID is the id of the existing activity that the manifest names; empty where it names none.
	AdoptID(c v1alpha1.Campaign) string
	// Members are those that the manifest lists (pay gift: the sending merchants), and the record
	// of them in the status; a nil record for kinds whose members no call changes.
	Members(c v1alpha1.Campaign) (listed []string, record **v1alpha1.MembersRecord)
	// References are the resources that the manifest names in place of their activities' ids.
	References(c v1alpha1.Campaign) []Reference
	// Codes are the Secrets whose codes the activity gives out; none for kinds without.
	Codes(c v1alpha1.Campaign) []CodeSource
	// GivenNumber is the request number that the manifest itself gives, or empty.
	GivenNumber(c v1alpha1.Campaign) string
	// Request makes the create request. An error means that the manifest cannot be sent. Its Body
	// is empty where the creation fields were left out, as adopt and Observe allow.
	Request(c v1alpha1.Campaign, from Sender) (Request, error)
	// ActivityID is the vendor's id in the status; SetActivityID writes it there.
	ActivityID(c v1alpha1.Campaign) string
	SetActivityID(c v1alpha1.Campaign, id string)
	// Observe copies what the vendor says into the kind's own status fields. A fact that the
	// snapshot lacks leaves its field as it is: a list carries less than the detail.
	Observe(c v1alpha1.Campaign, facts map[string]string, vendorState string)
	// Complaint is what the vendor has against the activity, in its words: as the facts say, or the status where they say nothing
	// of it; empty where it has nothing.
	Complaint(c v1alpha1.Campaign, facts map[string]string) string
	// Distribution is the record of what was given out in the status; nil for kinds without one.
	Distribution(c v1alpha1.Campaign) **v1alpha1.DistributionRecord
	// Reset clears the kind's own status fields, for an activity of another revision.
	Reset(c v1alpha1.Campaign)
	// WantsDetail reports whether the status needs facts that only the detail call gives.
	WantsDetail(c v1alpha1.Campaign, s providers.Snapshot) bool
	// Exposure is the money that the activity can cost as the manifest says; nil where it says none.
	Exposure(c v1alpha1.Campaign) *providers.Exposure
	// Describe writes into the status what people see of the activity's time and money: as the manifest says, or the vendor in what
	// was observed of it; nil where nothing was.
	Describe(c v1alpha1.Campaign, observed *providers.Snapshot)
	// Terms says for the plan what the creation commits and what cannot be undone after it.
	Terms(c v1alpha1.Campaign) Terms
}
