package main

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var awkwardCells = []string{
	"", "plain", "a,b", `a"b`, "two\nlines", "\r", " space", "\u00a0space", "\u3000x", "tail ", `\.`, `\.x`, "é", "\xff", "\t", ";", ";;", "a;=b",
	"=1+1", "@x;y", "-5", "-5;-x", "+1 (212) 555-0100", "1982-11-05", "\uff1dx", "a;\uff0b1", "x;;=", "'=1",
}

// FuzzSheet: a row is what encoding/csv writes.
func FuzzSheet(f *testing.F) {
	for i, c := range awkwardCells {
		f.Add(c, awkwardCells[(i*7+3)%len(awkwardCells)], "x")
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		require.NoError(t, w.Write([]string{a, b, c}))
		w.Flush()
		line := appendCell(appendCell([]byte(nil), a), b)
		line = appendCell(line, []byte(c))
		line[len(line)-1] = '\n'
		assert.Equal(t, want.String(), string(line))
	})
}

// plainTame is tame as it is said.
func plainTame(cell string) string {
	values := strings.Split(cell, ";")
	for i, v := range values {
		if v == "" {
			continue
		}
		r := []rune(v)[0]
		wide := map[rune]rune{'\uff1d': '=', '\uff0b': '=', '\uff0d': '=', '\uff20': '@'}
		if w, ok := wide[r]; ok {
			r = w
		}
		sign := (r == '+' || r == '-') && strings.Trim(v[1:], "0123456789 .()-") != ""
		if strings.ContainsRune("=@\t\r\n", r) || sign {
			values[i] = "'" + v
		}
	}
	return strings.Join(values, ";")
}

func FuzzTame(f *testing.F) {
	for _, c := range awkwardCells {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		assert.Equal(t, plainTame(cell), tame(cell))
		assert.Equal(t, plainTame(cell), string(appendTame(nil, []byte(cell))))
	})
}
