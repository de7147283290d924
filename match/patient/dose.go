package patient

import (
	"strings"

	"github.com/idem-health/idem/internal/fold"
)

// maxLot bounds the bytes of a lot number.
const maxLot = 40

// lotDecorations are words around a lot number that are not part of it.
var lotDecorations = map[string]bool{
	"LOT": true, "LOTNO": true, "NUMBER": true, "NUM": true, "VFC": true, "PRIVATE": true, "PRIV": true, "PVT": true, "PUBLIC": true, "PUB": true,
	"STATE": true, "STATES": true, "PURCHASED": true, "SUPPLIED": true, "STOCK": true, "CHIP": true, "ADULT": true, "PED": true, "PEDS": true,
	"GSK": true, "MERCK": true, "MSD": true, "PFIZER": true, "SANOFI": true,
}

// lotNumber returns a lot number without the decorations of those who enter it:
// who paid for it, and the word lot.
func lotNumber(raw string) string {
	w := fold.Words(cutRaw(raw))
	if w == "" || isJunkValue(w) || isRun(compact(w)) {
		return ""
	}
	if strings.IndexByte(w, ' ') < 0 {
		return cutBytes(w, maxLot)
	}
	var buf [8]string
	words := appendFields(buf[:0], w)
	kept := words[:0]
	for i, word := range words {
		// A single P, V or S at the end is private, VFC or state: "(P)", "-P".
		source := i == len(words)-1 && i > 0 && (word == "P" || word == "V" || word == "S")
		if !source && !lotDecorations[word] {
			kept = append(kept, word)
		}
	}
	return cutBytes(strings.Join(kept, ""), maxLot)
}

// Key returns the normalised form of a dose, "CVX|YYYYMMDD|LOT", or "" for what
// is no dose of known kind and day. Refusals and "no vaccine" carry 998 or 999.
func (d *Dose) Key() string {
	var buf [64]byte
	return string(d.AppendKey(buf[:0]))
}

// AppendKey appends [Dose.Key] to dst.
func (d *Dose) AppendKey(dst []byte) []byte {
	cvx := strings.TrimLeft(digitsOf(strings.TrimSpace(cutRaw(d.CVX))), "0")
	if cvx == "" || len(cvx) > 4 || cvx == "998" || cvx == "999" || !d.Date.Full() {
		return dst
	}
	if len(cvx) == 1 {
		dst = append(dst, '0')
	}
	dst = append(append(dst, cvx...), '|')
	dst = append(d.Date.AppendCompact(dst), '|')
	return append(dst, lotNumber(d.Lot)...)
}
