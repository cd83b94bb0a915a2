package engine

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/campaign-operator/campaign-operator/api/v1alpha1"
	"github.com/campaign-operator/campaign-operator/internal/quota"
	"github.com/campaign-operator/campaign-operator/providers"
)

// How much of the model is run. All short stories, and many long ones, take a while:
//
//	go test ./internal/engine -run Protocol -timeout 2h -exhaustive -stories 20000
var (
	stories    = flag.Int("stories", 60, "how many random stories of the model to run, from -seed on")
	seed       = flag.Int("seed", 0, "the first random story")
	exhaustive = flag.Bool("exhaustive", false, "run all short stories of the model, with every habit of the vendor")
)

// plot is what goes on when trouble comes.
type plot struct {
	// before is told without trouble, during with it.
	before, during func(m *model)
	// call is the call that the plot is about.
	call providers.Operation
}

var plots = map[string]plot{
	"create": {func(*model) {}, func(m *model) { m.apply(v1alpha1.PayGiftActivityActive) }, providers.OperationCreate},
	"create, to be ended with its resource": {func(*model) {}, func(m *model) {
		m.apply(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.DeletionPolicy = v1alpha1.DeletionTerminate })
	}, providers.OperationCreate},
	"end":     {created1, caused("Terminated"), providers.OperationTerminate},
	"revise":  {created1, caused("revise and keep"), providers.OperationCreate},
	"members": {func(m *model) { created1(m); m.cause("members a"); m.w.pass(time.Minute) }, caused("members b"), providers.OperationAddMembers},
	"delete":  {func(m *model) { created1(m); m.cause("Terminate"); m.w.pass(time.Minute) }, caused("delete"), providers.OperationTerminate},
	"adopt": {func(*model) {}, func(m *model) {
		m.apply(v1alpha1.PayGiftActivityActive, func(c *v1alpha1.PayGiftActivity) { c.Spec.Adopt = &v1alpha1.PayGiftAdoption{ActivityID: m.another()} })
	}, providers.OperationGet},
}

func created1(m *model) {
	m.apply(v1alpha1.PayGiftActivityActive)
	m.w.pass(5 * time.Minute)
}

func caused(trouble string) func(*model) {
	return func(m *model) { m.cause(trouble) }
}

// short tells one plot with trouble at some of its boundaries.
func (p *protocol) short(t *testing.T, name, habit string, reply string, plan map[int]string) {
	t.Helper()
	plot := p.own.plots[name]
	p.play(t, fmt.Sprintf("%s; reply %q; %v; the vendor %s", name, reply, plan, habit), habit, func(m *model) {
		plot.before(m)
		m.crossings, m.plan = 0, plan
		if reply != "" {
			m.fault(plot.call, reply)
		}
		plot.during(m)
		m.w.pass(time.Minute)
	})
}

// boundaries is how many boundaries of a plot trouble comes at: write, create, get, write, each
// before and after, and two for a look at what is referred to, or at members.
const boundaries = 10

func TestTheProtocol(t *testing.T) {
	p := newProtocol(testKind{})
	whole := 0
	t.Run("told", func(t *testing.T) {
		for name, tell := range map[string]func(*testing.T, *protocol){
			"scenes": scenesTold, "one trouble at every boundary": oneTrouble, "a crash after a trouble": twoTroubles,
			"two processes in every order": pairs, "any trouble in any order": longStories,
		} {
			t.Run(name, func(t *testing.T) { t.Parallel(); tell(t, p); p.mu.Lock(); whole++; p.mu.Unlock() })
		}
	})
	t.Logf("%d stories, %d decisions, %d shapes of a status, %d places at rest", p.stories, len(p.decisions), len(p.shapes), len(p.places))
	if whole < 5 {
		return // -run has chosen some of them
	}
	p.check(t, "decisions", p.decisions, listedDecisions(), "Stop "+v1alpha1.ReasonChanging) // of a vendor that shows changed members late
	shapes, seldom := listedShapes()
	p.check(t, "shapes", p.shapes, shapes, seldom...)
	p.check(t, "places", p.places, sortedKeys(places))
}

// turns picks some of many stories: all of them when exhaustive, else every so many-th, each with
// the next habit of the vendor in turn.
type turns struct{ every, n int }

func (s *turns) habits() []string {
	s.n++
	all := sortedKeys(habits)
	switch {
	case *exhaustive:
		return all
	case s.n%(s.every*thin) != 0:
		return nil
	}
	i := (s.n / (s.every * thin)) % len(all)
	return all[i : i+1]
}

func oneTrouble(t *testing.T, p *protocol) {
	turn := turns{every: 31}
	for _, name := range sortedKeys(plots) {
		for _, reply := range []string{"", "reply lost", "5xx", "bad parameter"} {
			for _, trouble := range sortedKeys(troubles) {
				for at := range boundaries {
					for _, habit := range turn.habits() {
						p.short(t, name, habit, reply, map[int]string{at: trouble})
					}
				}
			}
		}
	}
}

func twoTroubles(t *testing.T, p *protocol) {
	turn := turns{every: 223}
	for _, name := range sortedKeys(plots) {
		for _, first := range sortedKeys(troubles) {
			for at := range boundaries {
				for _, second := range []string{"crash", "the other one works", "Active"} {
					for later := range boundaries {
						for _, habit := range turn.habits() {
							p.short(t, name, habit, "", map[int]string{at: first, at + later + 1: second})
						}
					}
				}
			}
		}
	}
}

func longStories(t *testing.T, p *protocol) {
	for i := *seed; i < *seed+*stories/thin; i++ {
		random := rand.New(rand.NewPCG(uint64(i), 20261121))
		pick := func(names []string) string { return names[random.IntN(len(names))] }
		p.play(t, fmt.Sprintf("story %d", i), pick(sortedKeys(habits)), func(m *model) {
			if random.IntN(3) == 0 {
				m.tell("calls are paced")
				m.w.limits = quota.Defaults()
				m.w.restart()
			}
			for range random.IntN(5) {
				m.plan[random.IntN(40)] = pick(sortedKeys(troubles))
			}
			plots[pick([]string{"create", "create, to be ended with its resource", "adopt"})].during(m)
			for range 1 + random.IntN(6) {
				m.act(random, pick)
				m.w.pass(time.Duration(random.IntN(1200)) * time.Second)
			}
		})
	}
}

// act does one thing between reconciles.
func (m *model) act(random *rand.Rand, pick func([]string) string) {
	switch random.IntN(10) {
	case 0, 1:
		m.fault(providers.OperationCreate, pick(sortedKeys(replies)))
	case 2:
		m.fault(pick2(pick, providers.OperationGet, providers.OperationList, providers.OperationMembers, providers.OperationPreflight),
			pick([]string{"5xx", "429", "keys refused", "no permission"}))
	case 3:
		m.fault(pick2(pick, providers.OperationTerminate, providers.OperationAddMembers, providers.OperationRemoveMembers),
			pick([]string{"reply lost", "5xx", "429", "bad request", "no permission"}))
	case 4:
		m.console(pick([]string{"pause", "resume", "end", "remove", "change", "add a member", "fail"}))
	case 5:
		m.tell("restart")
		m.w.restart()
	case 6:
		m.tell("the account fails and works again")
		m.w.each(m.w.shut)
		m.w.pass(time.Duration(random.IntN(300)) * time.Second)
		m.w.each(m.w.open)
	default:
		if trouble := pick(sortedKeys(troubles)); trouble != "crash" && !slices.Contains([]string{"the other one works"}, trouble) {
			m.cause(trouble)
		}
	}
}

func pick2(pick func([]string) string, ops ...providers.Operation) providers.Operation {
	var names []string
	for _, op := range ops {
		names = append(names, string(op))
	}
	return providers.Operation(pick(names))
}
