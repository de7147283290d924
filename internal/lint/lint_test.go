package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// modules are the repository's modules, each listed on its own, so that the
// test means the same with and without the workspace.
var modules = []string{".", "benchmarks", "examples"}

func run(t *testing.T, dir string, arguments ...string) []byte {
	t.Helper()
	command := exec.Command("go", arguments...)
	command.Dir = filepath.Join(root, dir)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	require.NoError(t, command.Run(), "go %s in %s: %s", strings.Join(arguments, " "), dir, &stderr)
	return stdout.Bytes()
}

func list(t *testing.T) []Package {
	t.Helper()
	var packages []Package
	for _, module := range modules {
		output := run(t, module, "list", "-e", "-json=ImportPath,Name,Dir,Doc,GoFiles,Imports,TestImports,XTestImports,Deps", "./...")
		decoder := json.NewDecoder(bytes.NewReader(output))
		for {
			var p Package
			err := decoder.Decode(&p)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			if name, _ := rel(p.ImportPath); !within(name, "out") { // ignored by Git
				packages = append(packages, p)
			}
		}
	}
	require.NotEmpty(t, packages)
	return packages
}

// files walks the repository's text files, without what Git and a build leave.
func files(t *testing.T, visit func(name string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if name == ".git" || name == "out" || name == ".ci/bin" {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another test's temporary file
		}
		if err != nil {
			return err
		}
		visit(name, content)
		return nil
	})
	require.NoError(t, err)
}

func TestArchitecture(t *testing.T) {
	packages := list(t)
	assert.Empty(t, Directions(packages), "import directions")
	assert.Empty(t, Foreigners(packages), "imports from outside")
	assert.Empty(t, Linked(packages), "GPL code in what links no adapter")
	assert.Empty(t, Comments(packages), "package comments")
}

func TestRequirements(t *testing.T) {
	var file struct {
		Module  struct{ Path string }
		Require []Requirement
	}
	require.NoError(t, json.Unmarshal(run(t, ".", "mod", "edit", "-json"), &file))
	require.Equal(t, Module, file.Module.Path)
	assert.Empty(t, Requirements(file.Require))
}

func TestSources(t *testing.T) {
	directories := map[string]map[string]*ast.File{}
	files(t, func(name string, content []byte) {
		for _, fault := range Texts(name, content) {
			t.Error(fault)
		}
		if path.Ext(name) != ".go" || strings.Contains(name, "testdata/") && !strings.HasPrefix(name, "internal/testdata/") {
			return
		}
		file, err := parse(name, content)
		if err != nil {
			t.Errorf("%s does not parse: %v", name, err)
			return
		}
		for _, fault := range Purity(name, file) {
			t.Error(fault)
		}
		dir := path.Dir(name)
		if directories[dir] == nil {
			directories[dir] = map[string]*ast.File{}
		}
		directories[dir][path.Base(name)] = file
	})
	require.NotEmpty(t, directories)
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	assert.Empty(t, Promises(string(readme), testNames(directories)))
	for dir, parsed := range directories {
		for _, fault := range DataNames(dir, parsed) {
			t.Error(fault)
		}
	}
}

// testNames lists the test functions of each directory.
func testNames(directories map[string]map[string]*ast.File) map[string][]string {
	names := map[string][]string{}
	for dir, parsed := range directories {
		for base, file := range parsed {
			for _, declaration := range file.Decls {
				function, ok := declaration.(*ast.FuncDecl)
				if ok && function.Recv == nil && strings.HasSuffix(base, "_test.go") {
					names[dir] = append(names[dir], function.Name.Name)
				}
			}
		}
	}
	return names
}
