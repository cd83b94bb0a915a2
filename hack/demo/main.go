// Command demo shows the operator at work on one machine: a real API server, a simulated WeChat Pay and Alipay, and the manager as it
// runs in a cluster, with no more rights than config/rbac gives it. `make demo` builds what it needs and runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	exit := flag.Bool("exit", false, "end once everything has settled, with status 0 only if it settled as asked")
	flag.Parse()
	ctx, stop := untilToldToStop()
	defer stop(nil)
	switch err := run(ctx, *exit); {
	case errors.Is(err, errToldToStop):
		fmt.Fprintln(os.Stderr, "Stopped before the end.")
		os.Exit(130)
	case err != nil:
		fmt.Fprintf(os.Stderr, "\nThe demo failed: %v\n", err)
		os.Exit(1)
	}
}

// run plays the demo from start to end and leaves nothing running. What it wrote is kept only if it failed.
func run(ctx context.Context, exit bool) (err error) {
	d, err := newDemo(ctx)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, d.close(err == nil || errors.Is(err, errToldToStop)))
	}()
	if err := d.play(); err != nil {
		return d.explain(err)
	}
	if exit {
		return nil
	}
	return d.stay()
}

var errToldToStop = errors.New("told to stop")

// untilToldToStop returns a context that ends on Ctrl-C, on the other polite signals, and when the process that started the
// demo is gone: `go run` does not pass on a SIGTERM, and the demo must not outlive it.
func untilToldToStop() (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	// SIGPIPE: whoever read the output has left.
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	parent := os.Getppid()
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-signals:
				cancel(errToldToStop)
			case <-tick.C:
				if os.Getppid() != parent {
					cancel(errToldToStop)
				}
			case <-ctx.Done():
				return // later signals are not acted on: the demo is ending already
			}
		}
	}()
	return ctx, cancel
}
