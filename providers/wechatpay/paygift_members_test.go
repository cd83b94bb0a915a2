package wechatpay

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

// membersBody is a page with the merchants first to last-1.
func membersBody(first, last, total int, more string) string {
	items := make([]string, 0, last-first)
	for i := first; i < last; i++ {
		items = append(items, fmt.Sprintf(`{"mchid":"%08d","merchant_name":"m"}`, 10000000+i))
	}
	return fmt.Sprintf(`{"data":[%s],"total_count":%d,"activity_id":"10028001"%s}`, strings.Join(items, ","), total, more)
}

// merchantPages answers pages of n merchants with the size that the gateway applies.
func merchantPages(n, size int, more string) func(received) reply {
	return func(r received) reply {
		u, err := url.Parse(r.URI)
		if err != nil {
			panic(err)
		}
		page, _ := strconv.Atoi(u.Query().Get("offset"))
		return signed(byPublicKey, 200, membersBody(min(page*size, n), min((page+1)*size, n), n, more))
	}
}

func TestMembersAreReadInPagesOfFifty(t *testing.T) {
	const root = "/v3/marketing/paygiftactivity/activities/10028001/merchants?limit=50&offset="
	for n, pages := range map[int]int{0: 1, 1: 1, 49: 1, 50: 2, 51: 2, 500: 11} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			g := newGateway(t, merchantPages(n, 50, ""))
			members, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Members(t.Context(), "10028001")
			if err != nil || members == nil || !slices.Equal(members, merchantIDs(n)) {
				t.Errorf("got %d members, %v", len(members), err)
			}
			calls := g.requests("/")
			if len(calls) != pages || calls[pages-1].URI != root+strconv.Itoa(pages-1) || calls[0].Method != http.MethodGet {
				t.Errorf("%d calls, the last for %s", len(calls), calls[len(calls)-1].URI)
			}
		})
	}
}

func TestMembersFollowTheLimitThatTheGatewayApplied(t *testing.T) {
	g := newGateway(t, merchantPages(45, 20, `,"limit":20`))
	members, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Members(t.Context(), "10028001")
	if err != nil || len(members) != 45 || len(g.requests("/")) != 3 {
		t.Errorf("got %d members in %d calls, %v", len(members), len(g.requests("/")), err)
	}
}

func TestMembersGoWithoutALimitWhereFiftyIsRefused(t *testing.T) {
	for name, more := range map[string]string{"the answer says its limit": `,"limit":20`, "the answer says none": ""} {
		t.Run(name, func(t *testing.T) {
			pages := merchantPages(45, 20, more)
			g := newGateway(t, func(r received) reply {
				if strings.Contains(r.URI, "limit=") {
					return unsigned(400, `{"code":"PARAM_ERROR","message":"limit"}`)
				}
				return pages(r)
			})
			p := NewPayGift(newClient(t, g.URL, publicKeyMode))
			for call, want := range []int{4, 7} { // a refusal and three pages, then three pages
				members, err := p.Members(t.Context(), "10028001")
				if err != nil || len(members) != 45 {
					t.Errorf("got %d members, %v", len(members), err)
				}
				if got := len(g.requests("/")); got != want {
					t.Errorf("after reading %d: %d calls, want %d", call+1, got, want)
				}
			}
		})
	}
}

func TestMembersAreEachOnceAndSortedWhenPagesShift(t *testing.T) {
	answers := []string{membersBody(10, 60, 60, ""), membersBody(59, 61, 3, "")}
	g := newGateway(t, nil)
	g.answer = func(received) reply { return signed(byPublicKey, 200, answers[len(g.requests("/"))-1]) }
	members, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Members(t.Context(), "10028001")
	if err != nil || !slices.Equal(members, merchantIDs(61)[10:]) {
		t.Errorf("got %v, %v", members, err)
	}
}

func TestTheTotalEndsNoListOfMembersButMayPromiseMore(t *testing.T) {
	for name, tc := range map[string]struct {
		answers []string
		want    int
	}{
		"a full page with a total that is too small":     {[]string{membersBody(0, 50, 3, ""), membersBody(50, 52, 3, "")}, 52},
		"a short page of which more is promised":         {[]string{membersBody(0, 10, 12, ""), membersBody(10, 12, 12, "")}, 12},
		"an empty page of which more is promised":        {[]string{membersBody(0, 0, 1000, "")}, 0},
		"no list and a total of nothing":                 {[]string{`{"total_count":0}`}, 0},
		"a full page, then no list":                      {[]string{membersBody(0, 50, 50, ""), `{"total_count":50,"data":null}`}, 50},
		"a short page of an answer that names no total":  {[]string{`{"data":[{"mchid":"10000000"}]}`}, 1},
		"an answer that does not name the activity":      {[]string{`{"data":[{"mchid":10000000}],"total_count":"1"}`}, 1},
		"a limit that is larger than what was asked for": {[]string{membersBody(0, 50, 50, `,"limit":500`), membersBody(0, 0, 50, "")}, 50},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, nil)
			g.answer = func(received) reply { return signed(byPublicKey, 200, tc.answers[len(g.requests("/"))-1]) }
			members, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Members(t.Context(), "10028001")
			if err != nil || !slices.Equal(members, merchantIDs(tc.want)) || len(g.requests("/")) != len(tc.answers) {
				t.Errorf("got %v in %d calls, %v", members, len(g.requests("/")), err)
			}
		})
	}
}

func TestMembersThatAreNotUnderstoodAreNotNobody(t *testing.T) {
	for _, body := range []string{``, `[]`, `{}`, `{"total_count":5}`, `{"data":null}`, `{"data":{},"total_count":0}`, `{"data":[1]}`, `{"data":[{}]}`,
		`{"data":[{"mchid":""}]}`, `{"data":[{"mchid":"../1"}]}`, `{"data":[],"total_count":0,"activity_id":"2"}`} {
		t.Run(body, func(t *testing.T) {
			members, err := payGiftWith(t, signed(byPublicKey, 200, body)).Members(t.Context(), "10028001")
			wantError(t, err, providers.KindUntrusted, false)
			if members != nil {
				t.Errorf("got %v", members)
			}
		})
	}
}

func TestAListOfMembersThatDoesNotEndIsGivenUp(t *testing.T) {
	g := newGateway(t, always(signed(byPublicKey, 200, `{"data":[{"mchid":"10000000"}],"limit":1,"total_count":9}`)))
	_, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Members(t.Context(), "10028001")
	e := gotError(t, err, providers.KindUntrusted, false)
	if !strings.Contains(e.Error(), "does not end") || len(g.requests("/")) != maxMemberPages {
		t.Errorf("got %v after %d calls", e, len(g.requests("/")))
	}
}

func TestMembersOfAnUnknownActivityAreAnError(t *testing.T) {
	_, err := payGiftWith(t, unsigned(404, `{"code":"RESOURCE_NOT_EXISTS","message":"m"}`)).Members(t.Context(), "10028001")
	wantError(t, err, providers.KindNotFound, false)
}

func TestAFailureOnALaterPageFailsTheReading(t *testing.T) {
	g := newGateway(t, nil)
	g.answer = func(received) reply {
		if len(g.requests("/")) == 1 {
			return signed(byPublicKey, 200, membersBody(0, 50, 60, ""))
		}
		return unsigned(429, `{"code":"FREQUENCY_LIMITED"}`)
	}
	members, err := NewPayGift(newClient(t, g.URL, publicKeyMode)).Members(t.Context(), "10028001")
	wantError(t, err, providers.KindThrottled, false)
	if members != nil {
		t.Errorf("got %v", members)
	}
}
