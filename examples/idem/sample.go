package main

import (
	"bytes"
	_ "embed"

	"github.com/idem-health/idem/match/intake"
)

// The sample is what dedupe reads when no file is named; see sample/NOTICE.
//
//go:embed sample/febrl_dataset3.csv.gz
var sampleFile []byte

const (
	sampleName  = "febrl_dataset3.csv.gz"
	sampleTruth = `rec_id~^rec-(\d+)-`
)

func openSample(o intake.Options) (*intake.Reader, error) {
	return intake.OpenReader(sampleName, bytes.NewReader(sampleFile), o)
}
