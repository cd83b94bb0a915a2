package lenient

// LastPage reports whether no page is to be asked for after the one with the given number (from 0) and items. It does not
// trust the gateway's total to end a list: a full page is always followed by another request. A total that promises more
// keeps a short page from ending it; an empty page does.
func LastPage(items, page, total, size int) bool {
	if items == 0 {
		return true
	}
	return items < size && page*size+items >= total
}
