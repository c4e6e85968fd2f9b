package addresslist

import (
	"regexp"
	"strings"
	"unicode"
)

// Meanings of a heading. Differences in case, accents, spaces, marks and text in brackets, such as "[Required]", are
// ignored.
const (
	emailHeading   = 1 + iota // the person's address
	privateHeading            // their other address, for rows without the first
	otherHeading              // an address, if the cells contain any
	fullHeading               // the full name
	shortHeading              // the full name, or the part that no other column has
	firstHeading
	middleHeading
	lastHeading
	lastMoreHeading // a second last name
)

func headingMap(all map[int]string) map[string]int {
	table := map[string]int{}
	for meaning, list := range all {
		for _, heading := range strings.Fields(list) {
			table[heading] = meaning
		}
	}
	return table
}

// addressHeadings are the headings of address columns, in the order in which they are searched for a row's address.
var addressHeadings = headingMap(map[int]string{
	emailHeading: `email mail emailaddress emailaddresses primaryemail primaryemailaddress primarysmtpaddress smtpaddress email1 email1value email1address
		emailprimary useremail useremailaddress workemail emailwork businessemail officeemail emailbusiness mailaddress emailid loginemail contactemail memberemail
		emailadresse mailadresse emailadressen mailanschrift emailadres mailadres epost epostadresse epostadress eposta epostaadresi
		courriel adresseemail adressemail adressecourriel adresseelectronique adressedecourriel adressedemessagerie
		correo correoelectronico emailcorreo direcciondecorreo direcciondecorreoelectronico direccionemail
		enderecodeemail enderecoemail enderecoeletronico enderecodecorreioeletronico correioeletronico indirizzoemail indirizzomail indirizzodipostaelettronica postaelettronica
		adresemail adrespocztyelektronicznej sahkoposti sahkopostiosoite emailcim epasts elpastas emailaadress
		почта электроннаяпочта адресэлектроннойпочты 邮箱 电子邮件 电子邮箱 メール メールアドレス 이메일`,
	privateHeading: `privateemail personalemail homeemail emailprivate emailpersonal emailhome privateemailaddress personalemailaddress homeemailaddress
		privatemail emailprivat privateemailadresse emailadresseprivat mailprivat emailpersonnel courrielpersonnel adresseemailpersonnelle
		correopersonal emailparticular correoparticular emailpessoal emailpersonale emailprive`,
	otherHeading: `userprincipalname upn signinname address adresse adresses direccion endereco indirizzo adres username user userid login loginname
		accountname account contact recipient email2 email2value email2address email3value to attendee participant`,
})

// nameHeadings are the headings of columns that make up a name.
var nameHeadings = headingMap(map[int]string{
	fullHeading: `fullname displayname realname completename formattedname commonname cn fn membername participantname attendeename contactname personname recipientname
		participant attendee person contact teilnehmer firstandlastname firstlastname namesurname nameandsurname nomcomplet nometprenom prenometnom nomprenom prenomnom nomdaffichage
		nombrecompleto nombreyapellidos nombreyapellido nombreapellidos apellidosynombre nombreparamostrar nomecompleto nomeecognome cognomeenome nomeesobrenome nomeeapelido nomedeexibicao
		vollstandigername vollername anzeigename vorundnachname vornameundnachname vornamenachname vornamename namevorname nachnamevorname
		volledigenaam weergavenaam imieinazwisko fuldenavn visningsnavn fulltnavn fullstandigtnamn kokonimi фио 姓名 名前 氏名 이름`,
	shortHeading: "name names nom nome nombre naam navn namn nimi nev имя",
	firstHeading: `firstname first firstnames given givenname givennames forename forenames christianname legalfirstname vorname vornamen rufname prenom prenoms
		nombres nombredepila primernombre primeironome nomeproprio voornaam fornavn fornamn etunimi imie keresztnev 名`,
	middleHeading:   "middlename middlenames middle middleinitial middleinitials additionalname additionalnames secondname zweitername segundonombre segundonome tussenvoegsel mellemnavn mellomnavn",
	lastHeading:     "lastname last lastnames surname surnames familyname family sn nachname familienname zuname nomdefamille apellido apellidos primerapellido sobrenome sobrenomes apelido apelidos ultimonome cognome achternaam familienaam etternavn efternavn efternamn sukunimi nazwisko vezeteknev фамилия 姓",
	lastMoreHeading: "segundoapellido secondlastname secondsurname",
})

// otherAddressPattern matches headings of addresses that aren't the person's main address, or belong to someone else.
var otherAddressPattern = regexp.MustCompile(`recovery|secondary|alternat|proxy|backup|manager|supervisor|parent|guardian|sponsor|createdby|invitedby|addedby|modifiedby|ownedby|owner|approver|delegate|forward|displayname`)

var bracketPattern = regexp.MustCompile(`\[[^\]]*\]|\([^)]*\)`)

// headingKey returns a heading as it is looked up: only letters and digits, lower case, without accents.
func headingKey(heading string) string {
	heading = bracketPattern.ReplaceAllString(heading, "")
	if len(heading) > 100 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(heading))
}

// headingRank rates how likely a column with this heading has the person's address: 3 to 0, or -1 for someone else's
// address.
func headingRank(heading string) int {
	k := headingKey(heading)
	switch {
	case addressHeadings[k] == emailHeading:
		return 3
	case addressHeadings[k] == privateHeading || k == "userprincipalname" || k == "upn" || strings.HasPrefix(k, "email2") || strings.HasPrefix(k, "email3"):
		return 2
	case addressHeadings[k] == otherHeading:
		return 1
	case otherAddressPattern.MatchString(k):
		return -1
	}
	return 0
}
