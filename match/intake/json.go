package intake

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// maxNesting is how deep objects and lists may stand inside each other in a
// line of NDJSON.
const maxNesting = 8

// keys are the columns of an NDJSON file: its keys, in the order they were
// first met. add is told of each new one.
type keys struct {
	names []string
	index map[string]int
	add   func(name string) error
}

func newKeys(add func(string) error) *keys { return &keys{index: map[string]int{}, add: add} }

// column returns the column of a key.
func (k *keys) column(name string) (int, error) {
	if i, ok := k.index[name]; ok {
		return i, nil
	}
	name = strings.Clone(name) // it may be a piece of a whole row
	if err := k.add(name); err != nil {
		return 0, err
	}
	i := len(k.names)
	k.names = append(k.names, name)
	k.index[name] = i
	return i, nil
}

// jsonRows are the lines of an NDJSON file, each an object. A key is a column;
// a cell is a text, a number as it is written (37061.0 being 37061), Y or N for
// true or false, nothing for null, and the values of a list with semicolons.
// An object inside an object is flattened: {"name": {"first": "Ann"}} is a
// column name.first.
type jsonRows struct {
	*scanner
	io.Closer
	keys   *keys
	cells  []string
	filled []int // columns of the last row, in the order of its keys
	guess  []int // of the row before it: most rows have the same keys in the same order
	pairs  []pair
	list   []byte
}

func newJSONRows(t *text, k *keys) *jsonRows {
	return &jsonRows{scanner: newScanner(t, 0), Closer: t, keys: k}
}

func (r *jsonRows) row() ([]string, int) { return r.cells, r.rowLine }

func (r *jsonRows) next() (Reason, error) {
	line, reason, err := r.nextLine()
	if err != nil || reason != "" {
		return reason, err
	}
	text := string(line) // one allocation for all cells
	pairs, ok := r.flat(text)
	if !ok {
		if pairs, ok = flatten(text); !ok {
			return ReasonJSON, nil
		}
		for _, p := range pairs { // faults written as escapes
			if reason := textFault(p.key + p.value); reason != "" {
				return reason, nil
			}
		}
	}
	for _, c := range r.filled {
		r.cells[c] = ""
	}
	r.guess, r.filled = r.filled, r.guess[:0]
	for _, p := range pairs {
		if err := r.set(p.key, p.value); err != nil {
			return "", err
		}
	}
	return "", nil
}

// set puts a cell; the nth key of the row is probably the one it was before.
func (r *jsonRows) set(key, value string) error {
	n := len(r.filled)
	c := -1
	if n < len(r.guess) && r.keys.names[r.guess[n]] == key {
		c = r.guess[n]
	} else {
		var err error
		if c, err = r.keys.column(key); err != nil {
			return err
		}
	}
	for c >= len(r.cells) {
		r.cells = append(r.cells, "")
	}
	r.cells[c] = value
	r.filled = append(r.filled, c)
	return nil
}

// flat reads an object of texts without escapes, numbers, literals and lists of
// such texts. It reports false for anything else, which flatten then decides.
func (r *jsonRows) flat(s string) ([]pair, bool) {
	r.pairs = r.pairs[:0]
	i := space(s, 0)
	if i == len(s) || s[i] != '{' {
		return nil, false
	}
	if i = space(s, i+1); i < len(s) && s[i] == '}' {
		return nil, space(s, i+1) == len(s)
	}
	for {
		key, j := plainString(s, i)
		if j < 0 {
			return nil, false
		}
		if j = space(s, j); j == len(s) || s[j] != ':' {
			return nil, false
		}
		value, j := r.value(s, space(s, j+1))
		if j < 0 {
			return nil, false
		}
		r.pairs = append(r.pairs, pair{key, value})
		if i = space(s, j); i == len(s) {
			return nil, false
		}
		switch s[i] {
		case ',':
			i = space(s, i+1)
		case '}':
			return r.pairs, space(s, i+1) == len(s)
		default:
			return nil, false
		}
	}
}

// value reads a value at i and returns where it ends, -1 where it is not flat.
func (r *jsonRows) value(s string, i int) (string, int) {
	if i == len(s) {
		return "", -1
	}
	switch c := s[i]; {
	case c == '"':
		return plainString(s, i)
	case c == '-' || c >= '0' && c <= '9':
		return plainNumber(s, i)
	case c == '[':
		return r.listOf(s, i)
	case strings.HasPrefix(s[i:], "null"):
		return "", i + 4
	case strings.HasPrefix(s[i:], "true"):
		return "Y", i + 4
	case strings.HasPrefix(s[i:], "false"):
		return "N", i + 5
	}
	return "", -1
}

func (r *jsonRows) listOf(s string, i int) (string, int) {
	i = space(s, i+1)
	if i < len(s) && s[i] == ']' {
		return "", i + 1
	}
	r.list = r.list[:0]
	for {
		v, j := plainString(s, i)
		if j < 0 {
			return "", -1
		}
		r.list = append(r.list, v...)
		if i = space(s, j); i == len(s) {
			return "", -1
		}
		switch s[i] {
		case ',':
			r.list = append(r.list, ';')
			i = space(s, i+1)
		case ']':
			return string(r.list), i + 1
		default:
			return "", -1
		}
	}
}

// space returns the place of what follows white space.
func space(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// ordinary are the bytes a text holds as they are.
var ordinary = func() (t [256]bool) {
	for c := 0x20; c < 256; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// plainString reads a text without escapes.
func plainString(s string, i int) (string, int) {
	if i >= len(s) || s[i] != '"' {
		return "", -1
	}
	j := i + 1
	for j < len(s) && ordinary[s[j]] {
		j++
	}
	if j == len(s) || s[j] != '"' {
		return "", -1
	}
	return s[i+1 : j], j + 1
}

// plainNumber reads a number as JSON writes them.
func plainNumber(s string, i int) (string, int) {
	digits := func(j int) int {
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		return j
	}
	j := i
	if s[j] == '-' {
		j++
	}
	first := j
	if j = digits(j); j == first || s[first] == '0' && j > first+1 {
		return "", -1
	}
	if j < len(s) && s[j] == '.' {
		from := j + 1
		if j = digits(from); j == from {
			return "", -1
		}
	}
	if j < len(s) && (s[j] == 'e' || s[j] == 'E') {
		j++
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		from := j
		if j = digits(from); j == from {
			return "", -1
		}
	}
	return numberText(s[i:j]), j
}

// numberText is a number as a cell: programs that know no whole numbers with
// gaps write 37061.0 for 37061.
func numberText(s string) string { return strings.TrimSuffix(s, ".0") }

// A pair is a key with its cell.
type pair struct{ key, value string }

// flatten turns any object into pairs, by encoding/json. Two pairs of one key, as of
// {"a.b": 1, "a": {"b": 2}}, are both there.
func flatten(s string) ([]pair, bool) {
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var object map[string]any
	if dec.Decode(&object) != nil || object == nil {
		return nil, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, false
	}
	return appendPairs(nil, "", object, 0)
}

func appendPairs(dst []pair, prefix string, object map[string]any, depth int) ([]pair, bool) {
	if depth == maxNesting {
		return nil, false
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	ok := true
	for _, name := range names {
		switch v := object[name].(type) {
		case map[string]any:
			dst, ok = appendPairs(dst, prefix+name+".", v, depth+1)
		case []any:
			dst, ok = appendList(dst, prefix+name, v, depth+1)
		default:
			dst = append(dst, pair{prefix + name, scalar(v)})
		}
		if !ok {
			return nil, false
		}
	}
	return dst, true
}

// appendList joins the values of a list. Objects in it give a list for each of
// their keys, with a place for every object, so that values keep together.
func appendList(dst []pair, key string, list []any, depth int) ([]pair, bool) {
	if depth == maxNesting {
		return nil, false
	}
	texts := make([]string, len(list))
	below := map[string][]string{}
	var order []string
	scalars := len(list) == 0
	for i, v := range list {
		var inner []pair
		ok := true
		switch v := v.(type) {
		case map[string]any:
			inner, ok = appendPairs(nil, key+".", v, depth+1)
		case []any:
			inner, ok = appendList(nil, key, v, depth+1)
		default:
			texts[i], scalars = scalar(v), true
		}
		if !ok {
			return nil, false
		}
		for _, p := range inner {
			if p.key == key { // of a list in the list
				texts[i], scalars = p.value, true
				continue
			}
			if below[p.key] == nil {
				below[p.key] = make([]string, len(list))
				order = append(order, p.key)
			}
			below[p.key][i] = p.value
		}
	}
	if scalars {
		dst = append(dst, pair{key, strings.Join(texts, ";")})
	}
	slices.Sort(order)
	for _, k := range order {
		dst = append(dst, pair{k, strings.Join(below[k], ";")})
	}
	return dst, true
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return numberText(v.String())
	case bool:
		if v {
			return "Y"
		}
		return "N"
	}
	return ""
}

// nextLine returns the next line that is not blank, without its end.
func (s *scanner) nextLine() ([]byte, Reason, error) {
	for {
		n, state := s.findLine(0)
		s.rowLine = s.line + 1
		switch state {
		case lineNone:
			if s.err != nil {
				return nil, "", s.err
			}
			return nil, "", io.EOF
		case lineLong:
			s.skipLine()
			return nil, ReasonLong, s.err
		}
		line, _ := s.content(0, n)
		s.pass(n, 1)
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		return line, textFault(line), nil
	}
}
