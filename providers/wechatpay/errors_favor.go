package wechatpay

var favorRows = []ErrorRow{}
