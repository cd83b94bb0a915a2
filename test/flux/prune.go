package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/fluxcd/cli-utils/pkg/object"
	"github.com/fluxcd/pkg/ssa"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// prune deletes what the inventory holds and was not applied now, and writes the inventory anew.
func prune(ctx context.Context, manager *ssa.ResourceManager, file string, applied object.ObjMetadataSet, owner map[string]string) error {
	before, err := readInventory(file)
	if err != nil {
		return err
	}
	var gone []*unstructured.Unstructured
	for _, id := range before.Diff(applied) {
		mapping, err := manager.Client().RESTMapper().RESTMapping(schema.GroupKind(id.GroupKind))
		if err != nil {
			return err
		}
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(mapping.GroupVersionKind)
		o.SetNamespace(id.Namespace)
		o.SetName(id.Name)
		gone = append(gone, o)
	}
	options := ssa.DefaultDeleteOptions()
	options.Inclusions = owner
	options.Exclusions = map[string]string{group + "/prune": "disabled", group + "/reconcile": "disabled"}
	changes, err := manager.DeleteAll(ctx, gone, options)
	if len(changes.Entries) > 0 {
		fmt.Println(changes)
	}
	return errors.Join(err, writeInventory(file, applied))
}

func readInventory(file string) (object.ObjMetadataSet, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	if err := json.Unmarshal(text, &ids); err != nil {
		return nil, err
	}
	var set object.ObjMetadataSet
	for _, text := range ids {
		id, err := object.ParseObjMetadata(text)
		if err != nil {
			return nil, err
		}
		set = append(set, id)
	}
	return set, nil
}

func writeInventory(file string, set object.ObjMetadataSet) error {
	ids := []string{}
	for _, id := range set {
		ids = append(ids, id.String())
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
