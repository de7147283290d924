package peers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func needShell(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell")
	}
}

func TestCommand(t *testing.T) {
	needShell(t)
	path := write(t, "made.csv", "record_id,first_name,last_name,person\n1,Ana,Lee,p\n2,Anna,Lee,p\n")
	p, err := Prepare(context.Background(), Source{Path: path, Truth: "person"}, filepath.Join(t.TempDir(), "it's here.csv"))
	require.NoError(t, err)

	r, err := p.Run(context.Background(), "all one", Command(`awk -F, 'NR==1 {print "record_id,cluster_id"} NR>1 {print $1 ",1"}' {in} > {out}/clusters.csv`))
	require.NoError(t, err)
	require.NotNil(t, r.Score, r.Skipped)
	assert.InDelta(t, 1, r.Score.People.F1(), 0)
	assert.Positive(t, r.Usage.Wall)
	assert.Positive(t, r.Usage.Peak)

	for name, c := range map[string]Command{
		"writes nothing":  "true {in} {out}",
		"fails":           "echo of a kind >&2; false {in} {out}",
		"no placeholders": "true",
	} {
		r, err := p.Run(context.Background(), name, c)
		require.NoError(t, err)
		assert.Nil(t, r.Score, name)
		assert.NotEmpty(t, r.Skipped, name)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err = p.Run(stopped, "stopped", Command("sleep 9 {in} {out}"))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestDriver(t *testing.T) {
	needShell(t)
	u, err := Driver{Args: []string{"sh", "-c", `echo '{"cpu_seconds": 1.5, "peak_bytes": 7, "versions": {"tool": "2"}}'`}}.Match(context.Background(), "in", "out")
	require.NoError(t, err)
	assert.Equal(t, Usage{CPU: 1.5, Peak: 7, Versions: map[string]string{"tool": "2"}}, u)
	_, err = Driver{Args: []string{"sh", "-c", "echo words"}}.Match(context.Background(), "in", "out")
	assert.ErrorContains(t, err, "no JSON")
	_, err = Driver{Args: []string{"sh", "-c", "echo why >&2; exit 3"}}.Match(context.Background(), "in", "out")
	assert.ErrorContains(t, err, "why")
}

func TestEverythingIsPinned(t *testing.T) {
	pinned, err := pins()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, p := range pinned {
		names[p[0]] = true
	}
	for _, name := range []string{"splink", "duckdb", "recordlinkage", "pandas"} {
		assert.True(t, names[name], name)
	}
}

func TestVenvThatIsNotThere(t *testing.T) {
	v := &Venv{Dir: t.TempDir()}
	err := v.Check(context.Background())
	require.ErrorIs(t, err, ErrMissing)
	assert.ErrorContains(t, err, "--install")
	d, err := v.Driver("splink_dedupe")
	require.NoError(t, err)
	assert.FileExists(t, d.Args[len(d.Args)-1])
	require.NoError(t, v.Close())
	assert.NoFileExists(t, d.Args[len(d.Args)-1])
	_, err = d.Match(context.Background(), "in", "out")
	assert.Error(t, err)
}

// TestPythonPeers runs the drivers on a small file where the packages are
// installed, and says why not where they are not.
func TestPythonPeers(t *testing.T) {
	dir := os.Getenv("IDEM_PEERS_VENV")
	if dir == "" {
		t.Skip("IDEM_PEERS_VENV names no Python environment")
	}
	v := &Venv{Dir: dir}
	defer v.Close()
	if err := v.Check(context.Background()); err != nil {
		t.Skip(err)
	}
	p, err := Prepare(context.Background(), Source{Path: write(t, "made.csv", doubles(400)), Truth: "person"}, filepath.Join(t.TempDir(), "records.csv"))
	require.NoError(t, err)
	for _, name := range []string{"splink_dedupe", "recordlinkage_dedupe"} {
		d, err := v.Driver(name)
		require.NoError(t, err)
		r, err := p.Run(context.Background(), name, d)
		require.NoError(t, err)
		require.NotNil(t, r.Score, r.Skipped)
		assert.Positive(t, r.Score.People.TruePositive, name)
		assert.NotNil(t, r.Score.OraclePeople, name)
		assert.Positive(t, r.Usage.CPU, name)
		assert.Positive(t, r.Usage.Peak, name)
		assert.NotEmpty(t, r.Usage.Versions["python"], name)
	}
	d, err := v.Driver("duckdb_case")
	require.NoError(t, err)
	var printed struct {
		Candidates int     `json:"candidates"`
		Scoring    float64 `json:"scoring_cpu_seconds"`
	}
	require.NoError(t, d.Run(context.Background(), &printed, p.Path, t.TempDir()))
	assert.GreaterOrEqual(t, printed.Candidates, 200)
	assert.Positive(t, printed.Scoring)
}

// doubles are n people twice over, some with another city or a letter less.
func doubles(n int) string {
	var b strings.Builder
	b.WriteString("record_id,first_name,last_name,dob,city,person\n")
	row := func(id, given, family, born, city string, person int) {
		b.WriteString(strings.Join([]string{id, given, family, born, city, name(person * 7919)}, ",") + "\n")
	}
	for i := range n {
		given, family := name(i*31%57), name(i*17%211)
		born := []string{"19", "20"}[i%2] + digits(i*13%90+10) + "-" + digits(i%12+1) + "-" + digits(i*5%28+1)
		city := name(i % 23)
		row("a"+digits(i), given, family, born, city, i)
		switch i % 5 {
		case 0:
			family = family[:len(family)-1]
		case 1:
			city = name(i%23 + 1)
		case 2:
			given = given[:len(given)-1]
		case 3:
			born = born[:8] + digits(i*5%28+2)
		}
		row("b"+digits(i), given, family, born, city, i)
	}
	return b.String()
}

// name makes a word of a number.
func name(n int) string {
	word := "mar"
	for n += 3; n > 0; n /= 9 {
		word += []string{"lo", "ki", "ta", "ne", "bu", "ri", "so", "va", "du"}[n%9]
	}
	return word
}

func digits(n int) string { return fmt.Sprintf("%02d", n) }
