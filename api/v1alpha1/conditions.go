package v1alpha1

// The condition types. Ready is always present once the operator has looked; Reconciling,
// Stalled and Drifted are present only while they are true, and Ready and Stalled are never both true.
const (
	// ConditionReady is true when the remote activity is as the manifest asks.
	ConditionReady = "Ready"
	// ConditionReconciling is present while the operator works or waits by itself.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is present when nothing goes on until somebody acts.
	ConditionStalled = "Stalled"
	// ConditionDrifted is present while a field at the vendor is not as the manifest says; status.drift lists them.
	ConditionDrifted = "Drifted"
)

// Reasons of Ready=True.
const (
	// ReasonDraft: the manifest says Draft; nothing was sent.
	ReasonDraft = "Draft"
	// ReasonScheduled: the activity exists and begins at its begin time.
	ReasonScheduled = "Scheduled"
	// ReasonRunning: the activity is running.
	ReasonRunning = "Running"
	// ReasonEnded: the activity's end time has passed.
	ReasonEnded = "Ended"
	// ReasonTerminated: the activity was ended as the manifest asks.
	ReasonTerminated = "Terminated"
	// ReasonNothingToTerminate: the manifest asks for the activity to be ended, and none exists.
	ReasonNothingToTerminate = "NothingToTerminate"
	// ReasonEndedBeforeApplied: the activity had ended before this resource was applied: it never ran for it.
	ReasonEndedBeforeApplied = "EndedBeforeApplied"
	// ReasonObserved: managementPolicy is Observe and the activity was found; status says how it is.
	ReasonObserved = "Observed"
	// ReasonInactive: the activity exists and is not activated, as the manifest asks.
	ReasonInactive = "Inactive"
	// ReasonBeginsInactive: nothing is activated and the begin is less than a day ahead or past, as the manifest asks; in case it was forgotten.
	ReasonBeginsInactive = "BeginsInactive"
	// ReasonActivationAhead: the activity exists and is activated at spec.activateAfter.
	ReasonActivationAhead = "ActivationAhead"
	// ReasonPaused: the activity is paused, as the manifest asks.
	ReasonPaused = "Paused"
	// ReasonAccountReady: the account's credentials work at its gateway.
	ReasonAccountReady = "AccountReady"
)

// Reasons of Ready=False while the operator goes on by itself (Reconciling=True).
const (
	// ReasonAccountNotReady: the account resource is missing or does not work yet; goes on when it does.
	ReasonAccountNotReady = "AccountNotReady"
	// ReasonCreating: the create request is recorded and being sent, or the vendor is still making the activity.
	ReasonCreating = "Creating"
	// ReasonTooEarly: the activity begins further ahead than the vendor takes; it is sent when it may be.
	ReasonTooEarly = "TooEarly"
	// ReasonListing: the account's activities are being listed to see whether this one exists already, which takes long.
	ReasonListing = "Listing"
	// ReasonOutcomeUnknown: a create call may or may not have taken effect; being found out. Stalled where nothing can tell.
	ReasonOutcomeUnknown = "OutcomeUnknown"
	// ReasonRegistering: the vendor is still registering the new activity and does not take its activation yet.
	ReasonRegistering = "Registering"
	// ReasonActivating: the activation was sent and its effect is not visible yet.
	ReasonActivating = "Activating"
	// ReasonUnderReview: the vendor reviews the activity before it runs.
	ReasonUnderReview = "UnderReview"
	// ReasonPausing: the call that pauses the activity was sent and its effect is not visible yet.
	ReasonPausing = "Pausing"
	// ReasonReferenceNotReady: another resource that the manifest refers to is missing or has no activity yet; goes on when it has.
	ReasonReferenceNotReady = "ReferenceNotReady"
	// ReasonTerminating: the terminate call was sent and its effect is not visible yet.
	ReasonTerminating = "Terminating"
	// ReasonChanging: a call that changes the activity was sent and its effect is not visible yet.
	ReasonChanging = "Changing"
	// ReasonDepositingCodes: the voucher codes of the manifest are being handed over to the vendor.
	ReasonDepositingCodes = "DepositingCodes"
	// ReasonWillMissBegin: at the account's rate the create call would be sent only after the begin time.
	ReasonWillMissBegin = "WillMissBegin"
	// ReasonThrottled: the gateway asked for a pause; goes on after it.
	ReasonThrottled = "Throttled"
	// ReasonGatewayUnavailable: the gateway cannot be reached or fails; tried again.
	ReasonGatewayUnavailable = "GatewayUnavailable"
	// ReasonReplyNotTrusted: the gateway's reply could not be verified; tried again.
	ReasonReplyNotTrusted = "ReplyNotTrusted"
	// ReasonWaitingForVendor: something at the vendor (a permission, a stock) must change first; tried again slowly, and
	// Stalled instead of Reconciling from the second refusal on.
	ReasonWaitingForVendor = "WaitingForVendor"
	// ReasonUnknownState: the vendor reports a state that this version does not know; left alone and watched.
	ReasonUnknownState = "UnknownState"
)

// Reasons of Stalled=True: somebody has to act.
const (
	// ReasonRejected: the gateway refused the request; correct the manifest.
	ReasonRejected = "Rejected"
	// ReasonInvalidSpec: the manifest asks for something that cannot be sent; correct it.
	ReasonInvalidSpec = "InvalidSpec"
	// ReasonBeginPassed: the begin time has passed and no activity exists under the number; nothing is created.
	ReasonBeginPassed = "BeginPassed"
	// ReasonRequestNumberConflict: an activity with other content exists under the request number.
	ReasonRequestNumberConflict = "RequestNumberConflict"
	// ReasonLooksLikeExisting: a live activity with the same name and time exists under another request number; adopt it, or allow a twin.
	ReasonLooksLikeExisting = "LooksLikeExisting"
	// ReasonReferenceNotUsable: something that the manifest refers to at the vendor (a coupon stock) cannot be used as asked; looked at again slowly.
	ReasonReferenceNotUsable = "ReferenceNotUsable"
	// ReasonBudgetLimitExceeded: the account's limits do not let the campaign commit its money; looked at again by itself.
	ReasonBudgetLimitExceeded = "BudgetLimitExceeded"
	// ReasonFundsInsufficient: the merchant's balance does not cover the budget; the activation is tried again slowly.
	ReasonFundsInsufficient = "FundsInsufficient"
	// ReasonContentNotConfirmed: it is not known that the activity is what the manifest says, so it is not activated.
	ReasonContentNotConfirmed = "ContentNotConfirmed"
	// ReasonCannotDeactivate: the manifest asks for an activity that is not activated, and it has been; it is paused.
	ReasonCannotDeactivate = "CannotDeactivate"
	// ReasonActivationMissed: the activity's time is over and it was never activated.
	ReasonActivationMissed = "ActivationMissed"
	// ReasonPreviousStillLive: the activity of a former revision is still live; end it, or write replacePrevious: Keep.
	ReasonPreviousStillLive = "PreviousStillLive"
	// ReasonRevisionLowered: requestRevision is lower than the recorded one; nothing is made or changed.
	ReasonRevisionLowered = "RevisionLowered"
	// ReasonAdoptNotFound: the vendor does not know the activity that spec.adopt names.
	ReasonAdoptNotFound = "AdoptNotFound"
	// ReasonNothingToObserve: managementPolicy is Observe and no activity exists under the request number.
	ReasonNothingToObserve = "NothingToObserve"
	// ReasonAccountBraked: the account's brake holds every call that starts or widens an activity.
	ReasonAccountBraked = "AccountBraked"
	// ReasonClockSkewed: the operator's clock and the gateway's are too far apart to start anything.
	ReasonClockSkewed = "ClockSkewed"
	// ReasonDrifted: the activity is not as the manifest says, and the vendor has no call to change it.
	ReasonDrifted = "Drifted"
	// ReasonCannotShrink: the manifest asks for less than the activity has, and the vendor only lets it grow.
	ReasonCannotShrink = "CannotShrink"
	// ReasonEditAfterEnd: the manifest was edited, and the activity's time was over before that took effect; nothing changes it any more.
	ReasonEditAfterEnd = "EditAfterEnd"
	// ReasonCreationUnconfirmed: the vendor accepted the creation long ago and has not said that the activity was made.
	ReasonCreationUnconfirmed = "CreationUnconfirmed"
	// ReasonChangeUnconfirmed: the vendor has been at work on an accepted change for long.
	ReasonChangeUnconfirmed = "ChangeUnconfirmed"
	// ReasonPartsRefused: the vendor made or changed the activity without some of what the manifest lists (shops); status.refused has them.
	ReasonPartsRefused = "PartsRefused"
	// ReasonAuditRejected: the vendor's audit of the activity has rejected it.
	ReasonAuditRejected = "AuditRejected"
	// ReasonCodesInvalid: the voucher codes of a Secret cannot be handed over, since they are wrong, another activity's, or too many.
	ReasonCodesInvalid = "CodesInvalid"
	// ReasonCodesChanged: a Secret holds other codes than those that were handed over from it.
	ReasonCodesChanged = "CodesChanged"
	// ReasonCodesUnclear: the vendor has codes of the activity, and nothing records which.
	ReasonCodesUnclear = "CodesUnclear"
	// ReasonCodesRefused: the vendor did not take some of the codes; status.codes has how many and why.
	ReasonCodesRefused = "CodesRefused"
	// ReasonMembersRefused: the vendor does not take some of the listed members (merchants); asked again slowly.
	ReasonMembersRefused = "MembersRefused"
	// ReasonContested: what the operator did as the manifest asks was undone at the vendor twice; it is not done again.
	ReasonContested = "Contested"
	// ReasonDuplicateOwner: another resource has recorded the same activity before; this one leaves it alone.
	ReasonDuplicateOwner = "DuplicateOwner"
	// ReasonAccountChanged: the record was made for another account identity; no call is made.
	ReasonAccountChanged = "AccountChanged"
	// ReasonAccountNotAllowed: the account does not allow this namespace.
	ReasonAccountNotAllowed = "AccountNotAllowed"
	// ReasonMissing: the vendor no longer knows the recorded activity; it is not created again while the resource exists.
	ReasonMissing = "Missing"
	// ReasonCreateFailed: the vendor accepted the creation and failed it afterwards.
	ReasonCreateFailed = "CreateFailed"
	// ReasonPausedElsewhere: somebody paused the activity at the vendor; it is left paused.
	ReasonPausedElsewhere = "PausedElsewhere"
	// ReasonTerminatedElsewhere: somebody ended the activity at the vendor; it is never created again.
	ReasonTerminatedElsewhere = "TerminatedElsewhere"
	// ReasonCannotRestart: the manifest asks for an activity that was ended for ever.
	ReasonCannotRestart = "CannotRestart"
	// ReasonCannotReturnToDraft: the manifest says Draft but the activity exists; it is left as it is.
	ReasonCannotReturnToDraft = "CannotReturnToDraft"
)

// Reasons of an account's Ready=False.
const (
	// ReasonCredentialsInvalid: the Secret or one of its keys is missing, malformed, or they do not belong together.
	ReasonCredentialsInvalid = "CredentialsInvalid"
	// ReasonCredentialsRejected: the gateway does not accept the credentials.
	ReasonCredentialsRejected = "CredentialsRejected"
	// ReasonGatewayNotAllowed: the operator was not started with this gateway allowed.
	ReasonGatewayNotAllowed = "GatewayNotAllowed"
)
