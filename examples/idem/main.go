// Command idem finds the people behind files of patient records.
//
//	idem dedupe [FILE...]         people out of records
//	idem link LEFT RIGHT          the records of two files, one to one
//	idem explain FILE ID [ID]     why two records are one person or not
//	idem train --labels PAIRS     a model learnt from pairs that people decided
//	idem rules [FILE...]          blocking rules for records
//	idem pairs PAIRS.jsonl        a decision for each pair
//	idem generate                 a population of patients, with the truth
//
// idem --help and idem COMMAND --help say more. The exit code is 0 when all
// went well, 1 after an error, 2 when the command line was wrong and 130 when
// interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// grace is how long the work may take to heed an interrupt.
const grace = 600 * time.Millisecond

// gcPercent is how much garbage there may be beside what is in use. What is in
// use are large tables that hold no pointers, which cost the collector nothing;
// so it can come more often than by default, and the peak is lower. The
// environment variable GOGC goes before it.
const gcPercent = 40

func main() {
	// Who reads the output may go: that is an error of a write, after which the
	// temporary folder is removed, and not the end on the spot.
	signal.Ignore(syscall.SIGPIPE)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { // a read that waits, or a step that does not ask
		time.Sleep(grace)
		lastResort()
		fmt.Fprintln(os.Stderr, interrupted)
		os.Exit(exitInterrupted)
	})
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	os.Exit(code) // without stop, which would run the above
}

// The exit codes.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitInterrupted = 130
)

const interrupted = "idem: interrupted; no results were left behind"

// commands is the command line, as kong reads it.
type commands struct {
	Dedupe   dedupeCommand   `cmd:"" help:"Find the people behind files of patient records."`
	Link     linkCommand     `cmd:"" help:"Link the records of two files, one to one."`
	Explain  explainCommand  `cmd:"" help:"Say why two records are one person or not, or how a person came to be."`
	Train    trainCommand    `cmd:"" help:"Learn from pairs that people decided, and write a model."`
	Rules    rulesCommand    `cmd:"" help:"Suggest blocking rules, with what they cost and find."`
	Pairs    pairsCommand    `cmd:"" help:"Decide pairs of records, one JSON object a line."`
	Generate generateCommand `cmd:"" help:"Make up a population of patients, with the truth about every record."`
}

// environment is what a command may touch of its surroundings.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// usageError is a mistake in the command line that kong cannot see.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run is the whole command: it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var cli commands
	helped := false
	parser, err := kong.New(&cli,
		kong.Name("idem"),
		kong.Description("Idem decides which patient records belong to the same person.\n\nidem COMMAND --help has examples. "+exitCodes),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }), // --help; errors come back
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&environment{stdin, stdout, stderr}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "idem:", err)
		return exitError
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if helped {
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "idem: %v\nidem --help says what there is\n", err)
		return exitUsage
	}
	err = command.Run()
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, interrupted)
		return exitInterrupted
	case errors.Is(err, syscall.EPIPE):
		return exitError // who read the output has seen enough
	}
	fmt.Fprintln(stderr, "idem:", plainText(err))
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitError
}

// plainText is an error without the names of the packages it came through,
// which say nothing to who runs a command.
func plainText(err error) string {
	text := err.Error()
	for _, prefix := range []string{"match: ", "read: ", "intake: ", "scoring: ", "patient: ", "blocking: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}
