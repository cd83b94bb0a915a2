// Package httpx sends single HTTP requests to payment gateways.
//
// It does little, and for calls that move money that is the point: no retries, no
// redirects, no proxy taken from the environment, answers bounded in size, and with every
// failure the one fact that decides what may follow it: can any part of the request have
// reached the other side.
package httpx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// MaxBody is the most that is read of an answer's body, in bytes, unless the request says otherwise. A longer body
// fails the call: WeChat Pay's largest documented page stays far below it.
const MaxBody = 1 << 20

const (
	dialTimeout      = 4 * time.Second
	handshakeTimeout = 4 * time.Second
	// WeChat Pay closes idle connections after 8 seconds ("Keep-Alive: timeout=8"). Giving
	// them up earlier avoids writing a create into a connection that is just being closed.
	idleTimeout     = 6 * time.Second
	maxIdleConns    = 8
	maxHeaderBytes  = 64 << 10
	keepAlivePeriod = 15 * time.Second
)

// ErrBodyTooLarge is the cause of a failure where the answer was longer than what is read.
var ErrBodyTooLarge = errors.New("the answer is too long")

// bodyTooLarge is ErrBodyTooLarge with the number of bytes that are read.
type bodyTooLarge int64

func (e bodyTooLarge) Error() string {
	return fmt.Sprintf("the answer is longer than the %d bytes that are read", int64(e))
}

func (e bodyTooLarge) Is(target error) bool { return target == ErrBodyTooLarge }

// Request is one request. Body is sent as it is; nil sends none.
type Request struct {
	Method string
	// URL is complete: scheme, host, path and query, escaped as it is to be sent.
	URL    string
	Header http.Header
	Body   []byte
	// MaxBody is the most that is read of the answer's body, in bytes. 0: the constant MaxBody.
	MaxBody int64
}

// Response is a complete answer. Redirects are answers like others.
type Response struct {
	Status int
	Header http.Header
	// Body has at most as many bytes as the request allows.
	Body []byte
}

// Sender sends requests over its own pool of connections. It is safe for concurrent use.
type Sender struct {
	client http.Client
}

// NewSender returns a Sender that uses client's Transport and Timeout; client itself is not
// changed. With a nil client, or one without a Transport, it makes a transport of its own:
// HTTP/1.1 (where what was written can be told exactly), no proxy, short dial timeouts.
func NewSender(client *http.Client) *Sender {
	s := &Sender{}
	if client != nil {
		s.client.Transport, s.client.Timeout = client.Transport, client.Timeout
	}
	if s.client.Transport == nil {
		s.client.Transport = newTransport()
	}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

func newTransport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlivePeriod}).DialContext,
		TLSHandshakeTimeout:    handshakeTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConns:           maxIdleConns,
		MaxIdleConnsPerHost:    maxIdleConns,
		MaxResponseHeaderBytes: maxHeaderBytes,
		// What is signed is the body as sent, so it is asked for as it is.
		DisableCompression: true,
		Protocols:          protocols,
	}
}

// Send sends one request and reads its whole answer, within ctx. Every status is a success
// here. Failures are *Failure.
func (s *Sender) Send(ctx context.Context, r Request) (Response, error) {
	progress := &progress{}
	ctx = httptrace.WithClientTrace(ctx, progress.trace())
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Response{}, &Failure{Host: "the gateway's URL", Cause: err}
	}
	if len(r.Body) == 0 {
		req.Body, req.GetBody = http.NoBody, nil
	}
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	if err := ctx.Err(); err != nil {
		return Response{}, &Failure{Host: req.URL.Host, Cause: err}
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return Response{}, &Failure{Host: req.URL.Host, MaybeSent: progress.maybeSent(), Cause: err}
	}
	defer resp.Body.Close()
	body, err := readBody(resp.Body, r.MaxBody)
	if err != nil {
		return Response{}, &Failure{Host: req.URL.Host, MaybeSent: true, Status: resp.StatusCode, Cause: err}
	}
	return Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

func readBody(r io.Reader, most int64) ([]byte, error) {
	if most == 0 {
		most = MaxBody
	}
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > most {
		return nil, bodyTooLarge(most)
	}
	return body, nil
}

// progress records how far a request got.
type progress struct {
	asked, connected atomic.Bool
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { p.connected.Store(true) },
	}
}

// maybeSent is false only where it is certain that no byte of the request was written.
//
// The mark is the connection, not WroteHeaders or WroteRequest: those come from the
// transport's writing goroutine, which may go on for a moment after a cancelled call has
// returned, and headers count as written while they are still in a buffer. Before a
// connection is handed to the request nobody can write any of it. A RoundTripper that
// reports nothing (not an *http.Transport) is taken to have sent the request.
func (p *progress) maybeSent() bool {
	return p.connected.Load() || !p.asked.Load()
}

// NotSent reports whether err is a *Failure of which it is certain that no byte was sent.
func NotSent(err error) bool {
	var f *Failure
	return errors.As(err, &f) && !f.MaybeSent
}
