package simulator_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/go-pay/gopay"
	wechat "github.com/go-pay/gopay/wechat/v3"
	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/cashcoupons"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
	"github.com/campaign-operator/campaign-operator/internal/simulator/wechatpay"
)

func sdkFavor(no string) cashcoupons.CreateCouponStockRequest {
	begin := time.Now().Add(24 * time.Hour)
	return cashcoupons.CreateCouponStockRequest{
		StockName: core.String("满<10>减5&券"), Comment: core.String("零售批次"), BelongMerchant: core.String(mchid),
		AvailableBeginTime: core.String(begin.Format(time.RFC3339)), AvailableEndTime: core.String(begin.AddDate(0, 0, 30).Format(time.RFC3339)),
		StockUseRule: &cashcoupons.StockRule{
			MaxCoupons: core.Int64(100), MaxAmount: core.Int64(favorBudget), MaxAmountByDay: core.Int64(5_000), MaxCouponsPerUser: core.Int64(3),
			NaturalPersonLimit: core.Bool(true), PreventApiAbuse: core.Bool(true),
		},
		PatternInfo: &cashcoupons.PatternInfo{Description: core.String("微信支付营销代金券"), BackgroundColor: cashcoupons.BACKGROUNDCOLOR_COLOR020.Ptr(), JumpTarget: cashcoupons.JUMPTARGET_PAYMENT_CODE.Ptr()},
		CouponUseRule: &cashcoupons.CouponRule{
			FixedNormalCoupon: &cashcoupons.FixedValueStockMsg{CouponAmount: core.Int64(500), TransactionMinimum: core.Int64(1000)},
			TradeType:         []cashcoupons.TradeType{cashcoupons.TRADETYPE_MICROAPP}, CombineUse: core.Bool(false),
			AvailableItems: []string{"123321"}, AvailableMerchants: []string{"10000022", "10000023"},
		},
		NoCash: core.Bool(false), StockType: core.String("NORMAL"), OutRequestNo: core.String(no),
	}
}

func TestTheOfficialSDKLeadsAFavorStock(t *testing.T) {
	for name, connect := range map[string]func(*testing.T, *simulator.Server, wechatpay.Credentials) *core.Client{"public key": byPublicKey, "platform certificate": byCertificate} {
		t.Run(name, func(t *testing.T) {
			server := start(t, simulator.Options{})
			creds, err := server.Credentials(mchid)
			if err != nil {
				t.Fatal(err)
			}
			api := cashcoupons.StockApiService{Client: connect(t, server, creds)}
			id := favorStepsWithTheSDK(t.Context(), t, api)
			favorReadsWithTheSDK(t.Context(), t, api, id)
			favorCallbacksWithTheSDK(t.Context(), t, cashcoupons.CallBackUrlApiService(api))
			if entries := movements(t, server, *id); len(entries) != 1 {
				t.Fatalf("the ledger has %v", entries)
			}
		})
	}
}

// favorStepsWithTheSDK makes a stock and takes it through its states.
func favorStepsWithTheSDK(ctx context.Context, t *testing.T, api cashcoupons.StockApiService) *string {
	t.Helper()
	creator := core.String(mchid)
	created, _, err := api.CreateCouponStock(ctx, sdkFavor("1900000109-sdk"))
	if err != nil {
		t.Fatal(err)
	}
	id := created.StockId
	if again, _, err := api.CreateCouponStock(ctx, sdkFavor("1900000109-sdk")); err != nil || *again.StockId != *id {
		t.Fatalf("the replay gives %v (%v)", again, err)
	}
	for range 2 {
		if started, _, err := api.StartStock(ctx, cashcoupons.StartStockRequest{StockId: id, StockCreatorMchid: creator}); err != nil || *started.StockId != *id || *started.StartTime == "" {
			t.Fatalf("started %v (%v)", started, err)
		}
	}
	if paused, _, err := api.PauseStock(ctx, cashcoupons.PauseStockRequest{StockId: id, StockCreatorMchid: creator}); err != nil || *paused.PauseTime == "" {
		t.Fatalf("paused %v (%v)", paused, err)
	}
	if restarted, _, err := api.RestartStock(ctx, cashcoupons.RestartStockRequest{StockId: id, StockCreatorMchid: creator}); err != nil || *restarted.RestartTime == "" {
		t.Fatalf("restarted %v (%v)", restarted, err)
	}
	unused, _, err := api.CreateCouponStock(ctx, sdkFavor("1900000109-unused"))
	if err != nil {
		t.Fatal(err)
	}
	if stopped, _, err := api.StopStock(ctx, cashcoupons.StopStockRequest{StockId: unused.StockId, StockCreatorMchid: creator}); err != nil || *stopped.StopTime == "" {
		t.Fatalf("stopped %v (%v)", stopped, err)
	}
	return id
}

func favorReadsWithTheSDK(ctx context.Context, t *testing.T, api cashcoupons.StockApiService, id *string) {
	t.Helper()
	creator := core.String(mchid)
	stock, _, err := api.QueryStock(ctx, cashcoupons.QueryStockRequest{StockId: id, StockCreatorMchid: creator})
	if err != nil || *stock.Status != "running" || *stock.StockName != "满<10>减5&券" || *stock.StockUseRule.MaxAmount != favorBudget ||
		*stock.StockUseRule.FixedNormalCoupon.CouponAmount != 500 || *stock.StockUseRule.CombineUse || stock.StockUseRule.TradeType[0] != cashcoupons.TRADETYPE_MICROAPP {
		t.Fatalf("the stock is %v (%v)", stock, err)
	}
	found, _, err := api.ListStocks(ctx, cashcoupons.ListStocksRequest{
		Offset: core.Int64(0), Limit: core.Int64(10), StockCreatorMchid: creator, Status: core.String("running"),
		CreateStartTime: core.String(time.Now().Add(-time.Hour).Format(time.RFC3339)), CreateEndTime: core.String(time.Now().Add(time.Hour).Format(time.RFC3339)),
	})
	if err != nil || *found.TotalCount != 1 || *found.Data[0].StockId != *id {
		t.Fatalf("the list is %v (%v)", found, err)
	}
	merchants, _, err := api.ListAvailableMerchants(ctx, cashcoupons.ListAvailableMerchantsRequest{StockId: id, StockCreatorMchid: creator, Offset: core.Int64(0), Limit: core.Int64(50)})
	if err != nil || *merchants.TotalCount != 2 || merchants.Data[1] != "10000023" {
		t.Fatalf("merchants are %v (%v)", merchants, err)
	}
	items, _, err := api.ListAvailableSingleitems(ctx, cashcoupons.ListAvailableSingleitemsRequest{StockId: id, StockCreatorMchid: creator, Offset: core.Int64(0), Limit: core.Int64(100)})
	if err != nil || *items.TotalCount != 1 || items.Data[0] != "123321" {
		t.Fatalf("items are %v (%v)", items, err)
	}
	_, _, err = api.QueryStock(ctx, cashcoupons.QueryStockRequest{StockId: core.String("1"), StockCreatorMchid: creator})
	var refused *core.APIError
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound || refused.Code != "RESOURCE_NOT_EXISTS" {
		t.Fatalf("a missing stock: %v", err)
	}
}

func favorCallbacksWithTheSDK(ctx context.Context, t *testing.T, api cashcoupons.CallBackUrlApiService) {
	t.Helper()
	const address = "https://example.com/notify"
	if done, _, err := api.SetCallback(ctx, cashcoupons.SetCallbackRequest{Mchid: core.String(mchid), NotifyUrl: core.String(address), Switch: core.Bool(true)}); err != nil || *done.NotifyUrl != address || *done.UpdateTime == "" {
		t.Fatalf("set %v (%v)", done, err)
	}
	if got, _, err := api.QueryCallback(ctx, cashcoupons.QueryCallbackRequest{Mchid: core.String(mchid)}); err != nil || *got.NotifyUrl != address {
		t.Fatalf("got %v (%v)", got, err)
	}
}

func TestGopayLeadsAFavorStock(t *testing.T) {
	server := start(t, simulator.Options{})
	creds, err := server.Credentials(mchid)
	if err != nil {
		t.Fatal(err)
	}
	c := gopayClient(t, server)
	if err := c.AutoVerifySignByPublicKey(creds.PublicKeyPEM, creds.PublicKeyID); err != nil {
		t.Fatal(err)
	}
	var body gopay.BodyMap = asMap(t, favorBody())
	created, err := c.V3FavorBatchCreate(t.Context(), body)
	if err != nil || created.Code != wechat.Success {
		t.Fatalf("created %+v (%v)", created, err)
	}
	id := created.Response.StockId
	if started, err := c.V3FavorBatchStart(t.Context(), id, mchid); err != nil || started.Code != wechat.Success {
		t.Fatalf("started %+v (%v)", started, err)
	}
	if paused, err := c.V3FavorBatchPause(t.Context(), id, mchid); err != nil || paused.Code != wechat.Success {
		t.Fatalf("paused %+v (%v)", paused, err)
	}
	if restarted, err := c.V3FavorBatchRestart(t.Context(), id, mchid); err != nil || restarted.Code != wechat.Success {
		t.Fatalf("restarted %+v (%v)", restarted, err)
	}
	detail, err := c.V3FavorBatchDetail(t.Context(), id, mchid)
	if err != nil || detail.Code != wechat.Success || detail.Response.Status != "running" {
		t.Fatalf("the detail is %+v (%v)", detail, err)
	}
	found, err := c.V3FavorBatchList(t.Context(), gopay.BodyMap{"stock_creator_mchid": mchid, "offset": 0, "limit": 10})
	if err != nil || found.Code != wechat.Success || found.Response.TotalCount != 1 {
		t.Fatalf("the list is %+v (%v)", found, err)
	}
	if merchants, err := c.V3FavorMerchant(t.Context(), id, mchid, 50, 0); err != nil || merchants.Code != wechat.Success || merchants.Response.TotalCount != 2 {
		t.Fatalf("merchants are %+v (%v)", merchants, err)
	}
	if items, err := c.V3FavorItems(t.Context(), id, mchid, 100, 0); err != nil || items.Code != wechat.Success || items.Response.TotalCount != 2 {
		t.Fatalf("items are %+v (%v)", items, err)
	}
}

// asMap reads a JSON object.
func asMap(t *testing.T, text []byte) map[string]any {
	t.Helper()
	return (&reply{body: text}).fields(t)
}
