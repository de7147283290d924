// Package strictjson reads JSON that people write by hand. Unlike encoding/json it
// says where an unknown or repeated name stands, matches names to the letter, and
// accepts nothing after the value.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// maxDepth bounds how deep values nest, as encoding/json does, so that no input
// exhausts the stack.
const maxDepth = 1000

// Unmarshal decodes the one JSON value in data, in which every object has only
// names that the Go type knows, each once, and null stands for nothing but what
// may be empty. Of a type that reads its JSON itself the names are its own matter.
func Unmarshal(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	w := walk{dec: dec}
	if err := w.value(reflect.TypeOf(into).Elem(), "", 0); err != nil {
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

// walk reads tokens along a Go type.
type walk struct{ dec *json.Decoder }

func (w walk) line(data []byte) int {
	return 1 + bytes.Count(data[:w.dec.InputOffset()], []byte("\n"))
}

// token reads a token; an error says where.
func (w walk) token(path string) (json.Token, error) {
	tok, err := w.dec.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where(path), err)
	}
	return tok, nil
}

// value reads one value of type t, or of a type not known (nil).
func (w walk) value(t reflect.Type, path string, depth int) error {
	tok, err := w.token(path)
	if err != nil {
		return err
	}
	if tok == nil && !nullable(t) {
		return fmt.Errorf("%s: null is no value for it", where(path))
	}
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d values", maxDepth)
	}
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch tok {
	case json.Delim('{'):
		return w.object(t, path, depth+1)
	case json.Delim('['):
		return w.array(t, path, depth+1)
	}
	return nil
}

func (w walk) object(t reflect.Type, path string, depth int) error {
	seen := map[string]bool{}
	for w.dec.More() {
		tok, err := w.token(path)
		if err != nil {
			return err
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
		if err := w.value(inner, join(path, name), depth); err != nil {
			return err
		}
	}
	_, err := w.token(path)
	return err
}

func (w walk) array(t reflect.Type, path string, depth int) error {
	var elem reflect.Type
	if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
		elem = t.Elem()
	}
	for i := 0; w.dec.More(); i++ {
		if err := w.value(elem, fmt.Sprintf("%s[%d]", path, i), depth); err != nil {
			return err
		}
	}
	_, err := w.token(path)
	return err
}

// nullable reports whether null may stand for a value of the type: a list, map or
// pointer that is empty.
func nullable(t reflect.Type) bool {
	if t == nil || t.Kind() != reflect.Pointer && readsItself(t) {
		return true
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		return true
	}
	return false
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
