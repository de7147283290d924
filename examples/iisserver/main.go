// Command iisserver is an immunization registry's matching over HTTP: HL7 v2 and
// FHIR messages, a steward's work list, and a search, all on a [match.Engine].
//
//	go run ./examples/iisserver --dir out/register
//	curl --data-binary @message.hl7 localhost:8080/hl7
//
// README.md beside it has more. It is a program to learn from and to try: it asks
// nobody who they are, so it listens on this machine alone unless told otherwise.
package main

import (
	"context"
	"errors"
	"expvar"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/idem-health/idem/examples/iisserver/web"
	"github.com/idem-health/idem/match"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr, nil); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "iisserver:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	dir, address, model, facility string
	budget                        int
}

func parse(arguments []string, out io.Writer) (s settings, err error) {
	f := flag.NewFlagSet("iisserver", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&s.dir, "dir", "", "folder of the register; made where it is absent (needed)")
	f.StringVar(&s.address, "listen", "127.0.0.1:8080", "address to listen on")
	f.StringVar(&s.model, "model", "", "model.json of idem dedupe, for a new register (default: one trained on made-up records)")
	f.StringVar(&s.facility, "facility", "IDEM", "the registry's name in its messages")
	f.IntVar(&s.budget, "queries", 600, "queries a minute that one caller may ask")
	if err := f.Parse(arguments); err != nil {
		return s, err
	}
	switch {
	case f.NArg() > 0:
		return s, fmt.Errorf("no arguments are taken, only flags: see --help")
	case s.dir == "":
		return s, fmt.Errorf("--dir is needed: the folder of the register, such as --dir out/register")
	}
	return s, nil
}

// run serves until ctx ends; listening is told the address, nil for nobody.
func run(ctx context.Context, arguments []string, log io.Writer, listening func(net.Addr)) (err error) {
	s, err := parse(arguments, log)
	if err != nil {
		return err
	}
	vars := new(expvar.Map)
	register, err := open(ctx, s, vars, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, register.Close()) }()
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           web.New(register, web.Options{Facility: s.facility, Vars: vars}),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	fmt.Fprintf(log, "iisserver: listening on http://%v; Ctrl-C ends it\n", listener.Addr())
	if listening != nil {
		listening(listener.Addr())
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	fmt.Fprintln(log, "iisserver: finishing what has begun")
	last, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	return server.Shutdown(last)
}

// open opens the engine and the index in the folder of the register.
func open(ctx context.Context, s settings, vars *expvar.Map, log io.Writer) (*register, error) {
	o := match.EngineOptions{QueriesPerMinute: s.budget, Observer: observer{vars}}
	if s.model != "" {
		model, err := readModel(s.model)
		if err != nil {
			return nil, fmt.Errorf("--model: %w", err)
		}
		o.Model = model
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	engine, err := match.Open(ctx, filepath.Join(s.dir, "engine"), o)
	if errors.Is(err, match.ErrNoModel) {
		fmt.Fprintln(log, "iisserver: no --model: training one on made-up records, good enough to try")
		if o.Model, err = madeUpModel(ctx); err == nil {
			engine, err = match.Open(ctx, filepath.Join(s.dir, "engine"), o)
		}
	}
	if err != nil {
		return nil, err
	}
	r, err := newRegister(ctx, engine, filepath.Join(s.dir, "search"), func(err error) {
		fmt.Fprintln(log, "iisserver: searches miss what is new until the next start:", err)
	})
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return r, nil
}
