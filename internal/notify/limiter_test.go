package notify

import (
	"net/http"
	"net/netip"
	"strconv"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"
)

func mustPrefixes(prefixes ...string) []netip.Prefix {
	var parsed []netip.Prefix
	for _, prefix := range prefixes {
		parsed = append(parsed, netip.MustParsePrefix(prefix))
	}
	return parsed
}

func TestARequestIsCountedForWhereItReallyComesFrom(t *testing.T) {
	trusted := mustPrefixes("10.0.0.0/8", "fd00::/8")
	for name, tc := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"a stranger":                           {"198.51.100.1:4000", nil, "198.51.100.1"},
		"a stranger who claims to be another":  {"198.51.100.1:4000", []string{"203.0.113.1"}, "198.51.100.1"},
		"by a proxy":                           {"10.0.0.1:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		"by two proxies":                       {"10.0.0.1:4000", []string{"198.51.100.1, 10.1.1.1"}, "198.51.100.1"},
		"by two proxies, in two headers":       {"10.0.0.1:4000", []string{"198.51.100.1", "10.1.1.1"}, "198.51.100.1"},
		"by a proxy, with a claim":             {"10.0.0.1:4000", []string{"203.0.113.1, 198.51.100.1"}, "198.51.100.1"},
		"by a proxy that does not say":         {"10.0.0.1:4000", nil, "10.0.0.1"},
		"by a proxy that passes on nonsense":   {"10.0.0.1:4000", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		"from the proxies themselves":          {"10.0.0.1:4000", []string{"10.2.2.2"}, "10.2.2.2"},
		"IPv6, one network is one sender":      {"[2001:db8:0:1:2:3:4:5]:4000", nil, "2001:db8:0:1::"},
		"IPv6 by a proxy":                      {"[fd00::1]:4000", []string{"2001:db8::7"}, "2001:db8::"},
		"IPv4 written as IPv6":                 {"[::ffff:198.51.100.1]:4000", nil, "198.51.100.1"},
		"IPv4 written as IPv6 by a proxy":      {"[::ffff:10.0.0.1]:4000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"an address that is none":              {"pipe", nil, "invalid IP"},
		"IPv6 with a zone is one sender":       {"[fe80::1%eth0]:4000", nil, "fe80::"},
		"an empty header":                      {"10.0.0.1:4000", []string{""}, "10.0.0.1"},
		"a header of commas":                   {"10.0.0.1:4000", []string{",,,"}, "10.0.0.1"},
		"a claim to come from a trusted proxy": {"198.51.100.1:4000", []string{"10.0.0.1"}, "198.51.100.1"},
	} {
		r := &http.Request{RemoteAddr: tc.peer, Header: http.Header{"X-Forwarded-For": tc.forwarded}}
		if got := source(r, trusted).String(); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestTheAddressesToldApartAreBounded(t *testing.T) {
	clock := clocktesting.NewFakePassiveClock(now)
	l := newLimiter(clock, bucket{1, 1}, bucket{1e9, 1e9})
	for i := range 3 * addresses {
		address := netip.AddrFrom4([4]byte{byte(i >> 16), byte(i >> 8), byte(i), 1})
		if !l.allow(address) || l.allow(address) {
			t.Fatalf("%s is counted together with others", address)
		}
	}
	if got := len(l.byAddress.Keys()); got != addresses {
		t.Errorf("%d addresses", got)
	}
	clock.SetTime(now.Add(addressMemory + time.Second))
	if got := len(l.byAddress.Keys()); got != 0 {
		t.Errorf("%d addresses after a while", got)
	}
}

func TestTheMessagesRememberedAreBounded(t *testing.T) {
	clock := clocktesting.NewFakePassiveClock(now)
	m := newMemory(clock, remembered)
	account := Account{Alipay, appID}
	for i := range 2 * remembered {
		m.add(account, strconv.Itoa(i))
	}
	if got := len(m.cache.Keys()); got != remembered {
		t.Errorf("%d messages", got)
	}
	if m.has(account, "0") || !m.has(account, strconv.Itoa(2*remembered-1)) {
		t.Error("the wrong ones are forgotten")
	}
	clock.SetTime(now.Add(window + time.Second))
	if m.has(account, strconv.Itoa(2*remembered-1)) {
		t.Error("it is remembered for ever")
	}
}
