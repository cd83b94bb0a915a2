package simulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

func (c *client) merchants(id string) []string {
	c.t.Helper()
	var ids []string
	for _, m := range c.must(http.MethodGet, activityPath+"/"+id+"/merchants?offset=0&limit=50", nil).at(c.t, "data").([]any) {
		ids = append(ids, m.(map[string]any)["mchid"].(string))
	}
	return ids
}

func addBody(no string, ids ...string) []byte {
	return encode(map[string]any{"merchant_id_list": ids, "add_request_no": no})
}

func deleteBody(no string, ids ...string) []byte {
	return encode(map[string]any{"merchant_id_list": ids, "delete_request_no": no})
}

func TestMerchantsAreAddedAndThoseThatCannotBeAreListed(t *testing.T) {
	server := startWith(t, "merchants.missing", "10000030", "merchants.unrelated", "10000031")
	c := newClient(t, server, mchid)
	id := c.create()
	add := activityPath + "/" + id + "/merchants/add"
	r := c.must(http.MethodPost, add, addBody("add-1", "10000024", "10000030", "10000031", "10000022"))
	if r.at(t, "activity_id") != id || r.at(t, "add_time") == nil {
		t.Fatalf("answered %s", r.body)
	}
	invalid := r.at(t, "invalid_merchant_id_list").([]any)
	if len(invalid) != 2 || invalid[0].(map[string]any)["mchid"] != "10000030" || invalid[1].(map[string]any)["invalid_reason"] == "" {
		t.Fatalf("invalid are %v", invalid)
	}
	if got, want := c.merchants(id), []string{"10000022", "10000023", "10000024"}; !slices.Equal(got, want) {
		t.Fatalf("merchants are %v, want %v", got, want)
	}
	again := c.must(http.MethodPost, add, addBody("add-1", "10000024", "10000030", "10000031", "10000022"))
	if string(again.body) != string(r.body) {
		t.Fatalf("repeated: %s, first: %s", again.body, r.body)
	}
	if got := server.Journal().Count("paygift.addMerchants").Committed; got != 1 {
		t.Fatalf("%d changes were made, want 1", got)
	}
}

func TestMerchantsAreDeletedAndTheLastOneAsTheSwitchSays(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.create()
	remove := activityPath + "/" + id + "/merchants/delete"
	if r := c.must(http.MethodPost, remove, deleteBody("d-1", "10000022", "10000099")); r.at(t, "delete_time") == nil {
		t.Fatalf("answered %s", r.body)
	}
	put(t, server, "merchants.deleteLast", "reject400")
	refusedWith(t, c.do(http.MethodPost, remove, deleteBody("d-2", "10000023")), http.StatusBadRequest, "INVALID_REQUEST")
	if got := c.merchants(id); !slices.Equal(got, []string{"10000023"}) {
		t.Fatalf("merchants are %v", got)
	}
	put(t, server, "merchants.deleteLast", "allowed")
	c.must(http.MethodPost, remove, deleteBody("d-2", "10000023"))
	if got := c.merchants(id); len(got) != 0 {
		t.Fatalf("merchants are %v", got)
	}
}

func TestAChangeOfMerchantsIsReplayedAsTheSwitchesSay(t *testing.T) {
	for name, tc := range map[string]struct {
		path string
		body func(string, ...string) []byte
		// done are the merchants after the change of 10000022 or 10000024, and undone after somebody has reversed it.
		member       string
		undo         map[string]any
		done, undone []string
	}{
		"add": {"/merchants/add", addBody, "10000024", map[string]any{"remove": []string{"10000024"}},
			[]string{"10000022", "10000023", "10000024"}, []string{"10000022", "10000023"}},
		"delete": {"/merchants/delete", deleteBody, "10000022", map[string]any{"add": []string{"10000022"}},
			[]string{"10000023"}, []string{"10000023", "10000022"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, simulator.Options{})
			c := newClient(t, server, mchid)
			id := c.create()
			path, same, other := activityPath+"/"+id+tc.path, tc.body("no-1", tc.member), tc.body("no-1", "10000023", "10000025")
			first := c.must(http.MethodPost, path, same)
			if got := c.merchants(id); !slices.Equal(got, tc.done) {
				t.Fatalf("merchants are %v", got)
			}
			control(t, server, http.MethodPost, "/_sim/activities/"+id+"/merchants", tc.undo)
			server.Clock().Advance(time.Hour)
			for what, body := range map[string][]byte{"the same body": same, "another body": other} {
				if again := c.must(http.MethodPost, path, body); string(again.body) != string(first.body) {
					t.Errorf("%s: %s, first: %s", what, again.body, first.body)
				}
			}
			if got := c.merchants(id); !slices.Equal(got, tc.undone) {
				t.Errorf("a replay changed the merchants to %v", got)
			}
			put(t, server, "replay.differentBody", "reject400")
			refusedWith(t, c.do(http.MethodPost, path, other), http.StatusBadRequest, "INVALID_REQUEST")
			c.must(http.MethodPost, path, same)
			put(t, server, "replay.sameBody", "reject")
			refusedWith(t, c.do(http.MethodPost, path, same), http.StatusBadRequest, "INVALID_REQUEST")
		})
	}
}

func TestAWrongChangeOfMerchantsIsRefused(t *testing.T) {
	server := start(t, simulator.Options{})
	c := newClient(t, server, mchid)
	id := c.create()
	root := activityPath + "/" + id + "/merchants/"
	for name, body := range map[string][]byte{
		"no merchants":          encode(map[string]any{"add_request_no": "a"}),
		"no number":             encode(map[string]any{"merchant_id_list": []string{"10000024"}}),
		"the number of deletes": deleteBody("a", "10000024"),
		"a merchant twice":      addBody("a", "10000024", "10000024"),
		"no JSON":               []byte("x"),
	} {
		t.Run(name, func(t *testing.T) {
			refusedWith(t, c.do(http.MethodPost, root+"add", body), http.StatusBadRequest, "PARAM_ERROR")
		})
	}
	refusedWith(t, c.do(http.MethodPost, root+"delete", addBody("a", "10000024")), http.StatusBadRequest, "PARAM_ERROR")
	refusedWith(t, c.do(http.MethodPost, activityPath+"/1/merchants/add", addBody("a", "10000024")), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
	c.must(http.MethodPost, activityPath+"/"+id+"/terminate", nil)
	refusedWith(t, c.do(http.MethodPost, root+"add", addBody("a", "10000024")), http.StatusBadRequest, "INVALID_REQUEST")
}

func TestMerchantListsArePagedWithALimitOfTheirOwn(t *testing.T) {
	server := startWith(t, "merchants.pageMax", "30")
	c := newClient(t, server, mchid)
	var ids []any
	for i := range 45 {
		ids = append(ids, fmt.Sprint(10000000+i))
	}
	id := c.create(set("award_send_rule.merchant_id_list", ids))
	root := activityPath + "/" + id + "/merchants"
	for query, want := range map[string]int{"": 20, "?offset=2": 5, "?limit=30": 30, "?offset=1&limit=30": 15, "?offset=9&limit=30": 0} {
		r := c.must(http.MethodGet, root+query, nil)
		if got := len(r.at(t, "data").([]any)); got != want || r.at(t, "total_count") != float64(45) || r.at(t, "activity_id") != id {
			t.Errorf("%q has %d rows, want %d: %s", query, got, want, r.body)
		}
	}
	refusedWith(t, c.do(http.MethodGet, root+"?limit=31", nil), http.StatusBadRequest, "PARAM_ERROR")
	r := c.must(http.MethodGet, activityPath+"/"+id+"/goods?limit=30", nil)
	if len(r.at(t, "data").([]any)) != 0 || r.at(t, "total_count") != float64(0) {
		t.Fatalf("goods are %s", r.body)
	}
	refusedWith(t, c.do(http.MethodGet, activityPath+"/1/goods", nil), http.StatusNotFound, "RESOURCE_NOT_EXISTS")
}
