package alipay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxParts of a multipart form; documented calls have a dozen.
const maxParts = 64

// parameters are those of the query and of the form together: clients place them as they like. A file of a multipart
// form is no parameter.
type parameters map[string]string

// readParameters takes the parameters apart. A name that comes twice with two values is a mistake.
func readParameters(r *http.Request, body []byte) (parameters, error) {
	p := parameters{}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return p, fmt.Errorf("the query is not well formed: %w", err)
	}
	if err := p.add(query); err != nil || len(body) == 0 {
		return p, err
	}
	media, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return p, errors.New("the Content-Type is not well formed")
	}
	switch media {
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return p, fmt.Errorf("the form is not well formed: %w", err)
		}
		return p, p.add(form)
	case "multipart/form-data":
		return p, p.addParts(multipart.NewReader(bytes.NewReader(body), options["boundary"]))
	default:
		return p, fmt.Errorf("the Content-Type %s is neither application/x-www-form-urlencoded nor multipart/form-data", media)
	}
}

func (p parameters) add(values url.Values) error {
	for name, all := range values {
		for _, value := range all {
			if err := p.set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p parameters) set(name, value string) error {
	if old, given := p[name]; given && old != value {
		return fmt.Errorf("%s is given twice with different values", name)
	}
	p[name] = value
	return nil
}

func (p parameters) addParts(reader *multipart.Reader) error {
	for range maxParts {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the multipart form is not well formed: %w", err)
		}
		if part.FileName() != "" {
			continue
		}
		value, err := io.ReadAll(part) // bounded: the whole body is
		if err != nil {
			return fmt.Errorf("the multipart form is not well formed: %w", err)
		}
		if err := p.set(part.FormName(), string(value)); err != nil {
			return err
		}
	}
	return fmt.Errorf("the multipart form has more than %d parts", maxParts)
}

// signed is the text that a signature covers: all parameters that are not empty, but those left out, by name.
func (p parameters) signed(without ...string) string {
	names := make([]string, 0, len(p))
	for name, value := range p {
		if value != "" && !slices.Contains(without, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	parts := make([]string, 0, len(names))
	for _, name := range names {
		parts = append(parts, name+"="+p[name])
	}
	return strings.Join(parts, "&")
}
