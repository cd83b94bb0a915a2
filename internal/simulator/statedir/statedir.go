// Package statedir keeps the simulator's state over restarts, one small file for each thing, so
// that a change costs one small write however many activities there are.
package statedir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Dir is a state directory. A nil *Dir keeps nothing, so that callers need not ask.
type Dir struct{ root string }

// Open makes the directory if needed. An empty path keeps nothing.
func Open(path string) (*Dir, error) {
	if path == "" {
		return nil, nil
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	return &Dir{root: path}, nil
}

// Write keeps value under kind and id. The file is complete or absent, also when the process is
// killed in the middle; it is not synced, since a simulator need not survive a power cut.
func (d *Dir) Write(kind, id string, value any) error {
	if d == nil {
		return nil
	}
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	folder := filepath.Join(d.root, kind)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return WriteFile(filepath.Join(folder, id+".json"), append(data, '\n'), 0o600)
}

// Remove forgets kind and id; what is not there is forgotten already.
func (d *Dir) Remove(kind, id string) error {
	if d == nil {
		return nil
	}
	err := os.Remove(filepath.Join(d.root, kind, id+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Each reads everything kept under kind, in the order of the ids.
func (d *Dir) Each(kind string, read func(id string, data []byte) error) error {
	if d == nil {
		return nil
	}
	folder := filepath.Join(d.root, kind)
	files, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		id, ok := strings.CutSuffix(f.Name(), ".json")
		if !ok {
			continue // a temporary file of a process that was killed
		}
		data, err := os.ReadFile(filepath.Join(folder, f.Name())) //nolint:gosec // a name that the directory itself listed
		if err != nil {
			return err
		}
		if err := read(id, data); err != nil {
			return fmt.Errorf("%s/%s: %w", kind, f.Name(), err)
		}
	}
	return nil
}

// WriteFile writes a file so that a reader sees the old content or the new, never a part.
func WriteFile(path string, data []byte, mode fs.FileMode) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Chmod(mode)
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
