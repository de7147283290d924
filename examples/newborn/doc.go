// Command newborn tells how an immunization registry comes to know three
// families: from the hospital's BabyBoySmith to a boy with a legal name and one
// birth dose, twins that stay two, a placeholder that nobody may guess, and a
// steward's mistake that is undone. Every step is a call of the library; what
// it prints is what the calls return.
//
//	go run ./examples/newborn
//
// All people are made up.
package main
