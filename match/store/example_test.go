package store_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/match/store"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		log.Fatal(err)
	}
	received := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	payload := s.Encode(&patient.Record{Source: "clinic", ID: "1", Names: []patient.Name{{Given: "Oliver", Family: "Smith"}}})
	if err := s.Put(payload, received); err != nil {
		log.Fatal(err)
	}
	if err := s.Sync(ctx); err != nil {
		log.Fatal(err)
	}
	record, err := s.Get(ctx, payload.Digest())
	fmt.Println(record.Names[0].Given, err)

	expired := s.Expired("clinic", received.AddDate(7, 0, 0))
	n, err := s.Erase(ctx, time.Now(), expired...)
	fmt.Println("erased:", n, err)
	_, err = s.Get(ctx, payload.Digest())
	fmt.Println("gone:", errors.Is(err, store.ErrErased))
	if err := s.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Oliver <nil>
	// erased: 1 <nil>
	// gone: true
}
