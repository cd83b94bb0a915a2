package alipay

import (
	"slices"
	"strconv"

	"github.com/campaign-operator/campaign-operator/internal/simulator/schema"
)

// mostListed is the largest page_size.
const mostListed = 20

var listSchema = schema.Object(
	schema.Optional("activity_status", schema.Text(1, 32)),
	schema.Required("merchant_access_mode", schema.Text(1, 32)),
	schema.Optional("merchant_id", schema.Text(1, 32)),
	schema.Required("page_num", schema.Integer(1, 1<<31-1)),
	schema.Required("page_size", schema.Integer(1, mostListed)),
)

type listReply struct {
	Activities []object `json:"activity_lite_infos,omitempty"`
	PageNum    int64    `json:"page_num"`
	PageSize   int64    `json:"page_size"`
	// TotalSize is text, as documented.
	TotalSize string `json:"total_size"`
}

// batchQuery lists a merchant's activities.
func (g *Gateway) batchQuery(rq *request) (outcome, *apiError) {
	if p := listSchema("", rq.doc); p != nil {
		return outcome{}, problem(p)
	}
	wanted := textAt(rq.doc, "activity_status")
	if e := g.checkStatusFilter(wanted); e != nil {
		return outcome{}, e
	}
	if merchant := textAt(rq.doc, "merchant_id"); merchant != "" && merchant != rq.owner {
		return outcome{}, invalid("merchant_id", "the merchant is not the caller")
	}
	v := g.vouchers
	v.mu.Lock()
	defer v.mu.Unlock()
	found := v.listed(rq, wanted)
	page, size := numberAt(rq.doc, "page_num"), numberAt(rq.doc, "page_size")
	reply := listReply{PageNum: page, PageSize: size, TotalSize: strconv.Itoa(len(found))}
	from := min((page-1)*size, int64(len(found)))
	for _, a := range found[from:min(from+size, int64(len(found)))] {
		reply.Activities = append(reply.Activities, g.lite(a))
	}
	return outcome{body: reply}, nil
}

func (g *Gateway) checkStatusFilter(wanted string) *apiError {
	switch wanted {
	case statusActive, statusPaused:
		return nil
	case statusFinished:
		if g.switches.Is(SwitchListFinished, "accepted") {
			return nil
		}
	case "":
		if g.switches.Is(SwitchListWithoutStatus, "all") {
			return nil
		}
		return invalid("activity_status", "is required")
	}
	return invalid("activity_status", "must be one of "+statusActive+", "+statusPaused)
}

// listed are the activities that the list has, in its order. The caller holds the lock.
func (v *vouchers) listed(rq *request, wanted string) []*activity {
	v.settleAll()
	now, real, lag := v.g.clock.Now(), v.g.clock.Real(), v.g.switches.Duration(SwitchListLag)
	creatingToo := v.g.switches.Is(SwitchListCreating, "listed")
	var found []*activity
	for _, id := range v.ids {
		a := v.byID[id]
		status := a.status(now, v.g.switches.Get(SwitchExpired))
		switch {
		case !v.seen(rq, a) || a.Forgotten || real.Sub(a.CreatedR) < lag:
		case !a.Exists && !creatingToo:
		case a.Exists && wanted != "" && status != wanted:
		default:
			found = append(found, a)
		}
	}
	if v.g.switches.Is(SwitchListOrder, "newestFirst") {
		slices.Reverse(found)
	}
	return found
}

// lite is an activity as the list shows it: without counters, and with its creation time.
func (g *Gateway) lite(a *activity) object {
	doc := g.contentOf(a)
	status := a.status(g.clock.Now(), g.switches.Get(SwitchExpired))
	put(doc, "activity_base_info.activity_id", a.ID)
	put(doc, "activity_base_info.activity_status", status)
	doc["activity_name"], doc["activity_status"] = textAt(a.Content, pathName), status
	doc["belong_merchant_id"], doc["voucher_type"] = a.Owner, textAt(a.Content, pathType)
	doc["create_time"] = stamp(a.Created)
	doc["publish_start_time"], doc["publish_end_time"] = textAt(a.Content, pathStart), textAt(a.Content, pathEnd)
	return doc
}
