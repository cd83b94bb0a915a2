package alipay

import (
	"time"

	"github.com/campaign-operator/campaign-operator/internal/simulator/keys"
)

// ActivityInfo is an activity as the simulator's own pages show it. Of its codes only the number is shown.
type ActivityInfo struct {
	ActivityID string `json:"activityId"`
	AppID      string `json:"appId"`
	// MerchantID is the owner's PID.
	MerchantID string `json:"merchantId"`
	// OutBizNo is the number of the create; empty when it was made in the console.
	OutBizNo     string `json:"outBizNo,omitempty"`
	ActivityName string `json:"activityName"`
	// Status is activity_status; empty while it is made.
	Status string `json:"status"`
	// OperationStatus is activity_operation_status.
	OperationStatus  string    `json:"operationStatus"`
	PublishStartTime time.Time `json:"publishStartTime"`
	PublishEndTime   time.Time `json:"publishEndTime"`
	// Quantity is the total of vouchers, Sent and Used count those claimed and redeemed, Codes those imported.
	Quantity int64 `json:"quantity"`
	Sent     int64 `json:"sent"`
	Used     int64 `json:"used"`
	Codes    int   `json:"codes"`
	// Operations are the calls that were accepted, oldest first, with their numbers.
	Operations     []OperationInfo `json:"operations"`
	CreateTime     time.Time       `json:"createTime"`
	CreateRealTime time.Time       `json:"createRealTime"`
	StopTime       *time.Time      `json:"stopTime,omitempty"`
	// Forgotten says that the gateway does not know it any more.
	Forgotten bool `json:"forgotten,omitempty"`
}

// OperationInfo is an accepted call that changed an activity.
type OperationInfo struct {
	// Method is the name of the API, OutBizNo the number that it came under.
	Method   string `json:"method"`
	OutBizNo string `json:"outBizNo"`
	// Time is campaign time.
	Time time.Time `json:"time"`
}

func (g *Gateway) info(a *activity) ActivityInfo {
	info := ActivityInfo{
		ActivityID: a.ID, AppID: a.AppID, MerchantID: a.Owner, ActivityName: textAt(a.Content, pathName),
		Status: a.status(g.clock.Now(), g.switches.Get(SwitchExpired)), OperationStatus: a.operation(),
		PublishStartTime: a.start(), PublishEndTime: a.end(), Quantity: numberAt(a.Content, pathQuantity),
		Sent: a.Sent, Used: a.Used, Codes: len(a.Codes), Operations: []OperationInfo{},
		CreateTime: a.Created, CreateRealTime: a.CreatedR, StopTime: a.StoppedAt, Forgotten: a.Forgotten,
	}
	for _, u := range a.Uses {
		if u.Method == voucherRoot+"create" {
			info.OutBizNo = u.Number
		}
		info.Operations = append(info.Operations, OperationInfo{u.Method, u.Number, u.At})
	}
	return info
}

// Activities shows the activities of one app, or of all for an empty id, in the order of their creation.
func (g *Gateway) Activities(appID string) []ActivityInfo {
	v := g.vouchers
	v.mu.Lock()
	defer v.mu.Unlock()
	v.settleAll()
	all := make([]ActivityInfo, 0, len(v.ids))
	for _, id := range v.ids {
		if a := v.byID[id]; appID == "" || a.AppID == appID {
			all = append(all, g.info(a))
		}
	}
	return all
}

// AppInfo is what may be shown of an app: never a private key, never a token.
type AppInfo struct {
	Vendor     string `json:"vendor"`
	AppID      string `json:"appId"`
	Mode       Mode   `json:"mode"`
	MerchantID string `json:"merchantId"`
	// AgencyMerchants are the merchants that granted the app a token.
	AgencyMerchants []string  `json:"agencyMerchants,omitempty"`
	AppKeys         []KeyInfo `json:"appKeys"`
	AlipayKeys      []KeyInfo `json:"alipayKeys"`
	// NotifyURL is where messages go; empty when nowhere.
	NotifyURL string `json:"notifyUrl,omitempty"`
}

// KeyInfo is the public side of a key.
type KeyInfo struct {
	// SN is the certificate's serial number, as requests and replies name it.
	SN            string    `json:"sn"`
	EffectiveTime time.Time `json:"effectiveTime"`
	ExpireTime    time.Time `json:"expireTime"`
	PublicKey     string    `json:"publicKey"`
	Certificate   string    `json:"certificate"`
}

// Info shows the public side.
func (a *App) Info() AppInfo {
	return AppInfo{
		Vendor: "alipay", AppID: a.AppID, Mode: a.Mode, MerchantID: a.Merchant, AgencyMerchants: a.AgencyMerchants,
		AppKeys: a.keyInfos(AppKey), AlipayKeys: a.keyInfos(AlipayKey), NotifyURL: a.NotifyURL(),
	}
}

func (a *App) keyInfos(kind string) []KeyInfo {
	var infos []KeyInfo
	for _, p := range a.keys.All(kind) {
		public, err := keys.PublicPEM(p.Key)
		if err != nil {
			continue // cannot be: the key was made by crypto/rsa
		}
		infos = append(infos, KeyInfo{SN: p.ID, EffectiveTime: p.NotBefore, ExpireTime: p.NotAfter, PublicKey: string(public), Certificate: string(p.CertPEM)})
	}
	return infos
}
