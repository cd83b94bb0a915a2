package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/controllers"
	"github.com/campaign-operator/campaign-operator/internal/engine"
	"github.com/campaign-operator/campaign-operator/internal/requestno"
)

// fleetWriters is how many clients write a fleet at once.
const fleetWriters = 32

// fleetWorld is a cluster with many campaigns that have settled long ago.
type fleetWorld struct {
	*installedWorld
	size  int
	quick client.Client
	// began is when the manager was last started.
	began time.Time
}

// newFleetWorld has the operator create one campaign, and makes as many more of the same, at the
// vendor and in the cluster, with the status that the operator gave the first.
func newFleetWorld(t *testing.T, more int) *fleetWorld {
	t.Helper()
	w := &fleetWorld{installedWorld: newInstalledWorld(t), size: more + 1}
	config := rest.CopyConfig(w.cp.Config)
	config.QPS, config.Burst = -1, -1
	quick, err := client.New(config, client.Options{Scheme: w.client.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	w.quick = quick
	w.startFleet()
	w.mustApply(w.manifest(campaign{Name: "first", Title: "first"}))
	first := w.waitFor("first", "Ready", "True Scheduled")
	w.manager.stop()
	w.manyTimes(more, func(i int) error { return w.settle(first, fmt.Sprintf("gift-%04d", i)) })
	return w
}

// startFleet starts the operator as it is installed, but for quicker sweeps.
func (w *fleetWorld) startFleet() {
	w.t.Helper()
	w.began = time.Now()
	w.manager = start(w.t, "manager", []string{"KUBECONFIG=" + w.kubeconfig},
		"--allowed-gateways", w.sim.url, "--leader-elect-namespace", operatorNamespace, "--metrics-address=0", "--health-address=0",
		"--read-rate=0", "--sweep-interval=1s", "--log-level=2") // from 2 on no line is left out
}

// manyTimes runs do for 0 to n-1 with the fleet's writers.
func (w *fleetWorld) manyTimes(n int, do func(i int) error) {
	w.t.Helper()
	work := make(chan int)
	var writers sync.WaitGroup
	for range fleetWriters {
		writers.Go(func() {
			for i := range work {
				if err := do(i); err != nil {
					w.t.Error(err)
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	writers.Wait()
}

// settle makes an activity at the vendor and a campaign that has recorded it, like another one.
func (w *fleetWorld) settle(like *v1alpha1.PayGiftActivity, name string) error {
	c := &v1alpha1.PayGiftActivity{Spec: *like.Spec.DeepCopy()}
	c.Namespace, c.Name, c.Spec.ActivityBaseInfo.ActivityName = w.namespace, name, name
	number := requestno.For(requestno.Input{
		Environment: like.Status.Request.Account.Environment, Account: w.sim.mchid, Kind: "PayGiftActivity", Namespace: w.namespace, Name: name, Revision: 1,
	})
	request, err := controllers.PayGiftActivityKind{}.Request(c, engine.Sender{Number: number})
	if err != nil {
		return err
	}
	var made struct {
		ActivityID string    `json:"activityId"`
		CreateTime time.Time `json:"createTime"`
	}
	if err := w.sim.try("POST", "/_sim/activities?mchid="+w.sim.mchid, json.RawMessage(request.Body), &made); err != nil {
		return err
	}
	if err := w.quick.Create(w.t.Context(), c); err != nil {
		return err
	}
	digest := sha256.Sum256(request.Body)
	status, err := json.Marshal(like.Status)
	if err != nil {
		return err
	}
	own := strings.NewReplacer(like.Status.ActivityID, made.ActivityID, like.Status.CreateTime, made.CreateTime.In(beijing).Format(time.RFC3339),
		like.Status.Request.Number, number, like.Status.Request.Digest, "sha256:"+hex.EncodeToString(digest[:]))
	if err := json.Unmarshal([]byte(own.Replace(string(status))), &c.Status); err != nil {
		return err
	}
	return w.quick.Status().Update(w.t.Context(), c)
}

// counters is how often each operation was called at the simulator.
func (w *world) counters() map[string]int {
	w.t.Helper()
	var answer struct {
		Operations map[string]struct {
			Requests int `json:"requests"`
		} `json:"operations"`
	}
	w.sim.call("GET", "/_sim/counters", nil, &answer)
	counters := map[string]int{}
	for operation, count := range answer.Operations {
		counters[operation] = count.Requests
	}
	return counters
}
