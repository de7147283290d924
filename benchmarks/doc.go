// The command benchmarks measures the library as its users see it: through
// public packages only.
//
//	benchmarks          [--only SET,SET] [--out DIR]
//	benchmarks accuracy [--check FILE | --write FILE] [--only SET,SET]
//	benchmarks speed    [--runs N] [--only SET,SET]
//	benchmarks peers    [--set SET | --file FILE --truth COLUMN] [--venv DIR] [--install] [--command LINE]
//
// Without a subcommand every set is run once, and one table says how good, how
// fast and how large.
//
// accuracy prints what the library reaches on data whose truth is known: people
// found under policy generic, and pairs decided under policy iis. The numbers
// are a golden file, testdata/accuracy.txt, so that a change that moves one
// shows it. Nothing in it depends on the machine: it holds no time.
//
// speed prints CPU and wall time, rates and peak memory. Its numbers are of one
// machine and one moment; ratios within one run are what to read.
//
// peers runs other matchers beside this library, on the same file in the same
// run: see package peers, and README.md for how to read the tables.
//
// The data are not part of the repository: the commands look for them in the
// folder that the environment variable IDEM_DATA names.
package main
