package population

import (
	"math"
	"strings"
)

// The tail of the surnames. The table ends at rank 20,000 with 4.5 of a million
// people; the names after it hold about a quarter of all people, and there is
// no end of them: the more people, the more names. Ranks follow
// (rank + q)^-5/3, which continues the curve of the table: about 100 bearers in
// the nation at rank 162,000, as the Census of 2010 has it, and a vocabulary
// that grows with the .6th power of the people (Heaps).

// tailShares are the shares of each group whose surname is in no table, and
// tailOffsets the q of their curves.
var (
	tailShares  = [numGroups]float64{.31, .17, .25, .32, .31, .30}
	tailOffsets = [numGroups]float64{24000, 5000, 7000, 5000, 800, 3000}
)

// tailSurname draws a surname of the tail.
func (w *world) tailSurname(d *draws, group uint8) string {
	// u is in (0, 1]; multiplications, division and root are exactly rounded,
	// so that every machine gets the same rank.
	u := float64(d.next()>>11+1) / (1 << 53)
	rank := tailOffsets[group] * (1/(u*math.Sqrt(u)) - 1)
	if rank > 1e15 {
		rank = 1e15
	}
	return syllableName(group, uint64(rank))
}

// syllables make the names of a group's tail: beginnings, middles, endings.
type syllables struct{ first, middle, last []string }

var tailSyllables = [numGroups]syllables{
	groupWhite: {
		split("Ab Al Ar Bal Bar Bek Ber Blan Bor Bran Bru Bur Cal Car Chal Chris Col Cor Dal Dan Dor Dun Ed El Er Fal Far Fen Fit Flem Gar Ger Gil Gra Hal Har Hed Hol Hur Jan Kal Kel Kin Kle Kor Kra Lam Lan Lin Lor Mal Mar Mel Mor Nel Nor Os Pal Par Pel Pra Ran Ros Sal Schu Sel Sla Stan Ster Sul Tal Tor Tur Ul Var Ver Wal Wer Wil Zan Zel"),
		split("a be ber bo de den do en er ga gel i ke ken la le len li lo ma me mo na ne ni no o pe ra ri ro sa sen si ta te ten ti to va ve vi wa"),
		split("bach baum beck berg berger borne bert by cek chak cott dahl den dorf er feld ford gan gren hart haus hoff holm horst ing ingham kamp ker kin koski kowski lak land ler ley lin ling low man mann mark mer mond nell ner quist rath rell ric rini ris ron rup sen shaw sky son stad stein stone stra strom ter ton vale ver vich vik wald way well wick witz wood worth zak zell zio"),
	},
	groupHispanic: {
		split("Al An Ar Ba Bal Be Ber Bo Ca Cam Can Car Ce Cha Co Cor Cu De Du Es Fe Fi Fra Ga Gal Go Gua Gue Hi Hue Ja Ji Jua La Le Lo Lu Ma Mal Man Me Mi Mo Mon Na Ne No O Or Pa Pe Pi Pla Po Que Ra Re Ri Ro Sa Sal San Se So Ta Te To Tre U Ur Va Vi Xi Ya Za"),
		split("ba be bi bra ca ce chi co da de di do du ga gui ja ji la le li llo lla ma me mi mo na ne ni no pa pe que ra re ri ro sa se si ta te ti to tu va ve vi za"),
		split("bal cedo dero dino do dor ela ena eno eros era eta gal gas gosa guez iga illo illa inez ino ita jano ledo les lez llo lla mora nal nares nas neda nez no nte pe pes que quin ra ran ras res reta rez ria rio ro rra rro sa sco sta tana te tes tin to vedo ya yo za zuela"),
	},
	groupBlack: {
		split("Ab Ad Ag Ak Al Am An As Ba Be Bol Bra Can Car Chu Co Cre Dar De Di Do Ef Ek Em En Ez Fal Gai Gbe Ha Hol Ib If Ig Ja Ka Ke Ko Lar Le Mab Mar Mc Mo Nd Ngo Nwa Ob Od Og Oj Ok Ol On Or Os Pet Pri Ra Ro Sa Sim Ta Te To Tol Ude Uz Wa Wil Ya Yo Zu"),
		split("a ba be bo bu chi da de do du e fe fo ga gbo i ja ji ka ke ko ku la le li lo ma mi mo na ne ni no nu o ra ri ro sa se so ta te to tu u wa we wu ya ye zi"),
		split("bari belo bert bi boro bwe chi chukwu dele deen di do duro eze fa field ford gar gu ji kala ke kins kor kwe la lade li lo low man mba mbe ndu nes ngton ni nna now nsah nwa nyi ola pe ran rell ris ron rry sah se son ston tey thy tola ton tunde uko ville wale way wood wu ye yemi yi"),
	},
	groupAsian: {
		split("A Ab Ag An Ar Ba Bal Be Bh Bi Bo Cha Chan Chi Cho Da De Dha Di Do Fa Fu Ga Go Gu Ha He Hi Ho Ina Is Ja Ji Ka Ki Ko Ku La Li Lu Ma Mi Mo Mu Na Ni No O Pa Pha Po Pra Ra Ri Ro Sa Sha Shi Si So Su Ta Te Tha To Tsu U Va Vi Wa Ya Yo"),
		split("a ba bha chi da de dha du ga gi ha hi i ja ji ka ke ki ko ku la li lu ma me mi mo mu na ne ni no nu pa ra ri ro ru sa shi su ta tha ti to tsu u va vi wa ya yo"),
		split("bara bhai chandran charya da dar deva dra ga gawa gi guchi ha hara i jan ji ka kar ki ko kumar la lam lan lingam ma maki man mani matsu mi moto mura na nath ni no pal puram ra rajan ram ri sa sami san shima sone su ta tani than tra uchi vala van vathi wal wani wara yama yan zaki"),
	},
	groupNative: {
		split("Bear Bega Black Blue Buf Chee Crow Eagle Elk Fast Good Gray High Horse Iron Kan Kee Little Long Man Na Red Run Sky Spot Stand Strong Sun Swift Tall Tso Two War White Wolf Yaz Yel"),
		split("a e i o u ba da ga ka la ma na sa ta wa"),
		split("bear bird boy bull child cloud crow dancer deer eagle elk feather fire hawk head heart horn horse hunter man moon rider robe shield sky star stone tail thunder walker water wind wolf wood zie gay nez chee"),
	},
	groupOther: {
		split("Ab Al Am Ar As Az Ba Ben Bou Da Dia El Fa Far Gha Ha Has Hos Ja Ka Kam Kar Kha Kou La Ma Mah Mo Na Naj Nou O Pa Qa Ra Rah Sa Sal Sha Sou Ta Tam Tou Wa Ya Za Zar"),
		split("a ba da di dou fa gha ha hi i ja ka kha la li ma mi mou na ne ni ou ra ri sa sha ta ti va za"),
		split("ad adi ah ali am ami an ani ar ari ash ati awi az bali dar deh din far gian had i ian if ili im in ian kar khani lou madi mand med mian nia our pour rad ri sian souli ssa tash vand wan yan zadeh zai zi"),
	},
}

// syllableName is the name of a rank: a mix of the rank chooses its syllables,
// so that neighbors in rank are nothing alike.
func syllableName(group uint8, rank uint64) string {
	s := &tailSyllables[group]
	d := draws{mix64(rank*golden + uint64(group))}
	var buf [32]byte
	b := append(buf[:0], s.first[d.below(len(s.first))]...)
	// The rarer, the longer: there must be room for all ranks.
	if rank > 2000 || d.below(3) > 0 {
		b = append(b, s.middle[d.below(len(s.middle))]...)
	}
	if rank > 200000 && d.below(2) == 0 {
		b = append(b, s.middle[d.below(len(s.middle))]...)
	}
	return string(append(b, s.last[d.below(len(s.last))]...))
}

// respell gives a name a spelling of its own: doubled letters, y for i, k for
// c, another ending, or a beginning before it.
func (w *world) respell(d *draws, g givenName) givenName {
	name := g.plain
	if len(name) < 3 {
		return g
	}
	out := make([]byte, 0, len(name)+4)
	out = append(out, name...)
	for range 1 + d.below(2) {
		at := 1 + d.below(len(out)-1)
		switch d.below(8) {
		case 0:
			out = append(out[:at+1], out[at:]...) // doubles the letter
		case 1:
			out = swapLetter(out, 'i', 'y')
		case 2:
			out = swapLetter(out, 'y', 'i')
		case 3:
			out = swapLetter(out, 'c', 'k')
			if out[0] == 'C' {
				out[0] = 'K'
			}
		case 4:
			out = append(trimVowels(out), "lynn"...)
		case 5:
			out = append(trimVowels(out), []string{"a", "ah", "iya", "on", "en", "yn", "ia", "ie"}[d.below(8)]...)
		case 6:
			lower := append([]byte(nil), out...)
			lower[0] |= 0x20
			out = append([]byte([]string{"La", "De", "Sha", "Ja", "Ka", "Ta", "Bre", "Mc"}[d.below(7)]), lower...)
		default:
			out = append(out[:at], append([]byte{"aeiou"[d.below(5)]}, out[at:]...)...)
		}
		if len(out) > 14 {
			break
		}
	}
	s := string(out)
	return givenName{word{s, s}, -1}
}

func swapLetter(b []byte, from, to byte) []byte {
	for i := range b {
		if b[i] == from {
			b[i] = to
			break
		}
	}
	return b
}

func trimVowels(b []byte) []byte {
	for len(b) > 3 {
		switch b[len(b)-1] {
		case 'a', 'e', 'i', 'o', 'u', 'y', 'n':
			b = b[:len(b)-1]
			continue
		}
		break
	}
	return b
}

func split(words string) []string { return strings.Fields(words) }
