package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// stopTimeout is longer than the manager takes to finish what it has begun.
const stopTimeout = 30 * time.Second

// process is a program that the demo runs beside itself.
type process struct {
	name  string
	cmd   *exec.Cmd
	ended chan struct{}
}

// run starts a program with its output going to a log file. Should it end before it is stopped, the demo ends too.
func (d *demo) run(name string, env []string, args ...string) error {
	log, err := d.createLog(name + ".log")
	if err != nil {
		return err
	}
	// Not bound to d.ctx, since close ends it, in order and politely.
	cmd := exec.CommandContext(context.WithoutCancel(d.ctx), "bin/"+name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), env...)
	// A group of its own: a Ctrl-C in the terminal is for the demo, which then stops one after the other.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start bin/%s: %w", name, err)
	}
	p := &process{name: name, cmd: cmd, ended: make(chan struct{})}
	d.processes = append(d.processes, p)
	go func() {
		err := cmd.Wait()
		close(p.ended)
		d.cancel(fmt.Errorf("bin/%s ended by itself: %w", name, errOr(err, "status 0")))
	}()
	return nil
}

// stop ends the process and waits until it has ended.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(stopTimeout):
	}
	err := fmt.Errorf("bin/%s did not stop within %s and was killed", p.name, stopTimeout)
	if killErr := p.cmd.Process.Kill(); killErr != nil {
		return errors.Join(err, killErr)
	}
	<-p.ended
	return err
}

func errOr(err error, text string) error {
	if err == nil {
		return errors.New(text)
	}
	return err
}
