package exchange

import (
	"fmt"
	"net/http"
)

const proxyPage = `<html>
<head><title>%[1]d %[2]s</title></head>
<body>
<center><h1>%[1]d %[2]s</h1></center>
<hr><center>nginx</center>
</body>
</html>
`

// ProxyPage is the reply of a proxy in front of a gateway: a page that nobody signs.
func ProxyPage(status, retryAfter int) *Reply {
	return &Reply{Status: status, Body: fmt.Appendf(nil, proxyPage, status, http.StatusText(status)), HTML: true, RetryAfter: retryAfter}
}
