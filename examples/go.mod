module github.com/idem-health/idem/examples

go 1.26.0

require github.com/idem-health/idem v0.0.0

replace github.com/idem-health/idem => ../
