package match_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

// The suggestion is at least as good as the default rules on every set: it finds
// no fewer pairs of one person, and costs no more pairs.
func TestSuggestionOnData(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long and has nothing for the race detector")
	}
	febrl := regexp.MustCompile(`^rec-(\d+)-`)
	for _, c := range []struct {
		file, truth string
		person      *regexp.Regexp
	}{
		{"splink/fake_1000.csv", "cluster", nil},
		{"febrl/dataset1.csv", "", febrl},
		{"febrl/dataset2.csv", "", febrl},
		{"febrl/dataset3.csv", "", febrl},
		{"pseudopeople/shared_wic_2019_2028_s0.csv.gz", "simulant_id", nil},
		{"households/gen_100k.csv.gz", "cluster_id", nil},
		{"households/gen_iis_100k.csv.gz", "cluster_id", nil},
		{"splink/historical_50k.csv.gz", "cluster", nil},
	} {
		t.Run(strings.TrimSuffix(c.file, ".gz"), func(t *testing.T) {
			if strings.HasPrefix(c.file, "households") && os.Getenv("IDEM_LONG") != "1" {
				t.Skip("takes half a minute: IDEM_LONG=1 runs it")
			}
			reader, err := intake.Open([]string{testdata.Path(t, c.file)}, intake.Options{Truth: c.truth, Drop: drops[c.truth]})
			require.NoError(t, err)
			defer reader.Close()
			people, known := map[match.Key]int32{}, map[string]int32{}
			records := func(yield func(*patient.Record, error) bool) {
				for r, err := range reader.Records(context.Background()) {
					person := ""
					if c.person != nil {
						person = c.person.FindStringSubmatch(r.ID)[1]
					}
					for _, a := range r.Attributes {
						if a.Name == c.truth {
							person = a.Value
						}
					}
					if _, ok := known[person]; !ok {
						known[strings.Clone(person)] = int32(len(known))
					}
					people[match.Key{Source: r.Source, ID: strings.Clone(r.ID)}] = known[person]
					if !yield(r, err) {
						return
					}
				}
			}
			began := time.Now()
			s, err := match.SuggestRules(context.Background(), records, match.Options{})
			require.NoError(t, err)
			took := time.Since(began)
			truth := make([]int32, s.Records)
			for i := range truth {
				truth[i] = people[s.Key(i)]
			}
			require.NoError(t, s.Measure(context.Background(), truth))
			require.NotEmpty(t, s.Rules)
			var pairs int64
			for _, r := range s.Rules {
				pairs += r.NewPairs
				t.Logf("%-60s %8d pairs %8d new, alone %.4f (true %.4f), so far %.4f (true %.4f)", r.Name, r.Pairs, r.NewPairs, r.Recall, r.TrueRecall, r.Cumulative, r.TrueCumulative)
			}
			last := s.Rules[len(s.Rules)-1]
			t.Logf("%v: %d records, %.0f of one person expected, %.0f unseen, share %.3f", took.Round(time.Millisecond), s.Records, s.Same, s.Unseen, s.Share)
			t.Logf("suggested %2d rules, %8d pairs, recall expected %.4f, true %.4f", len(s.Rules), pairs, last.Cumulative, last.TrueCumulative)
			t.Logf("default   %2d rules, %8d pairs, recall expected %.4f, true %.4f", s.Default.Rules, s.Default.Pairs, s.Default.Recall, s.Default.TrueRecall)
			t.Logf("catalogue %2d rules, %8d pairs, recall expected %.4f", s.Catalogue.Rules, s.Catalogue.Pairs, s.Catalogue.Recall)
			assert.LessOrEqual(t, pairs, s.Default.Pairs)
			assert.GreaterOrEqual(t, last.TrueCumulative, s.Default.TrueRecall)
		})
	}
}

// The suggestion does not depend on the order of the records or the number of
// goroutines, keeps to its bound, and is read back from its JSON.
func TestSuggestionIsDeterministicAndBounded(t *testing.T) {
	records, person := population(31, 1500)
	suggest := func(order []int, o match.Options) *match.Suggestion {
		s, err := match.SuggestRules(context.Background(), stream(records, order), o)
		require.NoError(t, err)
		return s
	}
	s := suggest(nil, match.Options{Workers: 1})
	order := rand.New(rand.NewPCG(2, 2)).Perm(len(records))
	again := suggest(order, match.Options{Workers: 3})
	assert.Equal(t, s.Rules, again.Rules)
	assert.Equal(t, []any{s.Same, s.Unseen, s.Default, s.Catalogue}, []any{again.Same, again.Unseen, again.Default, again.Catalogue})

	var pairs int64
	for _, r := range s.Rules {
		pairs += r.NewPairs
		assert.LessOrEqual(t, r.NewPairs, r.Pairs)
		assert.LessOrEqual(t, r.Recall, r.Cumulative)
	}
	last := s.Rules[len(s.Rules)-1]
	assert.LessOrEqual(t, pairs, s.Default.Pairs)
	assert.GreaterOrEqual(t, last.Cumulative, s.Default.Recall)

	truth := make([]int32, s.Records)
	byKey := map[match.Key]int32{}
	for i := range records {
		byKey[match.Key{Source: records[i].Source, ID: records[i].ID}] = person[i]
	}
	for i := range truth {
		truth[i] = byKey[s.Key(i)]
	}
	require.NoError(t, s.Measure(context.Background(), truth))
	last = s.Rules[len(s.Rules)-1]
	assert.InDelta(t, last.TrueCumulative, last.Cumulative, .02)
	assert.Error(t, s.Measure(context.Background(), truth[1:]))

	// Half the pairs: less is found, and still most of it.
	half := suggest(nil, match.Options{MaxPairs: pairs / 2})
	pairs = 0
	for _, r := range half.Rules {
		pairs += r.NewPairs
	}
	assert.LessOrEqual(t, pairs, s.Default.Pairs/2)
	assert.Greater(t, half.Rules[len(half.Rules)-1].Cumulative, .8)

	data, err := json.Marshal(s.Blocking())
	require.NoError(t, err)
	rules, err := blocking.ParseRules(data)
	require.NoError(t, err)
	assert.Equal(t, s.Blocking(), rules)
	res := dedupe(t, records, nil, match.Options{Rules: rules})
	assert.Len(t, res.Stats.Rules, len(rules))
}

// Files that cannot teach anything still get rules, or an error that says why.
func TestSuggestionOfFewRecords(t *testing.T) {
	records, _ := population(32, 3)
	s, err := match.SuggestRules(context.Background(), stream(records[:2], nil), match.Options{})
	require.NoError(t, err)
	assert.Equal(t, 2, s.Records)
	_, err = match.SuggestRules(context.Background(), stream(nil, nil), match.Options{})
	assert.ErrorIs(t, err, match.ErrNoRecords)
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = match.SuggestRules(canceled, stream(records, nil), match.Options{})
	assert.ErrorIs(t, err, context.Canceled)
}

// drops are columns that give the truth away.
var drops = map[string][]string{"simulant_id": {"household_id"}}
