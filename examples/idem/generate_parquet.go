package main

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/idem-health/idem/benchmarks/population"
)

// rowParquet writes generated records as Parquet: a column of optional text for
// each standard name.
type rowParquet struct {
	writer  *parquet.GenericWriter[any]
	place   [population.NumColumns]int // of each column in the schema, which sorts them
	rows    []parquet.Row
	pending int
}

// parquetGroup is how many rows a row group has, and parquetBatch how many are
// handed over at once.
const (
	parquetGroup = 100_000
	parquetBatch = 256
)

func newRowParquet(w io.Writer) *rowParquet {
	group := parquet.Group{}
	for c := range population.NumColumns {
		group[c.String()] = parquet.Optional(parquet.String())
	}
	schema := parquet.NewSchema("record", group)
	p := &rowParquet{
		writer: parquet.NewGenericWriter[any](w, schema, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(parquetGroup)),
		rows:   make([]parquet.Row, parquetBatch),
	}
	for c := range population.NumColumns {
		leaf, _ := schema.Lookup(c.String())
		p.place[c] = leaf.ColumnIndex
	}
	for i := range p.rows {
		p.rows[i] = make(parquet.Row, population.NumColumns)
	}
	return p
}

// WriteRow takes a record. Its text stays valid until the batch is written: it
// is never overwritten, only replaced.
func (p *rowParquet) WriteRow(r *population.Row) error {
	row := p.rows[p.pending]
	for c := range population.NumColumns {
		at := p.place[c]
		if v := r.Value(c); v != "" {
			row[at] = parquet.ByteArrayValue([]byte(v)).Level(0, 1, at)
		} else {
			row[at] = parquet.NullValue().Level(0, 0, at)
		}
	}
	if p.pending++; p.pending == len(p.rows) {
		return p.flush()
	}
	return nil
}

func (p *rowParquet) flush() error {
	_, err := p.writer.WriteRows(p.rows[:p.pending])
	p.pending = 0
	return err
}

// Close writes what is left and the footer.
func (p *rowParquet) Close() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.writer.Close()
}
