package wechatpay

import (
	"slices"
	"strings"
	"time"
)

// activityView is an activity as the gateway tells it. Lists leave out the last two times.
type activityView struct {
	ActivityID        string           `json:"activity_id"`
	ActivityType      string           `json:"activity_type"`
	Base              baseInfo         `json:"activity_base_info"`
	Rule              ruleView         `json:"award_send_rule"`
	Advanced          *advancedSetting `json:"advanced_setting,omitempty"`
	ActivityStatus    string           `json:"activity_status"`
	CreatorMerchantID string           `json:"creator_merchant_id"`
	BelongMerchantID  string           `json:"belong_merchant_id"`
	PauseTime         string           `json:"pause_time,omitempty"`
	RecoveryTime      string           `json:"recovery_time,omitempty"`
	CreateTime        string           `json:"create_time"`
	UpdateTime        string           `json:"update_time"`
}

// ruleView nests what the create had flat.
type ruleView struct {
	FullSendRule sendRule `json:"full_send_rule"`
}

// view tells of an activity. Times come back as instants, not in the words in which they were sent.
func (p *payGift) view(a *activity, now time.Time) activityView {
	v := activityView{
		ActivityID: a.ID, ActivityType: "FULL_SEND_ACT_TYPE", Base: a.Request.Base, Rule: ruleView{a.Request.Rule}, Advanced: a.Request.Advanced,
		ActivityStatus: a.status(now), CreatorMerchantID: a.Mchid, BelongMerchantID: a.Mchid,
		PauseTime: p.g.stampPointer(a.PausedAt), RecoveryTime: p.g.stampPointer(a.ResumedAt),
		CreateTime: p.g.stamp(a.Created), UpdateTime: p.g.stamp(a.Updated),
	}
	v.Base.BeginTime, v.Base.EndTime = p.g.stamp(a.begin()), p.g.stamp(a.end())
	if periods := a.Request.Base.AvailablePeriods; periods != nil {
		copied := *periods
		copied.AvailableTime = slices.Clone(periods.AvailableTime)
		for i, t := range copied.AvailableTime {
			copied.AvailableTime[i] = availableTime{BeginTime: p.g.stamp(instant(t.BeginTime)), EndTime: p.g.stamp(instant(t.EndTime))}
		}
		v.Base.AvailablePeriods = &copied
	}
	v.Rule.FullSendRule.MerchantIDList = nil
	if p.g.switches.Is(SwitchDetailMerchants, "on") {
		for _, s := range a.Senders {
			v.Rule.FullSendRule.MerchantIDList = append(v.Rule.FullSendRule.MerchantIDList, s.Mchid)
		}
	}
	return v
}

// wasRead lets an activity fail that was to fail once it had been looked at. The caller holds the lock.
func (p *payGift) wasRead(a *activity, now time.Time) *apiError {
	if !a.WillFail || a.Failed || a.over(now) {
		return nil
	}
	next := a.changed(now)
	next.Failed = true
	return p.put(next)
}

func (p *payGift) detail(rq *request) (outcome, *apiError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.owned(rq.params["id"], rq.account.Mchid)
	if a == nil || p.g.lagging(SwitchDetailLag)(a.Created, a.CreatedR) {
		return outcome{}, notFound("活动")
	}
	now := p.g.clock.Now()
	v := p.view(a, now)
	return outcome{body: v}, p.wasRead(a, now)
}

func (p *payGift) list(rq *request) (outcome, *apiError) {
	offset, limit, refused := pageOf(rq.query, 0, 100)
	if refused != nil {
		return outcome{}, refused
	}
	keep, refused := p.filter(rq)
	if refused != nil {
		return outcome{}, refused
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now, hidden := p.g.clock.Now(), p.g.lagging(SwitchListLag)
	var found []*activity
	for _, id := range p.ids[rq.account.Mchid] {
		if a := p.byID[id]; !a.Forgotten && !hidden(a.Created, a.CreatedR) && keep(a, now) {
			found = append(found, a)
		}
	}
	if p.g.switches.Is(SwitchListOrder, "newestFirst") {
		slices.Reverse(found)
	}
	p.sweeps.count(rq.account.Mchid, offset)
	rows, total := cut(p.g, p.sweeps[rq.account.Mchid], found, offset, limit)
	data := make([]activityView, 0, len(rows))
	for _, a := range rows {
		v := p.view(a, now)
		v.PauseTime, v.RecoveryTime = "", ""
		data = append(data, v)
		if refused := p.wasRead(a, now); refused != nil {
			return outcome{}, refused
		}
	}
	return outcome{body: struct {
		Data []activityView `json:"data"`
		page
	}{data, page{total, offset, limit}}}, nil
}

func (p *payGift) filter(rq *request) (func(*activity, time.Time) bool, *apiError) {
	name, status, awardType := rq.query.Get("activity_name"), rq.query.Get("activity_status"), rq.query.Get("award_type")
	if len([]rune(name)) > 10 {
		return nil, queryError("activity_name", name, "must have 1 to 10 characters")
	}
	if status != "" && !slices.Contains(allStatuses, status) {
		return nil, queryError("activity_status", status, "must be one of "+strings.Join(allStatuses, ", "))
	}
	if awardType != "" && awardType != "BUSIFAVOR" {
		return nil, queryError("award_type", awardType, "must be BUSIFAVOR")
	}
	if status == statusUnknown && p.g.switches.Is(SwitchListStatusUnknown, "all") {
		status = ""
	}
	return func(a *activity, now time.Time) bool {
		return strings.Contains(a.Request.Base.ActivityName, name) && (status == "" || a.status(now) == status)
	}, nil
}
