package simulator_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/downloader"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/giftactivity"
	"github.com/wechatpay-apiv3/wechatpay-go/services/merchantexclusivecoupon"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

// detour sends calls for the vendor's pinned domain to the simulator. The Host stays the vendor's.
type detour struct{ to *url.URL }

func (d detour) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	sent.Host = r.URL.Host
	sent.URL.Scheme, sent.URL.Host = d.to.Scheme, d.to.Host
	return http.DefaultTransport.RoundTrip(sent)
}

func detourTo(t *testing.T, server *simulator.Server) *http.Client {
	t.Helper()
	to, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: detour{to}, Timeout: 30 * time.Second}
}

// byPublicKey is the official SDK with the WeChat Pay public key.
func byPublicKey(t *testing.T, server *simulator.Server, creds wechatpay.Credentials) *core.Client {
	t.Helper()
	private, err := utils.LoadPrivateKey(string(creds.PrivateKeyPEM))
	if err != nil {
		t.Fatal(err)
	}
	public, err := utils.LoadPublicKey(string(creds.PublicKeyPEM))
	if err != nil {
		t.Fatal(err)
	}
	c, err := core.NewClient(t.Context(), option.WithWechatPayPublicKeyAuthCipher(creds.Mchid, creds.SerialNo, private, creds.PublicKeyID, public), option.WithHTTPClient(detourTo(t, server)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// byCertificate is the official SDK with platform certificates, which it downloads itself.
func byCertificate(t *testing.T, server *simulator.Server, creds wechatpay.Credentials) *core.Client {
	t.Helper()
	private, err := utils.LoadPrivateKey(string(creds.PrivateKeyPEM))
	if err != nil {
		t.Fatal(err)
	}
	signer := option.WithMerchantCredential(creds.Mchid, creds.SerialNo, private)
	plain, err := core.NewClient(t.Context(), signer, option.WithoutValidator(), option.WithHTTPClient(detourTo(t, server)))
	if err != nil {
		t.Fatal(err)
	}
	certificates, err := downloader.NewCertificateDownloaderWithClient(t.Context(), plain, creds.APIv3Key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := core.NewClient(t.Context(), signer, option.WithVerifier(verifiers.NewSHA256WithRSAVerifier(certificates)), option.WithHTTPClient(detourTo(t, server)))
	if err != nil {
		t.Fatal(err)
	}
	// Once more, now verified with what was downloaded.
	if err := certificates.DownloadCertificates(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func sdkCreate(no string) giftactivity.CreateFullSendActRequest {
	begin := time.Now().Add(24 * time.Hour)
	return giftactivity.CreateFullSendActRequest{
		ActivityBaseInfo: &giftactivity.ActBaseInfo{
			ActivityName: core.String("满<5>送&券"), ActivitySecondTitle: core.String("海飞丝的券"), MerchantLogoUrl: core.String("https://example.com/logo.png?a=1&b=2"),
			BeginTime: core.String(begin.Format(time.RFC3339)), EndTime: core.String(begin.AddDate(0, 0, 30).Format(time.RFC3339)),
			OutRequestNo: core.String(no), DeliveryPurpose: giftactivity.DELIVERYPURPOSECATEGORY_OFF_LINE_PAY.Ptr(),
		},
		AwardSendRule: &giftactivity.FullSendRule{
			TransactionAmountMinimum: core.Int64(100), SendContent: giftactivity.SENDCONTENTCATEGORY_SINGLE_COUPON.Ptr(), AwardType: giftactivity.AWARDTYPE_BUSIFAVOR.Ptr(),
			AwardList:      []giftactivity.AwardBaseInfo{{StockId: core.String("98065001"), OriginalImageUrl: core.String("https://example.com/large.png")}},
			MerchantOption: giftactivity.SENDMERCHANTOPTION_MANUAL_INPUT_MERCHANT.Ptr(), MerchantIdList: []string{"10000022"},
		},
	}
}

func TestTheOfficialSDKWorksWithEitherKey(t *testing.T) {
	for name, connect := range map[string]func(*testing.T, *simulator.Server, wechatpay.Credentials) *core.Client{"public key": byPublicKey, "platform certificate": byCertificate} {
		t.Run(name, func(t *testing.T) {
			server := start(t, simulator.Options{})
			creds, err := server.Credentials(mchid)
			if err != nil {
				t.Fatal(err)
			}
			lifeWithTheSDK(t.Context(), t, connect(t, server, creds))
			if got := server.Journal().Count("paygift.create"); got.Requests != 2 || got.Committed != 1 {
				t.Fatalf("counted %+v", got)
			}
		})
	}
}

// lifeWithTheSDK takes an activity from its creation to its end.
func lifeWithTheSDK(ctx context.Context, t *testing.T, client *core.Client) {
	t.Helper()
	api := giftactivity.ActivityApiService{Client: client}
	created, _, err := api.CreateFullSendAct(ctx, sdkCreate("1900000109-sdk"))
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := api.CreateFullSendAct(ctx, sdkCreate("1900000109-sdk"))
	if err != nil || *again.ActivityId != *created.ActivityId {
		t.Fatalf("the replay gives %v (%v)", again, err)
	}
	id := created.ActivityId
	detail, _, err := api.GetActDetail(ctx, giftactivity.GetActDetailRequest{ActivityId: id})
	if err != nil || *detail.ActivityBaseInfo.ActivityName != "满<5>送&券" || *detail.AwardSendRule.FullSendRule.TransactionAmountMinimum != 100 {
		t.Fatalf("the detail is %v (%v)", detail, err)
	}
	list, _, err := api.ListActivities(ctx, giftactivity.ListActivitiesRequest{Offset: core.Int64(0), Limit: core.Int64(100), ActivityStatus: giftactivity.ACTSTATUS_CREATE_ACT_STATUS.Ptr()})
	if err != nil || *list.TotalCount != 1 || *list.Data[0].ActivityBaseInfo.OutRequestNo != "1900000109-sdk" {
		t.Fatalf("the list is %v (%v)", list, err)
	}
	added, _, err := api.AddActivityMerchant(ctx, giftactivity.AddActivityMerchantRequest{ActivityId: id, MerchantIdList: []string{"10000024"}, AddRequestNo: core.String("add-1")})
	if err != nil || *added.ActivityId != *id {
		t.Fatalf("added %v (%v)", added, err)
	}
	if _, _, err := api.DeleteActivityMerchant(ctx, giftactivity.DeleteActivityMerchantRequest{ActivityId: id, MerchantIdList: []string{"10000022"}, DeleteRequestNo: core.String("del-1")}); err != nil {
		t.Fatal(err)
	}
	merchants, _, err := api.ListActivityMerchant(ctx, giftactivity.ListActivityMerchantRequest{ActivityId: id, Offset: core.Int64(0), Limit: core.Int64(20)})
	if err != nil || *merchants.TotalCount != 1 || *merchants.Data[0].Mchid != "10000024" {
		t.Fatalf("merchants are %v (%v)", merchants, err)
	}
	if goods, _, err := api.ListActivitySku(ctx, giftactivity.ListActivitySkuRequest{ActivityId: id}); err != nil || *goods.TotalCount != 0 {
		t.Fatalf("goods are %v (%v)", goods, err)
	}
	if ended, _, err := api.TerminateActivity(ctx, giftactivity.TerminateActivityRequest{ActivityId: id}); err != nil || *ended.ActivityId != *id {
		t.Fatalf("ended %v (%v)", ended, err)
	}
	_, _, err = api.GetActDetail(ctx, giftactivity.GetActDetailRequest{ActivityId: core.String("1")})
	var refused *core.APIError
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound || refused.Code != "RESOURCE_NOT_EXISTS" {
		t.Fatalf("a missing activity: %v", err)
	}
}

func TestTheOfficialSDKMakesAStockThatAnActivityGives(t *testing.T) {
	server := start(t, simulator.Options{})
	creds, err := server.Credentials(mchid)
	if err != nil {
		t.Fatal(err)
	}
	client := byPublicKey(t, server, creds)
	stocks := merchantexclusivecoupon.BusiFavorApiService{Client: client}
	begin, end := time.Now(), time.Now().AddDate(0, 6, 0)
	created, _, err := stocks.CreateBusifavorStock(t.Context(), merchantexclusivecoupon.CreateBusifavorStockRequest{
		StockName: core.String("八月一日活动券"), BelongMerchant: core.String(mchid), GoodsName: core.String("全场商品"), StockType: merchantexclusivecoupon.BUSIFAVORSTOCKTYPE_NORMAL.Ptr(),
		CouponUseRule: &merchantexclusivecoupon.CouponUseRule{
			CouponAvailableTime: &merchantexclusivecoupon.FavorAvailableTime{AvailableBeginTime: &begin, AvailableEndTime: &end},
			FixedNormalCoupon:   &merchantexclusivecoupon.FixedValueStockMsg{DiscountAmount: core.Int64(5), TransactionMinimum: core.Int64(100)},
			UseMethod:           merchantexclusivecoupon.COUPONUSEMETHOD_OFF_LINE.Ptr(),
		},
		StockSendRule: &merchantexclusivecoupon.StockSendRule{MaxCoupons: core.Int64(100), MaxCouponsPerUser: core.Int64(5)},
		OutRequestNo:  core.String("1900000109-stock"), CouponCodeMode: merchantexclusivecoupon.COUPONCODEMODE_WECHATPAY_MODE.Ptr(),
	})
	if err != nil {
		t.Fatal(err)
	}
	stock, _, err := stocks.QueryStock(t.Context(), merchantexclusivecoupon.QueryStockRequest{StockId: created.StockId})
	if err != nil || *stock.StockState != merchantexclusivecoupon.STOCKSTATUS_RUNNING || *stock.StockSendRule.MaxCoupons != 100 {
		t.Fatalf("the stock is %v (%v)", stock, err)
	}
	body := sdkCreate("1900000109-with-stock")
	body.AwardSendRule.AwardList[0].StockId = created.StockId
	gifts := giftactivity.ActivityApiService{Client: client}
	if _, _, err := gifts.CreateFullSendAct(t.Context(), body); err != nil {
		t.Fatal(err)
	}
}
