package api_test

import (
	"os"
	"strings"
	"testing"

	"github.com/campaign-operator/campaign-operator/internal/wire"
)

// alipayFields are the paths of all fields of the create request on Alipay's page, blocks included, in its spelling and order.
const alipayFields = "../../api/v1alpha1/testdata/alipayvoucheractivity-request-fields.txt"

func TestEveryFieldOfAlipaysPageIsInTheSchemaAndInASample(t *testing.T) {
	raw, err := os.ReadFile(alipayFields)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(raw))
	if len(fields) != 149 {
		t.Errorf("%s lists %d fields, the page has 149", alipayFields, len(fields))
	}
	inSchema := map[string]bool{}
	for _, n := range schemaNodes(t, "AlipayVoucherActivity") {
		inSchema[n.path] = true
	}
	samples := readManifest(t, samplesDir+"/alipayvoucheractivity-every-field.yaml").objects
	for _, field := range fields {
		steps := strings.Split(field, ".")
		for i, step := range steps {
			steps[i] = wire.CamelCase(step)
		}
		if path := "spec." + strings.Join(steps, "."); !inSchema[path] {
			t.Errorf("%s is on Alipay's page and not in the schema as %s", field, path)
		}
		found := false
		for _, sample := range samples {
			found = found || has(sample.Object["spec"], steps)
		}
		if !found {
			t.Errorf("no sample has %s", field)
		}
	}
}
