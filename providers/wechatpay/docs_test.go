package wechatpay

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

var update = flag.Bool("update", false, "write docs/errors-wechatpay.md from the error table")

const docsIntroduction = `# Errors of WeChat Pay

<!-- Made from the tables in providers/wechatpay/errors_paygift.go, errors_favor.go and errors_common.go:
     go test ./providers/wechatpay -run TestDocs -update -->

Every failed call ends in one row of these tables. The row is chosen by HTTP status where the status decides alone (202, 429,
5xx), else by the kind's operation and code, else by code, in the kind's table before the common one, else by status. Words in
brackets stand where the gateway gave no code, and a dash where no page says with which status a code comes.

- **Kind** says who can do something: ` + "`Invalid`" + ` the author of the manifest, ` + "`Auth`" + ` whoever keeps the account's keys, ` +
	"`Forbidden`" + ` somebody at
  the vendor's console, ` + "`Funds`" + ` whoever can top up the merchant's balance; ` + "`Throttled`" + ` and ` + "`Unavailable`" + ` pass by
  themselves; ` + "`Untrusted`" + ` answers are not believed;
  ` + "`Unknown`" + ` ones are repeated slowly and never given up.
- **Repeated** is how soon: ` + "`Fast`" + ` within seconds, growing; ` + "`Slow`" + ` within minutes; ` + "`Account`" + ` when the account works again; ` +
	"`Never`" + ` after a
  change of the manifest.
- **Outcome unknown** is said of the calls that change something (create, terminate, start, pause, restart, members-add,
  members-remove): they may have taken effect although they failed. Only the identical request follows then, until an id, or
  reading at the vendor, says what happened. Reads have no such outcome.

A rejection counts as such in the gateway's own words only: a JSON body with a code and, where it is signed, a signature
that verifies. The gateway does not promise to sign rejections, so unsigned ones are believed. One proves something and is
therefore not: that a merchant has no coupon stock, said as ` + "`RESOURCE_NOT_EXISTS`" + ` to the first page of the list. Signed it is an empty
list, unsigned an error.

`

// docsTable renders the rows of a product as Markdown.
func docsTable(title string, product Product) string {
	var out strings.Builder
	fmt.Fprintf(&out, "## %s\n\n", title)
	out.WriteString("| Operation | HTTP | Code | Kind | Repeated | Outcome unknown | What to do |\n|---|---|---|---|---|---|---|\n")
	for _, row := range ErrorTable() {
		if row.Product != product {
			continue
		}
		operation, status, code, maybe := "any", row.HTTP, "`"+row.Code+"`", "no"
		if row.Operation != "" {
			operation = "`" + string(row.Operation) + "`"
		}
		if status == "" {
			status = "–"
		}
		if strings.HasPrefix(row.Code, "(") {
			code = row.Code
		}
		if row.MaybeCommitted {
			maybe = "yes"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %s |\n", operation, status, code, row.Kind, row.Delay, maybe, row.Advice)
	}
	return out.String() + "\n"
}

// docsStates renders the words of a kind in the given order.
func docsStates(title, field string, states map[string]providers.State, words ...string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "## %s\n\n| `%s` | State |\n|---|---|\n", title, field)
	for _, word := range words {
		fmt.Fprintf(&out, "| `%s` | %s |\n", word, states[word])
	}
	fmt.Fprintf(&out, "| anything else | %s |\n", providers.StateUnknown)
	return out.String()
}

func docs() string {
	return docsIntroduction +
		docsTable("Pay gift (支付有礼)", ProductPayGift) +
		docsTable("Coupon stocks (代金券)", ProductFavor) +
		docsTable("Everything", "") +
		docsStates("States of a pay-gift activity", activityStatusField, payGiftStates, "CREATE_ACT_STATUS", "ONGOING_ACT_STATUS",
			"STOP_ACT_STATUS", "TERMINATE_ACT_STATUS", "OVER_TIME_ACT_STATUS", "CREATE_ACT_FAILED") + "\n" +
		docsStates("States of a coupon stock", favorStatusField, favorStates, "unactivated", "audit", "running", "paused", favorStopped) +
		"\nA stock that is `stoped` (sic) and whose `stop_time` is more than a minute before its end is Terminated: somebody stopped it.\n"
}

func TestDocsShowTheErrorTable(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "errors-wechatpay.md")
	want := docs()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is out of date: go test ./providers/wechatpay -run TestDocs -update", path)
	}
}
