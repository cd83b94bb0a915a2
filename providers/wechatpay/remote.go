package wechatpay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"github.com/campaign-operator/campaign-operator/providers"
	"github.com/campaign-operator/campaign-operator/providers/internal/lenient"
)

// kind is what tells the calls and answers of one kind of activity from another's.
type kind struct {
	product Product
	// noun is what people call one, such as "activity".
	noun string
	// createPath is the path of the create call, path that of the list; an activity's own are below it.
	createPath, path string
	// id is the field of the vendor's id.
	id string
	// pageSize is the documented maximum of limit.
	pageSize int
	// snapshot reads a detail or a row of the list. Unknown fields are ignored, missing ones left out.
	snapshot func(from object, detailed bool) (providers.Snapshot, error)
}

// remote makes the calls that every kind has.
type remote struct {
	kind
	client *Client
	// query is what each read has to name besides its own parameters.
	query url.Values
}

func (r remote) create(ctx context.Context, body []byte) (providers.Created, error) {
	call := call{product: r.product, op: providers.OperationCreate, method: http.MethodPost, path: r.createPath, body: body,
		mutating: true, pinned: !providers.IsFirstSend(ctx)}
	if len(body) == 0 {
		return providers.Created{}, refused(call, outcomeNoBody, "there is no request body")
	}
	return exchangeFor(ctx, r.client, call, r.decodeCreated)
}

func (r remote) get(ctx context.Context, id string) (providers.Snapshot, error) {
	call, err := r.own(providers.OperationGet, http.MethodGet, id, "")
	if err != nil {
		return providers.Snapshot{}, err
	}
	call.path += r.parameters(nil)
	return exchangeFor(ctx, r.client, call, func(reply answer) (providers.Snapshot, error) {
		return r.decodeDetail(reply.body, id)
	})
}

// list asks for a page without any filter. `offset` is its number, from 0.
func (r remote) list(ctx context.Context, page int) (providers.Page, error) {
	query := r.parameters(url.Values{"limit": {strconv.Itoa(r.pageSize)}, "offset": {strconv.Itoa(page)}})
	call := call{product: r.product, op: providers.OperationList, method: http.MethodGet, path: r.path + query}
	if page < 0 {
		return providers.Page{}, refused(call, outcomeBadID, "pages are counted from 0")
	}
	return exchangeFor(ctx, r.client, call, func(reply answer) (providers.Page, error) {
		return r.decodePage(reply.body, page)
	})
}

// parameters is the query of a read, sorted by name; "" where there is none.
func (r remote) parameters(own url.Values) string {
	all := url.Values{}
	for _, values := range []url.Values{r.query, own} {
		for name, value := range values {
			all[name] = value
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "?" + all.Encode()
}

// own is a call to the activity with an id, at what is below its path.
func (k kind) own(op providers.Operation, method, id, below string) (call, error) {
	own := call{product: k.product, op: op, method: method, path: k.path + "/" + url.PathEscape(id) + below}
	if !validID(id) {
		return call{}, refused(own, outcomeBadID, "the "+k.noun+" id is not one")
	}
	return own, nil
}

// exchangeFor makes a call and decodes its verified success.
func exchangeFor[T any](ctx context.Context, client *Client, call call, decode func(answer) (T, error)) (T, error) {
	var none T
	reply, err := client.exchange(ctx, call)
	if err != nil {
		return none, err
	}
	decoded, err := decode(reply)
	if err != nil {
		return none, incomplete(call, reply, outcomeIncomplete, err)
	}
	return decoded, nil
}

// idPattern is wider than the documented ids (digits, up to 20) and keeps out whatever could
// change the URL it becomes part of.
var idPattern = regexp.MustCompile(`^[0-9A-Za-z_|*.-]{1,64}$`)

func validID(id string) bool { return idPattern.MatchString(id) && id != "." && id != ".." }

var errItemNoID = errors.New("an item of the gateway's list has no id")

// checkID: what the answer is about must be id. One that names nothing passes where named is false.
func (k kind) checkID(reply object, id string, named bool) error {
	switch answered := lenient.Text(reply, k.id); {
	case answered == id:
		return nil
	case answered != "":
		return fmt.Errorf("the gateway's success is about another %s than was asked for", k.id)
	case named:
		return k.noID()
	}
	return nil
}

func (k kind) noID() error { return fmt.Errorf("the gateway's success has no %s", k.id) }

func (k kind) decodeCreated(reply answer) (providers.Created, error) {
	decoded, err := lenient.Decode(reply.body)
	if err != nil {
		return providers.Created{}, err
	}
	id := lenient.Text(decoded, k.id)
	if !validID(id) {
		return providers.Created{}, k.noID()
	}
	return providers.Created{ID: id, Facts: lenient.Facts(decoded, "create_time"), RequestID: reply.requestID()}, nil
}

func (k kind) decodeDetail(body []byte, id string) (providers.Snapshot, error) {
	reply, err := lenient.Decode(body)
	if err != nil {
		return providers.Snapshot{}, err
	}
	if err := k.checkID(reply, id, true); err != nil {
		return providers.Snapshot{}, err
	}
	return k.snapshot(reply, true)
}

// decodePage decodes page number page (from 0) of the list.
func (k kind) decodePage(body []byte, page int) (providers.Page, error) {
	rows, err := decodeRows(body, page, k.pageSize)
	if err != nil {
		return providers.Page{}, err
	}
	out := providers.Page{Total: rows.total, Last: rows.last}
	for _, row := range rows.data {
		snapshot, err := k.snapshot(row, false)
		if err != nil {
			return providers.Page{}, err
		}
		if snapshot.ID == "" {
			return providers.Page{}, errItemNoID
		}
		out.Items = append(out.Items, snapshot)
	}
	return out, nil
}
