package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/idem-health/idem/match/ledger"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/match/store"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	file, err := ledger.Open(ctx, dir, ledger.Options{})
	if err != nil {
		log.Fatal(err)
	}
	head, err := file.Append(ctx, ledger.Head{}, []ledger.Event{{Payload: []byte("link clinic/1")}, {Payload: []byte("link clinic/2")}})
	if err != nil {
		log.Fatal(err)
	}
	_, err = file.Append(ctx, ledger.Head{}, []ledger.Event{{Payload: []byte("merge 1 2")}})
	if err != nil {
		log.Fatal(err)
	}
	_, err = file.Append(ctx, head, []ledger.Event{{Payload: []byte("decided on what was known before")}})
	fmt.Println("conflict:", errors.Is(err, ledger.ErrConflict))
	for e, err := range file.Read(ctx, 1) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d %s\n", e.Position, e.Payload)
	}
	report, err := file.Verify(ctx, head)
	fmt.Println(report.Events, "events are as they were:", err == nil)
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// conflict: true
	// 2 link clinic/2
	// 3 merge 1 2
	// 3 events are as they were: true
}

// A record's payload goes to a store beside the ledger, its event to the ledger,
// and one wait is for both.
func Example_beside() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	payloads, err := store.Open(ctx, filepath.Join(dir, "store"), store.Options{})
	if err != nil {
		log.Fatal(err)
	}
	file, err := ledger.Open(ctx, filepath.Join(dir, "ledger"), ledger.Options{Beside: payloads})
	if err != nil {
		log.Fatal(err)
	}
	// At a start: events at the end that lack their payload were not acknowledged.
	for e, err := range file.Read(ctx, 0) {
		if err != nil {
			log.Fatal(err)
		}
		var digest store.Digest
		copy(digest[:], e.Payload)
		if payloads.Status(digest) == store.Absent {
			if _, err := file.Cut(ctx, e.Position); err != nil {
				log.Fatal(err)
			}
			break
		}
	}
	// A submission: the payload first, then the event.
	record := payloads.Encode(&patient.Record{Source: "clinic", ID: "1"})
	if err := payloads.Put(record, time.Now()); err != nil {
		log.Fatal(err)
	}
	digest := record.Digest()
	ticket, err := file.Enqueue([]ledger.Event{{Payload: digest[:]}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("on disk:", ticket.Wait(ctx) == nil)
	got, err := payloads.Get(ctx, digest)
	fmt.Println(got.Source, got.ID, err)
	if err := errors.Join(file.Close(), payloads.Close()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// on disk: true
	// clinic 1 <nil>
}
