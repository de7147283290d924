package main

import (
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// parquetText returns how the values of a type are written as a cell.
func parquetText(typ parquet.Type) (func(dst []byte, v parquet.Value) []byte, error) {
	switch typ.Kind() {
	case parquet.Boolean:
		return func(dst []byte, v parquet.Value) []byte {
			if v.Boolean() {
				return append(dst, 'Y')
			}
			return append(dst, 'N')
		}, nil
	case parquet.Float:
		return func(dst []byte, v parquet.Value) []byte { return appendFloat(dst, float64(v.Float()), 32) }, nil
	case parquet.Double:
		return func(dst []byte, v parquet.Value) []byte { return appendFloat(dst, v.Double(), 64) }, nil
	case parquet.Int96: // nanoseconds of the day, and the day since 4713 BC
		return func(dst []byte, v parquet.Value) []byte {
			n := v.Int96()
			return appendTime(dst, time.Unix((int64(n[2])-2440588)*86400, int64(uint64(n[1])<<32|uint64(n[0]))))
		}, nil
	case parquet.Int32:
		return parquetNumber(typ, func(v parquet.Value) int64 { return int64(v.Int32()) }, 32)
	case parquet.Int64:
		return parquetNumber(typ, parquet.Value.Int64, 64)
	}
	switch logicalType(typ).(type) {
	case *format.DecimalType, *format.Float16Type:
		return nil, errors.New("a number kept as bytes is not read; write it as text")
	case *format.UUIDType:
		return func(dst []byte, v parquet.Value) []byte { return hex.AppendEncode(dst, v.ByteArray()) }, nil
	}
	return func(dst []byte, v parquet.Value) []byte { return append(dst, v.ByteArray()...) }, nil
}

func logicalType(typ parquet.Type) format.LogicalTypeValue {
	if l := typ.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}

// parquetNumber returns how whole numbers are written, which dates and times
// are too.
func parquetNumber(typ parquet.Type, number func(parquet.Value) int64, bits int) (func([]byte, parquet.Value) []byte, error) {
	at := func(unit time.Duration) func([]byte, parquet.Value) []byte {
		perSecond := int64(time.Second / unit)
		return func(dst []byte, v parquet.Value) []byte {
			n := number(v)
			seconds, rest := n/perSecond, n%perSecond
			return appendTime(dst, time.Unix(seconds, rest*int64(unit)))
		}
	}
	day := func(dst []byte, v parquet.Value) []byte {
		return time.Unix(number(v)*86400, 0).UTC().AppendFormat(dst, time.DateOnly)
	}
	unsigned := func(dst []byte, v parquet.Value) []byte {
		n := uint64(number(v))
		if bits == 32 {
			n &= math.MaxUint32
		}
		return strconv.AppendUint(dst, n, 10)
	}
	switch l := logicalType(typ).(type) {
	case *format.DateType:
		return day, nil
	case *format.TimestampType:
		if l.Unit.Value == nil {
			return nil, errors.New("a time has no unit")
		}
		return at(l.Unit.Value.Duration()), nil
	case *format.DecimalType:
		return func(dst []byte, v parquet.Value) []byte { return appendDecimal(dst, number(v), int(l.Scale)) }, nil
	case *format.IntType:
		if !l.IsSigned {
			return unsigned, nil
		}
	}
	if c := typ.ConvertedType(); c != nil {
		switch *c {
		case deprecated.Date:
			return day, nil
		case deprecated.TimestampMillis:
			return at(time.Millisecond), nil
		case deprecated.TimestampMicros:
			return at(time.Microsecond), nil
		case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
			return unsigned, nil
		}
	}
	return func(dst []byte, v parquet.Value) []byte { return strconv.AppendInt(dst, number(v), 10) }, nil
}

// appendFloat writes a number without an exponent, 37061 being 37061: whole
// numbers with gaps are often kept as floats. What is no number is no value.
func appendFloat(dst []byte, f float64, bits int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dst
	}
	return strconv.AppendFloat(dst, f, 'f', -1, bits)
}

// appendTime writes the day alone where the time is midnight.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	dst = t.AppendFormat(dst, time.DateOnly)
	if h, m, s := t.Clock(); h|m|s != 0 {
		dst = t.AppendFormat(dst, "T15:04:05")
	}
	return dst
}

func appendDecimal(dst []byte, n int64, scale int) []byte {
	if scale <= 0 || scale > 18 {
		return strconv.AppendInt(dst, n, 10)
	}
	u := uint64(n)
	if n < 0 {
		dst, u = append(dst, '-'), -u
	}
	power := uint64(1)
	for range scale {
		power *= 10
	}
	dst = strconv.AppendUint(dst, u/power, 10)
	rest := strconv.FormatUint(u%power+power, 10)[1:]
	for len(rest) > 0 && rest[len(rest)-1] == '0' {
		rest = rest[:len(rest)-1]
	}
	if rest != "" {
		dst = append(append(dst, '.'), rest...)
	}
	return dst
}
