// Package examples holds the programs built on the library: the command idem
// in the folder idem, and short teaching programs beside it.
//
// It is a module of its own, so that nothing a program needs (file formats,
// drivers, terminals) reaches the module graph of whoever imports the library.
// It imports only the library's public packages.
package examples
