package match

import (
	"sync"
	"time"
)

// A budget bounds how many queries each caller may ask: a bucket that holds a
// minute's worth and fills steadily. It remembers mostCallers of them; of more
// those that asked long ago are forgotten, whose buckets are full by then.
type budget struct {
	perMinute float64
	now       func() time.Time

	mu      sync.Mutex
	callers map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

const (
	defaultQueries = 600
	mostCallers    = 10_000
)

func newBudget(perMinute int, now func() time.Time) *budget {
	if perMinute == 0 {
		perMinute = defaultQueries
	}
	return &budget{perMinute: float64(perMinute), now: now, callers: map[string]bucket{}}
}

// take takes one query out of a caller's budget, and says whether it was there.
func (b *budget) take(caller string) bool {
	if b.perMinute < 0 {
		return true
	}
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	c, known := b.callers[caller]
	if !known {
		if len(b.callers) >= mostCallers {
			b.forget(now)
		}
		c = bucket{b.perMinute, now}
	}
	c.left = min(b.perMinute, c.left+now.Sub(c.at).Minutes()*b.perMinute)
	c.at = now
	ok := c.left >= 1
	if ok {
		c.left--
	}
	b.callers[caller] = c
	return ok
}

// forget drops the callers whose buckets are full again, or else all: then so
// many ask at once that none is to be kept out for what others ask.
func (b *budget) forget(now time.Time) {
	for name, c := range b.callers {
		if now.Sub(c.at) >= time.Minute {
			delete(b.callers, name)
		}
	}
	if len(b.callers) >= mostCallers {
		clear(b.callers)
	}
}
