module github.com/idem-health/idem/benchmarks

go 1.26.0

require github.com/idem-health/idem v0.0.0

require golang.org/x/text v0.44.0 // indirect

require (
	github.com/antzucaro/matchr v0.0.0-20221106193745-7bed6ef61ef9
	github.com/stretchr/testify v1.12.1
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	pgregory.net/rapid v1.3.0
)

replace github.com/idem-health/idem => ../
