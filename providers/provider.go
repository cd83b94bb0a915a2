// Package providers is the contract between the engine and a vendor's gateway.
//
// A vendor package (wechatpay, alipay) turns its signed HTTP interface into
// Activities values and every failure into an *Error that answers two questions apart:
// may the call be repeated, and may it already have been committed. Nothing here knows
// Kubernetes, and nothing in the engine knows a vendor.
package providers

import (
	"context"
	"time"
)

// State is the one vocabulary for the life of a remote activity, over all vendors and
// kinds. Each vendor package maps its own words to it in one table.
type State string

// The states an activity can be observed in.
const (
	// StateCreating: accepted by the gateway, not yet existing for its users.
	StateCreating State = "Creating"
	// StateInactive: exists and waits to be activated by a call.
	StateInactive State = "Inactive"
	// StateReviewing: activated, and reviewed by the vendor before it runs.
	StateReviewing State = "Reviewing"
	// StateScheduled: exists and begins by itself at its begin time.
	StateScheduled State = "Scheduled"
	// StateRunning: users can receive it now.
	StateRunning State = "Running"
	// StatePaused: distribution is held and can be resumed.
	StatePaused State = "Paused"
	// StateEnded: its end time has passed.
	StateEnded State = "Ended"
	// StateTerminated: ended for ever before its end time.
	StateTerminated State = "Terminated"
	// StateFailed: the gateway accepted the creation and failed it afterwards.
	StateFailed State = "Failed"
	// StateUnknown: a word this version does not know; reported as such, never guessed.
	StateUnknown State = "Unknown"
)

// Final reports whether no further change of the state can come.
func (s State) Final() bool {
	return s == StateEnded || s == StateTerminated || s == StateFailed
}

// Committed reports whether an activity in this state can cost its money: it has been activated, or
// begins by itself, and has not ended.
func (s State) Committed() bool {
	switch s {
	case StateCreating, StateReviewing, StateScheduled, StateRunning, StatePaused:
		return true
	default:
		return false
	}
}

// Operation names a call at a gateway, the same in errors, metrics, quotas and the audit log.
type Operation string

// The operations that every kind may have. Vendor packages add their own names for calls
// that only they know (certificates, for example).
const (
	OperationCreate    Operation = "create"
	OperationGet       Operation = "get"
	OperationList      Operation = "list"
	OperationTerminate Operation = "terminate"
	// OperationStart activates an activity that was created inactive; where it has a budget of its own, that is
	// when the money is committed.
	OperationStart Operation = "start"
	// OperationPause holds an activity's distribution, OperationRestart lets it go on.
	OperationPause   Operation = "pause"
	OperationRestart Operation = "restart"
	// OperationPreflight looks at what a create request refers to.
	OperationPreflight Operation = "preflight"
	// OperationMembers reads the members of an activity (pay gift: its sending merchants).
	OperationMembers Operation = "members"
	// OperationAddMembers and OperationRemoveMembers change them.
	OperationAddMembers    Operation = "members-add"
	OperationRemoveMembers Operation = "members-remove"
	// OperationModify changes what the vendor lets be changed of an activity; OperationAppend raises how many it
	// gives out in all.
	OperationModify Operation = "modify"
	OperationAppend Operation = "append"
	// OperationDepositCodes hands a batch of codes over that the activity gives out, OperationCountCodes reads how many it has.
	OperationDepositCodes Operation = "codes-deposit"
	OperationCountCodes   Operation = "codes-count"
)

// Widens reports whether a call starts or widens an activity, so that a brake holds it back.
// Calls that end or narrow one always go.
func (o Operation) Widens() bool {
	switch o {
	case OperationCreate, OperationAddMembers, OperationStart, OperationRestart, OperationModify, OperationAppend, OperationDepositCodes:
		return true
	default:
		return false
	}
}

// Mutates reports whether a call changes anything at the vendor.
func (o Operation) Mutates() bool {
	return o.Widens() || o == OperationTerminate || o == OperationPause || o == OperationRemoveMembers
}

// Snapshot is one activity as the vendor reports it.
type Snapshot struct {
	// ID is the vendor's id of the activity.
	ID string
	// RequestNo is our number as the vendor echoes it; empty where the vendor does not.
	RequestNo string
	// Name is the name shown to users.
	Name string
	// Begin and End bound the activity's time; zero where the vendor did not return them.
	Begin, End time.Time
	// Created is when the vendor made it; zero where it does not say.
	Created time.Time
	// Started is when it was activated; zero where it was not, or the vendor does not say.
	Started time.Time
	// State is the activity's state in the common vocabulary.
	State State
	// VendorState is the gateway's own word for it.
	VendorState string
	// Busy is the gateway's word for an operation that it has accepted and not finished; no other is sent meanwhile.
	// Empty where there is none, or the answer does not say.
	Busy string
	// Facts are the values that only the server sets, by the vendor's field name
	// (create_time, pause_time, creator_merchant_id, …), as it spelled them.
	Facts map[string]string
	// Content is what the vendor returned of the creation fields, in the shape and
	// spelling of the create request.
	Content []byte
	// Members are those that the answer shows; nil where it shows none, whatever there are.
	Members []string
	// Exposure is the money that the activity can cost; nil where it has no budget of its own, or the answer does not say.
	Exposure *Exposure
	// Total is how many it gives out in all; nil where the answer does not say.
	Total *int64
	// Distribution counts what it has given out; nil where the answer does not say.
	Distribution *Distribution
	// Detailed is true when the vendor's detail call made the snapshot. A list may carry less.
	Detailed bool
}

// Exposure is the most that an activity can cost.
type Exposure struct {
	// Fen is the amount in fen (分), a hundredth of a yuan.
	Fen int64
	// Each is what one coupon can cost of it; 0 where that is not known.
	Each int64
	// NoCash is true where nothing is locked in advance and the discount comes off the redeeming merchants'
	// receipts (免充值).
	NoCash bool
}

// Distribution counts the coupons of an activity.
type Distribution struct {
	// Sent is how many were given out, Total how many there are in all.
	Sent, Total int64
}

// Created is the answer to a successful create call.
type Created struct {
	// ID is the vendor's id of the new (or, after a replay, the first) activity.
	ID string
	// Facts are further values of the answer by the vendor's field name.
	Facts map[string]string
	// Refused are what the vendor left out of the activity, such as shops that it does not know; nil when it took all.
	Refused []Refusal
	// RequestID is the gateway's id of this exchange, for logs and the audit line.
	RequestID string
}

// Mutation is a call that changes an existing activity.
type Mutation struct {
	Operation Operation
	// ID is the vendor's id of the activity.
	ID string
	// Number is the request number of this call, where the vendor takes one.
	Number string
	// Members are those to add or remove.
	Members []string
	// Desired is the create request that the manifest stands for, Fields the vendor's paths in it that OperationModify
	// brings the activity to.
	Desired []byte
	Fields  []string
	// Total is how many the activity gives out after OperationAppend.
	Total int64
	// Codes are those that OperationDepositCodes hands over, at most MaxCodes.
	Codes []string
}

// MaxCodes is how many codes one call takes (codedeposit: 1000).
const MaxCodes = 1000

// Refusal is a part of a request that the vendor did not take, in a call that was otherwise done: a member, a shop, a code.
type Refusal struct {
	// ID names the part.
	ID string
	// Field is the vendor's path of the list in the create request that it was left out of; empty for members and codes.
	Field string
	// Reason is the vendor's text.
	Reason string
}

// Finding is something that a create request refers to and that cannot be used as asked.
type Finding struct {
	// Field is the vendor's path in the create request.
	Field string
	// Message says what is wrong and what to do.
	Message string
}

// Coverage says of which fields a change at the vendor can be seen, by the vendor's paths.
type Coverage struct {
	// Comparable fields are returned by the vendor, WriteOnly ones are not, and ServerOwned ones
	// are set by the vendor itself.
	Comparable, WriteOnly, ServerOwned []string
}

// Receipt is the answer to a successful mutating call other than create.
type Receipt struct {
	// Refused are the members, shops or codes that were not taken; empty when all were.
	Refused []Refusal
	// Accepted counts the codes that were taken.
	Accepted int64
	// Facts are the values of the answer by the vendor's field name.
	Facts map[string]string
	// RequestID is the gateway's id of this exchange.
	RequestID string
}

// Page is one page of a vendor's list.
type Page struct {
	Items []Snapshot
	// Total is the vendor's count over all pages; what the last page has beside them is not in it. It can be wrong: that it falls
	// from one page to the next, or is more than there are, is only a sign.
	Total int
	// Last is true when no further page is to be asked for.
	Last bool
}

// Difference is one field whose remote value is not what the manifest's request says.
type Difference struct {
	// Field is the vendor's path of the field, such as activity_base_info.end_time.
	Field string
	// Desired and Observed are short renderings for people; empty means absent. Different values have different
	// renderings: what is too long is cut, and ends with a digest of the whole.
	Desired, Observed string
	// Call is the operation that can bring the field to what is desired; empty where there is none.
	Call Operation
	// Shrinks is true where the vendor lets the field only grow and less is desired than there is.
	Shrinks bool
	// Missing is how many of a list's values are not there, where all that are there are desired; 0 for anything else.
	Missing int64
	// Unseen is true where the vendor does not return a field that Call can change, so that it may be as desired.
	Unseen bool
}

// Activities are the calls of one kind with one account's credentials. Implementations
// are safe for concurrent use, bound every answer in size and time, verify every
// successful answer before they believe it, and return every failure as an *Error.
type Activities interface {
	// Create sends body, the exact bytes of the create request. The request number is part
	// of it. Create never retries by itself: the engine decides what may follow.
	Create(ctx context.Context, body []byte) (Created, error)
	// Get returns one activity; an *Error of KindNotFound when the vendor does not know id.
	Get(ctx context.Context, id string) (Snapshot, error)
	// List returns one page, counted from 0, of all activities of the account.
	List(ctx context.Context, page int) (Page, error)
	// Do performs a mutating operation on an existing activity.
	Do(ctx context.Context, m Mutation) (Receipt, error)
	// Members returns the members of an activity, each once; nil for kinds without.
	Members(ctx context.Context, id string) ([]string, error)
	// CountCodes returns how many codes were handed over to an activity; 0 for kinds without.
	CountCodes(ctx context.Context, id string) (int64, error)
	// Preflight looks at what the create request refers to at the vendor and returns what would
	// make the creation useless or refused. An error means that it could not be looked at.
	Preflight(ctx context.Context, body []byte) ([]Finding, error)
	// Coverage says which fields Differences can see. It calls nobody.
	Coverage() Coverage
	// Differences compares the create request with what the vendor returned. Fields that
	// the vendor does not return are not compared, but for those that a call can change (Unseen); values it sets by
	// itself are not differences, nor are members, which have calls of their own.
	Differences(body []byte, remote Snapshot) ([]Difference, error)
}

type firstSendKey struct{}

// FirstSend marks the context of a Create whose request number was never sent before. Only
// such a call may go to a gateway's backup domain: after a lost answer another access point
// may not yet know what the first one did, and would create again.
func FirstSend(ctx context.Context) context.Context {
	return context.WithValue(ctx, firstSendKey{}, true)
}

// IsFirstSend reports whether ctx is marked by FirstSend.
func IsFirstSend(ctx context.Context) bool {
	first, _ := ctx.Value(firstSendKey{}).(bool)
	return first
}
