package lint

import (
	"go/ast"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests here show on made-up input that each rule bites, and that it lets
// pass what is right.

func made(importPath string, imports ...string) Package {
	p := Package{ImportPath: Module + "/" + importPath, Doc: "Package made.", GoFiles: []string{"made.go"}}
	for _, i := range imports {
		if !standard(i) {
			p.Imports = append(p.Imports, i)
			continue
		}
		p.Imports = append(p.Imports, Module+"/"+i)
	}
	return p
}

func TestDirectionsBite(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Package
		want string // "" = allowed
	}{
		{"table on patient", made("internal/table", "match/patient", "internal/fold"), ""},
		{"patient on a leaf", made("match/patient", "internal/nick"), ""},
		{"blocking on table", made("blocking", "internal/table", "match/patient"), ""},
		{"adapter on blocking", made("blocking/matchrkeys", "blocking", "match/patient"), ""},
		{"scoring on its metrics", made("scoring", "scoring/strsim", "internal/table"), ""},
		{"match on everything", made("match", "blocking", "scoring", "merge", "internal/table", "match/patient"), ""},
		{"the command on public packages", made("examples/idem", "match", "match/intake", "match/evaluate", "merge"), ""},
		{"the index on disk on keys", made("blocking/bleveindex", "blocking", "match/patient", "internal/hash"), ""},
		{"the server on the index on disk", made("examples/iisserver", "match", "blocking/bleveindex"), ""},

		{"match on the index on disk", made("match", "blocking/bleveindex"), "match must not import blocking/bleveindex"},
		{"patient on table", made("match/patient", "internal/table"), "match/patient must not import internal/table"},
		{"leaf on patient", made("internal/fold", "match/patient"), "internal/fold must not import match/patient"},
		{"blocking on scoring", made("blocking", "scoring"), "blocking must not import scoring"},
		{"scoring on blocking", made("scoring", "blocking"), "scoring must not import blocking"},
		{"scoring on merge", made("scoring", "merge"), "scoring must not import merge"},
		{"merge on scoring", made("merge", "scoring"), "merge must not import scoring"},
		{"merge on table", made("merge", "internal/table"), "merge must not import internal/table"},
		{"merge on match", made("merge", "match"), "merge must not import match"},
		{"metrics on a leaf", made("scoring/strsim", "internal/fold"), "scoring/strsim must not import internal/fold"},
		{"ledger on patient", made("match/ledger", "match/patient"), "match/ledger must not import match/patient"},
		{"command on internals", made("examples/idem", "internal/fold"), "examples/idem must not import internal/fold"},
		{"benchmarks on internals", made("benchmarks", "internal/testdata"), "benchmarks must not import internal/testdata"},
		{"code on test support", made("match", "internal/testdata"), "match must not import internal/testdata"},
		{"anything on lint", made("match", "internal/lint"), "match must not import internal/lint"},
		{"match on benchmarks", made("match", "benchmarks"), "match must not import benchmarks"},
		{"a new top level", made("server", "match"), "server has no layer: give it a place in internal/lint"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == "" {
				assert.Empty(t, Directions([]Package{c.p}))
				return
			}
			assert.Equal(t, []string{c.want}, Directions([]Package{c.p}))
		})
	}
	t.Run("tests of the command on internals", func(t *testing.T) {
		p := Package{ImportPath: Module + "/examples/idem", XTestImports: []string{Module + "/internal/testdata"}}
		assert.Len(t, Directions([]Package{p}), 1)
	})
	t.Run("tests of the library on each other", func(t *testing.T) {
		p := Package{ImportPath: Module + "/scoring", TestImports: []string{Module + "/internal/testdata", Module + "/blocking"}}
		assert.Empty(t, Directions([]Package{p}))
	})
}

func TestForeignersBite(t *testing.T) {
	const matchr, bleve, testify = "github.com/antzucaro/matchr", "github.com/blevesearch/bleve/v2", "github.com/stretchr/testify"
	allowed := []Package{
		made("blocking/matchrkeys", matchr),
		made("benchmarks", matchr, "example.org/peer"),
		made("blocking/bleveindex", bleve+"/analysis"),
		made("internal/fold", "golang.org/x/text/unicode/norm"),
		{ImportPath: Module + "/scoring/strsim", TestImports: []string{matchr, testify + "/require", "pgregory.net/rapid"}},
	}
	assert.Empty(t, Foreigners(allowed))
	for _, p := range []Package{
		made("scoring/strsim", matchr),
		made("blocking", matchr),
		made("examples/idem", matchr),
		made("match", bleve),
		made("benchmarks", bleve),
		made("merge", testify+"/assert"),
		made("match", "pgregory.net/rapid"),
		made("match", "example.org/other"),
		made("match", "github.com/antzucaro/matchrelated"),
		{ImportPath: Module + "/match", TestImports: []string{bleve}},
		{ImportPath: Module + "/match", TestImports: []string{"example.org/other"}},
	} {
		assert.Len(t, Foreigners([]Package{p}), 1, "%+v", p)
	}
}

func TestLinkedBites(t *testing.T) {
	deep := made("examples/idem")
	deep.Deps = []string{"fmt", Module + "/blocking/matchrkeys", "github.com/antzucaro/matchr/util"}
	assert.Len(t, Linked([]Package{deep}), 1)
	deep.ImportPath = Module + "/benchmarks"
	assert.Empty(t, Linked([]Package{deep, made("match")}))
}

func TestCommentsBite(t *testing.T) {
	bare := made("match")
	bare.Doc = ""
	assert.Len(t, Comments([]Package{bare, made("merge")}), 1)
	bare.GoFiles = nil // tests only
	assert.Empty(t, Comments([]Package{bare}))
}

func TestRequirementsBite(t *testing.T) {
	good := []Requirement{
		{Path: "github.com/antzucaro/matchr", Version: "v0.0.0"},
		{Path: "github.com/blevesearch/bleve/v2", Version: "v2.6.1"},
		{Path: "example.org/deep", Version: "v1.0.0", Indirect: true},
	}
	assert.Empty(t, Requirements(good))
	assert.Len(t, Requirements([]Requirement{{Path: "example.org/other", Version: "v1.0.0"}}), 1)
	assert.Len(t, Requirements([]Requirement{{Path: "github.com/blevesearch/bleve/v2", Version: "v2.6.3"}}), 1)
}

func parsed(t *testing.T, source string) *ast.File {
	t.Helper()
	file, err := parse("made.go", source)
	require.NoError(t, err)
	return file
}

func TestPurityBites(t *testing.T) {
	const head = "package made\n"
	for _, c := range []struct {
		name, file, source string
		faults             int
	}{
		{"clock", "match/patient/made.go", head + `import "time"; var x = time.Now()`, 1},
		{"clock under another name", "scoring/made.go", head + `import clock "time"; var x = clock.Now()`, 1},
		{"a duration is no clock", "scoring/made.go", head + `import "time"; const x = time.Second`, 0},
		{"a field called Now is no clock", "scoring/made.go", head + `var time struct{ Now int }; var x = time.Now`, 0},
		{"files", "merge/made.go", head + `import "os"; var x = os.Args`, 1},
		{"streams in merge", "merge/made.go", head + `import "io"; var x io.Reader`, 1},
		{"streams elsewhere", "scoring/made.go", head + `import "io"; var x io.Reader`, 0},
		{"random hash", "blocking/made.go", head + `import "hash/maphash"; var x maphash.Hash`, 1},
		{"global generator", "internal/table/made.go", head + `import "math/rand/v2"; var x = rand.IntN(3)`, 1},
		{"seeded generator", "internal/table/made.go", head + `import "math/rand/v2"; var x = rand.New(rand.NewPCG(1, 2))`, 0},
		{"tests may", "merge/made_test.go", head + `import "os"; var x = os.Args`, 0},
		{"match may", "match/made.go", head + `import "time"; var x = time.Now()`, 0},
		{"an index on disk may", "blocking/bleveindex/made.go", head + `import "os"; var x = os.Args`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Len(t, Purity(c.file, parsed(t, c.source)), c.faults)
		})
	}
}

func TestDataNamesBite(t *testing.T) {
	const helper = "package made\n" + `import "github.com/idem-health/idem/internal/testdata"` + "\n"
	for _, c := range []struct {
		name, file, source string
		faults             int
	}{
		{"looked up", "made_test.go", helper + `var x = testdata.Path(nil, "febrl/dataset3.csv")`, 0},
		{"in a table of names", "made_test.go", helper + `var x = []string{"splink/fake_1000.csv"}; var y = testdata.Path`, 0},
		{"by the variable", "made_test.go", "package made\n" + `import "os"; var x = os.Getenv("IDEM_DATA"); var y = "febrl/dataset3.csv"`, 0},
		{"opened", "made_test.go", helper + `import "os"; var _, _ = os.Open("febrl/dataset3.csv"); var y = testdata.Path`, 1},
		{"joined", "made_test.go", helper + `import "path/filepath"; var _ = filepath.Join("x", "dataset3.csv"); var y = testdata.Path`, 1},
		{"without the folder's variable", "made_test.go", "package made\n" + `var x = "households/gen_100k.csv.gz"`, 1},
		{"outside tests", "made.go", helper + `var x = testdata.Path(nil, "febrl/dataset3.csv")`, 1},
		{"another file", "made.go", "package made\n" + `var x = "pairs.csv"`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]*ast.File{c.file: parsed(t, c.source)}
			assert.Len(t, DataNames("match", files), c.faults)
		})
	}
	table := map[string]*ast.File{"data.go": parsed(t, "package made\n"+`var x = "febrl/dataset3.csv"`)}
	assert.Empty(t, DataNames("benchmarks", table))
	assert.Len(t, DataNames("examples/idem", table), 1)
}

func TestTextsBite(t *testing.T) {
	slash := "/"
	for _, c := range []struct {
		name, file, text string
		faults           int
	}{
		{"home folder", "README.md", "see " + slash + "home/me/idem", 1},
		{"in a string", "match/a.go", `open("` + slash + `tmp/x")`, 1},
		{"part of an address", "README.md", "https://example.org" + slash + "home/page", 0},
		{"relative", "README.md", "./examples" + slash + "work/x", 0},
		{"data folder", "match/a_test.go", "../" + "shared/data", 1},
		{"data folder's default", ".ci/run", "../" + "shared/data", 0},
		{"registry", "README.md", "proxy." + "golang.org", 1},
		{"machine setting", ".ci/run", "GO" + "PROXY=direct go build", 1},
		{"private address", "README.md", "http://" + "192.168.0.7:8080/x", 1},
		{"a server's own address", "README.md", "http://localhost:8080/", 0},
		{"binary", "a.gz", slash + "home/me\x00", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Len(t, Texts(c.file, []byte(c.text)), c.faults)
		})
	}
}

func TestPromisesBite(t *testing.T) {
	tests := map[string][]string{"match": {"TestOrder"}, "match/patient": {"TestNames"}, "merge": {"TestTwins"}}
	for _, c := range []struct {
		name, readme string
		faults       int
	}{
		{"there", "`go test ./match -run Order`", 0},
		{"quoted", "go test ./match ./merge -run 'Order|Twins'", 0},
		{"below", "go test ./match/... -run Names", 0},
		{"anywhere", "go test ./... -run Twins", 0},
		{"no choice made", "go test ./... ./benchmarks/...", 0},
		{"renamed", "`go test ./match -run Shuffle`", 1},
		{"in one package of two", "go test ./match ./merge -run Order", 1},
		{"in another package", "go test ./merge -run Names", 1},
		{"no expression", "go test ./merge -run '('", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Len(t, Promises(c.readme, tests), c.faults)
		})
	}
}
