package alipay

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/providers"
)

var update = flag.Bool("update", false, "write docs/errors-alipay.md from the error table")

const docsIntroduction = `# Errors of Alipay

<!-- Made from the tables in providers/alipay/errors_voucher.go and errors_common.go:
     go test ./providers/alipay -run TestDocs -update -->

Every failed call ends in one row of these tables. The row is chosen by ` + "`sub_code`" + `, since the vendor's own tables of different years
put the same one under different codes, then by ` + "`code`" + `; a row that names a part of the text (` + "`sub_msg`" + `) goes before one that does
not, and that of the operation before the common one. A ` + "`sub_code`" + ` comes with and without isv., isp. and aop. before it. Words in
brackets stand where the gateway gave no code.

- **Kind** says who can do something: ` + "`Invalid`" + ` the author of the manifest, ` + "`Auth`" + ` whoever keeps the account's keys and token, ` +
	"`Forbidden`" + `
  somebody at the vendor's console, ` + "`Conflict`" + ` the activity's state or another change; ` + "`Throttled`" + ` and ` + "`Unavailable`" + ` pass by themselves;
  ` + "`Untrusted`" + ` answers are not believed; ` + "`Unknown`" + ` ones are repeated slowly and never given up.
- **Repeated** is how soon: ` + "`Fast`" + ` within seconds, growing; ` + "`Slow`" + ` within minutes; ` + "`Account`" + ` when the account works again; ` +
	"`Never`" + ` after a
  change of the manifest.
- **Outcome unknown** is said of the calls that change something (create, terminate, modify, append, codes-deposit): they may have taken
  effect although they failed. Only the identical request under the same out_biz_no follows then, until its answer, or reading at the
  vendor, says what happened. Reads have no such outcome.

The gateway answers HTTP 200 to success and failure alike. A success counts only when its signature verifies. A rejection without a
signature explains the failure and proves nothing: whatever its row says, the outcome of a change is unknown. The rows marked
*unsigned* are the exception: the gateway gives these because it cannot know whose key to sign with, and has done nothing.

`

// docsTable renders rows as Markdown.
func docsTable(title string, rows []ErrorRow) string {
	var out strings.Builder
	fmt.Fprintf(&out, "## %s\n\n| Operation | Code | Text has | Kind | Repeated | Outcome unknown | What to do |\n|---|---|---|---|---|---|---|\n", title)
	for _, row := range rows {
		operation, code, text, maybe := "any", "`"+row.Code+"`", "", "no"
		if row.Operation != "" {
			operation = "`" + string(row.Operation) + "`"
		}
		if strings.HasPrefix(row.Code, "(") {
			code = row.Code
		}
		if row.Code == anyCode {
			code = "HTTP " + row.HTTP
		}
		if code == "HTTP " {
			code = "any other HTTP status than 200"
		}
		if row.Unsigned {
			code += " *unsigned*"
		}
		if row.Text != "" {
			text = "`" + row.Text + "`"
		}
		if row.MaybeCommitted {
			maybe = "yes"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %s |\n", operation, code, text, row.Kind, row.Delay, maybe, row.Advice)
	}
	return out.String() + "\n"
}

const docsStates = `## States of a voucher activity

| ` + "`activity_status`" + ` | ` + "`activity_operation_status`" + ` | Publish window | State |
|---|---|---|---|
| empty | ` + "`CREATING`" + ` or empty | any | Creating |
| ` + "`ACTIVE`" + ` | any | to come | Scheduled |
| ` + "`ACTIVE`" + ` | any | begun | Running |
| ` + "`ACTIVE`" + `, ` + "`FINISHED`" + ` | any | over | Ended |
| ` + "`PAUSE`" + ` | any | any | Paused |
| ` + "`FINISHED`" + ` | any | not over | Terminated |
| anything else | any | any | Unknown |

While ` + "`activity_operation_status`" + ` is not empty (` + "`MODIFYING`" + `, ` + "`APPENDING`" + `, ` + "`FINISHEING`" + `, sic) Alipay takes no other change of the activity.
`

func docs() string {
	return docsIntroduction + docsTable("Vouchers (商家券)", voucherRows) + docsTable("Gateway", gatewayRows) + docsTable("Found on this side", localRows) + docsStates
}

func TestDocsShowTheErrorTable(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "errors-alipay.md")
	want := docs()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is out of date: go test ./providers/alipay -run TestDocs -update", path)
	}
	for _, state := range []providers.State{providers.StateCreating, providers.StateScheduled, providers.StateRunning, providers.StateEnded, providers.StatePaused,
		providers.StateTerminated, providers.StateUnknown} {
		if !strings.Contains(docsStates, "| "+string(state)+" |") {
			t.Errorf("the table of states lacks %s", state)
		}
	}
}
