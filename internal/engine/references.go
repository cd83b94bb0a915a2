package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
)

// Reference is a resource whose activity a manifest names in place of the activity's id.
type Reference struct {
	// Field is where the manifest names it, such as spec.awardSendRule.awardList[0].stockRef.
	Field string
	// Kind is the resource's, Key its namespace and name.
	Kind string
	Key  types.NamespacedName
}

// String is the reference as an index and a message have it.
func (r Reference) String() string { return r.Kind + " " + r.Key.String() }

// CheckReferences makes sure that no kind can come to wait for itself: what a kind's manifests may refer to must not lead
// back to it. So no two resources ever wait for each other, whatever their manifests say.
func CheckReferences(kinds ...Kind) error {
	refersTo := map[string][]string{}
	for _, kind := range kinds {
		refersTo[kind.Name()] = kind.Traits().RefersTo
	}
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		for _, before := range path {
			if before == name {
				return fmt.Errorf("kinds refer to each other in a circle: %s", strings.Join(append(path, name), " → "))
			}
		}
		for _, next := range refersTo[name] {
			if err := visit(next, append(path, name)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, kind := range kinds {
		if err := visit(kind.Name(), nil); err != nil {
			return err
		}
	}
	return nil
}

// resolve finds the activities that the manifest refers to, by the field that names them. What is not there yet is waited for:
// the resource's own events wake the campaign.
func (s *scope) resolve(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	for _, reference := range s.Kind.References(s.campaign) {
		kind, known := s.Referable[reference.Kind]
		if !known {
			s.requestErr = fmt.Errorf("%s: this version has no kind %q that can be referred to here", reference.Field, reference.Kind)
			continue
		}
		id, err := activityOf(ctx, s.Client, kind, reference)
		if err != nil {
			return nil, err
		}
		if id == "" {
			s.waiting = fmt.Sprintf("%s: %s has no %s yet. The campaign goes on when it has.", reference.Field, reference, kind.Traits().Noun)
			continue
		}
		ids[reference.Field] = id
	}
	if s.waiting != "" && s.requestErr == nil {
		s.requestErr = errors.New(s.waiting)
	}
	return ids, nil
}

// activityOf is the id of a referred resource's activity; empty while there is none that is known to be its own.
func activityOf(ctx context.Context, reader client.Reader, kind Kind, reference Reference) (string, error) {
	referred := kind.New()
	if err := reader.Get(ctx, reference.Key, referred); err != nil {
		if client.IgnoreNotFound(err) == nil {
			return "", nil
		}
		return "", fmt.Errorf("read %s: %w", reference, err)
	}
	if referred.CampaignStatus().Creation != v1alpha1.CreationConfirmed {
		return "", nil
	}
	return kind.ActivityID(referred), nil
}
