module github.com/idem-health/idem/examples

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/idem-health/idem v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/text v0.44.0 // indirect
)

replace github.com/idem-health/idem => ../
