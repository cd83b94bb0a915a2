package httpx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func get(rawURL string) Request { return Request{Method: http.MethodGet, URL: rawURL} }

func post(rawURL, body string) Request {
	return Request{Method: http.MethodPost, URL: rawURL, Body: []byte(body), Header: http.Header{"X-Test": {"1"}}}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func wantFailure(t *testing.T, err error, maybeSent bool, text string) {
	t.Helper()
	_ = gotFailure(t, err, maybeSent, text)
}

// gotFailure is wantFailure, and returns the failure to look at more of it.
func gotFailure(t *testing.T, err error, maybeSent bool, text string) *Failure {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a *Failure", err)
	}
	if f.MaybeSent != maybeSent || NotSent(err) == maybeSent || !strings.Contains(err.Error(), text) {
		t.Errorf("got %q, may be sent: %t; want …%s…, %t", err, f.MaybeSent, text, maybeSent)
	}
	if NotSent(fmt.Errorf("wrapped: %w", err)) == maybeSent {
		t.Error("wrapping changes the answer")
	}
	return f
}

func TestARequestArrivesAsItWasGivenAndTheAnswerComesBack(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "POST" || r.RequestURI != "/a%7Cb?x=%2B" || string(body) != "body\n" || r.Header.Get("X-Test") != "1" || r.ContentLength != 5 {
			t.Errorf("got %s %s %q %v", r.Method, r.RequestURI, body, r.Header)
		}
		w.Header().Set("X-Answer", "2")
		w.WriteHeader(418)
		_, _ = io.WriteString(w, "teapot")
	})
	response, err := NewSender(nil).Send(context.Background(), post(server+"/a%7Cb?x=%2B", "body\n"))
	if err != nil {
		t.Fatal(err)
	}
	if response.Status != 418 || string(response.Body) != "teapot" || response.Header.Get("X-Answer") != "2" {
		t.Errorf("got %+v", response)
	}
}

func TestAPostWithoutABodySaysSo(t *testing.T) {
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 || r.Header.Get("Content-Length") != "0" {
			t.Errorf("content length %d, header %q", r.ContentLength, r.Header.Get("Content-Length"))
		}
	})
	if _, err := NewSender(nil).Send(context.Background(), post(server, "")); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") }))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	sender := NewSender(nil)
	for range 5 {
		if _, err := sender.Send(context.Background(), get(server.URL)); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for five requests", n)
	}
}

func TestRedirectsAreAnswers(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			t.Error("the redirect was followed")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	response, err := NewSender(&http.Client{}).Send(context.Background(), post(server+"/", "x"))
	if err != nil || response.Status != http.StatusTemporaryRedirect {
		t.Errorf("got %+v, %v", response, err)
	}
}

func TestTheCallersClientIsNotChangedAndItsRedirectsAreNotUsed(t *testing.T) {
	client := &http.Client{Transport: http.DefaultTransport, Timeout: time.Minute}
	sender := NewSender(client)
	if client.CheckRedirect != nil || sender.client.Transport != client.Transport || sender.client.Timeout != time.Minute {
		t.Errorf("got %+v, %+v", client, sender.client)
	}
}

func TestNoProxyComesFromTheEnvironment(t *testing.T) {
	for _, client := range []*http.Client{nil, {}} {
		transport, ok := NewSender(client).client.Transport.(*http.Transport)
		if !ok || transport.Proxy != nil || !transport.DisableCompression {
			t.Errorf("got %+v", transport)
		}
	}
}

func TestAnAnswerOfTheMaximumSizeIsRead(t *testing.T) {
	for extra, wantErr := range map[int]bool{0: false, 1: true} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("x", MaxBody+extra))
		})
		response, err := NewSender(nil).Send(context.Background(), get(server))
		if (err != nil) != wantErr || !wantErr && len(response.Body) != MaxBody {
			t.Errorf("%d bytes more: %d bytes, %v", extra, len(response.Body), err)
		}
		if wantErr {
			f := gotFailure(t, err, true, "longer than the 1048576 bytes")
			if !errors.Is(err, ErrBodyTooLarge) || f.Status != 200 {
				t.Errorf("got %v, status %d", err, f.Status)
			}
		}
	}
}

func hijack(t *testing.T, then func(net.Conn)) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		then(conn)
		_ = conn.Close()
	})
}

func TestABrokenAnswerMayHaveBeenSent(t *testing.T) {
	for name, tc := range map[string]struct {
		then   func(net.Conn)
		text   string
		status int
	}{
		"closed without an answer": {func(net.Conn) {}, "closed before the answer was complete", 0},
		"reset":                    {func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, "connection reset by peer", 0},
		"half a header":            {func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Y: 1\r\n") }, "closed before the answer was complete", 0},
		"half a body": {func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nhalf") },
			"closed before the answer was complete", 201},
		"another protocol":      {func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-"+strings.Repeat("x", 4000)+"\r\n\r\n") }, "malformed", 0},
		"headers without end":   {func(c net.Conn) { writeHeaders(c, 2000) }, "exceeded", 0},
		"a length that is none": {func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n") }, "Content-Length", 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewSender(nil).Send(context.Background(), post(hijack(t, tc.then), "x"))
			f := gotFailure(t, err, true, tc.text)
			if f.Status != tc.status || len(err.Error()) > 300 {
				t.Errorf("status %d, %d bytes: %v", f.Status, len(err.Error()), err)
			}
		})
	}
}

func writeHeaders(c net.Conn, n int) {
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
	for i := range n {
		if _, err := io.WriteString(c, "X-"+strconv.Itoa(i)+": "+strings.Repeat("x", 100)+"\r\n"); err != nil {
			return
		}
	}
}

func TestWhatCouldNotConnectWasNotSent(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	_, err = NewSender(nil).Send(context.Background(), post("http://"+address+"/secret-path?secret=query", "x"))
	wantFailure(t, err, false, address+": cannot connect: connection refused")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("path or query show: %v", err)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error("the cause is lost")
	}
}

func TestAHandshakeThatFailsSentNothing(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	_, err := NewSender(nil).Send(context.Background(), post(server.URL, "x"))
	wantFailure(t, err, false, "cannot connect: the server's TLS certificate is not one that this machine trusts")

	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("plain text arrived") })
	_, err = NewSender(nil).Send(context.Background(), post("https"+strings.TrimPrefix(plain, "http"), "x"))
	wantFailure(t, err, false, "cannot connect: the server does not speak TLS on this port")
}

func TestACancelledCallSaysWhetherItMayHaveBeenSent(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := NewSender(nil).Send(ctx, post(serve(t, nil), "x"))
		wantFailure(t, err, false, "the call was cancelled")
	})
	t.Run("while connecting", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		_, err := NewSender(&http.Client{Transport: transport}).Send(ctx, post("http://gateway.test", "x"))
		wantFailure(t, err, false, "gateway.test: the call was cancelled")
	})
	t.Run("while waiting for the answer", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		stop := make(chan struct{})
		server := serve(t, func(http.ResponseWriter, *http.Request) { cancel(); <-stop })
		defer close(stop)
		_, err := NewSender(nil).Send(ctx, post(server, "x"))
		wantFailure(t, err, true, "the call was cancelled")
	})
	t.Run("by its deadline", func(t *testing.T) {
		stop := make(chan struct{})
		server := serve(t, func(http.ResponseWriter, *http.Request) { <-stop })
		defer close(stop)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		defer cancel()
		_, err := NewSender(nil).Send(ctx, post(server, "x"))
		wantFailure(t, err, true, "no complete answer within the time allowed")
	})
}

// silent is a RoundTripper that reports nothing of what it does.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("broke") }

func TestATransportThatReportsNothingMayHaveSent(t *testing.T) {
	_, err := NewSender(&http.Client{Transport: silent{}}).Send(context.Background(), post("http://gateway.test", "x"))
	wantFailure(t, err, true, "gateway.test: broke")
}

func TestAURLThatIsNoneIsAFailureWithoutTheURL(t *testing.T) {
	_, err := NewSender(nil).Send(context.Background(), get("http://%zz/secret"))
	wantFailure(t, err, false, "gateway's URL")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestCausesAreSaidInWordsThatStayTheSame(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for want, cause := range map[string]error{
		"cannot connect: the host name cannot be resolved":      dial(&net.DNSError{Err: "no such host", Name: "x", Server: "10.0.0.2:53"}),
		"cannot connect: no connection within the time allowed": dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}),
		"cannot connect: network is unreachable":                dial(syscall.ENETUNREACH),
		"broken pipe":                                           &url.Error{Op: "Post", URL: "http://u:p@x/?q", Err: syscall.EPIPE},
		"odd":                                                   &url.Error{Op: "Post", URL: "http://u:p@x/?q", Err: errors.New("odd")},
		"two lines":                                             errors.New("two\nlines"),
		"cannot connect: the server refused the TLS handshake":             tls.AlertError(40),
		"cannot connect: the server's TLS certificate is for another host": x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"},
		"cannot connect: the server's TLS certificate has expired or is not valid yet by this machine's clock": x509.CertificateInvalidError{
			Cert: &x509.Certificate{}, Reason: x509.Expired, Detail: "current time 2026-03-01T12:00:00Z is after …"},
		"cannot connect: the server's TLS certificate is not one that this machine trusts": x509.CertificateInvalidError{
			Cert: &x509.Certificate{}, Reason: x509.NotAuthorizedToSign},
	} {
		if got := describe(cause); got != want {
			t.Errorf("%v: got %q, want %q", cause, got, want)
		}
	}
	if got := describe(errors.New(strings.Repeat("长", 500))); len(got) > maxCause+3 {
		t.Errorf("%d bytes", len(got))
	}
}
