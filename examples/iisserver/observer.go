package main

import (
	"expvar"
	"time"

	"github.com/idem-health/idem/match"
)

// An observer puts what an engine tells into variables of expvar: counts, levels,
// and of durations how many there were, their sum and how many were below each
// bound.
type observer struct{ vars *expvar.Map }

// Count adds to a count.
func (o observer) Count(what match.CountOf, n int64) { o.vars.Add("engine "+string(what), n) }

// Level sets a level.
func (o observer) Level(what match.LevelOf, n int64) {
	v := new(expvar.Int)
	v.Set(n)
	o.vars.Set("engine now "+string(what), v)
}

// bounds of the durations that are told apart.
var bounds = []time.Duration{100 * time.Microsecond, time.Millisecond, 5 * time.Millisecond, 25 * time.Millisecond, 100 * time.Millisecond, time.Second}

// Took adds to a histogram.
func (o observer) Took(what match.TookOf, d time.Duration) {
	name := "engine " + string(what)
	o.vars.Add(name+" count", 1)
	o.vars.AddFloat(name+" seconds", d.Seconds())
	for _, b := range bounds {
		if d <= b {
			o.vars.Add(name+" within "+b.String(), 1)
		}
	}
}
