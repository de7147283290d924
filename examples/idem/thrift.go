package main

import (
	"encoding/binary"
	"errors"
)

// The headers inside a Parquet file are Thrift structures in the compact
// protocol. The library that decodes them believes every size they claim, so
// this reads them first, as a shape alone: no list or text may claim to be
// longer than the bytes there are, nothing may nest deeper than any Parquet
// structure does.

// maxThrift is how deep structures may nest.
const maxThrift = 32

var (
	errThrift = errors.New("a header is damaged")
	errShort  = errors.New("a header goes on behind the bytes at hand")
)

// A thrift reads a structure from bytes. It notes the numbers of the outermost
// structure and of the structures right in it.
type thrift struct {
	data    []byte
	at      int
	numbers map[[2]int16]int64 // by field, and field within it (0: the field itself)
}

// The types of the compact protocol.
const (
	thriftStop = iota
	thriftTrue
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

// readThrift reads the structure that data begins with, and returns its length.
func readThrift(data []byte) (numbers map[[2]int16]int64, size int, err error) {
	t := thrift{data: data, numbers: map[[2]int16]int64{}}
	if err := t.structure(0, 0); err != nil {
		return nil, 0, err
	}
	return t.numbers, t.at, nil
}

func (t *thrift) byte() (byte, error) {
	if t.at == len(t.data) {
		return 0, errShort
	}
	t.at++
	return t.data[t.at-1], nil
}

func (t *thrift) varint() (uint64, error) {
	v, n := binary.Uvarint(t.data[t.at:])
	switch {
	case n == 0:
		return 0, errShort
	case n < 0:
		return 0, errThrift
	}
	t.at += n
	return v, nil
}

func (t *thrift) skip(n uint64) error {
	if n > uint64(len(t.data)-t.at) {
		return errShort
	}
	t.at += int(n)
	return nil
}

func (t *thrift) structure(depth int, outer int16) error {
	if depth == maxThrift {
		return errThrift
	}
	field := int16(0)
	for {
		b, err := t.byte()
		if err != nil {
			return err
		}
		if b == thriftStop {
			return nil
		}
		if delta := int16(b >> 4); delta != 0 {
			field += delta
		} else {
			v, err := t.varint()
			if err != nil {
				return err
			}
			field = int16(zigzag(v))
		}
		kind := b & 15
		if depth == 0 && kind == thriftStruct {
			outer = field
		}
		if kind == thriftI16 || kind == thriftI32 || kind == thriftI64 {
			v, err := t.varint()
			if err != nil {
				return err
			}
			switch depth {
			case 0:
				t.numbers[[2]int16{field, 0}] = zigzag(v)
			case 1:
				t.numbers[[2]int16{outer, field}] = zigzag(v)
			}
			continue
		}
		if kind == thriftTrue || kind == thriftFalse {
			if depth == 1 {
				t.numbers[[2]int16{outer, field}] = int64(thriftFalse - kind)
			}
			continue
		}
		if err := t.value(kind, depth+1, outer); err != nil {
			return err
		}
	}
}

func zigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// value passes a value of a type, as it stands in a list or behind a field.
func (t *thrift) value(kind byte, depth int, outer int16) error {
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		return t.skip(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := t.varint()
		return err
	case thriftDouble:
		return t.skip(8)
	case thriftBinary:
		n, err := t.varint()
		if err != nil {
			return err
		}
		return t.skip(n)
	case thriftList, thriftSet:
		return t.list(depth)
	case thriftMap:
		return t.mapping(depth)
	case thriftStruct:
		return t.structure(depth, outer)
	}
	return errThrift
}

func (t *thrift) list(depth int) error {
	if depth == maxThrift {
		return errThrift
	}
	b, err := t.byte()
	if err != nil {
		return err
	}
	n := uint64(b >> 4)
	if n == 15 {
		if n, err = t.varint(); err != nil {
			return err
		}
	}
	if n > uint64(len(t.data)-t.at) { // each takes a byte at least
		return errShort
	}
	for range n {
		if err := t.value(b&15, depth+1, 0); err != nil {
			return err
		}
	}
	return nil
}

func (t *thrift) mapping(depth int) error {
	if depth == maxThrift {
		return errThrift
	}
	n, err := t.varint()
	if err != nil || n == 0 {
		return err
	}
	kinds, err := t.byte()
	if err != nil {
		return err
	}
	if n > uint64(len(t.data)-t.at) {
		return errShort
	}
	for range n {
		if err := t.value(kinds>>4, depth+1, 0); err != nil {
			return err
		}
		if err := t.value(kinds&15, depth+1, 0); err != nil {
			return err
		}
	}
	return nil
}
