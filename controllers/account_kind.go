package controllers

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/accounts"
	"github.com/campaign-operator/campaign-operator/internal/notify"
)

// Connection makes the calls of one account at its vendor. Its zero value is none.
type Connection interface {
	comparable
	// ClockSkew is how far the gateway's clock was ahead of the operator's at its last answer; not known before the first.
	ClockSkew() (ahead time.Duration, known bool)
}

// AccountKind is what is particular to one kind of accounts: A is its resource, C makes an account's calls.
type AccountKind[A client.Object, C Connection] interface {
	// New returns an empty resource.
	New() A
	// View is the account as its spec says it is.
	View(account A) AccountView
	// Status is where the resource's status keeps what the statuses of all kinds have.
	Status(account A) AccountStatus
	// Connect makes a connection of what the Secret holds and proves it with one signed call. With an error it returns as much
	// of a connection as there is.
	Connect(ctx context.Context, account A, data map[string][]byte) (C, error)
	// Connected learns what only people want to know, once campaigns use the connection: nobody waits for it.
	Connected(ctx context.Context, connection C)
	// Messages verifies the messages that the vendor sends to the account; nil where the account wants none.
	Messages(account A, connection C) notify.Source
	// Describe writes what is known of a connection into the kind's own status fields. It may be none, or not one that works.
	Describe(account A, connection C, works bool)
}

// AccountView is what the reconciler of accounts has to know of a spec.
type AccountView struct {
	// Resource is the account as its campaigns see it.
	Resource accounts.Resource
	// Name is what people call the account, such as merchant 1900000109.
	Name string
	// Gateways are the URLs that its calls go to: each has to be allowed.
	Gateways []string
	// OwnGateway names the one that needs no permission, such as WeChat Pay's own https://api.mch.weixin.qq.com.
	OwnGateway string
	// SecretName is the Secret with the keys, in the account's namespace; SecretKey one that it cannot do without.
	SecretName, SecretKey string
	// Settings change with whatever of the spec, identity apart, calls are made with.
	Settings string
}

// AccountStatus points into an account's status.
type AccountStatus struct {
	ObservedGeneration *int64
	Conditions         *[]metav1.Condition
	// Report is the part that is about the account's campaigns.
	Report *v1alpha1.AccountStatus
}

// expiry is a certificate's end as statuses show it; empty where there is none.
func expiry(notAfter time.Time) string {
	if notAfter.IsZero() {
		return ""
	}
	return notAfter.UTC().Format(time.RFC3339)
}
