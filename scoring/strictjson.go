package scoring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// unmarshalStrict decodes JSON that people write by hand. Unlike encoding/json
// it says where an unknown or repeated name stands, matches names to the letter,
// and accepts nothing after the value.
func unmarshalStrict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	w := strictWalk{dec: dec}
	if err := w.value(reflect.TypeOf(into).Elem(), ""); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("line %d: something follows the value", w.line(data))
	}
	err := json.Unmarshal(data, into)
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s: a JSON %s is no value for it", e.Field, e.Value)
	}
	return err
}

// strictWalk reads tokens along a Go type.
type strictWalk struct{ dec *json.Decoder }

func (w strictWalk) line(data []byte) int {
	return 1 + bytes.Count(data[:w.dec.InputOffset()], []byte("\n"))
}

// value reads one value of type t, or of a type not known (nil).
func (w strictWalk) value(t reflect.Type, path string) error {
	tok, err := w.dec.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%s: %w", where(path), err)
	}
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch tok {
	case json.Delim('{'):
		return w.object(t, path)
	case json.Delim('['):
		return w.array(t, path)
	}
	return nil
}

func (w strictWalk) object(t reflect.Type, path string) error {
	seen := map[string]bool{}
	for w.dec.More() {
		tok, err := w.dec.Token()
		if err != nil {
			return fmt.Errorf("%s: %w", where(path), err)
		}
		name, _ := tok.(string)
		if seen[name] {
			return fmt.Errorf("%s: name %q is there twice", where(path), name)
		}
		seen[name] = true
		inner, ok := memberType(t, name)
		if !ok {
			return fmt.Errorf("%s: unknown name %q, want one of %s", where(path), name, strings.Join(memberNames(t), ", "))
		}
		if err := w.value(inner, join(path, name)); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

func (w strictWalk) array(t reflect.Type, path string) error {
	var elem reflect.Type
	if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
		elem = t.Elem()
	}
	for i := 0; w.dec.More(); i++ {
		if err := w.value(elem, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

func where(path string) string {
	if path == "" {
		return "top level"
	}
	return path
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// memberType returns the type of an object's member; ok is false if t is a
// struct without it. Of what is no struct, or reads its JSON itself, nothing is
// known.
func memberType(t reflect.Type, name string) (inner reflect.Type, ok bool) {
	switch {
	case t == nil:
		return nil, true
	case t.Kind() == reflect.Map:
		return t.Elem(), true
	case t.Kind() != reflect.Struct || readsItself(t):
		return nil, true
	}
	for _, f := range reflect.VisibleFields(t) {
		if n, ok := jsonName(f); ok && n == name {
			return f.Type, true
		}
	}
	return nil, false
}

func memberNames(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if n, ok := jsonName(f); ok {
			names = append(names, n)
		}
	}
	return names
}

func readsItself(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

func jsonName(f reflect.StructField) (name string, ok bool) {
	if f.Anonymous || !f.IsExported() {
		return "", false
	}
	name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		name = f.Name
	}
	return name, name != "-"
}
