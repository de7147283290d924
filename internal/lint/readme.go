package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// testCommand is a command of the README that runs chosen tests.
var testCommand = regexp.MustCompile(`go test ((?:\./[\w./]* )+)-run '?([^'` + "`" + `\s]+)'?`)

// Promises reports commands of the README that run no test any more: a test
// that was renamed would leave a promise without its proof, and go test would
// pass. tests are the names of the test functions by package directory.
func Promises(readme string, tests map[string][]string) []string {
	var faults []string
	for _, command := range testCommand.FindAllStringSubmatch(readme, -1) {
		run, err := regexp.Compile(command[2])
		if err != nil {
			faults = append(faults, fmt.Sprintf("README.md: %s: %v", command[0], err))
			continue
		}
		for pattern := range strings.FieldsSeq(command[1]) {
			tree, below := strings.CutSuffix(strings.TrimPrefix(pattern, "./"), "...")
			tree = strings.TrimSuffix(tree, "/")
			found := false
			for dir, names := range tests {
				inside := dir == tree || below && (tree == "" || within(dir, tree))
				found = found || inside && slices.ContainsFunc(names, run.MatchString)
			}
			if !found {
				faults = append(faults, fmt.Sprintf("README.md: %s runs no test of %s", command[0], pattern))
			}
		}
	}
	return sorted(faults)
}
