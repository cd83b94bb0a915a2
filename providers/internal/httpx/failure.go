package httpx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"unicode"
)

// maxCause bounds the text of a cause that is not known here, in bytes.
const maxCause = 160

// Failure is a request without a complete answer.
type Failure struct {
	// Host is the host, with its port where one was given, that the request was for.
	Host string
	// MaybeSent is false only when no byte of the request can have been written.
	MaybeSent bool
	// Status is that of an answer that broke off while its body was read, else 0.
	Status int
	// Cause is what the transport reported.
	Cause error
}

// Error names the host and the cause in words that are the same each time: no URL, no
// local port, no address, no time of day.
func (f *Failure) Error() string { return f.Host + ": " + describe(f.Cause) }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

func describe(err error) string {
	var (
		op       *net.OpError
		tooLarge bodyTooLarge
	)
	dialing := errors.As(err, &op) && op.Op == "dial"
	switch {
	case errors.As(err, &tooLarge):
		return tooLarge.Error()
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case isTimeout(err) && dialing:
		return "cannot connect: no connection within the time allowed"
	case isTimeout(err):
		return "no complete answer within the time allowed"
	}
	if text := describeTLS(err); text != "" {
		return "cannot connect: " + text
	}
	text := describeNetwork(err)
	if dialing {
		return "cannot connect: " + text
	}
	return text
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// describeTLS keeps the time of day out of what crypto/x509 says.
func describeTLS(err error) string {
	var (
		invalid   x509.CertificateInvalidError
		hostname  x509.HostnameError
		authority x509.UnknownAuthorityError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's TLS certificate has expired or is not valid yet by this machine's clock"
	case errors.As(err, &invalid), errors.As(err, &authority):
		return "the server's TLS certificate is not one that this machine trusts"
	case errors.As(err, &hostname):
		return "the server's TLS certificate is for another host"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "the server does not speak TLS on this port"
	case errors.As(err, &alert):
		return "the server refused the TLS handshake"
	}
	return ""
}

func describeNetwork(err error) string {
	var (
		dns   *net.DNSError
		errno syscall.Errno
	)
	switch {
	case errors.As(err, &dns):
		return "the host name cannot be resolved"
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before the answer was complete"
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return oneLine(err.Error())
}

// oneLine makes text of unknown origin fit to be shown: one line, printable, bounded.
func oneLine(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) > maxCause {
		text = strings.ToValidUTF8(text[:maxCause], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
