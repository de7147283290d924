package hash

import "math/bits"

// Home is the slot among n that a hash belongs to, by its upper bits.
func Home(h uint64, n int) int {
	hi, _ := bits.Mul64(h, uint64(n))
	return int(hi)
}

// CloseGap keeps a table of n slots with linear probing whole when one of them is
// to be emptied: what had to go past it is moved up, and the slot that is to be
// empty in the end is returned (D. E. Knuth, The Art of Computer Programming 3,
// algorithm 6.4R). home gives the home of what is in a slot, and false for an
// empty one. One slot at least is empty.
func CloseGap(gap, n int, home func(slot int) (int, bool), move func(to, from int)) int {
	way := func(from, to int) int { // in slots
		if to < from {
			return to - from + n
		}
		return to - from
	}
	for slot := gap; ; {
		if slot++; slot == n {
			slot = 0
		}
		h, used := home(slot)
		if !used {
			return gap
		}
		if way(h, slot) >= way(gap, slot) { // its way led over the gap
			move(gap, slot)
			gap = slot
		}
	}
}
