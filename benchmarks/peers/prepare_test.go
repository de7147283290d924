package peers

import (
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func prepare(t *testing.T, s Source) (*Prepared, string) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "records.csv")
	p, err := Prepare(context.Background(), s, to)
	require.NoError(t, err)
	text, err := os.ReadFile(to)
	require.NoError(t, err)
	return p, string(text)
}

func TestPrepare(t *testing.T) {
	t.Run("usual spellings, spaces, dates, the truth in the id", func(t *testing.T) {
		path := write(t, "made.csv", "rec_id, given_name, surname, date_of_birth, nonsense\n"+
			"rec-1-org, ana, lee, 20200102, x\nrec-1-dup-0, anna, lee, 20200132, y\nrec-1-dup-1, anna, lee, spring, y\nrec-2-org, bo, \"o'hara, jr\", , z\n")
		p, text := prepare(t, Source{Path: path, Truth: `rec_id~^rec-(\d+)-`})
		assert.Equal(t, "record_id,given_name,family_name,birth_date\n"+
			"rec-1-org,ana,lee,2020-01-02\nrec-1-dup-0,anna,lee,2020-01-32\nrec-1-dup-1,anna,lee,spring\nrec-2-org,bo,\"o'hara, jr\",\n", text,
			"a date that cannot be read stays as it came")
		assert.Equal(t, []int32{0, 0, 0, 1}, p.person)
		assert.True(t, p.Labelled())
		assert.Equal(t, []string{"ANA", "LEE", "ANNA", "O'HARA, JR"}[:3], p.Names[:3])
	})
	t.Run("the truth is kept from the matchers", func(t *testing.T) {
		path := write(t, "made.csv", "record_id,cluster_id,first_name,last_name,dob\nb,7,Ana,Lee,2020-01-02\na,7,Ana,Lee,2020-01-02\na,8,Bo,Lee,2020-01-02\nc,,Cy,Lee,2020-01-02\nragged\n")
		p, text := prepare(t, Source{Path: path, Truth: "cluster_id", Drop: []string{"dob"}})
		assert.Equal(t, "record_id,given_name,family_name\nb,Ana,Lee\na,Ana,Lee\nc,Cy,Lee\n", text)
		assert.Equal(t, []int32{0, 0, -1}, p.person)
		assert.Equal(t, []int{3, 1, 1}, []int{p.Records, p.Repeated, p.Ragged})
	})
	t.Run("sources and a truth of its own", func(t *testing.T) {
		path := write(t, "made.csv", "record_id,source,given_name,family_name\n1,school,Ana,Lee\n1,clinic,Ana,Lee\n2,clinic,Bo,Lee\n")
		truth := write(t, "truth.csv", "source,record_id,person_id\nschool,1,p\nclinic,1,q\nclinic,2,q\n")
		p, text := prepare(t, Source{Path: path, Truth: truth})
		assert.Equal(t, "record_id,given_name,family_name\nschool/1,Ana,Lee\nclinic/1,Ana,Lee\nclinic/2,Bo,Lee\n", text)
		assert.Equal(t, []int32{0, 1, 1}, p.person)
	})
	t.Run("a part of a compressed file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "made.csv.gz")
		file, err := os.Create(path)
		require.NoError(t, err)
		packed := gzip.NewWriter(file)
		_, err = packed.Write([]byte("id,first_name,last_name,person\n1,Ana,Lee,p\n2,Bo,Lee,p\n"))
		require.NoError(t, err)
		require.NoError(t, packed.Close())
		require.NoError(t, file.Close())
		p, text := prepare(t, Source{Path: path, Truth: "person", Keep: func(id string) bool { return id == "2" }})
		assert.Equal(t, "record_id,given_name,family_name\n2,Bo,Lee\n", text)
		assert.Equal(t, 1, p.Records)
	})
	t.Run("no id", func(t *testing.T) {
		path := write(t, "made.csv", "first_name,last_name,person\nAna,Lee,p\nBo,Lee,p\n")
		_, text := prepare(t, Source{Path: path, Truth: "person"})
		assert.Equal(t, "record_id,given_name,family_name\nrow-1,Ana,Lee\nrow-2,Bo,Lee\n", text)
	})
}

func TestPrepareRefuses(t *testing.T) {
	good := "record_id,first_name,last_name\n1,Ana,Lee\n"
	for name, s := range map[string]Source{
		"no such file":               {Path: filepath.Join(t.TempDir(), "none.csv"), Truth: "person"},
		"no such column":             {Path: write(t, "made.csv", good), Truth: "person"},
		"no such column for a regex": {Path: write(t, "made.csv", good), Truth: "person~(x)"},
		"no group in the regex":      {Path: write(t, "made.csv", good), Truth: "record_id~x"},
		"no regex":                   {Path: write(t, "made.csv", good), Truth: "record_id~("},
		"no truth file":              {Path: write(t, "made.csv", good), Truth: filepath.Join(t.TempDir(), "none.csv")},
		"no person in the truth":     {Path: write(t, "made.csv", good), Truth: write(t, "truth.csv", "record_id\n1\n")},
	} {
		_, err := Prepare(context.Background(), s, filepath.Join(t.TempDir(), "out.csv"))
		assert.Error(t, err, name)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err := Prepare(stopped, Source{Path: write(t, "made.csv", good), Truth: "record_id"}, filepath.Join(t.TempDir(), "out.csv"))
	assert.ErrorIs(t, err, context.Canceled)
}
