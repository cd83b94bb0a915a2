package controllers

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/providers"
)

var kind = PayGiftActivityKind{}

// minimal is a manifest with nothing but what is required, changed.
func minimal(t *testing.T, change func(*v1alpha1.PayGiftActivitySpec)) *v1alpha1.PayGiftActivity {
	t.Helper()
	gift := manifest(t, golden["paygift-minimal"])
	if change != nil {
		change(&gift.Spec)
	}
	return gift
}

// at digs in a body; what is absent is nil.
func at(t *testing.T, body []byte, path ...string) any {
	t.Helper()
	var node any
	if err := json.Unmarshal(body, &node); err != nil {
		t.Fatal(err)
	}
	for _, name := range path {
		object, _ := node.(map[string]any)
		node = object[name]
	}
	return node
}

func awards(n int) func(*v1alpha1.PayGiftActivitySpec) {
	return func(spec *v1alpha1.PayGiftActivitySpec) {
		one := spec.AwardSendRule.AwardList[0]
		spec.AwardSendRule.AwardList = nil
		for range n {
			spec.AwardSendRule.AwardList = append(spec.AwardSendRule.AwardList, one)
		}
	}
}

func TestWhatFollowsFromOtherFieldsIsFilledInAndWhatIsGivenIsKept(t *testing.T) {
	hours := []v1alpha1.PayGiftAvailableDayTime{{BeginDayTime: "110000", EndDayTime: "135959"}}
	dates := []v1alpha1.PayGiftAvailableTime{{BeginTime: "2027-03-06T00:00:00Z", EndTime: "2027-03-06T12:00:00Z"}}
	timeRange := func(begin, end string) any { return []any{map[string]any{"begin_time": begin, "end_time": end}} }
	periods := []string{"activity_base_info", "available_periods"}

	for name, test := range map[string]struct {
		change func(*v1alpha1.PayGiftActivitySpec)
		path   []string
		want   any
	}{
		"one award is a single coupon": {awards(1), []string{"award_send_rule", "send_content"}, "SINGLE_COUPON"},
		"three awards are a package":   {awards(3), []string{"award_send_rule", "send_content"}, "GIFT_PACKAGE"},
		"five awards are a package":    {awards(5), []string{"award_send_rule", "send_content"}, "GIFT_PACKAGE"},
		"the type of the awards":       {nil, []string{"award_send_rule", "award_type"}, "BUSIFAVOR"},
		"how merchants are chosen":     {nil, []string{"award_send_rule", "merchant_option"}, "MANUAL_INPUT_MERCHANT"},
		"the given content is kept":    {func(s *v1alpha1.PayGiftActivitySpec) { s.AwardSendRule.SendContent = "GIVEN" }, []string{"award_send_rule", "send_content"}, "GIVEN"},
		"the given award type is kept": {func(s *v1alpha1.PayGiftActivitySpec) { s.AwardSendRule.AwardType = "GIVEN" }, []string{"award_send_rule", "award_type"}, "GIVEN"},
		"the given option is kept":     {func(s *v1alpha1.PayGiftActivitySpec) { s.AwardSendRule.MerchantOption = "GIVEN" }, []string{"award_send_rule", "merchant_option"}, "GIVEN"},
		"no periods stay no periods":   {nil, periods, nil},
		"no colour stays no colour":    {nil, []string{"activity_base_info", "background_color"}, nil},
		"no settings stay no settings": {nil, []string{"advanced_setting"}, nil},
		"settings without a category": {func(s *v1alpha1.PayGiftActivitySpec) {
			s.AdvancedSetting = &v1alpha1.PayGiftAdvancedSetting{GoodsTags: []string{"A"}}
		}, []string{"advanced_setting"}, map[string]any{"goods_tags": []any{"A"}}},
		"colours in capitals":           {func(s *v1alpha1.PayGiftActivitySpec) { s.ActivityBaseInfo.BackgroundColor = "Color090" }, []string{"activity_base_info", "background_color"}, "COLOR090"},
		"capitals stay capitals":        {func(s *v1alpha1.PayGiftActivitySpec) { s.ActivityBaseInfo.BackgroundColor = "COLOR100" }, []string{"activity_base_info", "background_color"}, "COLOR100"},
		"the amount is a whole number":  {func(s *v1alpha1.PayGiftActivitySpec) { s.AwardSendRule.TransactionAmountMinimum = 1 }, []string{"award_send_rule", "transaction_amount_minimum"}, float64(1)},
		"hours without dates, all days": {periodsOf(nil, hours), append(periods, "available_time"), timeRange("2027-03-06T00:00:00+08:00", "2027-03-07T23:59:59+08:00")},
		"hours with dates":              {periodsOf(dates, hours), append(periods, "available_time"), timeRange("2027-03-06T08:00:00+08:00", "2027-03-06T20:00:00+08:00")},
		"dates without hours":           {periodsOf(dates, nil), append(periods, "available_day_time"), nil},
		"periods without hours":         {periodsOf(nil, nil), append(periods, "available_time"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := at(t, bodyOf(t, PayGiftActivityKind{}, minimal(t, test.change)), test.path...); !reflect.DeepEqual(got, test.want) {
				t.Errorf("%s is %v, want %v", strings.Join(test.path, "."), got, test.want)
			}
		})
	}
}

func periodsOf(dates []v1alpha1.PayGiftAvailableTime, hours []v1alpha1.PayGiftAvailableDayTime) func(*v1alpha1.PayGiftActivitySpec) {
	return func(spec *v1alpha1.PayGiftActivitySpec) {
		spec.ActivityBaseInfo.AvailablePeriods = &v1alpha1.PayGiftAvailablePeriods{AvailableTime: dates, AvailableDayTime: hours}
	}
}

func TestTimesReachTheWireInBeijingTimeWhateverTheirOffset(t *testing.T) {
	for given, want := range map[string]string{
		"2027-03-06T10:00:00+08:00":     "2027-03-06T10:00:00+08:00",
		"2027-03-06T02:00:00Z":          "2027-03-06T10:00:00+08:00",
		"2027-03-05T21:00:00-05:00":     "2027-03-06T10:00:00+08:00",
		"2027-03-06T07:30:00+05:30":     "2027-03-06T10:00:00+08:00",
		"2027-03-06T10:00:00.5+08:00":   "2027-03-06T10:00:00.500+08:00",
		"2027-03-06T02:00:00.123Z":      "2027-03-06T10:00:00.123+08:00",
		"2027-03-06T10:00:00.000+08:00": "2027-03-06T10:00:00+08:00",
	} {
		t.Run(given, func(t *testing.T) {
			gift := minimal(t, func(spec *v1alpha1.PayGiftActivitySpec) {
				spec.ActivityBaseInfo.BeginTime = given
				periodsOf([]v1alpha1.PayGiftAvailableTime{{BeginTime: given, EndTime: given}}, nil)(spec)
			})
			request, err := kind.Request(gift, engine.Sender{Number: numberOfOurs})
			if err != nil {
				t.Fatal(err)
			}
			if got := at(t, request.Body, "activity_base_info", "begin_time"); got != want {
				t.Errorf("begin_time is %v, want %s", got, want)
			}
			period := map[string]any{"begin_time": want, "end_time": want}
			if got := at(t, request.Body, "activity_base_info", "available_periods", "available_time"); !reflect.DeepEqual(got, []any{period}) {
				t.Errorf("available_time is %v, want %v", got, period)
			}
			if at, _ := time.Parse(time.RFC3339Nano, want); !request.Begin.Equal(at) {
				t.Errorf("the request begins at %s, want %s", request.Begin, at)
			}
		})
	}
}

func TestATimeThatIsNoneIsRefusedByTheNameOfItsField(t *testing.T) {
	const good, bad = "2027-03-06T10:00:00+08:00", "2027-02-30T10:00:00"
	second := func(begin, end string) func(*v1alpha1.PayGiftActivitySpec) {
		return periodsOf([]v1alpha1.PayGiftAvailableTime{{BeginTime: good, EndTime: good}, {BeginTime: begin, EndTime: end}}, nil)
	}
	for field, change := range map[string]func(*v1alpha1.PayGiftActivitySpec){
		"spec.activityBaseInfo.beginTime:":                                   func(s *v1alpha1.PayGiftActivitySpec) { s.ActivityBaseInfo.BeginTime = bad },
		"spec.activityBaseInfo.endTime:":                                     func(s *v1alpha1.PayGiftActivitySpec) { s.ActivityBaseInfo.EndTime = bad },
		"spec.activityBaseInfo.availablePeriods.availableTime[1].beginTime:": second(bad, good),
		"spec.activityBaseInfo.availablePeriods.availableTime[1].endTime:":   second(good, bad),
	} {
		t.Run(field, func(t *testing.T) {
			request, err := kind.Request(minimal(t, change), engine.Sender{Number: numberOfOurs})
			if err == nil || !strings.HasPrefix(err.Error(), field) || !strings.Contains(err.Error(), bad) || !strings.Contains(err.Error(), "+08:00") {
				t.Errorf("the error is %v; want one that names %s, the value, and how to write it", err, field)
			}
			if request.Body != nil {
				t.Errorf("there is a body all the same: %s", request.Body)
			}
		})
	}
}

func TestTheRequestSaysWhenItBeginsAndUnderWhichNumber(t *testing.T) {
	request, err := kind.Request(minimal(t, nil), engine.Sender{Number: numberOfOurs})
	if err != nil {
		t.Fatal(err)
	}
	beijing := time.FixedZone("", 8*60*60)
	if begin := time.Date(2027, 3, 6, 0, 0, 0, 0, beijing); !request.Begin.Equal(begin) {
		t.Errorf("it begins at %s, want %s", request.Begin, begin)
	}
	if end := time.Date(2027, 3, 7, 23, 59, 59, 0, beijing); !request.End.Equal(end) {
		t.Errorf("it ends at %s, want %s", request.End, end)
	}
	if request.LatestBegin != 365*24*time.Hour {
		t.Errorf("it may begin %s ahead, want a year", request.LatestBegin)
	}
	if got := at(t, request.Body, "activity_base_info", "out_request_no"); request.Number != numberOfOurs || got != numberOfOurs {
		t.Errorf("the number is %s, in the body %v; want %s", request.Number, got, numberOfOurs)
	}
	if kind.GivenNumber(minimal(t, nil)) != "" {
		t.Error("the minimal manifest gives a number")
	}
	if given := kind.GivenNumber(manifest(t, golden["paygift-maximal"])); given != "1900000109-20270601-maximal_1*A|b" {
		t.Errorf("the maximal manifest gives %q", given)
	}
}

func TestTheStateOfAManifestIsTheGoal(t *testing.T) {
	for state, want := range map[v1alpha1.PayGiftActivityDesiredState]engine.Goal{
		v1alpha1.PayGiftActivityDraft:      engine.GoalNothing,
		v1alpha1.PayGiftActivityActive:     engine.GoalLive,
		v1alpha1.PayGiftActivityTerminated: engine.GoalEnded,
		"":                                 engine.GoalNothing,
		"FromANewerVersion":                engine.GoalNothing,
	} {
		gift := minimal(t, func(spec *v1alpha1.PayGiftActivitySpec) { spec.State = state })
		if goal := kind.Goal(gift); goal != want {
			t.Errorf("state %q has the goal %s, want %s", state, goal, want)
		}
	}
}

// facts are all that the vendor can say, each with the status field that holds it.
var facts = map[string]func(*v1alpha1.PayGiftActivityStatus) *string{
	"activity_type":       func(st *v1alpha1.PayGiftActivityStatus) *string { return &st.ActivityType },
	"creator_merchant_id": func(st *v1alpha1.PayGiftActivityStatus) *string { return &st.CreatorMerchantID },
	"belong_merchant_id":  func(st *v1alpha1.PayGiftActivityStatus) *string { return &st.BelongMerchantID },
	"create_time":         func(st *v1alpha1.PayGiftActivityStatus) *string { return &st.CreateTime },
	"update_time":         func(st *v1alpha1.PayGiftActivityStatus) *string { return &st.UpdateTime },
	"pause_time":          func(st *v1alpha1.PayGiftActivityStatus) *string { return &st.PauseTime },
	"recovery_time":       func(st *v1alpha1.PayGiftActivityStatus) *string { return &st.RecoveryTime },
	"terminate_time":      func(st *v1alpha1.PayGiftActivityStatus) *string { return &st.TerminateTime },
}

func TestEveryFactHasItsFieldInTheStatusAndNoOther(t *testing.T) {
	for name, field := range facts {
		gift, want := minimal(t, nil), minimal(t, nil)
		kind.Observe(gift, map[string]string{name: "value", "unheard_of": "ignored"}, "")
		*field(&want.Status) = "value"
		if !reflect.DeepEqual(gift, want) {
			t.Errorf("%s: the status is %+v, want %+v", name, gift.Status, want.Status)
		}
	}
}

func TestAFactThatIsNotSaidLeavesItsFieldAsItIs(t *testing.T) {
	gift := minimal(t, nil)
	for _, field := range facts {
		*field(&gift.Status) = "known"
	}
	gift.Status.ActivityStatus, gift.Status.ActivityID = "ONGOING_ACT_STATUS", "10028001"
	before := gift.DeepCopy()
	empty := map[string]string{}
	for name := range facts {
		empty[name] = ""
	}
	for _, said := range []map[string]string{nil, {}, empty} {
		kind.Observe(gift, said, "")
		if !reflect.DeepEqual(gift, before) {
			t.Errorf("said %v: the status is %+v, want %+v", said, gift.Status, before.Status)
		}
	}
	kind.Observe(gift, nil, "STOP_ACT_STATUS")
	if gift.Status.ActivityStatus != "STOP_ACT_STATUS" {
		t.Errorf("the vendor's word is %s", gift.Status.ActivityStatus)
	}
}

func TestTheSameMomentInAnotherSpellingChangesNothing(t *testing.T) {
	const known = "2027-03-06T10:00:00+08:00"
	for said, want := range map[string]string{
		known:                           known,
		"2027-03-06T10:00:00.000+08:00": known,
		"2027-03-06T02:00:00Z":          known,
		"2027-03-06T10:00:00.001+08:00": "2027-03-06T10:00:00.001+08:00",
		"2027-03-06T10:00:00Z":          "2027-03-06T10:00:00Z",
		"just now":                      "just now",
	} {
		gift := minimal(t, nil)
		gift.Status.UpdateTime = known
		kind.Observe(gift, map[string]string{"update_time": said}, "")
		if gift.Status.UpdateTime != want {
			t.Errorf("said %s: the status has %s, want %s", said, gift.Status.UpdateTime, want)
		}
	}
}

func TestOnlyAPauseWhoseTimeIsNotKnownIsReadInDetail(t *testing.T) {
	for name, test := range map[string]struct {
		pauseTime string
		snapshot  providers.Snapshot
		want      bool
	}{
		"paused in the list, its time unknown": {"", providers.Snapshot{State: providers.StatePaused}, true},
		"paused, its time known":               {"2027-03-06T10:00:00+08:00", providers.Snapshot{State: providers.StatePaused}, false},
		"paused, and read in detail already":   {"", providers.Snapshot{State: providers.StatePaused, Detailed: true}, false},
		"running":                              {"", providers.Snapshot{State: providers.StateRunning}, false},
		"ended":                                {"", providers.Snapshot{State: providers.StateEnded}, false},
	} {
		gift := minimal(t, nil)
		gift.Status.PauseTime = test.pauseTime
		if got := kind.WantsDetail(gift, test.snapshot); got != test.want {
			t.Errorf("%s: WantsDetail is %t", name, got)
		}
	}
}

func TestTheKindMakesItsOwnObjects(t *testing.T) {
	if kind.Name() != "PayGiftActivity" {
		t.Errorf("the kind's name is %s; request numbers are made from it", kind.Name())
	}
	if _, ok := kind.New().(*v1alpha1.PayGiftActivity); !ok {
		t.Errorf("New returns %T", kind.New())
	}
	if _, ok := kind.NewList().(*v1alpha1.PayGiftActivityList); !ok {
		t.Errorf("NewList returns %T", kind.NewList())
	}
	gift := minimal(t, nil)
	kind.SetActivityID(gift, "10028001")
	if gift.Status.ActivityID != "10028001" || kind.ActivityID(gift) != "10028001" {
		t.Errorf("the id is %q in the status and %q for the engine", gift.Status.ActivityID, kind.ActivityID(gift))
	}
	if money := kind.Exposure(gift); money != nil {
		t.Errorf("the activity commits %+v itself, want nothing: the money is its stocks'", money)
	}
}
