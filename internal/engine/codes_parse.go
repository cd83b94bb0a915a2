package engine

import (
	"hash/fnv"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/status"
	"github.com/campaign-operator/campaign-operator/providers"
)

// codeList are the codes of a Secret, each with its line.
type codeList struct {
	codes  []string
	lines  []int64
	digest string
}

// parseCodes reads the codes of a Secret, one a line; empty lines count as lines only. No message shows a code.
func (t Traits) parseCodes(key types.NamespacedName, data map[string][]byte, count int64) (codeList, *status.Verdict) {
	content, ok := data[v1alpha1.SecretKeyVoucherCodes]
	if !ok {
		return codeList{}, codesInvalid("Secret %s has no key %s. Put the codes there, one a line.", key, v1alpha1.SecretKeyVoucherCodes)
	}
	var list codeList
	seen := map[string]int64{}
	line := int64(0)
	for text := range strings.Lines(string(content)) {
		line++
		code := strings.TrimSpace(text)
		switch first, twice := seen[code]; {
		case code == "":
			continue
		case !t.CodeForm.MatchString(code):
			return codeList{}, codesInvalid("Secret %s, line %d is no voucher code: write %s, one code a line.", key, line, t.CodeWords)
		case twice:
			return codeList{}, codesInvalid("Secret %s: lines %d and %d are the same code. Write each code once.", key, first, line)
		}
		seen[code] = line
		list.codes, list.lines = append(list.codes, code), append(list.lines, line)
	}
	if int64(len(list.codes)) != count {
		return codeList{}, codesInvalid("Secret %s holds %d codes, voucherCodesFrom says count: %d. Correct the one or the other.", key, len(list.codes), count)
	}
	list.digest = digest([]byte(strings.Join(list.codes, "\n")))
	return list, nil
}

// hashes tells the codes apart, in little memory: of five million codes two share one once in a million times.
func (l codeList) hashes() []uint64 {
	hashes := make([]uint64, 0, len(l.codes))
	for _, code := range l.codes {
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(code)) // a hash never fails
		hashes = append(hashes, hash.Sum64())
	}
	return hashes
}

// sameTwice reports whether two of many hashes are the same.
func sameTwice(hashes []uint64) bool {
	slices.Sort(hashes)
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] {
			return true
		}
	}
	return false
}

// batch are the codes from a place on, as many as one call takes; nil when there are none.
func (l codeList) batch(secretName string, from int64) *CodeBatch {
	if from >= int64(len(l.codes)) {
		return nil
	}
	to := min(from+providers.MaxCodes, int64(len(l.codes)))
	return &CodeBatch{SecretName: secretName, From: from, Codes: l.codes[from:to], Lines: l.lines[from:to], SourceDigest: l.digest}
}
