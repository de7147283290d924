package main

import (
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/idem-health/idem/match/intake"
)

// What the library does not read by itself: it would draw the libraries for it
// into every program that imports it.
var (
	decompressors = []intake.Decompressor{{Magic: "\x28\xb5\x2f\xfd", Extension: ".zst", Open: openZstd}}
	formats       = []intake.Format{{Magic: "PAR1", Open: openParquet}}
)

// zstdWindow is the largest window that zstd itself unpacks without being
// asked: more would be memory that a few bytes can claim.
const zstdWindow = 128 << 20

func openZstd(r io.Reader) (io.ReadCloser, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}
