// The command benchmarks measures the library as its users see it: through
// public packages only.
//
//	benchmarks accuracy [--check FILE | --write FILE] [--only SET,SET]
//	benchmarks speed    [--runs N] [--only SET,SET]
//
// accuracy prints what the library reaches on data whose truth is known: people
// found under policy generic, and pairs decided under policy iis. The numbers
// are a golden file, testdata/accuracy.txt, so that a change that moves one
// shows it. Nothing in it depends on the machine: it holds no time.
//
// speed prints CPU and wall time, rates and peak memory. Its numbers are of one
// machine and one moment; ratios within one run are what to read.
//
// The data are not part of the repository: both commands look for them in the
// folder that the environment variable IDEM_DATA names.
package main
