package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/parquet-go/parquet-go/format"
)

// A pageCheck walks the pages of a column in front of the Parquet library,
// which takes what a page's header claims for granted: it would get memory for
// two billion values, or unpack without end, for a few damaged bytes. Each page
// is looked at just before the library reads it.
type pageCheck struct {
	r     io.ReaderAt
	codec format.CompressionCodec
	at    int64
	end   int64
	dict  int64 // what the dictionary takes
	held  int64 // what it and the page at hand take
	buf   []byte
}

// What pages may take.
const (
	maxPage       = 256 << 20 // bytes unpacked
	maxPageValues = 16 << 20
	maxPages      = 1 << 30 // bytes of all columns together, as claimed
	maxPageHeader = 4 << 20
	valueCost     = 16 // bytes a value costs in memory besides its content
)

// The kinds of page.
const (
	dataPage       = 0
	dictionaryPage = 2
	dataPageV2     = 3
)

func newPageCheck(r io.ReaderAt, meta *format.ColumnMetaData) (*pageCheck, error) {
	at := meta.DataPageOffset
	if meta.DictionaryPageOffset != 0 {
		at = meta.DictionaryPageOffset
	}
	if at < 0 || meta.TotalCompressedSize < 0 || at+meta.TotalCompressedSize < at {
		return nil, errThrift
	}
	switch meta.Codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Zstd:
	default:
		return nil, fmt.Errorf("it is compressed with %v; write it with snappy, zstd or gzip", meta.Codec)
	}
	return &pageCheck{r: r, codec: meta.Codec, at: at, end: at + meta.TotalCompressedSize}, nil
}

// next looks at the pages up to the next with values. The end is left to the
// library to find.
func (p *pageCheck) next() error {
	for p.at < p.end {
		numbers, size, err := p.header()
		if err != nil {
			return err
		}
		packed, unpacked := numbers[[2]int16{3, 0}], numbers[[2]int16{2, 0}]
		kind := numbers[[2]int16{1, 0}]
		values := max(numbers[[2]int16{5, 1}], numbers[[2]int16{7, 1}], numbers[[2]int16{8, 1}])
		at := p.at + int64(size)
		switch {
		case packed < 0 || unpacked < 0 || values < 0:
			return errThrift
		case packed > p.end-at:
			return fmt.Errorf("a page goes on behind the end: %w", io.ErrUnexpectedEOF)
		case unpacked > maxPage || packed > maxPage || values > maxPageValues:
			return errors.New("a page is larger than is read; write it with smaller pages")
		}
		if err := p.unpacks(at, packed, unpacked, kind, numbers); err != nil {
			return err
		}
		p.at = at + packed
		cost := unpacked + packed + valueCost*values
		switch kind {
		case dictionaryPage:
			p.dict = cost
		case dataPage, dataPageV2:
			p.held = p.dict + cost
			return nil
		}
	}
	return nil
}

// header reads the header at hand.
func (p *pageCheck) header() (numbers map[[2]int16]int64, size int, err error) {
	for n := int64(4 << 10); ; n *= 8 {
		n = min(n, p.end-p.at)
		if err := p.read(p.at, n); err != nil {
			return nil, 0, err
		}
		numbers, size, err = readThrift(p.buf)
		if err == nil || err != errShort || n == p.end-p.at || n > maxPageHeader {
			return numbers, size, err
		}
	}
}

func (p *pageCheck) read(at, n int64) error {
	if int64(cap(p.buf)) < n {
		p.buf = make([]byte, n)
	}
	p.buf = p.buf[:n]
	_, err := p.r.ReadAt(p.buf, at)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// unpacks makes sure that a page unpacks to no more than it claims.
func (p *pageCheck) unpacks(at, packed, unpacked, kind int64, numbers map[[2]int16]int64) error {
	if kind == dataPageV2 { // its levels are not compressed
		levels := numbers[[2]int16{8, 5}] + numbers[[2]int16{8, 6}]
		if levels < 0 || levels > packed || levels > unpacked {
			return errThrift
		}
		at, packed, unpacked = at+levels, packed-levels, unpacked-levels
	}
	packedV2, said := numbers[[2]int16{8, 7}]
	if p.codec == format.Uncompressed || packed == 0 || kind == dataPageV2 && said && packedV2 == 0 {
		return nil
	}
	if err := p.read(at, packed); err != nil {
		return err
	}
	var z io.ReadCloser
	var err error
	switch p.codec {
	case format.Snappy:
		n, err := snappy.DecodedLen(p.buf)
		if err == nil && int64(n) > unpacked {
			err = errUnpacksToMore
		}
		return err
	case format.Gzip:
		z, err = gzip.NewReader(bytes.NewReader(p.buf))
	default:
		z, err = openZstd(bytes.NewReader(p.buf))
	}
	if err != nil {
		return err
	}
	defer z.Close()
	n, err := io.CopyN(io.Discard, z, unpacked+1)
	if err == nil || n > unpacked {
		return errUnpacksToMore
	}
	if err == io.EOF {
		return nil
	}
	return err
}

var errUnpacksToMore = errors.New("a page unpacks to more than its header says")
