package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-pay/gopay"
	wechat "github.com/go-pay/gopay/wechat/v3"

	"github.com/campaign-operator/campaign-operator/internal/simulator"
)

func gopayClient(t *testing.T, server *simulator.Server) *wechat.ClientV3 {
	t.Helper()
	creds, err := server.Credentials(mchid)
	if err != nil {
		t.Fatal(err)
	}
	c, err := wechat.NewClientV3(creds.Mchid, creds.SerialNo, creds.APIv3Key, string(creds.PrivateKeyPEM))
	if err != nil {
		t.Fatal(err)
	}
	c.SetProxyHost(server.URL())
	return c
}

func TestGopayWorksWithEitherKey(t *testing.T) {
	for name, verify := range map[string]func(*testing.T, *simulator.Server, *wechat.ClientV3){
		"public key": func(t *testing.T, server *simulator.Server, c *wechat.ClientV3) {
			t.Helper()
			creds, err := server.Credentials(mchid)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.AutoVerifySignByPublicKey(creds.PublicKeyPEM, creds.PublicKeyID); err != nil {
				t.Fatal(err)
			}
		},
		"platform certificate": func(t *testing.T, _ *simulator.Server, c *wechat.ClientV3) {
			t.Helper()
			// Downloads and decrypts the certificates; without refreshing, which would never end.
			if err := c.AutoVerifySign(false); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, simulator.Options{})
			c := gopayClient(t, server)
			verify(t, server, c)
			lifeWithGopay(t, server, c)
		})
	}
}

func lifeWithGopay(t *testing.T, server *simulator.Server, c *wechat.ClientV3) {
	t.Helper()
	ctx := t.Context()
	begin := time.Now().Add(24 * time.Hour)
	created, err := c.V3PayGiftActivityCreate(ctx, gopay.BodyMap{
		"activity_base_info": gopay.BodyMap{
			"activity_name": "良品铺子回馈活动", "activity_second_title": "海飞丝的券", "merchant_logo_url": "https://example.com/logo.png",
			"begin_time": begin.Format(time.RFC3339), "end_time": begin.AddDate(0, 0, 30).Format(time.RFC3339),
			"out_request_no": "1900000109-gopay", "delivery_purpose": "OFF_LINE_PAY",
		},
		"award_send_rule": gopay.BodyMap{
			"transaction_amount_minimum": 100, "send_content": "SINGLE_COUPON", "award_type": "BUSIFAVOR",
			"award_list":      []gopay.BodyMap{{"stock_id": "98065001", "original_image_url": "https://example.com/large.png"}},
			"merchant_option": "MANUAL_INPUT_MERCHANT", "merchant_id_list": []string{"10000022"},
		},
	})
	if err != nil || created.Code != wechat.Success {
		t.Fatalf("created %+v (%v)", created, err)
	}
	id := created.Response.ActivityId
	detail, err := c.V3PayGiftActivityDetail(ctx, id)
	if err != nil || detail.Code != wechat.Success || detail.Response.AwardSendRule.FullSendRule.AwardList[0].StockId != "98065001" {
		t.Fatalf("the detail is %+v (%v)", detail, err)
	}
	list, err := c.V3PayGiftActivityList(ctx, gopay.BodyMap{"offset": 0, "limit": 10})
	if err != nil || list.Code != wechat.Success || list.Response.TotalCount != 1 {
		t.Fatalf("the list is %+v (%v)", list, err)
	}
	added, err := c.V3PayGiftActivityMerchantAdd(ctx, id, gopay.BodyMap{"merchant_id_list": []string{"10000023"}, "add_request_no": "add-1"})
	if err != nil || added.Code != wechat.Success {
		t.Fatalf("added %+v (%v)", added, err)
	}
	merchants, err := c.V3PayGiftActivityMerchant(ctx, id, gopay.BodyMap{"offset": 0, "limit": 10})
	if err != nil || merchants.Code != wechat.Success || len(merchants.Response.Data) != 2 {
		t.Fatalf("merchants are %+v (%v)", merchants, err)
	}
	ended, err := c.V3PayGiftActivityTerminate(ctx, id)
	if err != nil || ended.Code != wechat.Success || ended.Response.ActivityId != id {
		t.Fatalf("ended %+v (%v)", ended, err)
	}
	stock, err := c.V3BusiFavorBatchDetail(ctx, "98065001")
	if err != nil || stock.Code != wechat.Success {
		t.Fatalf("the stock is %+v (%v)", stock, err)
	}
	missing, err := c.V3PayGiftActivityDetail(ctx, "1")
	if err != nil || missing.Code != http.StatusNotFound || missing.ErrResponse.Code != "RESOURCE_NOT_EXISTS" {
		t.Fatalf("a missing activity: %+v (%v)", missing, err)
	}
	put(t, server, "signature.response", "badSignature")
	if _, err := c.V3PayGiftActivityDetail(ctx, id); err == nil {
		t.Fatal("a bad signature verifies: verification is not on")
	}
}
