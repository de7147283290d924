// Package translit knows which names are one name, written in Latin letters by
// different rules: Mohammed and Muhammad, Hsu and Xu, Abdul Rahman and
// Abdurrahman, Al-Masri and Masri, Kowalski and Kowalska. Its tables are hand
// written and hold what is common, not what is possible.
//
// It knows nothing of nicknames, of typing errors or of patients. All names are
// folded: upper case, without marks.
package translit
