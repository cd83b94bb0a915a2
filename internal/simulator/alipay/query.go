package alipay

import "strconv"

// imageURL is where the vendor shows uploaded images.
const imageURL = "https://mdn.alipayobjects.com/simulated/afts/img/"

// query reads one activity.
func (g *Gateway) query(rq *request) (outcome, *apiError) {
	if p := readSchema("", rq.doc); p != nil {
		return outcome{}, problem(p)
	}
	g.vouchers.mu.Lock()
	defer g.vouchers.mu.Unlock()
	a, e := g.vouchers.find(rq)
	if e != nil {
		return outcome{}, e
	}
	return outcome{body: g.details(a)}, nil
}

// details are the fields of a query. It shows no number, no creation time and no count of codes, as documented.
func (g *Gateway) details(a *activity) object {
	doc := object{"activity_id": a.ID}
	if a.Exists || g.switches.Is(SwitchCreatingContent, "present") {
		doc = g.contentOf(a)
		doc["activity_name"] = textAt(a.Content, pathName)
		doc["publish_start_time"], doc["publish_end_time"] = textAt(a.Content, pathStart), textAt(a.Content, pathEnd)
		doc["voucher_type"] = textAt(a.Content, pathType)
		doc["voucher_inventory_info"] = object{"send_count": asNumber(a.Sent), "use_count": asNumber(a.Used)}
		if g.switches.Is(SwitchZeros, "absent") {
			for _, path := range []string{"voucher_inventory_info.send_count", "voucher_inventory_info.use_count", pathQuantity} {
				if numberAt(doc, path) == 0 {
					take(doc, path)
				}
			}
		}
	}
	status, operation := a.status(g.clock.Now(), g.switches.Get(SwitchExpired)), a.operation()
	if where := g.switches.Get(SwitchStatusPlace); where != "baseInfo" {
		doc["activity_status"], doc["activity_operation_status"] = status, operation
	}
	if where := g.switches.Get(SwitchStatusPlace); where != "topLevel" {
		put(doc, "activity_base_info.activity_status", status)
		put(doc, "activity_base_info.activity_operation_status", operation)
	}
	audit := a.Audit
	if audit == "" {
		audit = g.switches.Get(SwitchAudit)
	}
	if audit != "none" {
		doc["audit_result_info"] = object{"audit_type": "UNIFY_ACCESS_CHECK", "audit_result": audit}
	}
	return doc
}

// filledCities is how many cities all cities are filled in with; there are about as many at level 3.
const filledCities = 337

// fillIn shows all cities as a list of them, and beside all shops of a brand or merchants some of them.
func fillIn(doc object) {
	if trueAt(doc, pathAllCity) {
		codes := []any{}
		for i := range filledCities {
			codes = append(codes, strconv.Itoa(110_100+100*i))
		}
		take(doc, pathAllCity)
		put(doc, pathCities, codes)
	}
	if has(doc, pathAllShop) {
		put(doc, pathShops, []any{"2015052600077000000012345678", "2015052600077000000012345679"})
	}
}

// contentOf is the content as reads show it.
func (g *Gateway) contentOf(a *activity) object {
	doc := copyOf(a.Content)
	doc["activity_id"] = a.ID
	put(doc, "activity_base_info.activity_product_type", "ORDER_VOUCHER")
	longest := int(g.switches.Number(SwitchLongestScope))
	for _, path := range []string{pathShops, pathExcluded, pathCities} {
		if len(listAt(doc, path)) > longest {
			take(doc, path)
		}
	}
	if g.switches.Is(SwitchAllScope, "filledIn") {
		fillIn(doc)
	}
	display := doc[pathDisplay].(object)
	for image, url := range map[string]string{"brand_logo": "brand_logo_url", "voucher_image": "voucher_image_url"} {
		if id := textAt(display, image); id != "" {
			display[url] = imageURL + id
		}
	}
	if ids := listAt(display, "voucher_detail_images"); len(ids) > 0 {
		urls := []any{}
		for _, id := range ids {
			urls = append(urls, imageURL+id)
		}
		display["voucher_detail_image_urls"] = urls
	}
	return doc
}
