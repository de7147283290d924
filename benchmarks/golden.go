package main

import (
	"fmt"
	"os"
	"strings"
)

// checkGolden compares a text with the file that holds what it should be, and
// returns an error that shows the difference.
func checkGolden(path, got string) error {
	want, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("accuracy: %w: write it with --write %s", err, path)
	}
	if string(want) == got {
		return nil
	}
	return fmt.Errorf("accuracy: %s says otherwise (- is the file, + is now); if the change is meant, argue for it and run with --write %s\n%s",
		path, path, difference(lines(string(want)), lines(got)))
}

func lines(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// difference lists the lines that only one of two texts has, in order, by
// their longest common subsequence.
func difference(want, got []string) string {
	// common[i][j] is the length of that of want[i:] and got[j:].
	common := make([][]int, len(want)+1)
	for i := range common {
		common[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if want[i] == got[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var b strings.Builder
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && want[i] == got[j]:
			i, j = i+1, j+1
		case j == len(got) || i < len(want) && common[i+1][j] >= common[i][j+1]:
			fmt.Fprintf(&b, "- %s\n", want[i])
			i++
		default:
			fmt.Fprintf(&b, "+ %s\n", got[j])
			j++
		}
	}
	return b.String()
}
