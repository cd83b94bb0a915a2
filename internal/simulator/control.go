package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/clock"
	"github.com/campaign-operator/campaign-operator/internal/simulator/journal"
)

const (
	controlRoot    = "/_sim"
	maxControlBody = 1 << 20
)

// page is one of the simulator's own endpoints.
type page struct {
	Pattern string `json:"call"`
	Doc     string `json:"does"`
	serve   func(*http.Request) (any, error)
}

// badCall is a mistake of whoever calls /_sim.
type badCall struct {
	status int
	err    error
}

func (e *badCall) Error() string { return e.err.Error() }
func (e *badCall) Unwrap() error { return e.err }

func badRequest(err error) error { return &badCall{http.StatusBadRequest, err} }
func notThere(err error) error   { return &badCall{http.StatusNotFound, err} }
func conflict(err error) error   { return &badCall{http.StatusConflict, err} }

func (s *Server) control() http.Handler {
	pages := append(s.settingPages(), s.faultPages()...)
	pages = append(pages, s.inspectionPages()...)
	pages = append(pages, s.consolePages()...)
	pages = append(pages, s.favorPages()...)
	pages = append(pages, s.moneyPages()...)
	pages = append(pages, s.accountPages()...)
	pages = append(pages, s.alipayAppPages()...)
	pages = append(pages, s.alipayConsolePages()...)
	pages = append(pages, s.alipayMessagePages()...)
	mux := http.NewServeMux()
	for _, p := range pages {
		mux.HandleFunc(p.Pattern, s.serve(p.serve))
	}
	mux.HandleFunc("GET "+controlRoot+"/{$}", s.serve(func(*http.Request) (any, error) { return pages, nil }))
	mux.HandleFunc("GET "+controlRoot, s.serve(func(*http.Request) (any, error) { return pages, nil }))
	mux.HandleFunc(controlRoot+"/", s.serve(func(r *http.Request) (any, error) {
		return nil, notThere(fmt.Errorf("there is no %s %s; GET %s lists what there is", r.Method, r.URL.Path, controlRoot))
	}))
	return mux
}

func (s *Server) serve(do func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		arrived := s.clock.Real()
		status := http.StatusOK
		r.Body = http.MaxBytesReader(w, r.Body, maxControlBody)
		result, err := do(r)
		if err != nil {
			status = http.StatusInternalServerError
			var bad *badCall
			if errors.As(err, &bad) {
				status = bad.status
			}
			result = map[string]string{"error": err.Error()}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		_ = enc.Encode(result) // whoever asked may have gone
		if s.options.OnRequest != nil {
			now := s.clock.Real()
			s.options.OnRequest(journal.Entry{
				Time: arrived, CampaignTime: s.clock.Now(), Method: r.Method, Path: r.URL.RequestURI(), Operation: "_sim",
				Status: status, Milliseconds: now.Sub(arrived).Milliseconds(),
			})
		}
	}
}

// read decodes a body strictly: a misspelt field must not be ignored.
func read(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the body is empty")
		}
		return badRequest(err)
	}
	return nil
}

// listing is the form of every list.
type listing struct {
	Total int `json:"total"`
	Data  any `json:"data"`
}

func listOf[T any](items []T) listing {
	if items == nil {
		items = []T{}
	}
	return listing{Total: len(items), Data: items}
}

func (s *Server) settingPages() []page {
	return []page{
		{"GET " + controlRoot + "/health", "says that the simulator is there", func(*http.Request) (any, error) { return map[string]string{"status": "ok"}, nil }},
		{"GET " + controlRoot + "/clock", "shows campaign time and real time", func(*http.Request) (any, error) { return s.clockView(), nil }},
		{"POST " + controlRoot + "/clock", `sets campaign time: {"now": "2026-05-01T00:00:00+08:00"}, {"advance": "24h"} or "90d", {"rate": 1440}, {"reset": true}`, s.setClock},
		{"GET " + controlRoot + "/switches", "lists the switches", s.listSwitches},
		{"PUT " + controlRoot + "/switches", `changes switches: {"replay.sameBody": "reject"}`, func(r *http.Request) (any, error) {
			var changes map[string]string
			if err := read(r, &changes); err != nil {
				return nil, err
			}
			if err := s.switches.Put(changes); err != nil {
				return nil, badRequest(err)
			}
			return s.listSwitches(r)
		}},
		{"DELETE " + controlRoot + "/switches", "sets all switches back to what the simulator was started with", func(r *http.Request) (any, error) {
			s.switches.Reset()
			return s.listSwitches(r)
		}},
		{"POST " + controlRoot + "/reset", "forgets activities, created stocks, money, messages, calls, counters and faults; sets switches and clock back; keeps keys", func(*http.Request) (any, error) {
			return map[string]string{"status": "ok"}, s.Reset()
		}},
	}
}

func (s *Server) listSwitches(*http.Request) (any, error) { return listOf(s.switches.Settings()), nil }

// clockView is what GET /_sim/clock answers.
type clockView struct {
	Now  time.Time `json:"now"`
	Real time.Time `json:"real"`
	Rate float64   `json:"rate"`
}

func (s *Server) clockView() clockView {
	return clockView{Now: s.clock.Now(), Real: s.clock.Real(), Rate: s.clock.Rate()}
}

func (s *Server) setClock(r *http.Request) (any, error) {
	var change struct {
		Now     *time.Time `json:"now"`
		Advance string     `json:"advance"`
		Rate    *float64   `json:"rate"`
		Reset   bool       `json:"reset"`
	}
	if err := read(r, &change); err != nil {
		return nil, err
	}
	advance, err := time.Duration(0), error(nil)
	if change.Advance != "" {
		if advance, err = clock.ParseDuration(change.Advance); err != nil {
			return nil, badRequest(err)
		}
	}
	if change.Now == nil && change.Advance == "" && change.Rate == nil && !change.Reset {
		return nil, badRequest(errors.New("say now, advance, rate or reset"))
	}
	if change.Rate != nil {
		if err := s.clock.SetRate(*change.Rate); err != nil {
			return nil, badRequest(err)
		}
	}
	if change.Reset {
		s.clock.Reset()
	}
	if change.Now != nil {
		s.clock.Set(*change.Now)
	}
	if advance != 0 {
		s.clock.Advance(advance)
	}
	return s.clockView(), s.keepClock()
}
