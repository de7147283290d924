package population

import "strings"

// What the public tables do not say about names, written by hand: how some are
// properly spelled, and the given names and syllables of cultures that the
// tables of the United States hardly cover.

// accentedSurnames are surnames with their diacritics, matched without them.
const accentedSurnames = `Nguyễn Trần Lê Phạm Hoàng Đặng Bùi Đỗ Hồ Ngô Dương Lý Huỳnh Đinh Lương
 Núñez Muñoz Peña Castañeda Ibáñez Acuña Zúñiga Magaña Saldaña Cedeño Ordóñez Quiñones Montañez Briseño Bolaños Avendaño
 Treviño Ocaña Patiño Marroquín Guzmán Román Durán Beltrán Galván Roldán Farfán Millán Terán Bazán Luján Barragán Holguín
 Cortés Valdés Garcés Avilés Áviles Calderón Rincón Alarcón Escalón Chacón Mondragón Cárdenas Bárcenas Córdova Córdoba
 García Mejía Díaz Ávila Ríos Solís Marín León Espín Rendón Colón Falcón Aragón Ávalos Úbeda Sáenz Páez Báez Sáez Tobón
 François René Béland Côté Bélanger Léger Lévesque Thériault Hébert Gagné Pépin Trépanier Boisvert Fréchette Poirier
 Kovačić Petrović Jovanović Marković Horvat Novák Dvořák Wójcik Kamiński Lewandowski Zieliński Dąbrowski Kowalčik Šimek
 Müller Schäfer Krüger Köhler Schröder Böhm Hübner Jäger Schütz Grünwald Lindström Sjöberg Björk Öberg`

// accentedGiven are given names with their diacritics.
const accentedGiven = `José María Jesús Ángel Ángela Sofía Lucía Nicolás Adrián Sebastián Andrés Ramón Martín René Germán Iván Julián
 Damián Fabián Rubén Joaquín Agustín Benjamín Tomás Matías Elías Raúl Saúl Hernán Efraín Héctor Óscar César Álvaro
 Mónica Verónica Verónika Bárbara Estéfano Inés Belén Concepción Asunción Rocío Zoë Chloë Noël Renée Aimée Anaïs Thérèse
 Hélène Geneviève Désirée Björn Jürgen Søren Siân Moisés Isaías Jeremías Ezequías Mateó Nayelí Anahí Xóchitl Yesénia`

// partedSurnames are surnames whose parts the tables write in one.
const partedSurnames = `O'Brien, O'Connor, O'Neill, O'Connell, O'Donnell, O'Neal, O'Reilly, O'Leary, O'Hara, O'Keefe, O'Rourke, O'Malley,
 O'Sullivan, O'Dell, O'Toole, O'Shea, O'Bryan, O'Grady, O'Brian, O'Quinn, D'Angelo, D'Amico, D'Agostino, D'Amato, D'Andrea, D'Souza,
 De La Cruz, De La Rosa, De La Torre, De La Garza, De La Fuente, De La O, De Leon, De Los Santos, De Los Reyes, De Jesus, De Anda,
 De Luca, De Santis, De Witt, De Young, De Vries, De Groot, De Rosa, De Marco, De La Paz, De La Vega, De La Pena, Del Rio, Del Valle,
 Del Toro, Del Rosario, Del Castillo, La Rosa, La Fleur, La Pointe, La Rue, Le Blanc, Le Roy, St. Clair, St. John, St. Pierre,
 St. Germain, San Miguel, San Juan, Santa Cruz, Santa Maria, Van Dyke, Van Horn, Van Buren, Van Meter, Van Pelt, Van Ness,
 Van Winkle, Van Zandt, Van Dyk, Van Wagner, Van Hoose, Vander Meer, Von Bergen, Di Pietro, Di Marco, MacDonald, MacKenzie, MacLeod,
 MacArthur, MacIntyre, Fitz Gerald, Dos Santos, Da Silva, Da Costa, El Amin, Al Saadi, Ben David`

// cultureSurnames are surnames, as the table writes them, whose bearers are
// often given names of one culture.
var cultureSurnames = [...]string{
	chinese:    "WANG LI ZHANG LIU CHEN YANG HUANG ZHAO WU ZHOU XU SUN MA ZHU HU GUO HE LIN LUO GAO ZHENG LIANG XIE TANG FENG DENG CAO PENG ZENG XIAO TIAN DONG PAN CAI JIANG YU DU YE CHENG WEI SU LU DING REN SHEN YAO CHAN WONG CHENG LAU CHEUNG LEUNG HO NG",
	korean:     "KIM LEE PARK CHOI JUNG KANG CHO YOON JANG LIM HAN SHIN SEO KWON HWANG AHN SONG HONG YOO JEON KO MOON SON BAE BAEK NAM SIM ROH HA",
	vietnamese: "NGUYEN TRAN LE PHAM HOANG HUYNH PHAN VU VO DANG BUI DO NGO DUONG LY TRINH DINH LUONG TRUONG VUONG MAI DOAN LAM QUACH THAI",
	indian:     "PATEL SINGH SHAH SHARMA KUMAR KAUR GUPTA RAO REDDY DESAI MEHTA JOSHI NAIR IYER DAS BANERJEE CHAUDHARY VERMA AGARWAL PATIL MISHRA JAIN RAMAN KRISHNAN SRINIVASAN MUKHERJEE BHATT TRIVEDI THOMAS",
	arabic:     "KHAN ALI AHMED AHMAD HASSAN HUSSAIN MOHAMED MOHAMMED ABDI IBRAHIM OMAR HUSSEIN MALIK SYED IQBAL RAHMAN SALEH HAMID MAHMOUD YOUSEF NASSER HADDAD SALEM MANSOUR KHALIL SAAD AZIZ FARAH",
}

// ownGiven are given names by sex and culture, the more frequent first.
var ownGiven = [2][6]string{
	{
		indian: "Arjun Rohan Aarav Vivaan Aditya Rahul Vikram Sanjay Anil Suresh Rajesh Amit Ravi Krishna Ishaan Dev Nikhil Pranav Kabir Aryan Manish Harish Deepak Gurpreet Harpreet",
		arabic: "Muhammad Mohammed Ahmed Ali Omar Ibrahim Yusuf Hamza Abdullah Khalid Hassan Hussein Mustafa Bilal Zayd Tariq Samir Karim Mahmoud Abdirahman Faisal Imran Rashid Nabil",
	},
	{
		indian: "Priya Ananya Diya Aisha Saanvi Pooja Neha Anjali Kavya Lakshmi Meera Nisha Radha Sita Sunita Isha Riya Shreya Divya Deepa Simran Jasleen Manpreet Asha",
		arabic: "Fatima Aisha Maryam Zainab Khadija Amina Layla Noor Hana Sara Yasmin Salma Huda Rania Dalia Iman Samira Nadia Halima Sumaya Asma Zahra Mariam Amal",
	},
}

// The syllables of names that are built of two, and the middle names that say
// the sex.
var (
	chineseSyllables = strings.Fields("Wei Ling Ming Jun Hui Yan Jing Li Na Xin Yu Hao Lei Qiang Fang Mei Xia Jia Yi Chen Bo Tao Ying Rui Zhi Hong Feng Xiao Wen Jie Kai Ting Lan Ping Yun Zi Han Shan")
	koreanSyllables  = strings.Fields("Min Ji Seo Jun Hyun Soo Young Eun Jae Woo Sung Hye Jin Kyung Hee Yeon Do Ha Seung Won Yoon Tae Ho Mi Sun Na Ra Chan Bin")
	vietnameseGiven  = [2][]string{
		strings.Fields("Minh Tuan Hung Dung Duc Khoa Long Nam Quang Son Thanh Trung Tu Vinh Bao Anh Hai Cuong Dat Phuc"),
		strings.Fields("Anh Linh Hoa Huong Lan Mai Thao Trang Phuong Thuy Tien Vy Yen Chi Dao Hanh Kim Nga Ngoc Thu"),
	}
)

// falseFriends are real names that look like placeholders: given, family; "" is
// what the person would be called anyway.
var falseFriends = [...][2]string{
	{"", "Boyd"}, {"", "Boyce"}, {"", "Boyer"}, {"", "Babb"}, {"", "Babiak"}, {"", "Newborn"}, {"", "Girling"}, {"", "Twining"},
	{"Boyd", ""}, {"Boy", ""}, {"Baby", ""}, {"Angel Baby", ""}, {"Nina", ""}, {"Bebe", ""}, {"Prince", "Child"}, {"", "Infante"},
	{"", "Triplett"}, {"", "Varon"}, {"Princess", ""}, {"Junior", ""}, {"", "Childs"}, {"", "Null"}, {"Baby Jane", ""}, {"", "Male"},
}

// accentHispanic writes the accent that the spelling of Spanish asks for in the
// commonest endings: Hernandez, Mejia, Marroquin.
func accentHispanic(name string) string {
	vowel := func(i int) string {
		switch name[i] {
		case 'a':
			return "á"
		case 'e':
			return "é"
		case 'i':
			return "í"
		case 'o':
			return "ó"
		case 'u':
			return "ú"
		}
		return ""
	}
	n := len(name)
	switch {
	case n > 4 && strings.HasSuffix(name, "ez"):
		for i := n - 3; i > 0; i-- {
			if v := vowel(i); v != "" {
				return name[:i] + v + name[i+1:]
			}
		}
	case n > 4 && strings.HasSuffix(name, "ia"):
		return name[:n-2] + "ía"
	case n > 4 && (strings.HasSuffix(name, "on") || strings.HasSuffix(name, "an") || strings.HasSuffix(name, "in")):
		return name[:n-2] + vowel(n-2) + "n"
	}
	return name
}
