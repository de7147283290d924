// Package population makes synthetic populations of patients, with the records
// that hospitals, practices, pharmacies, schools and payers would send about
// them to an immunization registry, and with the truth about every record.
//
// [New] makes a [Generator] of some [Options]. [Generator.Records] gives the
// records alone, as an engine gets them; [Generator.Rows] gives them with their
// [Truth]; [Generator.Batches] adds what is true of people: [Relation],
// [Label] (pairs a matcher gets wrong, with the verdict wanted) and [Person]
// (what a merge should come to). No record holds anything of the truth, and no
// record id tells of the person.
//
// # What it is a function of
//
// The output is a function of [GenVersion], the seed and the options alone:
// every random number is mixed from the seed, the kind and number of an entity,
// what the number is for and how many were drawn for that before. So there is
// no generator to be shared and no order to be kept: any household can be made
// alone, the first households are the same however many follow, and any number
// of goroutines gives the same bytes. Weights are integers and probabilities
// 32-bit fixed point, so machines agree as well.
//
// # How a record comes about
//
// A world of households comes first: people, their names by group, culture and
// year of birth, twins, namesakes, second homes, moves, adoptions, foster care,
// marriages, and the doses they were given. What of it is written down depends
// on the mode: one row for each feed that knows a person ([ModeRegistry]), every
// message ([ModeStream]), two files to be linked ([ModeCrosslink]), or a
// registry and queries ([ModeQuery]). A record says what its sender knew then,
// in the sender's way of writing, with the sender's gaps; errors come last. What
// differs from the truth is a [Tag] of the record's truth; what is only another
// way of writing (capitals, formats) is none. Records come household by
// household: a matcher that looks at their order looks at the truth.
//
// Every rate has a name and can be overridden: see [Rates]. Most defaults are
// assumptions, and so say their meanings: figures measured on a generated
// population compare matchers with each other, and promise nothing of real data.
//
// # Tables
//
// Names come from tables of the US Census Bureau and the Social Security
// Administration, which are in the public domain, and nicknames from PyPI
// nicknames (Apache License 2.0); each table holds its notice. Vaccine codes are
// the CDC's. Cities, streets and ZIP code areas are made up.
package population
